#!/usr/bin/env python3
"""Train the classifier of models/grens-nl.

Usage: python3 -m scripts.train --base DIR --data DIR --out DIR --report FILE.json [--epochs 3] [--seed 7]

`--base` is what trim_vocab wrote; `--data` holds public-train.jsonl.gz, mhc-nl-dev.csv and rtplx-nl-peers-dev.jsonl. The Dutch rows are taken from
eval-data/train, less a fixed 8% of families. Everything that a run used and found goes into the report.

Full fine-tuning with the word embeddings frozen (words that no row holds must stay next to the words they are kin to); BCE over eight
heads, masked where a source is silent. The weights that are kept are the running mean over the last part of training, or those
after an epoch that did better on the development sets (early stopping in hindsight: the plan of the learning rate is never cut short).
"""
import argparse
import collections
import copy
import dataclasses
import json
import os
import pathlib
import platform
import random
import time

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin at barriers starve whoever shares the machine

import tokenizers  # noqa: E402
import torch
import transformers

from scripts.sources import HEADS, case_rows, dutch_rows, public_rows, sha256, sha256_of_rows
from scripts.train import batches, mix
from scripts.train.evaluate import DevSets, headline
from scripts.train.leakage import Guard
from scripts.train.model import again, fresh, tokenizer
from scripts.train.network import Team

MAX_TOKENS = 128


def arguments():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--base", type=pathlib.Path, required=True)
    args.add_argument("--data", type=pathlib.Path, required=True)
    args.add_argument("--dutch", type=pathlib.Path, default=pathlib.Path("eval-data/train"))
    args.add_argument("--grenscheck", type=pathlib.Path, default=pathlib.Path("eval-data/grenscheck"),
                      help="directory of cases-{train,dev,test}.csv; dev is measured on, dev and test are never repeated in training")
    args.add_argument("--grenscheck-passes", type=float, default=0.0, help="passes of each row of cases-train.csv in one epoch")
    args.add_argument("--ordinary", type=pathlib.Path, nargs="+", default=[pathlib.Path("eval-data/ordinary"), pathlib.Path("eval-data/ordinary-b")],
                      help="everyday posts that are never repeated in training")
    args.add_argument("--frames", type=pathlib.Path, default=pathlib.Path("eval-data/frames"), help="directory of cases.tsv, filled sentence frames")
    args.add_argument("--frames-passes", type=float, default=0.0, help="passes of each filled frame in one epoch")
    args.add_argument("--start", type=pathlib.Path, help="go on from this checkpoint (a second, gentler round), or from the shipped models/grens-nl, instead of from the base")
    args.add_argument("--share-of-start", type=float, default=0.0,
                      help="of the starting checkpoint's weights in what is kept: a round that learns new material forgets less of the old (Wortsman et al. 2022)")
    args.add_argument("--public-share", type=float, default=1.0, help="of the passes that mix.PASSES gives the public sources, plain Dutch aside")
    args.add_argument("--without", nargs="+", default=[], metavar="SOURCE", help="public sources to leave out (ablations)")
    args.add_argument("--out", type=pathlib.Path, required=True, help="directory of the checkpoint")
    args.add_argument("--report", type=pathlib.Path, required=True)
    args.add_argument("--epochs", type=int, default=3)
    args.add_argument("--dutch-passes", type=float, default=1.0, help="passes of each Dutch row in one epoch")
    args.add_argument("--new", nargs="+", default=[], metavar="FOLDER", help="folders of the Dutch rows that the weights to start from have not seen")
    args.add_argument("--new-passes", type=float, default=2.0, help="passes of each row of --new in one epoch")
    args.add_argument("--lr", type=float, default=1e-4)
    args.add_argument("--layer-decay", type=float, default=0.95, help="learning rate of each layer over that of the next")
    args.add_argument("--warm-up", type=float, default=0.06, help="share of the steps")
    args.add_argument("--average-from", type=float, default=0.6, help="share of the steps after which the running mean starts")
    args.add_argument("--ground-weight", type=float, default=0.4, help="of a ground's head in the loss; group hate and the articles weigh 1")
    args.add_argument("--dropout", type=float, default=0.1)
    args.add_argument("--respell", type=float, default=0.22, help="share of rows that are respelled")
    args.add_argument("--rows", type=int, default=32, help="rows a batch, at most")
    args.add_argument("--tokens", type=int, default=3072, help="tokens a batch, at most")
    args.add_argument("--max-steps", type=int, help="stop early (to measure speed)")
    args.add_argument("--threads", type=int, default=2)
    args.add_argument("--seed", type=int, default=7)
    return args.parse_args()


def gather(args, tok):
    """(training examples, development sets, what was used)."""
    public = public_rows(args.data / "public-train.jsonl.gz")
    dutch, broken = dutch_rows(args.dutch)
    train_public, plain = mix.public_examples(public)
    if absent := set(args.new) - {r["file"].split("/")[0] for r in dutch}:
        raise SystemExit(f"--new: no such folder of Dutch rows: {', '.join(sorted(absent))}")
    train_dutch, kept_dutch = mix.dutch_examples(dutch, args.new)
    mhc, peers = args.data / "mhc-nl-dev.csv", args.data / "rtplx-nl-peers-dev.jsonl"
    cases = {split: case_rows(args.grenscheck / f"cases-{split}.csv") for split in ("train", "dev", "test")}
    train_cases = mix.case_examples(cases["train"]) if args.grenscheck_passes else []
    train_frames = mix.frame_examples(dutch_rows(args.frames, "cases.tsv")[0]) if args.frames_passes else []
    dev = DevSets(tok, public, mhc, peers, kept_dutch, plain, mix.case_examples(cases["dev"]))

    guard = Guard()
    guard.protect("mhc-nl-dev", [r["test_case"] for r in dev.sets["mhc"][0]])
    guard.protect("public dev", [r["text"] for r in public if r["split"] == "dev"])
    guard.protect("rtplx peers", [r["text"] for r in dev.sets["peers"][0]])
    guard.protect("dutch held out", [e.text for e in kept_dutch])
    guard.protect("plain held out", [e.text for e in plain])
    guard.protect("ordinary", [r["text"] for folder in args.ordinary for r in dutch_rows(folder)[0]])
    for split in ("dev", "test"):
        guard.protect(f"grenscheck {split}", [r["test_case"] for r in cases[split]])
    if absent := set(args.without) - {e.source for e in train_public}:
        raise SystemExit(f"--without: no such public source: {', '.join(sorted(absent))}")
    train_public = [e for e in train_public if e.source not in args.without]
    examples, dropped = guard.clean(train_public + train_dutch + train_cases + train_frames)
    used = {"files": {p.name: sha256(p) for p in (args.data / "public-train.jsonl.gz", mhc, peers)},
            "dutch": {"rows": len(dutch), "broken_lines": broken, "train": len(train_dutch), "held_out": len(kept_dutch),
                      "sha256": sha256_of_rows(dutch), "by_folder": dict(collections.Counter(r["file"].split("/")[0] for r in dutch))},
            "leakage": {"protected": guard.sizes, "dropped": dropped}}
    return examples, dev, used


def optimiser(model, args):
    """AdamW; decay on matrices only; lower layers learn more slowly, the head and pooler at five times the rate."""
    groups = collections.defaultdict(list)
    depth = model.config.num_hidden_layers
    for name, p in model.named_parameters():
        if not p.requires_grad:
            continue
        if name.startswith("bert.embeddings"):
            rate = args.layer_decay ** (depth + 1)
        elif ".layer." in name:
            rate = args.layer_decay ** (depth - 1 - int(name.split(".layer.")[1].split(".")[0]))
        else:
            rate = 5.0 if name.startswith("classifier") else 1.0
        groups[(rate, 0.01 if p.dim() > 1 else 0.0)].append(p)
    return torch.optim.AdamW([{"params": ps, "lr": args.lr * rate, "weight_decay": decay} for (rate, decay), ps in groups.items()],
                             betas=(0.9, 0.98), eps=1e-6, fused=True)


def masked_loss(z, target, known, weight):
    """Weighted binary cross-entropy summed over the labelled heads of all rows."""
    return (torch.nn.functional.binary_cross_entropy_with_logits(z, target, reduction="none") * known * weight).sum()


class Mean:
    """Running mean of the trainable weights."""

    def __init__(self, model):
        self.model, self.count = copy.deepcopy(model), 0

    def add(self, model):
        self.count += 1
        with torch.no_grad():
            for mine, other in zip(self.model.parameters(), model.parameters()):
                if other.requires_grad:
                    mine.lerp_(other, 1 / self.count)


def between(start, end, share):
    """`start` with its trainable weights moved by `share` of the way to those of `end`."""
    with torch.no_grad():
        for mine, other in zip(start.parameters(), end.parameters()):
            if other.requires_grad:
                mine.lerp_(other, share)
    return start


@dataclasses.dataclass
class Kept:
    """The best weights so far."""
    what: str
    model: torch.nn.Module
    figures: dict
    score: float


def main():
    args = arguments()
    began = time.time()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    if args.start and (args.start / "tokenizer.json").read_bytes() != (args.base / "tokenizer.json").read_bytes():
        raise SystemExit(f"error: {args.start} was trained with another vocabulary than {args.base} has; give --base the one that it came from")
    tok = tokenizer(args.base)
    weight = torch.tensor([1.0] * 3 + [args.ground_weight] * 5)
    examples, dev, used = gather(args, tok)
    deck = mix.Mix(examples, {mix.WRITTEN: args.dutch_passes, mix.NEW: args.new_passes, "grenscheck": args.grenscheck_passes, "frames": args.frames_passes}, rng, args.public_share)
    model = again(args.start) if args.start else fresh(args.base, args.seed)
    lengths = batches.lengths_of(examples, tok, MAX_TOKENS)
    beside = batches.companions(examples)
    epochs = [batches.plan(deck.epoch(), lengths, rng, args.rows, args.tokens) for _ in range(args.epochs)]
    steps = sum(map(len, epochs))
    report = {"arguments": {k: str(v) if isinstance(v, pathlib.Path) else [str(x) for x in v] if isinstance(v, list) else v for k, v in vars(args).items()},
              "base": {n: sha256(args.base / n) for n in ("model.safetensors", "tokenizer.json")}, "used": used,
              "start": sha256(args.start / "model.safetensors") if args.start else None,
              "mix": deck.describe(), "steps": steps, "row_passes": sum(len(b) for e in epochs for b in e),
              "versions": {"python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
                           "tokenizers": tokenizers.__version__},
              "head_weight": dict(zip(HEADS, weight.tolist())), "epochs": []}
    print(json.dumps(report, indent=1, ensure_ascii=False), flush=True)

    opt = optimiser(model, args)
    team = Team(model, args.threads, args.dropout, args.seed)
    warm = max(1, round(steps * args.warm_up))
    plan = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min((s + 1) / warm, max(0.02, (steps - s) / max(1, steps - warm))))
    mean, best, step, rows, tokens, spent = None, None, 0, 0, 0, 0.0
    for number, epoch in enumerate(epochs, 1):
        losses = []
        for batch in epoch:
            start = time.time()
            parts = batches.parts(batch, args.threads, tok, rng, args.respell, beside, MAX_TOKENS)
            opt.zero_grad(set_to_none=True)
            loss = team.backward(parts, lambda z, y, known: masked_loss(z, y, known, weight) / len(batch))
            torch.nn.utils.clip_grad_norm_((p for p in model.parameters() if p.requires_grad), 1.0)
            opt.step()
            plan.step()
            team.take()
            step, rows, tokens = step + 1, rows + len(batch), tokens + sum(p[0].tokens for p in parts)
            losses.append(loss)
            if step >= steps * args.average_from and step % 10 == 0:
                mean = mean or Mean(model)
                mean.add(model)
            spent += time.time() - start
            if step % 50 == 0:
                print(f"step {step}/{steps} loss {sum(losses[-50:]) / len(losses[-50:]):.4f} {rows / spent:.1f} rows/s {tokens / spent:.0f} tokens/s "
                      f"left {spent / step * (steps - step) / 60:.1f} min", flush=True)
            if args.max_steps and step >= args.max_steps:
                return
        figures = dev.measure(model)
        score, line = headline(figures)
        report["epochs"].append({"epoch": number, "loss": round(sum(losses) / len(losses), 4), "score": round(score, 4), "figures": figures})
        print(f"epoch {number}: loss {sum(losses) / len(losses):.4f} | {line}", flush=True)
        if best is None or score > best.score:
            best = Kept(f"epoch {number}", copy.deepcopy(model), figures, score)

    if mean:
        figures = dev.measure(mean.model)
        score, line = headline(figures)
        print(f"mean of {mean.count}: {line}", flush=True)
        if score > best.score:
            best = Kept(f"mean of {mean.count}", mean.model, figures, score)
    if args.start and args.share_of_start:
        blend = between(again(args.start), best.model, 1 - args.share_of_start)
        figures = dev.measure(blend)
        score, line = headline(figures)
        print(f"with {args.share_of_start:.2f} of the start: {line}", flush=True)
        best = Kept(f"{best.what}, with {args.share_of_start:.2f} of the start", blend, figures, score)
    model = best.model
    args.out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(args.out)
    (args.out / "tokenizer.json").write_bytes((args.base / "tokenizer.json").read_bytes())
    report |= {"final": {"kept": best.what, "score": round(best.score, 4), "figures": best.figures},
               "rows_a_second": round(rows / spent, 1), "tokens_a_second": round(tokens / spent), "training_s": round(spent),
               "duration_s": round(time.time() - began), "checkpoint": sha256(args.out / "model.safetensors")}
    args.report.parent.mkdir(parents=True, exist_ok=True)
    args.report.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{report['duration_s']} s in all, {report['rows_a_second']} rows/s; report in {args.report.name}")


if __name__ == "__main__":
    main()
