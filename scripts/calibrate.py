#!/usr/bin/env python3
"""Calibrate the heads of a model directory and choose its thresholds.

Usage: python3 -m scripts.calibrate --model models/grens-nl --data DIR --policy NAME [--dutch eval-data/train] [--report FILE.json]

Fitted on what training never saw: the held-out Dutch families, the Dutch RTP-LX dev rows (`group_hate`; harmless rows for every head),
and held-out plain Dutch. Per head p = sigmoid(scale * logit + bias), drawn towards (1, 0) where there is little to go by. The weights are
the shipped ones, dequantised. Writes calibration.json and policy.toml and refreshes the manifest.

Thresholds: `candidate` is where precision on held-out Dutch, half of it hateful, is 0.95 and where at most 0.2% of everyday posts reach it (a notice that is
wrong costs a trusted flagger more than one missed), `review` of group hate is where precision is 0.85 and at most 1% of everyday posts go to people, that of an
article where recall is high, and where it sends them at most 0.1% of everyday posts more (of 900: none). Both are bounded: a few hundred rows do not carry a threshold of 0.99, nor one of 0.05.
"""
import argparse
import collections
import json
import os
import pathlib

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np  # noqa: E402
from scipy.optimize import minimize  # noqa: E402

from scripts import int8, manifest, policy  # noqa: E402
from scripts.sources import GROUNDS, HEADS, case_rows, dutch_rows, public_rows, sha256_of_rows  # noqa: E402
from scripts.train import mix  # noqa: E402
from scripts.train.evaluate import DevSets  # noqa: E402
from scripts.train.metrics import ap, auc, ece, rounded  # noqa: E402
from scripts.train.model import encode, logits, tokenizer  # noqa: E402

PRECISION_OF_CANDIDATE = 0.95
RECALL_OF_REVIEW = 0.90
# The held-out families are half hateful and cannot show what a night of harmless posts does to precision.
EVERYDAY_CANDIDATES = 0.002
# A hotline's people are few.
EVERYDAY_HATE = 0.01
# What has group hate goes to people whatever article it has, so a low threshold of an article adds next to nothing but harmless posts.
EVERYDAY_ADDED = 0.001
BOUNDS = {"candidate": (0.60, 0.92), "review": (0.25, 0.55), "group_hate": (0.50, 0.75)}


def material(public, dutch):
    """Examples to fit on, with their targets; the three kinds named in the docstring."""
    _, plain = mix.public_examples(public)
    _, kept = mix.dutch_examples(dutch)
    rtplx = [mix.Example(mix.normalise(r["text"]), mix.public_target(r), "rtplx", "nl", f"rtplx-dev-{i}", r)
             for i, r in enumerate(public) if r["source"] == "rtplx" and r["lang"] == "nl" and r["split"] == "dev"]
    return kept + rtplx + plain


def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -40, 40)))


def fit(z, y, strength=2.0):
    """(scale, bias) of least cross-entropy; `strength` is the weight of the pull to (1, 0), in rows."""
    def loss(ab):
        p = np.clip(sigmoid(np.exp(ab[0]) * z + ab[1]), 1e-7, 1 - 1e-7)
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum() + strength * (ab[0] ** 2 + 0.25 * ab[1] ** 2)
    a, b = minimize(loss, [0.0, 0.0], method="Nelder-Mead", options={"maxiter": 2000}).x
    return float(np.exp(a)), float(b)


def cross_fitted(z, y, folds):
    """Probabilities of each row from a fit on the other folds: what calibration is worth on rows it has not seen."""
    p = np.empty_like(z)
    for f in np.unique(folds):
        a, b = fit(z[folds != f], y[folds != f])
        p[folds == f] = sigmoid(a * z[folds == f] + b)
    return p


def wilson(hits, n, z=1.96):
    if n == 0:
        return [0.0, 1.0]
    share, d = hits / n, 1 + z * z / n
    middle, half = (share + z * z / (2 * n)) / d, z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / d
    return [max(0.0, middle - half), min(1.0, middle + half)]


def at(truth, p, threshold):
    said = p >= threshold
    hits = int((said & truth).sum())
    return {"threshold": threshold, "flagged": int(said.sum()), "precision": hits / max(1, int(said.sum())), "precision_interval": wilson(hits, int(said.sum())),
            "recall": hits / max(1, int(truth.sum())), "recall_interval": wilson(hits, int(truth.sum()))}


def lowest_precise(truth, p, wanted, low, high):
    """The lowest threshold from which on precision stays at what is wanted; fewer than five rows above it say nothing."""
    good = high
    for t in np.arange(high, low - 0.001, -0.01):
        said = p >= t
        if said.sum() >= 5:
            if (said & truth).sum() / said.sum() < wanted:
                break
            good = t
    return round(float(good), 2)


def lowest_rare(p, most, low, high):
    """The lowest threshold that at most the share `most` of (harmless) rows reach."""
    for t in np.arange(low, high, 0.01):
        if (p >= t).mean() <= most:
            return round(float(t), 2)
    return high


def highest_complete(truth, p, wanted, low, high):
    """The highest threshold that still finds the wanted share."""
    for t in np.arange(high, low - 0.001, -0.01):
        if (p[truth] >= t).mean() >= wanted:
            return round(float(t), 2)
    return low


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--model", type=pathlib.Path, default=pathlib.Path("models/grens-nl"))
    args.add_argument("--data", type=pathlib.Path, required=True)
    args.add_argument("--dutch", type=pathlib.Path, default=pathlib.Path("eval-data/train"))
    args.add_argument("--grenscheck", type=pathlib.Path, default=pathlib.Path("eval-data/grenscheck"))
    args.add_argument("--ordinary", type=pathlib.Path, default=pathlib.Path("eval-data/ordinary"))
    args.add_argument("--policy", required=True, help="name of the thresholds, such as grens-nl-6: never one that other thresholds had")
    args.add_argument("--report", type=pathlib.Path)
    args = args.parse_args()
    public, (dutch, _) = public_rows(args.data / "public-train.jsonl.gz"), dutch_rows(args.dutch)
    examples = material(public, dutch)
    model, tok = int8.load(args.model), tokenizer(args.model)
    z = logits(model, encode(tok, [e.text for e in examples], 256)).numpy().astype(float)
    target = np.array([[np.nan if t is None else t for t in e.target] for e in examples])
    names = {name: i for i, name in enumerate(dict.fromkeys(e.family for e in examples))}
    folds = np.array([names[e.family] % 5 for e in examples])

    heads, before, after, p = {}, {}, {}, np.empty_like(z)
    for h, head in enumerate(HEADS):
        use = ~np.isnan(target[:, h])
        y = target[use, h]
        a, b = fit(z[use, h], y)
        heads[head] = {"scale": round(a, 5), "bias": round(b, 5)}
        p[:, h] = sigmoid(a * z[:, h] + b)
        before[head], after[head] = ece(y, sigmoid(z[use, h])), ece(y, cross_fitted(z[use, h], y, folds[use]))
    counts = collections.Counter(f"{e.source} rows" for e in examples)
    counts |= {f"{head} positive": int((target[:, h] == 1).sum()) for h, head in enumerate(HEADS)}
    fitted_on = {"what": "held-out Dutch families, RTP-LX nl dev, held-out plain Dutch; none of it trained on", **counts,
                 "sha256": sha256_of_rows([{"text": e.text} for e in examples])}
    calibration = {"method": "platt", "heads": heads, "fitted_on": fitted_on, "ece_before": rounded(before), "ece_after": rounded(after)}
    (args.model / "calibration.json").write_text(json.dumps(calibration, indent=1) + "\n")

    everyday_texts = [mix.normalise(r["text"]) for r in dutch_rows(args.ordinary)[0]]
    everyday = logits(model, encode(tok, everyday_texts, 256)).numpy().astype(float)
    everyday = sigmoid(everyday * [heads[h]["scale"] for h in HEADS] + [heads[h]["bias"] for h in HEADS])
    values, found = {}, {}
    use = np.isin(target[:, 0], (0.0, 1.0))
    truth, score = target[use, 0] == 1, p[use, 0]
    values["group_hate"] = max(lowest_precise(truth, score, 0.85, *BOUNDS["group_hate"]), lowest_rare(everyday[:, 0], EVERYDAY_HATE, *BOUNDS["group_hate"]))
    found["group_hate"] = {"ap": ap(truth, score), "review": at(truth, score, values["group_hate"])}
    reaches_people = everyday[:, 0] >= values["group_hate"]
    for h, article in ((1, "137c"), (2, "137d")):
        use = np.isin(target[:, h], (0.0, 1.0))
        truth, score = target[use, h] == 1, p[use, h]
        candidate = max(lowest_precise(truth, score, PRECISION_OF_CANDIDATE, *BOUNDS["candidate"]),
                        lowest_rare(everyday[:, h], EVERYDAY_CANDIDATES, *BOUNDS["candidate"]))
        review = max(highest_complete(truth, score, RECALL_OF_REVIEW, *BOUNDS["review"]),
                     lowest_rare(np.where(reaches_people, 0, everyday[:, h]), EVERYDAY_ADDED, *BOUNDS["review"]))
        values[article] = (candidate, review)
        seen = np.where(p[use, 0] >= values["group_hate"], 1.0, score)
        found[article] = {"ap": ap(truth, score), "auc": auc(truth, score), "candidate": at(truth, score, candidate), "review": at(truth, score, review),
                          "reaches_people": at(truth, seen, review)}
    hateful = target[:, 0] == 1
    grounds = {}
    for t in np.arange(0.3, 0.71, 0.05):
        known = ~np.isnan(target[hateful][:, 3:])
        yes, said = (target[hateful][:, 3:] == 1) & known, (p[hateful][:, 3:] >= t) & known
        grounds[round(float(t), 2)] = 2 * (yes & said).sum() / max(1, yes.sum() + said.sum())
    values["named"] = max(grounds, key=lambda t: (round(grounds[t], 3), -abs(t - 0.5)))
    found["grounds"] = {"micro_f1": grounds[values["named"]], "threshold": values["named"], "heads": GROUNDS}
    note = (f"candidate: precision {PRECISION_OF_CANDIDATE} or more and at most {EVERYDAY_CANDIDATES:.1%} of {len(everyday_texts)} everyday posts, review: recall {RECALL_OF_REVIEW} or at most {EVERYDAY_ADDED:.1%} everyday posts more than by group hate, which sends at most {EVERYDAY_HATE:.1%}, within bounds; "
            f"on {len(examples)} held-out Dutch rows (see calibration.json)")
    (args.model / "policy.toml").write_text(policy.text(values, note, args.policy))
    manifest.write(args.model)

    platt = np.array([[heads[h]["scale"], heads[h]["bias"]] for h in HEADS])
    dev = DevSets(tok, public, args.data / "mhc-nl-dev.csv", args.data / "rtplx-nl-peers-dev.jsonl", mix.dutch_examples(dutch)[1],
                  mix.public_examples(public)[1], mix.case_examples(case_rows(args.grenscheck / "cases-dev.csv")))
    shipped = dev.measure(model, lambda x: (x * x.new_tensor(platt[:, 0]) + x.new_tensor(platt[:, 1])).sigmoid())
    report = rounded({"calibration": calibration, "thresholds": {k: v for k, v in values.items()}, "at_thresholds": found, "dev_figures_of_shipped_weights": shipped})
    if args.report:
        args.report.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps({k: v for k, v in report.items() if k != "dev_figures_of_shipped_weights"}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
