#!/usr/bin/env python3
"""Load a float Hugging Face checkpoint with transformers and compare its logits with its golden.json.

Usage: python3 -m scripts.check_hf_export DIR [--golden FILE] [--tolerance 1e-3]

The counterpart of the Rust exporter: what it writes must be loadable by anyone and say the same. Exit status 1 when it does not.
"""
import argparse
import json
import pathlib
import sys

import torch
from transformers import AutoModelForSequenceClassification


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("folder", type=pathlib.Path)
    args.add_argument("--golden", type=pathlib.Path, help="default: golden.json in the directory")
    args.add_argument("--tolerance", type=float, default=1e-3)
    args = args.parse_args()
    rows = json.loads((args.golden or args.folder / "golden.json").read_text(encoding="utf-8"))
    model = AutoModelForSequenceClassification.from_pretrained(args.folder, dtype=torch.float32).eval()
    worst = 0.0
    for row in rows:
        ids = torch.tensor([row["input_ids"]])
        with torch.no_grad():
            got = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0]
        worst = max(worst, float((got - torch.tensor(row["logits"])).abs().max()))
    good = worst <= args.tolerance
    print(f"{'ok' if good else 'FAILED'}: {type(model).__name__}, {len(rows)} texts, largest difference {worst:.2e} (tolerance {args.tolerance:g})")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
