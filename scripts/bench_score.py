#!/usr/bin/env python3
"""`grens score` beside PyTorch and ONNX Runtime (f32): the same model, the same posts, the same threads, one run.

Usage: python3 -m scripts.bench_score --posts 10000 --rounds 3 --out DIR        (needs scripts/requirements.txt and a release build of grens)

Posts are made here, to the token lengths of real Dutch posts (quantiles in POST_QUANTILES), out of sentences of eval-data/train/ordinary and
eval-data/train/quads-*; they are shuffled with a fixed seed. Every engine is a process of its own, from start to last result: it reads the
same JSON Lines, tokenises, scores, and is timed from outside (first result, total, peak resident memory). The peers get what helps them:
batches of 32 sorted by length over the whole file. Rounds are interleaved; raw rows go to DIR/rows.csv.
"""
import argparse
import csv
import glob
import json
import os
import pathlib
import platform
import random
import statistics
import subprocess
import sys
import time

POST_QUANTILES = [(0.0, 3), (0.05, 6), (0.10, 8), (0.25, 13), (0.50, 26.5), (0.75, 57), (0.90, 85), (0.95, 102), (0.99, 196), (1.0, 256)]
MAX_TOKENS = 256


def target_length(u):
    for (q0, n0), (q1, n1) in zip(POST_QUANTILES, POST_QUANTILES[1:]):
        if u <= q1:
            return n0 + (n1 - n0) * (u - q0) / (q1 - q0)
    return POST_QUANTILES[-1][1]


def make_posts(count, path, tokenizer_file, seed=11):
    """Write `count` posts; return the mean number of tokens, special tokens counted in."""
    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    rng = random.Random(seed)
    sentences = []
    for file in sorted(glob.glob("eval-data/train/ordinary/*.tsv") + glob.glob("eval-data/train/quads-*/*.tsv")):
        with open(file, encoding="utf-8", newline="") as handle:
            sentences += [row["text"] for row in csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE) if row["group_hate"] == "0"]
    lengths = [len(e.ids) - 2 for e in tokenizer.encode_batch(sentences)]
    total = 0
    with open(path, "w", encoding="utf-8") as out:
        for i in range(count):
            wanted = max(1, round(target_length((i + 0.5) / count)) - 2)
            words, have = [], 0
            while have < wanted:
                pick = rng.randrange(len(sentences))
                words += sentences[pick].split()
                have += lengths[pick]
            # Cut to the wanted share of the words, which cuts the tokens about as much.
            text = " ".join(words[:max(1, round(len(words) * wanted / have))])
            total += min(MAX_TOKENS, len(tokenizer.encode(text).ids))
            out.write(json.dumps({"id": f"b{i}", "text": text}, ensure_ascii=False) + "\n")
    lines = path.read_text(encoding="utf-8").splitlines()
    rng.shuffle(lines)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return total / count


def batches(path, checkpoint):
    """(encodings, batches of indices): 32 posts each, sorted by length."""
    from tokenizers import Tokenizer
    from scripts.normalise import normalise
    tokenizer = Tokenizer.from_file(str(pathlib.Path(checkpoint) / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    with open(path, encoding="utf-8") as handle:
        texts = [normalise(json.loads(line)["text"]) for line in handle]
    ids = [e.ids for e in tokenizer.encode_batch(texts)]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    return ids, [order[i:i + 32] for i in range(0, len(order), 32)]


def padded(ids, batch):
    import numpy as np
    longest = max(len(ids[i]) for i in batch)
    tokens = np.ones((len(batch), longest), dtype=np.int64)
    mask = np.zeros((len(batch), longest), dtype=np.int64)
    for row, i in enumerate(batch):
        tokens[row, :len(ids[i])] = ids[i]
        mask[row, :len(ids[i])] = 1
    return tokens, mask


def work(engine, path, checkpoint, threads):
    """One engine over the file; prints a line after the first batch and one at the end."""
    if engine == "torch":
        import torch
        from transformers import AutoModelForSequenceClassification
        torch.set_num_threads(threads)
        model = AutoModelForSequenceClassification.from_pretrained(checkpoint).eval()

        def score(tokens, mask):
            with torch.inference_mode():
                return model(input_ids=torch.from_numpy(tokens), attention_mask=torch.from_numpy(mask)).logits.numpy()
    else:
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(str(pathlib.Path(checkpoint) / "model.onnx"), options, providers=["CPUExecutionProvider"])

        def score(tokens, mask):
            return session.run(None, {"input_ids": tokens, "attention_mask": mask})[0]
    ids, plan = batches(path, checkpoint)
    for number, batch in enumerate(plan):
        score(*padded(ids, batch))
        if number == 0:
            print("first", flush=True)
    print("done", flush=True)


def export_onnx(checkpoint):
    import torch
    from transformers import AutoModelForSequenceClassification
    model = AutoModelForSequenceClassification.from_pretrained(checkpoint, attn_implementation="eager").eval()

    class Logits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, input_ids, attention_mask):
            return self.model(input_ids=input_ids, attention_mask=attention_mask).logits

    example = (torch.ones(2, 8, dtype=torch.int64), torch.ones(2, 8, dtype=torch.int64))
    axes = {"input_ids": {0: "posts", 1: "tokens"}, "attention_mask": {0: "posts", 1: "tokens"}, "logits": {0: "posts"}}
    torch.onnx.export(Logits(), example, str(pathlib.Path(checkpoint) / "model.onnx"), input_names=["input_ids", "attention_mask"],
                      output_names=["logits"], dynamic_axes=axes, opset_version=17, dynamo=False)


def timed(command):
    """(seconds to the first line of stdout, seconds in all, peak resident MB) of a process."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    process.stdout.readline()
    first = time.perf_counter() - began
    while process.stdout.read(1 << 16):
        pass
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed with {process.returncode}")
    return first, time.perf_counter() - began, usage.ru_maxrss / 1024


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--posts", type=int, default=10000)
    args.add_argument("--rounds", type=int, default=3)
    args.add_argument("--threads", type=int, default=2)
    args.add_argument("--grens", type=pathlib.Path, default=pathlib.Path("target/release/grens"))
    args.add_argument("--out", type=pathlib.Path, required=True)
    args.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    args.add_argument("--work", nargs=2, metavar=("ENGINE", "FILE"), help=argparse.SUPPRESS)
    args = args.parse_args()
    checkpoint = args.out / "hf"
    if args.work:
        return work(args.work[0], args.work[1], checkpoint, args.threads)

    args.out.mkdir(parents=True, exist_ok=True)
    posts = args.out / "posts.jsonl"
    # Whatever needs a large library runs in a process of its own: a child's peak memory counts what its parent held when it forked.
    if args.prepare:
        (args.out / "mean.json").write_text(json.dumps(make_posts(args.posts, posts, "models/grens-nl/tokenizer.json")))
        if not (checkpoint / "model.onnx").exists():
            export_onnx(checkpoint)
        return None
    if not (checkpoint / "model.safetensors").exists():
        subprocess.run([args.grens, "model", "export", "--hf", checkpoint], check=True, stdout=subprocess.DEVNULL)
    again = [sys.executable, "-m", "scripts.bench_score", "--out", str(args.out), "--threads", str(args.threads)]
    subprocess.run([*again, "--posts", str(args.posts), "--prepare"], check=True)
    mean = json.loads((args.out / "mean.json").read_text())
    peer = [*again, "--work"]
    engines = {
        "grens": [str(args.grens), "score", str(posts), "--threads", str(args.threads), "--device", "cpu"],
        "torch-f32": [*peer, "torch", str(posts)],
        "onnxruntime-f32": [*peer, "onnx", str(posts)],
    }
    rows = []
    for number in range(args.rounds):
        for name, command in engines.items():
            first, total, memory = timed(command)
            rows.append({"round": number, "engine": name, "posts": args.posts, "threads": args.threads, "posts_per_s": round(args.posts / total, 1),
                         "first_result_s": round(first, 3), "total_s": round(total, 2), "peak_mb": round(memory, 1)})
            print(rows[-1], file=sys.stderr, flush=True)
    with open(args.out / "rows.csv", "w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")), platform.processor())
    print(f"{time.strftime('%Y-%m-%d')}, commit {commit}, {cpu}, {args.threads} threads, {args.posts} posts, mean {mean:.1f} tokens, {args.rounds} rounds, medians")
    print(f"{'engine':<18} {'posts/s':>8} {'first result':>13} {'peak MB':>8}")
    for name in engines:
        of = [r for r in rows if r["engine"] == name]
        median = {k: statistics.median(r[k] for r in of) for k in ("posts_per_s", "first_result_s", "peak_mb")}
        print(f"{name:<18} {median['posts_per_s']:>8.1f} {median['first_result_s']:>11.2f} s {median['peak_mb']:>8.0f}")


if __name__ == "__main__":
    main()
