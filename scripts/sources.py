"""Where rows come from: the public rows, the Dutch rows written here, the development sets. One reader each, no judgement.

All texts are returned as they stand; `normalise` is applied by whoever tokenises.
"""
import csv
import gzip
import hashlib
import json
import pathlib

HEADS = ["group_hate", "art137c", "art137d", "race", "religion", "orientation", "disability", "gender"]
GROUNDS = HEADS[3:]


def public_rows(path):
    """The rows of public-train.jsonl.gz as dicts; `split` says which of them may be trained on."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def dutch_rows(root, pattern="*.tsv"):
    """The rows of every TSV of that name under `root` (columns of LABELS.md) as dicts, with `file` added; broken lines are left out and counted."""
    rows, broken = [], 0
    for path in sorted(pathlib.Path(root).rglob(pattern)):
        with open(path, encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE):
                levels = {row.get(name) for name in HEADS[:3]}
                if None in row or None in row.values() or not levels <= {"0", "0.5", "1"} or not row["text"].strip():
                    broken += 1
                    continue
                rows.append(row | {"file": str(path.relative_to(root))})
    return rows, broken


def case_rows(path):
    """Rows of a functional test in HateCheck's columns (`test_case`, `functionality`, `label_gold` ...); none if there is no such file."""
    if not pathlib.Path(path).exists():
        return []
    with open(path, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def jsonl_rows(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def sha256_of_rows(rows):
    """A hash over texts in order, for naming what a run has seen."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(row["text"].encode() + b"\n")
    return digest.hexdigest()
