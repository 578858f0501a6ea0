#!/usr/bin/env python3
"""Instructions of `grens score` under callgrind: the same on a noisy machine and on a quiet one, so that a slip shows.

Usage: python3 -m scripts.instructions [--posts 6] [--top 12] [--most-per-token N]        (needs valgrind and a release build of grens)

Two runs, of one and of --posts sample posts on one thread; what the second has more is the cost of scoring, the rest of the first that of
starting. valgrind knows no AVX-512 and no AMX, so that the tier avx2 (f32) is what is counted: the path around the kernels is the same on every
tier, the kernels beyond have benches/kernels.rs and the example `rate`. Ends with status 1 above --most-per-token instructions a token.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile


def counted(args, posts):
    """(instructions in all, {function: instructions}, tokens) of a run over the first `posts` sample posts."""
    lines = pathlib.Path("eval-data/sample/posts.jsonl").read_text(encoding="utf-8").splitlines()[:posts]
    with tempfile.TemporaryDirectory() as folder:
        source, profile = pathlib.Path(folder) / "posts.jsonl", pathlib.Path(folder) / "callgrind.out"
        source.write_text("\n".join(lines) + "\n", encoding="utf-8")
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", "--quiet", str(args.grens), "score", str(source),
                   "--threads", "1", "--device", "cpu", "--all-languages", "--quiet"]
        done = subprocess.run(command, env=os.environ | {"GRENS_KERNEL": "avx2"}, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])
        tokens = sum(json.loads(line)["n_tokens"] for line in done.stdout.splitlines())
        report = subprocess.run(["callgrind_annotate", "--threshold=99", str(profile)], capture_output=True, text=True, check=True).stdout
    functions = {}
    total = 0
    for line in report.splitlines():
        number = re.match(r"\s*([\d,]+)\s+\([\d. ]+%\)\s+(.*)", line)
        if not number:
            continue
        count = int(number[1].replace(",", ""))
        if number[2].startswith("PROGRAM TOTALS"):
            total = count
        else:
            name = re.sub(r"^\S*?:| \[.*\]$", "", number[2])
            functions[name] = functions.get(name, 0) + count
    return total, functions, tokens


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--grens", type=pathlib.Path, default=pathlib.Path("target/release/grens"))
    args.add_argument("--posts", type=int, default=6)
    args.add_argument("--top", type=int, default=12)
    args.add_argument("--most-per-token", type=float, default=float("inf"))
    args = args.parse_args()
    one, of_one, tokens_of_one = counted(args, 1)
    all_, of_all, tokens = counted(args, args.posts)
    per_token = (all_ - one) / (tokens - tokens_of_one)
    print(f"start: {one / 1e6:.1f} M instructions with a post of {tokens_of_one} tokens; scoring: {per_token / 1e6:.3f} M a token")
    more = {name: count - of_one.get(name, 0) for name, count in of_all.items()}
    for name, count in sorted(more.items(), key=lambda item: -item[1])[:args.top]:
        print(f"{count / (all_ - one):>6.1%}  {name}")
    sys.exit(per_token > args.most_per_token)


if __name__ == "__main__":
    main()
