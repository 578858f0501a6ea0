#!/usr/bin/env python3
"""The weighted mean of checkpoints that began at the same weights, and what it does on the development sets.

Usage: python3 -m scripts.train.soup --base DIR --data DIR --out DIR [--report FILE.json] DIR=WEIGHT DIR=WEIGHT [...]

Runs that differ in seed or in the order of their rows err differently, and their mean errs less than each (Wortsman et al. 2022, model soups). The
weights are divided by their sum. Only checkpoints with one ancestor lie close enough together for it; the figures say at once when they do not.
"""
import argparse
import json
import pathlib

import torch

from scripts.sources import case_rows, dutch_rows, public_rows, sha256
from scripts.train import mix
from scripts.train.evaluate import DevSets, headline
from scripts.train.model import again, tokenizer


def arguments():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("parts", nargs="+", metavar="DIR=WEIGHT")
    args.add_argument("--base", type=pathlib.Path, required=True, help="what trim_vocab wrote: the tokenizer")
    args.add_argument("--data", type=pathlib.Path, required=True)
    args.add_argument("--dutch", type=pathlib.Path, default=pathlib.Path("eval-data/train"))
    args.add_argument("--grenscheck", type=pathlib.Path, default=pathlib.Path("eval-data/grenscheck"))
    args.add_argument("--out", type=pathlib.Path, required=True)
    args.add_argument("--report", type=pathlib.Path)
    args = args.parse_args()
    try:
        args.parts = [(pathlib.Path(folder), float(weight)) for folder, weight in (p.rsplit("=", 1) for p in args.parts)]
    except ValueError:
        raise SystemExit("error: each part is DIR=WEIGHT, such as work/r4=0.35")
    return args


def dev_sets(args):
    public = public_rows(args.data / "public-train.jsonl.gz")
    _, plain = mix.public_examples(public)
    _, dutch = mix.dutch_examples(dutch_rows(args.dutch)[0])
    return DevSets(tokenizer(args.base), public, args.data / "mhc-nl-dev.csv", args.data / "rtplx-nl-peers-dev.jsonl", dutch, plain,
                   mix.case_examples(case_rows(args.grenscheck / "cases-dev.csv")))


def mean(parts):
    """A model with the weighted mean of the parts' tensors."""
    total = sum(weight for _, weight in parts)
    states = [(again(folder).state_dict(), weight / total) for folder, weight in parts]
    model = again(parts[0][0])
    model.load_state_dict({name: sum(state[name] * share for state, share in states) if tensor.is_floating_point() else tensor
                           for name, tensor in model.state_dict().items()})
    return model.eval()


def main():
    args = arguments()
    model, dev = mean(args.parts), dev_sets(args)
    figures = dev.measure(model)
    print(headline(figures)[1])
    args.out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(args.out)
    (args.out / "tokenizer.json").write_bytes((args.base / "tokenizer.json").read_bytes())
    if args.report:
        args.report.write_text(json.dumps({"parts": {str(folder.name): {"weight": weight, "checkpoint": sha256(folder / "model.safetensors")} for folder, weight in args.parts},
                                           "figures": figures, "checkpoint": sha256(args.out / "model.safetensors")}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    torch.set_num_threads(2)
    main()
