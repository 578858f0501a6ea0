#!/usr/bin/env python3
"""What 8-bit arithmetic changes against f32 on the Dutch development material: bands, ranking, calibration.

Usage: python3 -m scripts.compare_kernels --data DIR [--grens target/release/grens] [--model models/grens-nl] [--exact TIER] [--fast TIER]

Texts: Multilingual HateCheck dev, GrensCheck dev, held-out written families, everyday posts. Wanted: at most 0.3% of bands change, and
average precision (PR-AUC) and expected calibration error of group hate move by at most 0.002. Ends with status 1 where that fails.
"""
import argparse
import csv
import json
import math
import os
import pathlib
import subprocess
import sys

import numpy as np
from sklearn.metrics import average_precision_score

from scripts.bench_peers.rounds import f32_tier
from scripts.sources import case_rows, dutch_rows
from scripts.train.mix import held_out

MOST_BANDS, MOST_SHIFT = 0.003, 0.002


def material(args):
    """{set: (texts, 1 or 0 or None for contested)}"""
    with open(args.data / "mhc-nl-dev.csv", encoding="utf-8", newline="") as handle:
        mhc = [(r["test_case"], float(r["label_gold"] == "hateful")) for r in csv.DictReader(handle)]
    cases = [(r["test_case"], float(r["group_hate"])) for r in case_rows(args.grenscheck / "cases-dev.csv")]
    written = [(r["text"], float(r["group_hate"])) for r in dutch_rows(args.dutch)[0] if held_out(r["family"])]
    everyday = [(r["text"], 0.0) for r in dutch_rows(args.ordinary)[0]]
    return {"MHC dev": mhc, "GrensCheck dev": cases, "held-out written": written, "everyday": everyday}


def records(args, kernel, texts):
    posts = "".join(json.dumps({"id": str(i), "text": t}) + "\n" for i, t in enumerate(texts))
    command = [str(args.grens), "score", "-", "--model", str(args.model), "--all-languages", "--quiet"]
    done = subprocess.run(command, input=posts, capture_output=True, text=True, env=os.environ | {"GRENS_KERNEL": kernel})
    if done.returncode:
        raise SystemExit(f"{kernel}: {done.stderr}")
    out = [json.loads(line) for line in done.stdout.splitlines()]
    if len(out) != len(texts):
        raise SystemExit(f"{kernel}: {len(out)} records for {len(texts)} texts")
    return out


def ece(truth, p, bins=15):
    order = np.argsort(p, kind="stable")
    return sum(len(part) * abs(p[part].mean() - truth[part].mean()) for part in np.array_split(order, bins) if len(part)) / len(p)


def logit(p):
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--data", type=pathlib.Path, required=True)
    args.add_argument("--grens", type=pathlib.Path, default=pathlib.Path("target/release/grens"))
    args.add_argument("--model", type=pathlib.Path, default=pathlib.Path("models/grens-nl"))
    args.add_argument("--dutch", type=pathlib.Path, default=pathlib.Path("eval-data/train"))
    args.add_argument("--grenscheck", type=pathlib.Path, default=pathlib.Path("eval-data/grenscheck"))
    args.add_argument("--ordinary", type=pathlib.Path, default=pathlib.Path("eval-data/ordinary"))
    args.add_argument("--exact", default=f32_tier(), help="a tier in f32 (default: the fastest here)")
    args.add_argument("--fast", default="", help="what runs unasked, unless a tier is named")
    args = args.parse_args()
    print(f"| set | texts | bands changed | mean logit change | PR-AUC {args.exact} | {args.fast or 'default'} | ECE {args.exact} | {args.fast or 'default'} |\n|---|---|---|---|---|---|---|---|")
    all_texts, all_changed, all_moved, holds = 0, 0, 0.0, True
    for name, rows in material(args).items():
        texts = [t for t, _ in rows]
        exact, fast = records(args, args.exact, texts), records(args, args.fast, texts)
        changed = sum(a["band"] != b["band"] for a, b in zip(exact, fast))
        p = [np.array([r["scores"]["group_hate"] for r in side]) for side in (exact, fast)]
        moved = np.mean([abs(logit(a) - logit(b)) for a, b in zip(*p)])
        truth = np.array([label for _, label in rows])
        sure = (truth == 0) | (truth == 1)
        figures = []
        for measure in (average_precision_score, ece):
            if measure is average_precision_score and truth[sure].sum() == 0:
                figures += ["-", "-"]
                continue
            a, b = (float(measure(truth[sure], side[sure])) for side in p)
            holds &= abs(a - b) <= MOST_SHIFT
            figures += [f"{a:.4f}", f"{b:.4f}"]
        print(f"| {name} | {len(rows)} | {changed} ({changed / len(rows):.2%}) | {moved:.4f} | " + " | ".join(figures) + " |", flush=True)
        all_texts, all_changed, all_moved = all_texts + len(rows), all_changed + changed, all_moved + moved
    if all_moved == 0:
        raise SystemExit(f"error: no score differs: {args.fast or 'what runs unasked'} computes as {args.exact} does here, in f32; name a tier in 8 bits with --fast")
    holds &= all_changed <= MOST_BANDS * all_texts
    print(f"\nall: {all_changed} of {all_texts} bands changed ({all_changed / all_texts:.2%}); {'holds' if holds else 'does NOT hold'}: "
          f"at most {MOST_BANDS:.1%} of bands, {MOST_SHIFT} of PR-AUC and ECE")
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
