"""Does the device decide as the processor does in f32?"""
import csv
import json
import os
import random
import subprocess
import sys

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def golden(args, rows):
    """`grens doctor`: golden posts, token ids and scores."""
    done = subprocess.run([str(args.grens), "doctor", "--model", str(args.model), "--device", args.device], capture_output=True, text=True,
                          env=args.environment)
    print(done.stdout + done.stderr, file=sys.stderr)
    (args.out / "doctor.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    lines = {line.split(maxsplit=1)[0]: line.split(maxsplit=1)[-1] for line in done.stdout.splitlines() if line.strip()}
    rows.append({"what": "golden posts", "passes": done.returncode == 0, "said": lines.get("self-test"), "runs_on": lines.get("device")})
    if done.returncode:
        raise ValueError("the golden posts do not agree, or the device cannot be used")


def texts(count):
    """Dutch texts of eval-data in an order that a seed fixes: hateful ones, their harmless twins and everyday posts."""
    found = set()
    for file in sorted((ROOT / "eval-data").glob("**/*.tsv")):
        with open(file, encoding="utf-8", newline="") as handle:
            found |= {row["text"] for row in csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE) if row.get("text")}
    found = sorted(found)
    random.Random(9).shuffle(found)
    return found[:count]


def f32_tier():
    with open("/proc/cpuinfo", encoding="utf-8") as handle:
        flags = set(next((line for line in handle if line.startswith("flags")), "").split())
    return "avx512" if {"avx512f", "avx512bw", "avx512dq", "avx512vl"} <= flags else "avx2" if {"avx2", "fma"} <= flags else "plain"


def bands(args, rows):
    """Bands and scores of the same texts, on the device and on the processor in f32."""
    posts = args.out / "conformance.jsonl"
    posts.write_text("".join(json.dumps({"id": str(i), "text": t}) + "\n" for i, t in enumerate(texts(args.conformance))), encoding="utf-8")

    def records(device, more):
        command = [str(args.grens), "score", str(posts), "--model", str(args.model), "--device", device, "--all-languages", "--quiet"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=args.environment | more)
        return {record["id"]: record for record in map(json.loads, done.stdout.splitlines())}
    exact, fast = records("cpu", {"GRENS_KERNEL": f32_tier()}), records(args.device, {})
    # Again, for what changes from run to run.
    again = records(args.device, {})
    if not exact or set(exact) != set(fast):
        raise ValueError(f"{len(exact)} records on the processor, {len(fast)} on the device")

    def scores(record):
        return [v for part in ("articles", "grounds") for v in record["scores"][part].values()] if "articles" in record["scores"] else list(record["scores"].values())
    changed = sum(exact[i]["band"] != fast[i]["band"] for i in exact)
    largest = max(abs(a - b) for i in exact for a, b in zip(scores(exact[i]), scores(fast[i])))
    unlike = sum(fast[i] != again[i] for i in fast)
    rows.append({"what": "bands", "texts": len(exact), "changed": changed, "changed_share": changed / len(exact), "largest_score_difference": largest,
                 "other_in_a_second_run": unlike})
