#!/usr/bin/env python3
"""Expand the GrensCheck templates to cases-train.csv, cases-dev.csv and cases-test.csv.

    python3 build.py            write the three files
    python3 build.py --check    write nothing; exit 1 if the files differ or a rule is broken
    python3 build.py --counts   write nothing; print counts per functionality and split

Only the standard library. The same input always gives the same output (SEED).
Content warning: the templates hold made-up hateful text, for testing a detector only.
"""
import csv
import io
import random
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
SEED = 20260101
MAX_GROUPS = 8          # groups per slot template
MIN_TEMPLATES = 12      # templates per written functionality
SPLITS = ("train", "dev", "test")
DRAW = {"train": 12, "dev": 24, "test": 24}   # base cases per transformation and polarity: 60 + 60
COLUMNS = ["case_id", "functionality", "test_case", "label_gold", "target_ident", "direction", "focus_words", "focus_lemma",
           "ref_case_id", "ref_templ_id", "templ_id", "article", "group_hate", "art137c", "art137d", "grounds", "form",
           "context", "expected_band", "family", "disguise"]
SLOT = re.compile(r"\[([A-Z_]+)\]")


# ---------------------------------------------------------------- reading

def read_tsv(path):
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    head = lines[0].split("\t")
    rows = []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(head):
            sys.exit(f"{path.name}:{number}: {len(cells)} cells, expected {len(head)}")
        rows.append(dict(zip(head, cells)))
    return rows


def read_all():
    functionalities = {r["key"]: r for r in read_tsv(HERE / "functionalities.tsv")}
    groups = {r["group"]: r for r in read_tsv(HERE / "groups.tsv")}
    templates = []
    for path in sorted(HERE.glob("templates-*.tsv")):
        templates += read_tsv(path)
    return functionalities, groups, templates


# ---------------------------------------------------------------- labels

def num(text):
    return float(text)


def show(value):
    return "0.5" if value == 0.5 else str(int(value))


def labels(template, group):
    """The labels of one case. A slot template holds the labels of a fully protected group; the group can only lower them."""
    hate, c, d = num(template["group_hate"]), num(template["art137c"]), num(template["art137d"])
    form, grounds = template["form"], template["grounds"]
    if group and group["kind"] == "protected" and grounds in ("auto", group["grounds"]):
        c, d = min(c, num(group["max137c"])), min(d, num(group["max137d"]))
    if grounds == "auto":
        marked = hate == 1 or 0.5 in (c, d)
        grounds = group["grounds"] if marked and group else "-"
    if hate == 1 and c == 0 and d == 0 and grounds == "gender":
        form = "gender_insult"
    if hate == 0:
        band = template["expected_band"]            # clear, or review for satire
    else:
        band = "candidate" if 1 in (c, d) else "review"
    full = ("c" if c == 1 else "") + ("d" if d == 1 else "")
    article = full or ("review" if 0.5 in (c, d) else "none")
    return {"group_hate": show(hate), "art137c": show(c), "art137d": show(d), "grounds": grounds, "form": form,
            "expected_band": band, "article": article, "label_gold": "hateful" if hate == 1 else "non-hateful"}


# ---------------------------------------------------------------- templates to cases

def fill(text, group):
    """Fill the slots; a slot that opens a sentence gets a capital. Returns the text and the words filled in."""
    words = []

    def one(match):
        name = match.group(1)
        word = group.get(name, "-")
        if word in ("-", ""):
            sys.exit(f"group {group['group']} has no form {name}: {text}")
        words.append(word)
        before = text[:match.start()].rstrip(" '\"“”‘(")
        return word[0].upper() + word[1:] if before == "" or before[-1] in ".!?" else word
    return SLOT.sub(one, text), words


def expand(template, groups):
    slotted = bool(SLOT.search(template["template"]))
    keys = [k for k in template["groups"].split(",") if k != "-"]
    if slotted and len(keys) > MAX_GROUPS:
        keys = sorted(random.Random(f"{SEED}:{template['templ_id']}").sample(keys, MAX_GROUPS), key=keys.index)
    if slotted:
        pairs = [(f"{template['templ_id']}.{k}", groups[k], *fill(template["template"], groups[k])) for k in keys]
    else:
        group = groups[keys[0]] if keys else None
        found = []
        if group:
            forms = [group[f] for f in ("SLUR_PL", "SLUR_SG", "GRP_PL", "GRP_A", "GRP_SG") if group.get(f, "-") != "-"]
            found = [f for f in forms if re.search(r"\b" + re.escape(f) + r"\b", template["template"], re.I)][:1]
        pairs = [(template["templ_id"], group, template["template"], found)]
    for case_id, group, text, words in pairs:
        case = labels(template, group)
        targeted = bool(group) and group["kind"] != "filler"
        case.update(
            case_id=case_id, functionality=template["functionality"], test_case=text, templ_id=template["templ_id"],
            target_ident=group["ident"] if targeted else "-",
            direction=template["direction"].strip("-"),
            focus_words=", ".join(dict.fromkeys(words)),
            focus_lemma=group["GRP_SG"] if words and targeted and group["GRP_SG"] != "-" else ", ".join(dict.fromkeys(words)),
            context=template["context"], family=template["family"], split=template["split"], disguise="-",
            ref_case_id="", ref_templ_id="", group_key=group["group"] if group else "-")
        yield case


def link_twins(cases):
    """A harmless or borderline case points to the hateful template of its family, and to the case with the same group."""
    first, by_key = {}, {}
    for case in cases:
        if case["functionality"].endswith("_h"):
            first.setdefault(case["family"], case["templ_id"])
            by_key.setdefault((case["templ_id"], case["group_key"]), case["case_id"])
    for case in cases:
        ref = first.get(case["family"])
        if ref and not case["functionality"].endswith("_h"):
            case["ref_templ_id"] = ref
            case["ref_case_id"] = by_key.get((ref, case["group_key"]), "")


# ---------------------------------------------------------------- disguises

NEAR = dict(zip("abcdefghijklmnopqrstuvwxyz",
                "s v x f r d h j o k l k n m p o w t d y i c e z t x".split()))
LEET = str.maketrans("aeiostAEIOST", "431057431057")
GLYPH = str.maketrans("aeopcxyiAEOPCXTKMHB", "аеорсхуіАЕОРСХТКМНВ")      # Cyrillic look-alikes
ZERO = ("\u200b", "\u200c", "\u2060", "\u00ad")
WORD = re.compile(r"[^\W\d_]{4,}")
COMMON = set("""niet naar voor maar zijn haar deze hier daar door over onder ook want weer gewoon altijd toen toch heel alle
    allemaal moet moeten mogen worden wordt werd werden heeft hebben kunnen kunt zegt zeggen waar wanneer iedereen niemand iemand
    iets niets jullie onze mijn meer minder eens zouden zich nooit""".split())


def some_words(text, focus, rng, share):
    """Spans of the group word and of about `share` of the other content words, at least two where there are two."""
    spans = [m.span() for m in WORD.finditer(text) if m.group().lower() not in COMMON]
    spans = spans or [m.span() for m in re.finditer(r"[^\W\d_]{2,}", text)]
    count = min(len(spans), max(2, round(share * len(spans))))
    named = {w.lower() for w in WORD.findall(focus)}
    chosen = [s for s in spans if text[s[0]:s[1]].lower() in named]
    rest = [s for s in spans if s not in chosen]
    chosen += rng.sample(rest, min(len(rest), max(1, count - len(chosen))))
    return sorted(chosen, reverse=True)


def on_words(text, focus, rng, share, change):
    for start, end in some_words(text, focus, rng, share):
        text = text[:start] + change(text[start:end], rng) + text[end:]
    return text


def w_typo(word, rng):
    at = rng.randrange(1, len(word))
    kind = rng.choice(("near", "double", "drop")) if len(word) > 3 else "double"
    if kind == "near" and word[at].lower() in NEAR:
        return word[:at] + NEAR[word[at].lower()] + word[at + 1:]
    if kind == "drop":
        return word[:at] + word[at + 1:]
    return word[:at] + word[at] + word[at:]


def w_swap(word, rng):
    places = [i for i in range(1, len(word) - 1) if word[i] != word[i + 1]] or [0]
    at = rng.choice(places)
    return word[:at] + word[at + 1] + word[at] + word[at + 2:]


def w_zero(word, rng):
    at = rng.randrange(1, len(word))
    return word[:at] + rng.choice(ZERO) + word[at:]


def w_star(word, rng):
    vowels = [i for i, c in enumerate(word) if i and c.lower() in "aeiouëïé"] or [1]
    at = rng.choice(vowels)
    return word[:at] + "*" + word[at + 1:]


def d_nospace(text, _, rng):
    places = [i for i, c in enumerate(text) if c == " "]
    for at in sorted(rng.sample(places, max(1, len(places) // 2)), reverse=True):
        text = text[:at] + text[at + 1:]
    return text


def d_hashtag(text, _, rng):
    """Two or three words become hashtags and the last two to four words one run-together hashtag."""
    words = text.split(" ")
    tail = min(rng.choice((2, 3, 4)), max(1, len(words) - 2))
    clean = [re.sub(r"[^\w]", "", w) for w in words[-tail:]]
    last = "#" + "".join(w[:1].upper() + w[1:] for w in clean)
    head = words[:-tail]
    long = [i for i, w in enumerate(head) if re.match(r"\w{4,}", w)]
    for i in rng.sample(long, min(len(long), rng.choice((2, 3)))):
        head[i] = "#" + head[i]
    return " ".join(head + [last])


DISGUISES = {
    "typo": lambda t, f, r: on_words(t, f, r, 0.35, w_typo),
    "swap": lambda t, f, r: on_words(t, f, r, 0.35, w_swap),
    "nospace": d_nospace,
    "addspace": lambda t, f, r: on_words(t, f, r, 0.3, lambda w, _: " ".join(w)),
    "leet": lambda t, f, r: on_words(t, f, r, 0.6, lambda w, _: w.translate(LEET)),
    "homoglyph": lambda t, f, r: on_words(t, f, r, 0.5, lambda w, _: w.translate(GLYPH)),
    "zerowidth": lambda t, f, r: on_words(t, f, r, 0.6, w_zero),
    "asterisk": lambda t, f, r: on_words(t, f, r, 0.35, w_star),
    "caps": lambda t, f, r: t.upper(),
    "hashtag": d_hashtag,
}


def disguised(cases, functionalities):
    """Each transformation on DRAW hateful and DRAW harmless base cases of each split, one case per template."""
    pools = defaultdict(lambda: defaultdict(list))
    for case in cases:
        if functionalities[case["functionality"]]["block"] not in ("137c", "137d", "not"):
            continue
        if case["label_gold"] == "hateful" and case["expected_band"] == "candidate":
            pools[case["split"], "h"][case["templ_id"]].append(case)
        elif case["functionality"].endswith("_nh"):
            pools[case["split"], "nh"][case["templ_id"]].append(case)
    for name, change in DISGUISES.items():
        for split in SPLITS:
            for mark in ("h", "nh"):
                rng = random.Random(f"{SEED}:{name}:{split}:{mark}")
                pool = pools[split, mark]
                for templ_id in rng.sample(sorted(pool), min(DRAW[split], len(pool))):
                    base = rng.choice(pool[templ_id])
                    text = base["test_case"]
                    for _ in range(20):
                        if text != base["test_case"]:
                            break
                        text = change(base["test_case"], base["focus_words"], rng)
                    new = dict(base, test_case=text, case_id=f"{base['case_id']}~{name}", disguise=name,
                               functionality=f"dis_{name}_{mark}", ref_case_id=base["case_id"], ref_templ_id=base["templ_id"])
                    if text != base["test_case"]:
                        yield new


# ---------------------------------------------------------------- output and rules

def build():
    functionalities, groups, templates = read_all()
    cases = [c for t in templates for c in expand(t, groups)]
    link_twins(cases)
    cases += disguised(cases, functionalities)
    files = {}
    for split in SPLITS:
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(c for c in cases if c["split"] == split)
        files[f"cases-{split}.csv"] = out.getvalue()
    return functionalities, groups, templates, cases, files


FORMS = set("derogation dehumanisation slur criminality inferiority irony denial violence discrimination hatred veiled "
            "gender_insult -".split())
BANDS = ("candidate", "review", "clear")
CONTEXTS = set("criticism migration individual nonprotected counter_quote counter_ref news history victim neutral positive "
               "reclaimed homonym profanity object negated ordinary doctrine satire political -".split())


def broken_rules(functionalities, groups, templates, cases):
    bad = []
    per = Counter(t["functionality"] for t in templates)
    slots = Counter(t["functionality"] for t in templates if SLOT.search(t["template"]))
    for key, row in functionalities.items():
        if row["block"] != "scripted" and per[key] < MIN_TEMPLATES:
            bad.append(f"{key}: {per[key]} templates, at least {MIN_TEMPLATES} needed")
        elif row["block"] == "scripted":
            used = len({c["templ_id"] for c in cases if c["functionality"] == key})
            if used < MIN_TEMPLATES:
                bad.append(f"{key}: drawn from {used} templates, at least {MIN_TEMPLATES} needed")
        elif not 1 / 4 <= slots[key] / per[key] <= 3 / 4:
            bad.append(f"{key}: {slots[key]} of {per[key]} templates have a slot")
        for split in SPLITS:
            if not any(c["functionality"] == key and c["split"] == split for c in cases):
                bad.append(f"{key}: no case in {split}")
    family_split = {}
    for t in templates:
        where = t["templ_id"]
        if t["functionality"] not in functionalities:
            bad.append(f"{where}: unknown functionality {t['functionality']}")
        if t["split"] not in SPLITS:
            bad.append(f"{where}: unknown split {t['split']}")
        if family_split.setdefault(t["family"], t["split"]) != t["split"]:
            bad.append(f"family {t['family']} crosses splits")
        if t["form"] not in FORMS or t["context"] not in CONTEXTS:
            bad.append(f"{where}: unknown form or context {t['form']} {t['context']}")
        if not {t["group_hate"], t["art137c"], t["art137d"]} <= {"0", "0.5", "1"} or t["expected_band"] not in BANDS:
            bad.append(f"{where}: unknown label or band")
        elif float(t["group_hate"]) and (t["expected_band"] == "candidate") != ("1" in (t["art137c"], t["art137d"])):
            bad.append(f"{where}: band {t['expected_band']} does not follow from the articles")
        if len(t["template"].split()) > 60:
            bad.append(f"{where}: more than 60 words")
        bad += [f"{where}: unknown group {k}" for k in t["groups"].split(",") if k != "-" and k not in groups]
    ids, texts = Counter(), {}
    for case in cases:
        ids[case["case_id"]] += 1
        key, hate = case["functionality"], case["group_hate"]
        if key.endswith("_nh") and (hate != "0" or case["article"] != "none"):
            bad.append(f"{case['case_id']}: harmless functionality with a hateful label")
        if key.endswith("_h") and hate != "1":
            bad.append(f"{case['case_id']}: hateful functionality with a harmless label")
        if (case["grounds"] == "gender") and case["art137c"] != "0":
            bad.append(f"{case['case_id']}: 137c on the ground of gender alone")
        if case["disguise"] == "-":
            seen = texts.setdefault(case["test_case"].casefold(), case)
            if seen is not case:
                bad.append(f"{case['case_id']}: same text as {seen['case_id']}")
    bad += [f"case_id {i} used {n} times" for i, n in ids.items() if n > 1]
    return bad


def counts(functionalities, cases):
    table = defaultdict(Counter)
    for c in cases:
        table[c["functionality"]][c["split"]] += 1
    print("functionality\ttrain\tdev\ttest\tall")
    for key in functionalities:
        print(key, *(table[key][s] for s in SPLITS), sum(table[key].values()), sep="\t")
    total = Counter(c["split"] for c in cases)
    print("all", *(total[s] for s in SPLITS), len(cases), sep="\t")
    print("labels:", dict(Counter(c["label_gold"] for c in cases)), dict(Counter(c["article"] for c in cases)),
          dict(Counter(c["expected_band"] for c in cases)), "group_hate", dict(Counter(c["group_hate"] for c in cases)))


def main():
    functionalities, groups, templates, cases, files = build()
    if "--counts" in sys.argv:
        counts(functionalities, cases)
        return 0
    bad = broken_rules(functionalities, groups, templates, cases)
    if "--check" in sys.argv:
        for name, text in files.items():
            path = HERE / name
            if not path.exists() or path.read_bytes() != text.encode("utf-8"):
                bad.append(f"{name} differs from what build.py would write")
    else:
        for name, text in files.items():
            (HERE / name).write_bytes(text.encode("utf-8"))
    for line in bad:
        print(line, file=sys.stderr)
    print(f"{len(templates)} templates, {len(cases)} cases, {len(bad)} problems")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
