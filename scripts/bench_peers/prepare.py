"""Posts, the exported model and what the peers make of it, in the peers' environment: prepare POSTS DATA OUT MODEL GRENS."""
import csv
import json
import pathlib
import random
import shutil
import subprocess
import sys

import numpy as np
from tokenizers import Tokenizer

from scripts.bench_peers.worker import padded
from scripts.normalise import normalise
from scripts.sources import public_rows

MAX_TOKENS = 128
CALIBRATION = 128


def cut(text, tokenizer):
    """`text` normalised, without the words that its tokens from the 129th on belong to."""
    text = normalise(text)
    while len(tokenizer.encode(text).ids) > MAX_TOKENS:
        words = text.split(" ")
        if len(words) < 2:
            return ""
        text = " ".join(words[:max(1, len(words) * 9 // 10)])
    return text


def posts(data, count, tokenizer):
    """Texts to measure on, none of them trained on: Dutch development rows in an order that a seed fixes."""
    texts = [row["text"] for row in public_rows(data / "public-train.jsonl.gz") if row["lang"] == "nl" and row["split"] == "dev"]
    with open(data / "mhc-nl-dev.csv", encoding="utf-8", newline="") as handle:
        texts += [row["test_case"] for row in csv.DictReader(handle)]
    texts = sorted({cut(text, tokenizer) for text in texts} - {""})
    random.Random(5).shuffle(texts)
    return texts[:count]


def export_onnx(out):
    import torch
    from transformers import AutoModelForSequenceClassification
    model = AutoModelForSequenceClassification.from_pretrained(out / "hf", attn_implementation="eager").eval()

    class Logits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, input_ids, attention_mask):
            return self.model(input_ids=input_ids, attention_mask=attention_mask).logits

    example = (torch.ones(2, 8, dtype=torch.int64), torch.ones(2, 8, dtype=torch.int64))
    axes = {"input_ids": {0: "posts", 1: "tokens"}, "attention_mask": {0: "posts", 1: "tokens"}, "logits": {0: "posts"}}
    torch.onnx.export(Logits(), example, str(out / "model.onnx"), input_names=["input_ids", "attention_mask"], output_names=["logits"],
                      dynamic_axes=axes, opset_version=17, dynamo=False)


def int8_for_onnxruntime(out):
    from onnxruntime.quantization import QuantType, quantize_dynamic
    quantize_dynamic(out / "model.onnx", out / "model-int8.onnx", weight_type=QuantType.QInt8)


def int8_for_openvino(out, data, tokenizer):
    """Calibrated on Dutch training rows, as NNCF's guide for transformers has it."""
    import nncf
    import openvino
    rows = [r["text"] for r in public_rows(data / "public-train.jsonl.gz") if r["lang"] == "nl" and r["split"] == "train"]
    random.Random(6).shuffle(rows)
    ids = [e.ids for e in tokenizer.encode_batch([cut(text, tokenizer) for text in rows[:CALIBRATION]])]
    batches = [padded(ids, range(at, at + 8)) for at in range(0, len(ids), 8)]
    model = openvino.Core().read_model(out / "model.onnx")
    inputs = nncf.Dataset([{"input_ids": tokens, "attention_mask": mask} for tokens, mask in batches])
    model = nncf.quantize(model, inputs, model_type=nncf.ModelType.TRANSFORMER, subset_size=len(batches))
    openvino.save_model(model, out / "openvino-int8.xml")


def main():
    count = int(sys.argv[1])
    data, out, model, grens = (pathlib.Path(part) for part in sys.argv[2:])
    weights = (model / "grens.toml").read_text(encoding="utf-8")
    made = out / "made-from.toml"
    # Another model: everything is made anew.
    if not made.exists() or made.read_text(encoding="utf-8") != weights:
        shutil.rmtree(out / "hf", ignore_errors=True)
        subprocess.run([str(grens), "model", "export", "--model", str(model), "--hf", str(out / "hf")], check=True, stdout=subprocess.DEVNULL)
        tokenizer = Tokenizer.from_file(str(out / "hf" / "tokenizer.json"))
        export_onnx(out)
        int8_for_onnxruntime(out)
        int8_for_openvino(out, data, tokenizer)
        made.write_text(weights, encoding="utf-8")
    tokenizer = Tokenizer.from_file(str(out / "hf" / "tokenizer.json"))
    texts = posts(data, count, tokenizer)
    with open(out / "posts.jsonl", "w", encoding="utf-8") as handle:
        for i, text in enumerate(texts):
            handle.write(json.dumps({"id": str(i), "text": text}, ensure_ascii=False) + "\n")
    lengths = [len(e.ids) for e in tokenizer.encode_batch(texts)]
    facts = {"posts": len(texts), "mean_tokens": round(float(np.mean(lengths)), 1), "median_tokens": float(np.median(lengths))}
    (out / "posts.json").write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    main()
