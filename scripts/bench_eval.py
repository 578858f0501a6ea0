#!/usr/bin/env python3
"""What all figures of 100,000 scored rows with 2,000 bootstrap draws cost: wall time and peak memory of `grens eval --system`.

Usage: python3 scripts/bench_eval.py [--grens target/release/grens] [--rows 100000] [--draws 2000]
"""
import argparse
import os
import pathlib
import random
import subprocess
import tempfile
import time


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--grens", type=pathlib.Path, default=pathlib.Path("target/release/grens"))
    args.add_argument("--rows", type=int, default=100_000)
    args.add_argument("--draws", type=int, default=2000)
    args = args.parse_args()
    rng = random.Random(137)
    with tempfile.TemporaryDirectory() as folder:
        rows, scores = pathlib.Path(folder) / "rows.csv", pathlib.Path(folder) / "scores.csv"
        with open(rows, "w", encoding="utf-8") as r, open(scores, "w", encoding="utf-8") as s:
            r.write("id,text,label,group,functionality,template\n")
            s.write("id,score\n")
            for i in range(args.rows):
                hateful = rng.random() < 0.3
                score = min(1.0, max(0.0, rng.betavariate(2, 1) if hateful else rng.betavariate(1, 4)))
                words = " ".join(["woord"] * rng.randint(3, 60))
                r.write(f"{i},{words},{int(hateful)},g{i % 20},f{i % 40},t{i // 3}\n")
                s.write(f"{i},{score:.5f}\n")
        command = [str(args.grens), "eval", str(rows), "--group", "group", "--functionality", "functionality", "--cluster", "template",
                   "--system", f"scores={scores}", "--draws", str(args.draws), "--json"]
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
    if status:
        raise SystemExit(f"grens eval ended with status {status}")
    print(f"{args.rows} rows, {args.draws} draws: {seconds:.1f} s wall, {usage.ru_utime:.1f} s CPU, peak {usage.ru_maxrss / 1024:.0f} MiB, {os.cpu_count()} threads")


if __name__ == "__main__":
    main()
