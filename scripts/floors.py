#!/usr/bin/env python3
"""Figures of the card beside the project's floors and aims: one column a model, and their mean.

Usage: python3 -m scripts.floors NAME=REPORT.json [...]        (what `scripts.card --report` wrote, one a model)

Floors and aims are those that the model was ordered with; where two of a kind count (articles, sets of groups), the worse one stands here.
"""
import argparse
import json
import pathlib

from scripts.card import at_review

MHC, TEST = "Multilingual HateCheck, Dutch, development half", "GrensCheck test (not used for any choice)"
SETS_OF_GROUPS = ("gaps Multilingual HateCheck dev", "gaps GrensCheck test", "gaps held-out Dutch rows")


def right(report, names):
    """The least share right of the functionalities of HateCheck that `names` lets through."""
    rows = next(s["rows"] for s in report["functional"][MHC]["slices"] if s["by"] == "functionality")
    return min(r["right"]["share"] for r in rows if names(r["name"]))


def f1_of(report, test, head):
    return at_review(report["functional"][test], head)[0]["macro_f1"]


def false_alarms(report):
    counts = at_review(report["functional"][MHC], "group_hate")[1]
    return counts["fp"] / (counts["fp"] + counts["tn"])


def marked(what, *sets):
    """Share of the everyday posts of `sets` together that become a candidate or go to review; from the counts, as reports are rounded."""
    return lambda r: sum(r[s][what]["hits"] for s in sets) / sum(r[s][what]["n"] for s in sets)


def best_peer(report):
    return max(report["rtplx"]["peers"][k] for k in ("Azure AI Content Safety", "GPT-4-turbo"))


# What, the floor and the aim (a negative one is a ceiling), and where it stands in a report.
BARS = [
    ("MHC-nl dev macro-F1", 0.82, 0.90, lambda r: f1_of(r, MHC, "group_hate")),
    ("its weakest functionality", 0.55, 0.75, lambda r: right(r, lambda n: True)),
    ("slurs", 0.75, 0.90, lambda r: right(r, lambda n: n == "slur_h")),
    ("counter-speech, worse", 0.80, 0.90, lambda r: right(r, lambda n: n.startswith("counter_"))),
    ("spelling, worst", 0.65, 0.85, lambda r: right(r, lambda n: n.startswith("spell_"))),
    ("false alarms", -0.20, -0.08, false_alarms),
    ("RTP-LX nl dev, ROC-AUC", 0.90, 0.95, lambda r: r["rtplx"]["auc"]),
    ("of the 152 beside peers (floor: the better peer)", best_peer, 0.92, lambda r: r["rtplx"]["peers"]["grens"]),
    ("GrensCheck test, group hate macro-F1", 0.85, 0.95, lambda r: f1_of(r, TEST, "group_hate")),
    ("137c macro-F1", 0.80, 0.90, lambda r: f1_of(r, TEST, "137c")),
    ("137d macro-F1", 0.80, 0.90, lambda r: f1_of(r, TEST, "137d")),
    ("grounds macro-F1", 0.85, 0.95, lambda r: r["grounds GrensCheck test"]["macro_f1"]),
    ("everyday posts, candidates (chosen on)", -0.002, -0.0, marked("candidate", "ordinary")),
    ("everyday posts, review (chosen on)", -0.01, -0.003, marked("review", "ordinary")),
    ("everyday posts, candidates (fresh)", -0.002, -0.0, marked("candidate", "fresh")),
    ("everyday posts, review (fresh)", -0.01, -0.003, marked("review", "fresh")),
    ("everyday posts, candidates (both)", -0.002, -0.0, marked("candidate", "ordinary", "fresh")),
    ("everyday posts, review (both)", -0.01, -0.003, marked("review", "ordinary", "fresh")),
    ("worst group below mean, recall", -0.10, -0.04, lambda r: max(r[s]["worst_below_mean"]["recall"] for s in SETS_OF_GROUPS)),
    ("worst group below mean, BPSN AUC", -0.10, -0.04, lambda r: max(r[s]["worst_below_mean"]["bpsn_auc"] for s in SETS_OF_GROUPS)),
    ("ECE of group hate, held-out Dutch", -0.05, -0.02, lambda r: r["reliability"]["ece"]),
]


def met(value, bar):
    return value >= bar if bar > 0 else value <= -bar


def rows(reports):
    """Lines of the table, `reports` being {name: report of the card}."""
    lines = [f"| what | floor | aim | {' | '.join(reports)} | mean | floor met |", "|---" * (len(reports) + 5) + "|"]
    for what, floor, aim, of in BARS:
        floor = floor(next(iter(reports.values()))) if callable(floor) else floor
        values = [of(r) for r in reports.values()]
        mean = sum(values) / len(values)
        digits = 4 if what.startswith("everyday") else 3
        shown = " | ".join(f"{v:.{digits}f}" for v in values)
        sign = ">=" if floor > 0 else "<="
        lines.append(f"| {what} | {sign} {abs(floor):.3g} | {sign} {abs(aim):.3g} | {shown} | {mean:.{digits}f} | {'yes' if met(mean, floor) else '**no**'} |")
    return lines


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("reports", nargs="+", metavar="NAME=REPORT.json")
    reports = {}
    for part in args.parse_args().reports:
        name, _, path = part.rpartition("=")
        if not name:
            raise SystemExit(f"error: {part}: each report is NAME=FILE, such as seed-7=work/card-7.json")
        reports[name] = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    print("\n".join(rows(reports)))


if __name__ == "__main__":
    main()
