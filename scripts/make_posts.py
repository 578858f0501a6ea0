#!/usr/bin/env python3
"""Made-up posts in any number, for measuring and for breaking a scan.

Usage: python3 -m scripts.make_posts 1000000 > posts.jsonl        (standard library only)

Sentences come from eval-data/train/ordinary (nothing hateful); lengths follow those of real Dutch posts. One post in
twenty repeats an earlier text, one in fifty is a copy of a wave with a small change, and with --bad one line in a hundred is broken. The same
arguments give the same bytes.
"""
import argparse
import csv
import glob
import json
import random
import sys

TOKENS_A_WORD = 1.55
# (share of posts, at most so many tokens) of real Dutch posts.
POST_QUANTILES = [(0.0, 3), (0.05, 6), (0.10, 8), (0.25, 13), (0.50, 26.5), (0.75, 57), (0.90, 85), (0.95, 102), (0.99, 196), (1.0, 256)]
PLATFORMS = ["mastodon", "bluesky", "reddit", "youtube", "x"]


def target_length(u):
    for (q0, n0), (q1, n1) in zip(POST_QUANTILES, POST_QUANTILES[1:]):
        if u <= q1:
            return n0 + (n1 - n0) * (u - q0) / (q1 - q0)
    return POST_QUANTILES[-1][1]


def sentences():
    found = []
    for file in sorted(glob.glob("eval-data/train/ordinary/*.tsv")):
        with open(file, encoding="utf-8", newline="") as handle:
            found += [row["text"].split() for row in csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE) if row["group_hate"] == "0"]
    return found


def texts(count, rng):
    pool = sentences()
    wave = "Deel dit bericht met iedereen die je kent voordat het weer van dit platform wordt gehaald"
    earlier = []
    for _ in range(count):
        kind = rng.random()
        if kind < 0.05 and earlier:
            yield rng.choice(earlier)
            continue
        if kind < 0.07:
            yield f"{wave}, {rng.choice(pool)[0]} {rng.randrange(1000)}"
            continue
        wanted = max(1, round(target_length(rng.random()) / TOKENS_A_WORD))
        words = []
        while len(words) < wanted:
            words += rng.choice(pool)
        text = " ".join(words[:wanted])
        if len(earlier) < 10_000:
            earlier.append(text)
        else:
            earlier[rng.randrange(10_000)] = text
        yield text


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("count", type=int)
    args.add_argument("--seed", type=int, default=5)
    args.add_argument("--bad", action="store_true", help="break one line in a hundred")
    args = args.parse_args()
    rng = random.Random(args.seed)
    for i, text in enumerate(texts(args.count, rng)):
        second = rng.randrange(86_400)
        platform = rng.choice(PLATFORMS)
        post = {
            "id": f"{platform}-{i}",
            "text": text,
            "platform": platform,
            "created_at": f"2026-11-21T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z",
            "url": f"https://{platform}.example/p/{i}",
        }
        line = json.dumps(post, ensure_ascii=False)
        if args.bad and rng.random() < 0.01:
            line = line[: len(line) // 2]
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
