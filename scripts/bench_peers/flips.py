"""Posts on which an engine and PyTorch in f32 do not meet the same thresholds."""
import json
import math
import tomllib


def thresholds(policy):
    """(head of calibration.json, threshold) pairs."""
    pairs = [("group_hate", policy["group_hate"]["review"])]
    pairs += [(f"art{article}", policy[article][band]) for article in ("137c", "137d") for band in ("candidate", "review")]
    return pairs + [(ground, policy["grounds"]["named"]) for ground in ("race", "religion", "orientation", "disability", "gender")]


def met(args, engine):
    """Per post, which thresholds its probabilities meet: those of its records, or of its logits, calibrated as records are."""
    policy = tomllib.loads((args.model / "policy.toml").read_text(encoding="utf-8"))
    pairs = thresholds(policy)
    records = args.out / f"records-{engine}.jsonl"
    if records.exists():
        posts = [json.loads(line) for line in records.read_text(encoding="utf-8").splitlines()]
        return [[(post["scores"] | post["ground_scores"])[head] >= t for head, t in pairs] for post in posts]
    heads = json.loads((args.model / "calibration.json").read_text(encoding="utf-8"))["heads"]
    logits = json.loads((args.out / f"logits-{engine}.json").read_text(encoding="utf-8"))

    def probability(post, head):
        z = heads[head]["scale"] * post[list(heads).index(head)] + heads[head]["bias"]
        return round(1 / (1 + math.exp(-z)), 5)
    return [[probability(post, head) >= t for head, t in pairs] for post in logits]


def count(args, engine):
    if not (args.out / "logits-torch-f32.json").exists():
        return ""
    return sum(a != b for a, b in zip(met(args, engine), met(args, "torch-f32"), strict=True))
