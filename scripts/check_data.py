#!/usr/bin/env python3
"""Check the Dutch material under eval-data/ against LABELS.md and report its variety.

Usage: python3 scripts/check_data.py [FILE_OR_DIR ...]     (default: eval-data/train)
Exit status 1 when a row breaks a rule; each is named by file and line. Standard library only.
"""
import collections
import csv
import pathlib
import re
import sys

COLUMNS = ["family", "group_hate", "art137c", "art137d", "grounds", "form", "context", "group", "text"]
GROUNDS = {"race", "religion", "orientation", "disability", "gender"}
FORMS = {"-", "derogation", "dehumanisation", "slur", "criminality", "inferiority", "irony", "denial",
         "violence", "discrimination", "hatred", "veiled", "gender_insult"}
CONTEXTS = {"-", "criticism", "migration", "individual", "nonprotected", "counter_quote", "counter_ref", "news",
            "history", "victim", "neutral", "positive", "reclaimed", "homonym", "profanity", "object", "negated",
            "ordinary", "doctrine", "satire", "political"}
LEVELS = {"0": 0.0, "0.5": 0.5, "1": 1.0}


def words(text):
    return re.findall(r"\w+", text.lower())


def row_errors(row):
    if len(row) != len(COLUMNS):
        return [f"{len(row)} cells, {len(COLUMNS)} wanted"]
    cell = dict(zip(COLUMNS, row))
    errors = []
    for name in ("group_hate", "art137c", "art137d"):
        if cell[name] not in LEVELS:
            errors.append(f"{name} is {cell[name]!r}: write 0, 0.5 or 1")
    if errors:
        return errors
    grounds = set() if cell["grounds"] == "-" else set(cell["grounds"].split(","))
    if grounds - GROUNDS:
        errors.append(f"unknown ground {sorted(grounds - GROUNDS)}")
    if cell["form"] not in FORMS:
        errors.append(f"unknown form {cell['form']!r}")
    if cell["context"] not in CONTEXTS:
        errors.append(f"unknown context {cell['context']!r}")
    hate, insult, incite = (LEVELS[cell[n]] for n in ("group_hate", "art137c", "art137d"))
    if hate < max(insult, incite):
        errors.append("an article is higher than group_hate")
    if hate == 1 and not grounds:
        errors.append("group_hate is 1 but no ground is given")
    if hate == 0 and max(insult, incite) == 0 and grounds:
        errors.append("a ground on a harmless row")
    if insult > 0 and grounds == {"gender"}:
        errors.append("137c does not cover gender")
    if hate == 1 and cell["form"] == "-":
        errors.append("hate without a form")
    if not cell["text"].strip():
        errors.append("empty text")
    if not cell["family"].strip():
        errors.append("empty family")
    return errors


def read(path):
    """Yield (line number, cells) of one TSV file, header checked."""
    with open(path, encoding="utf-8", newline="") as handle:
        for number, row in enumerate(csv.reader(handle, delimiter="\t", quoting=csv.QUOTE_NONE), 1):
            if number == 1:
                if row != COLUMNS:
                    yield number, None
                continue
            if row:
                yield number, row


def main():
    roots = [pathlib.Path(a) for a in sys.argv[1:]] or [pathlib.Path("eval-data/train")]
    files = sorted(f for r in roots for f in ([r] if r.is_file() else r.rglob("*.tsv")))
    bad = 0
    seen = {}
    folder_of = {}
    grams_of = []
    counts = collections.Counter()
    tokens = collections.Counter()
    rows = 0
    for path in files:
        for number, row in read(path):
            errors = ["the header is not the one of LABELS.md"] if row is None else row_errors(row)
            if row is not None and not errors:
                rows += 1
                key = " ".join(words(row[8])) or row[8]
                if key in seen:
                    errors.append(f"same text as {seen[key]}")
                seen[key] = f"{path}:{number}"
                # Families are split and batched by their name alone: two of one name would be one.
                if folder_of.setdefault(row[0], path.parent) != path.parent:
                    errors.append(f"family {row[0]} stands in {folder_of[row[0]]} too: take another name")
                w = words(row[8])
                tokens.update(w)
                grams_of.append(frozenset(zip(w, w[1:], w[2:])) if len(w) > 4 else frozenset())
                counts["hate" if row[1] == "1" else "border" if row[1] == "0.5" else "harmless"] += 1
                counts["137c"] += row[2] == "1"
                counts["137d"] += row[3] == "1"
                counts[f"context {row[6]}"] += 1
                counts[f"form {row[5]}"] += 1
                counts[f"group {row[7]}"] += 1
            for e in errors:
                bad += 1
                print(f"{path}:{number}: {e}", file=sys.stderr)
    # A near-duplicate shares at least 70% of its word trigrams (Jaccard) with an earlier row.
    index = collections.defaultdict(list)
    near = 0
    for i, grams in enumerate(grams_of):
        shared = collections.Counter(j for g in grams for j in index[g])
        if any(n / len(grams | grams_of[j]) >= 0.7 for j, n in shared.most_common(5)):
            near += 1
        for g in grams:
            index[g].append(i)
    total = sum(tokens.values())
    print(f"{rows} rows in {len(files)} files; {total} words, {len(tokens)} different "
          f"({len(tokens) / max(total, 1):.3f}); near-duplicates {near} ({near / max(rows, 1):.2%}); bad {bad}")
    for name, n in sorted(counts.items()):
        print(f"  {name}: {n}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
