#!/usr/bin/env python3
"""Turn a trained checkpoint into the model directory that `grens` ships.

Usage: python3 -m scripts.export_int8 --checkpoint DIR --out models/grens-nl --version 0.1.0 [--untrained]

Writes model.safetensors (scripts/int8.py), config.json, tokenizer.json, golden.json (the logits of the DEQUANTISED weights in f32, each
text alone), a neutral calibration.json and policy.toml where there is none yet, and the manifest. `--untrained` takes a bare encoder and gives it
a random head: enough to build and test a loader with.
"""
import argparse
import json
import pathlib
import shutil

import torch

from scripts import int8, manifest, policy
from scripts.golden_texts import TEXTS
from scripts.normalise import normalise
from scripts.sources import HEADS
from scripts.train.model import encode, fresh, tokenizer, trained

MAX_TOKENS = 256


def golden(folder):
    """What the shipped weights say about the golden texts, computed as carefully as PyTorch can: one by one, f32, unpadded."""
    model, tok = int8.load(folder), tokenizer(folder)
    rows = []
    for text, ids in zip(TEXTS, encode(tok, [normalise(t) for t in TEXTS], MAX_TOKENS)):
        with torch.no_grad():
            out = model(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long)).logits[0]
        rows.append({"text": text, "input_ids": ids, "logits": [round(x, 5) for x in out.tolist()]})
    return rows


def neutral_calibration():
    return {"method": "platt", "heads": {name: {"scale": 1.0, "bias": 0.0} for name in HEADS},
            "fitted_on": {}, "ece_before": {}, "ece_after": {}}


def as_json(value, path):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--checkpoint", type=pathlib.Path, required=True)
    args.add_argument("--out", type=pathlib.Path, default=pathlib.Path("models/grens-nl"))
    args.add_argument("--version", required=True)
    args.add_argument("--untrained", action="store_true", help="the checkpoint is a bare encoder; give it a random head")
    args.add_argument("--seed", type=int, default=7, help="of the random head")
    args = args.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    model = (fresh(args.checkpoint, args.seed) if args.untrained else trained(args.checkpoint)).eval()
    int8.save(model.state_dict(), args.out / "model.safetensors")
    keep = {"architectures", "model_type", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size",
            "max_position_embeddings", "type_vocab_size", "layer_norm_eps", "hidden_act", "pad_token_id", "problem_type", "id2label",
            "label2id", "hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout"}
    config = {k: v for k, v in model.config.to_dict().items() if k in keep}
    as_json(config | {"architectures": ["BertForSequenceClassification"]}, args.out / "config.json")
    shutil.copyfile(args.checkpoint / "tokenizer.json", args.out / "tokenizer.json")
    if not (args.out / "calibration.json").exists() or args.untrained:
        as_json(neutral_calibration(), args.out / "calibration.json")
        (args.out / "policy.toml").write_text(policy.text(policy.NEUTRAL, "neutral: no threshold was chosen on any data yet", "neutral"))
    as_json(golden(args.out), args.out / "golden.json")
    manifest.write(args.out, args.version, MAX_TOKENS)
    sizes = {f.name: f.stat().st_size for f in sorted(args.out.iterdir())}
    for name, size in sizes.items():
        print(f"{size:>12,} {name}")
    print(f"{sum(sizes.values()):>12,} in all")


if __name__ == "__main__":
    main()
