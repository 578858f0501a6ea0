#!/usr/bin/env python3
"""What the model says of plain sentences about every group: eval-data/probes/sentences.tsv, filled.

Usage: python3 -m scripts.probe [--model models/grens-nl] [--grens target/release/grens]

A sentence is filled with each of the groups below, short ones twice: as typed, and as a sentence with a capital and a full stop. What stands word for word among the
rows and frames that are trained on is left out. Every ninth sentence is also filled with names of groups that are kept out of training (names.tsv): what is said of
one that the law does not protect is no group hate. Prints the share that is right at the shipped threshold of group hate, by length and label, then the
sentences that go wrong for a quarter of the groups or more. Fillings of one sentence are not independent: no intervals.
"""
import argparse
import collections
import csv
import pathlib

from scripts.card import Scores
from scripts.check_data import words
from scripts.sources import dutch_rows

GROUPS = ("Marokkanen", "Turken", "Surinamers", "zwarte mensen", "Chinezen", "Syriërs", "Polen", "Roma", "joden", "moslims", "christenen", "homo's",
          "transgenders", "vrouwen", "gehandicapten", "autisten", "mensen in een rolstoel")


def table(path):
    with open(path, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))


def fillings(sentence, groups):
    """The texts that a sentence gives."""
    for group in groups:
        text = sentence["text"].format(P=group["plural"], S=group["singular"])
        upper = text[0].upper() + text[1:]
        yield from [text, upper if upper.endswith((".", "?")) else upper + "."] if sentence["length"] == "short" else [upper]


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--model", type=pathlib.Path, default=pathlib.Path("models/grens-nl"))
    args.add_argument("--grens", type=pathlib.Path, default=pathlib.Path("target/release/grens"))
    args.add_argument("--data", type=pathlib.Path, default=pathlib.Path("eval-data"))
    args = args.parse_args()
    groups = [g for g in table(args.data / "frames/groups.tsv") if g["plural"] in GROUPS]
    trained = {tuple(words(r["text"])) for folder, pattern in (("train", "*/*.tsv"), ("frames", "cases.tsv")) for r in dutch_rows(args.data / folder, pattern)[0]}
    cases, left_out = {}, 0
    for sentence in table(args.data / "probes/sentences.tsv"):
        for text in fillings(sentence, groups):
            if tuple(words(text)) in trained:
                left_out += 1
            else:
                cases[text] = sentence
    for name in table(args.data / "probes/names.tsv"):
        for sentence in [s for s in table(args.data / "probes/sentences.tsv") if "{S}" not in s["text"]][::9]:
            unprotected = name["protected"] == "0"
            told = {"length": "unprotected name" if unprotected else "name", "hate": "0" if unprotected else sentence["hate"], "text": "sentences with " + name["plural"]}
            cases[next(fillings({"text": sentence["text"], "length": "long"}, [{"plural": name["plural"], "singular": ""}]))] = told
    right, wrong = collections.defaultdict(list), collections.defaultdict(list)
    for (text, sentence), record in zip(cases.items(), Scores(args.grens, args.model).of(list(cases))):
        good = (record["scores"]["group_hate"] >= 0.5) == (sentence["hate"] == "1")
        right[sentence["length"], sentence["hate"]].append(good)
        wrong[sentence["length"], sentence["hate"], sentence["text"]].append(not good)
    print(f"{len(cases)} texts; {left_out} left out, as they are trained on\n\n| length | label | texts | right |\n|---|---|---|---|")
    for (length, label), marks in right.items():
        print(f"| {length} | {'hateful' if label == '1' else 'harmless'} | {len(marks)} | {sum(marks) / len(marks):.3f} |")
    print()
    for (length, label, text), marks in sorted(wrong.items(), key=lambda item: -sum(item[1]) / len(item[1])):
        if sum(marks) * 4 >= len(marks):
            print(f"{sum(marks)} of {len(marks)} {'missed' if label == '1' else 'marked'}: {text}")


if __name__ == "__main__":
    main()
