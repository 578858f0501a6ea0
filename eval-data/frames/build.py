#!/usr/bin/env python3
"""Expand the sentence frames into rows of LABELS.md.

Usage: python3 eval-data/frames/build.py [--check]

`frames.tsv` holds sentences with a slot for a group: {P} plural, {X} plural without an adverbial reading, {S} singular with its article. Sentences of
one family are twins: the same slot, another label. Each family is filled with a fixed few of the groups of `groups.tsv`, one of them not
protected; `slur-frames.tsv` likewise with the words of `slurs.tsv`. `names.tsv` has further names of groups, most of them of groups that the law
does not protect; each goes into a few of the sentences. Writes `cases.tsv`; `--check` only compares. Standard library only.
"""
import csv
import hashlib
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
COLUMNS = ["family", "group_hate", "art137c", "art137d", "grounds", "form", "context", "group", "text"]
GROUPS_A_FAMILY = 6           # the cap: no sentence comes back more often
FRAMES_A_SLUR = 10
FRAMES_A_WORD = {"plain": 4, "turned": 2}     # "turned": denied, quoted, told of
MORE_FOR_AN_INSULT = 3        # there are fewer of them
FRAMES_A_NAME = {"unkind": 5, "kind": 2}
INSULTS = {"der": "derogation", "deh": "dehumanisation", "inf": "inferiority", "crm": "criminality", "iro": "irony"}
CALLS = {"vio": "violence", "dis": "discrimination", "hat": "hatred", "vei": "veiled"}
HARMLESS = {"pos": "positive", "neu": "neutral", "neg": "negated", "ref": "counter_ref", "qt": "counter_quote", "nws": "news", "vic": "victim",
            "his": "history", "obj": "object", "ind": "individual", "prf": "profanity", "crt": "criticism"}


def table(name):
    with open(HERE / name, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))


def chosen(items, count, key):
    """`count` of the items, always the same ones for a key."""
    return sorted(items, key=lambda item: hashlib.sha256(f"{key}/{sorted(item.items())}".encode()).hexdigest())[:count]


def first_up(text, frame):
    """A sentence that begins with its slot begins with a capital when it ends like a sentence."""
    return text[0].upper() + text[1:] if frame.startswith("{") and frame.endswith((".", "?", "!")) else text


def labels(kind, group):
    """(group_hate, art137c, art137d, grounds, form, context) of a kind of sentence about a group."""
    if kind in HARMLESS:
        return ["0", "0", "0", "-", "-", HARMLESS[kind]]
    if group["ground"] == "-":
        return ["0", "0", "0", "-", "-", "nonprotected"]
    if kind in CALLS:
        return ["1", "0", group["d"], group["ground"], CALLS[kind], "-"]
    form = INSULTS[kind] if group["ground"] != "gender" else "gender_insult"
    return ["1", group["c"], "0", group["ground"], form, "-"]


def frame_rows():
    families = {}
    for row in table("frames.tsv"):
        families.setdefault(row["family"], []).append(row)
    groups = table("groups.tsv")
    for family, frames in families.items():
        protected = chosen([g for g in groups if g["ground"] != "-"], GROUPS_A_FAMILY - 1, family)
        other = chosen([g for g in groups if g["ground"] == "-"], 1, family)
        for number, group in enumerate(protected + other, 1):
            for frame in frames:
                text = frame["text"].format(P=group["plural"], X=group["bare"], S=group["singular"])
                yield [f"fr-{family}-{number}", *labels(frame["kind"], group), group["group"], first_up(text, frame["text"])]


def name_rows():
    frames = [f for f in table("frames.tsv") if "{P}" in f["text"] and "{X}" not in f["text"] and "{S}" not in f["text"]]
    for group in table("names.tsv"):
        for sort, count in FRAMES_A_NAME.items():
            if sort == "kind" and group["group"] == "np_crime":      # "Wat zijn SS'ers toch lieve mensen" is no plain harmless post
                continue
            able = [f for f in frames if (f["kind"] in INSULTS or f["kind"] in CALLS) == (sort == "unkind")]
            for frame in chosen(able, count, f"{sort}/{group['plural']}"):
                text = frame["text"].format(P=group["plural"])
                yield [f"fr-name-{group['plural'].replace(' ', '-')}", *labels(frame["kind"], group), group["group"], first_up(text, frame["text"])]


def slur_rows():
    frames = table("slur-frames.tsv")
    for slur in table("slurs.tsv"):
        able = [f for f in frames if slur["to_one"] == "1" or "{L}" not in f["text"]]
        for frame in chosen(able, FRAMES_A_SLUR, slur["one"]):
            text = frame["text"].format(L=slur["one"], LL=slur["many"])
            if frame["kind"] in HARMLESS and frame["kind"] != "ind":      # told, quoted, rejected: LABELS.md, rule 6
                label = ["0", "0", "0", "-", "-", HARMLESS[frame["kind"]]]
            elif slur["ground"] == "-":
                label = ["0", "0", "0", "-", "-", "individual" if frame["kind"] == "ind" else "nonprotected"]
            elif frame["kind"] == "ind":      # LABELS.md, rule 5: a group's slur for one person
                label = ["1", "0" if slur["ground"] == "gender" else "0.5", "0", slur["ground"], "slur", "individual"]
            else:
                call = frame["kind"] == "cal"
                contested = slur["c"] == "0.5"
                label = ["1", slur["c"], ("0.5" if contested else "1") if call else "0", slur["ground"], "slur", "-"]
            yield [f"fr-slur-{slur['one'].replace(' ', '-')}", *label, slur["group"], first_up(text, frame["text"])]


def fits(frame, word):
    """Whether a frame takes a word, and as which kind of sentence it comes out; None if it does not."""
    if frame["part"] != word["part"]:
        return None
    insult = word["kind"] in INSULTS
    if frame["kind"].startswith("bad:"):
        return frame["kind"].removeprefix("bad:") if insult and not word["word"].startswith(("niet ", "een ")) else None
    takes = {"any": True, "same": True, "opinion": word["kind"] != "neu", "neu": word["kind"] == "neu"}[frame["kind"]]
    return word["kind"] if takes else None


def word_rows():
    groups = table("groups.tsv")
    frames = table("word-frames.tsv")
    for word in table("words.tsv"):
        able = [(f, kind) for f in frames if (kind := fits(f, word))]
        for sort, count in FRAMES_A_WORD.items():
            key = f"{sort}/{word['part']}/{word['word']}"
            count += MORE_FOR_AN_INSULT if sort == "plain" and word["kind"] in INSULTS else 0
            kinds = {f["text"]: kind for f, kind in able if f["kind"].startswith("bad:") == (sort == "turned")}
            for number, frame in enumerate(chosen([f for f in frames if f["text"] in kinds and f["part"] == word["part"]], count, key), 1):
                # The fourth of them is about people whom the law does not protect.
                of_law = [g for g in groups if (g["ground"] == "-") == (number == 4)]
                group = chosen(of_law, 1, f"{key}/{frame['text']}")[0]
                text = frame["text"].format(P=group["plural"], W=word["word"])
                yield [f"fr-word-{word['part']}-{word['word'].replace(' ', '-')}", *labels(kinds[frame["text"]], group), group["group"], first_up(text, frame["text"])]


def verb_rows():
    groups = table("groups.tsv")
    frames = table("verb-frames.tsv")
    for verb in table("verbs.tsv"):
        unkind = verb["kind"] in CALLS
        imperative = verb["imperative"]
        for sort, count in FRAMES_A_WORD.items():
            count += MORE_FOR_AN_INSULT if sort == "plain" and unkind else 0
            if sort == "turned" and verb["turns"] == "0":
                continue
            wanted = "plain" if sort == "plain" else "bad:" if unkind else "good:"
            able = [f for f in frames if f["kind"].startswith(wanted)]
            if sort == "turned" and any(no in imperative.split() for no in ("niet", "niets", "geen")):
                able = [f for f in able if "'{I}'" in f["text"]]
            for number, frame in enumerate(chosen(able, count, f"{sort}/{imperative}"), 1):
                of_law = [g for g in groups if (g["ground"] == "-") == (number == 4)]
                group = chosen(of_law, 1, f"{sort}/{imperative}/{frame['text']}")[0]
                text = frame["text"].format(I=imperative, NI=imperative.replace(" ", " nooit ", 1), N=verb["infinitive"]).format(P=group["plural"])
                kind = frame["kind"].partition(":")[2] or verb["kind"]
                yield [f"fr-verb-{imperative.split()[0]}", *labels(kind, group), group["group"], first_up(text, frame["text"])]


def main():
    seen, lines = set(), ["\t".join(COLUMNS)]
    for row in [*frame_rows(), *name_rows(), *slur_rows(), *word_rows(), *verb_rows()]:
        same = " ".join(re.findall(r"\w+", row[-1].lower()))      # what scripts/check_data.py calls the same text
        if same not in seen:
            seen.add(same)
            lines.append("\t".join(row))
    text = "\n".join(lines) + "\n"
    out = HERE / "cases.tsv"
    if "--check" in sys.argv:
        if out.read_text(encoding="utf-8") != text:
            sys.exit("eval-data/frames/cases.tsv is not what the frames give: run eval-data/frames/build.py")
    else:
        out.write_text(text, encoding="utf-8")
    print(f"{len(lines) - 1} rows")


if __name__ == "__main__":
    main()
