#!/usr/bin/env python3
"""Agreement between the first labels of eval-data/train and the second reader's. Standard library only.

Usage: python3 scripts/agreement.py

Prints, per label, the share of equal marks (0, 0.5, 1) and Cohen's kappa (Cohen 1960), over the rows that still stand as they were read.
"""
import collections
import csv
import hashlib
import pathlib

ROOT = pathlib.Path("eval-data")
LABELS = ("group_hate", "art137c", "art137d", "grounds")


def rows(path):
    with open(path, encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)


def comparable(label, cell):
    return ",".join(sorted(cell.split(","))) if label == "grounds" else float(cell)


def kappa(pairs):
    """(agreement, kappa) of pairs of marks."""
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    first, second = (collections.Counter(p[i] for p in pairs) for i in (0, 1))
    expected = sum(first[k] * second[k] for k in first) / n ** 2
    return observed, (observed - expected) / (1 - expected)


def main():
    first = {hashlib.sha256(r["text"].encode()).hexdigest(): r for f in sorted(ROOT.glob("train/*/*.tsv")) for r in rows(f)}
    second = [r for r in rows(ROOT / "agreement/second-reader.tsv") if r["text_sha256"] in first]
    print(f"{len(second)} rows read twice")
    for label in LABELS:
        pairs = [(comparable(label, first[r["text_sha256"]][label]), comparable(label, r[label])) for r in second]
        print("{:<11} agreement {:.3f}  kappa {:.3f}".format(label, *kappa(pairs)))


if __name__ == "__main__":
    main()
