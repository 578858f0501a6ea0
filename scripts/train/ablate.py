#!/usr/bin/env python3
"""What a part of the recipe is worth: short trainings from the base, alike but for one thing, side by side.

Usage: python3 -m scripts.train.ablate --base DIR --data DIR --work DIR [--seed 7]

Each run gets about 12,000 row passes in one epoch, a fraction of what the shipped model saw: some six minutes at the 32 rows a second that two
cores have done. They say which part matters, not what the shipped model would lose: a longer training makes up for some of it. Where the Dutch rows
are left out, public rows take their number. A finished run is not repeated; the table goes to stdout.
"""
import argparse
import json
import pathlib
import subprocess
import sys

from scripts.train import table

EQUAL = ["--epochs", "1", "--ground-weight", "1", "--lr", "1e-4"]
DUTCH = ["--dutch-passes", "0.25", "--frames-passes", "0.15", "--grenscheck-passes", "0.3", "--public-share", "0.15"]
NO_DUTCH = ["--dutch-passes", "0", "--public-share", "0.7"]
RUNS = {
    "all": DUTCH,
    "without the Dutch rows": NO_DUTCH,
    "without DGHS": DUTCH + ["--without", "dghs"],
    "without respelling": DUTCH + ["--respell", "0"],
}


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--base", required=True)
    args.add_argument("--data", required=True)
    args.add_argument("--dutch", default="eval-data/train")
    args.add_argument("--work", type=pathlib.Path, required=True, help="directory of the runs' checkpoints and reports")
    args.add_argument("--seed", default="7")
    args = args.parse_args()
    reports = {}
    for name, flags in RUNS.items():
        out = args.work / name.replace(" ", "-")
        report = out.with_suffix(".json")
        if not report.exists():
            print(f"== {name}", file=sys.stderr, flush=True)
            subprocess.run([sys.executable, "-m", "scripts.train", "--base", args.base, "--data", args.data, "--dutch", args.dutch, "--out", out,
                            "--report", report, "--seed", args.seed, *EQUAL, *flags], check=True, stdout=sys.stderr)
        reports[name] = json.loads(report.read_text(encoding="utf-8"))
    print("\n".join(table.rows(reports)))


if __name__ == "__main__":
    main()
