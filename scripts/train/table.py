#!/usr/bin/env python3
"""Reports of trainings, side by side, as a Markdown table; with `--mean`, their mean and the distance from worst to best below it.

Usage: python3 -m scripts.train.table [--mean] NAME=REPORT.json [...]

Figures are those of the weights that a run kept, at probability 0.5, before calibration and 8 bits.
"""
import argparse
import json
import pathlib

COLUMNS = {
    "HateCheck macro-F1": lambda f: f["mhc"]["macro_f1"],
    "false alarms": lambda f: f["mhc"]["false_alarms"],
    "slurs": lambda f: f["mhc"]["accuracy_by_functionality"]["slur_h"],
    "spelling, worst": lambda f: min(v for k, v in f["mhc"]["accuracy_by_functionality"].items() if k.startswith("spell_")),
    "counter-speech, worse": lambda f: min(v for k, v in f["mhc"]["accuracy_by_functionality"].items() if k.startswith("counter_")),
    "RTP-LX AUC": lambda f: f["rtplx"]["auc"],
    "of the 152": lambda f: f["peers"]["auc"],
    "held-out Dutch macro-F1": lambda f: f["dutch"]["macro_f1"],
    "137c AP": lambda f: f["dutch"]["heads"]["art137c"]["ap"],
    "137d AP": lambda f: f["dutch"]["heads"]["art137d"]["ap"],
    "GrensCheck dev macro-F1": lambda f: f["cases"]["group_hate"]["macro_f1"],
}


def rows(reports, with_mean=False):
    """Lines of the table, `reports` being {name: what a run wrote}."""
    values = {name: [column(r["final"]["figures"]) for column in COLUMNS.values()] for name, r in reports.items()}
    lines = ["| run | row passes | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 2) + "|"]
    lines += [f"| {name} | {reports[name]['row_passes']:,} | " + " | ".join(f"{v:.3f}" for v in row) + " |" for name, row in values.items()]
    if with_mean:
        columns = list(zip(*values.values()))
        lines.append("| mean | | " + " | ".join(f"{sum(c) / len(c):.3f}" for c in columns) + " |")
        lines.append("| widest difference | | " + " | ".join(f"{max(c) - min(c):.3f}" for c in columns) + " |")
    return lines


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("reports", nargs="+", metavar="NAME=REPORT.json")
    args.add_argument("--mean", action="store_true", help="add the mean of the runs and how far they lie apart")
    args = args.parse_args()
    reports = {}
    for part in args.reports:
        name, _, path = part.rpartition("=")
        if not name:
            raise SystemExit(f"error: {part}: each report is NAME=FILE, such as seed-7=work/r7.json")
        reports[name] = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    print("\n".join(rows(reports, args.mean)))


if __name__ == "__main__":
    main()
