"""Which rows are trained on, how often, and what each of them says about the eight heads.

A head that a source does not label is masked for its rows (`None` in a target): a post that is known to be hateful but not in what
way teaches `group_hate` and leaves the articles alone.
"""
import collections
import dataclasses
import hashlib

from scripts.normalise import normalise
from scripts.sources import GROUNDS, HEADS

# Passes a row gets in one epoch: {source: by language, or (hate, non-hate)}. English and German teach what abuse of groups looks
# like, Dutch teaches Dutch. Davidson is thin for its bias against African-American English, germeval2018 for calling
# abuse of parties and politicians the same thing, DGHS because in bulk it made every prototype worse.
PASSES = {
    "hatemoji": (0.60, 0.60), "edos": (0.40, 0.12), "davidson": (0.15, 0.02), "toxigen": (0.70, 0.70), "stormfront": (0.50, 0.25),
    "gahd": (0.35, 0.35), "germeval2018": (0.15, 0.15), "dghs": (0.04, 0.04), "ud_alpino": (0.35, 0.35), "sick_nl": (0.35, 0.35),
}
PLAIN_DUTCH = ("ud_alpino", "sick_nl")
PASSES_RTPLX = {"nl": 2.0}
PASSES_RTPLX_OTHER = 0.5
HELD_OUT_PERCENT = 8
WRITTEN = "grens"          # rows of eval-data/train
NEW = "grens, new"         # those of them that the weights a round starts from have not seen


@dataclasses.dataclass
class Example:
    text: str                 # normalised
    target: list              # eight floats, None = masked
    source: str
    lang: str
    family: str               # rows of one family share a batch
    row: dict = dataclasses.field(repr=False, default=None)


def held_out(key):
    """True for the fixed share of families (or plain sentences) that is never trained on."""
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % 100 < HELD_OUT_PERCENT


def public_target(row):
    """What a public row says about the heads. Forms decide articles: a call is 137d, contempt 137c (eval-data/LABELS.md)."""
    if row["hate"] == 0:
        return [0.0] * len(HEADS)
    forms = None if row["forms"] is None or row["source"] == "rtplx" else set(row["forms"])
    grounds = None if row["grounds"] is None else set(row["grounds"])
    insult = incite = None
    if grounds == {"gender"}:
        insult = 0.0                                    # 137c does not cover sex or gender
    elif forms and grounds and forms & {"derogation", "dehumanisation"}:
        insult = 1.0
    if forms is not None:
        if forms & {"incitement", "threat"}:
            incite = 1.0
        elif "discrimination" in forms:
            incite = None                               # EDOS means support of discrimination, which may or may not call for it
        else:
            incite = 0.0
    return [1.0, insult, incite] + [None if grounds is None else float(g in grounds) for g in GROUNDS]


def dutch_target(row):
    """What a row of LABELS.md says: levels as they stand, grounds at the level of group_hate (a contested post, a contested ground)."""
    levels = [float(row[name]) for name in HEADS[:3]]
    grounds = set() if row["grounds"] == "-" else set(row["grounds"].split(","))
    strength = levels[0] or max(levels)
    return levels + [strength if g in grounds else 0.0 for g in GROUNDS]


def public_examples(rows):
    """(training, held out plain Dutch). Only rows of split `train`; a slice of the plain Dutch sentences is kept to count false alarms."""
    train, plain = [], []
    for i, row in enumerate(rows):
        if row["split"] != "train":
            continue
        text = normalise(row["text"])
        if not text:
            continue
        e = Example(text, public_target(row), row["source"], row["lang"], f"{row['source']}-{i}", row)
        is_plain = row["source"] in PLAIN_DUTCH
        (plain if is_plain and held_out(text) else train).append(e)
    return train, plain


def dutch_examples(rows, new=()):
    """(training, held out) of the Dutch rows written for this project, split by family; `new` are the folders that are a source of their own."""
    train, kept = [], []
    for row in rows:
        source = NEW if row["file"].split("/")[0] in new else WRITTEN
        e = Example(normalise(row["text"]), dutch_target(row), source, "nl", row["family"], row)
        (kept if held_out(row["family"]) else train).append(e)
    return train, kept


def case_examples(rows):
    """GrensCheck cases; a case and the one it was derived from are a family."""
    return [Example(normalise(row["test_case"]), dutch_target(row), "grenscheck", "nl", f"{row['family']}/{row['target_ident']}", row) for row in rows]


def frame_examples(rows):
    """Filled sentence frames; none is held out, they are too alike to measure anything by."""
    return [Example(normalise(row["text"]), dutch_target(row), "frames", "nl", row["family"], row) for row in rows]


def passes(example, own):
    if example.source in own:
        return own[example.source]
    if example.source == "rtplx":
        return PASSES_RTPLX.get(example.lang, PASSES_RTPLX_OTHER)
    hate, other = PASSES[example.source]
    return hate if example.target[0] else other


class Deck:
    """Deals whole families of one kind, reshuffled only when all have been seen: over the epochs every row has its turn."""

    def __init__(self, families, rng):
        self.families, self.rng, self.pile = families, rng, []

    def deal(self, count):
        out = []
        while count > 0:
            if not self.pile:
                self.pile = self.rng.sample(self.families, len(self.families))
            out.append(self.pile.pop())
            count -= len(out[-1])
        return out


class Mix:
    """Draws the families of an epoch according to PASSES."""

    def __init__(self, examples, own, rng, public_share=1.0):
        kinds = collections.defaultdict(lambda: collections.defaultdict(list))
        self.share = {}
        for e in examples:
            kind = (e.source, e.lang, "all" if e.source in (*own, "rtplx") else "hate" if e.target[0] else "other")
            kinds[kind][e.family].append(e)
            self.share[kind] = passes(e, own) * (1.0 if e.source in own or e.source in PLAIN_DUTCH else public_share)
        self.decks = {kind: Deck(list(families.values()), rng) for kind, families in kinds.items()}
        self.sizes = {kind: sum(map(len, families.values())) for kind, families in kinds.items()}

    def epoch(self):
        return [family for kind, deck in self.decks.items() for family in deck.deal(round(self.sizes[kind] * self.share[kind]))]

    def describe(self):
        return {" ".join(kind): {"rows": self.sizes[kind], "passes_an_epoch": self.share[kind]} for kind in sorted(self.decks)}
