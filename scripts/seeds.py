#!/usr/bin/env python3
"""What chance does: each checkpoint made into a model of its own, with thresholds of its own, and measured as the shipped one is.

Usage: python3 -m scripts.seeds --data DIR --work DIR NAME=CHECKPOINT [...]        (needs a release build of grens)

Export, calibration and the card's figures of each, then the table of scripts/floors.py with their mean. A model that was measured is not
measured again.
"""
import argparse
import json
import pathlib
import subprocess
import sys

from scripts import floors


def run(module, *options):
    subprocess.run([sys.executable, "-m", f"scripts.{module}", *map(str, options)], check=True, stdout=subprocess.DEVNULL)


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("checkpoints", nargs="+", metavar="NAME=CHECKPOINT")
    args.add_argument("--data", type=pathlib.Path, required=True)
    args.add_argument("--work", type=pathlib.Path, required=True, help="directory of the models and their reports")
    args = args.parse_args()
    reports = {}
    for part in args.checkpoints:
        name, _, checkpoint = part.rpartition("=")
        if not name:
            raise SystemExit(f"error: {part}: each is NAME=CHECKPOINT, such as seed-7=work/checkpoint-7")
        model, report = args.work / name, args.work / f"{name}.json"
        if not report.exists():
            print(f"== {name}", file=sys.stderr, flush=True)
            run("export_int8", "--checkpoint", checkpoint, "--out", model, "--version", name)
            run("calibrate", "--model", model, "--data", args.data, "--policy", name)
            run("card", "--model", model, "--data", args.data, "--report", report)
        reports[name] = json.loads(report.read_text(encoding="utf-8"))
    print("\n".join(floors.rows(reports)))


if __name__ == "__main__":
    main()
