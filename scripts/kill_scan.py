#!/usr/bin/env python3
"""Kill a scan at random moments until enough kills have landed; every run that was killed must end as an undisturbed one, to the byte.

Usage: python3 -m scripts.kill_scan --kills 100 --posts 30000 --grens target/release/grens        (standard library only)

Posts come from scripts/make_posts.py, the model is the small fixture in tests/fixtures/hf/bert. Each round begins a folder, kills the process (SIGKILL)
after a random pause, starts it again on the same folder, and so on until it ends; then all results but timing.json are compared with those of a run that
nobody touched. Rounds differ in how long the pauses may be, so that kills fall into starting, scanning and the last step alike.
"""
import argparse
import hashlib
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

POLICY = """id = "fixture-1"
[137c]
candidate = 0.25
review = 0.2
nightly_cap = 100
[137d]
candidate = 0.2
review = 0.15
nightly_cap = 100
[group_hate]
review = 0.9
[grounds]
named = 0.5
"""


def results(folder):
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith("run/") and name != "timing.json":
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--kills", type=int, default=100)
    args.add_argument("--posts", type=int, default=30_000)
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--grens", type=pathlib.Path, default=pathlib.Path("target/release/grens"))
    args = args.parse_args()
    rng = random.Random(args.seed)
    work = pathlib.Path(tempfile.mkdtemp(prefix="grens-kill-"))
    posts, policy = work / "posts.jsonl", work / "policy.toml"
    policy.write_text(POLICY)
    with posts.open("w") as out:
        subprocess.run([sys.executable, "-m", "scripts.make_posts", str(args.posts), "--bad"], stdout=out, check=True)
    fixed = [str(args.grens), "--quiet", "scan", str(posts), "--model", "tests/fixtures/hf/bert", "--policy", str(policy), "--keep-clear"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

    times = []
    for turn in ("whole", "again"):
        began = time.monotonic()
        whole = subprocess.run([*fixed, "--out", str(work / turn)], **quiet).returncode
        times.append(time.monotonic() - began)
        assert whole == 3, f"the undisturbed run ended with {whole}"
    undisturbed = min(times)
    wanted = results(work / "whole")
    print(f"undisturbed: {undisturbed:.1f} s, {len(wanted)} files of results", flush=True)

    kills = rounds = resumed = wrong = 0
    while kills < args.kills:
        rounds += 1
        out = work / f"round-{rounds}"
        # Small parts, so that each process gets some way; their size changes from round to round.
        command = [*fixed, "--out", str(out), "--part-items", str(rng.choice([200, 1000, 5000]))]
        longest = rng.choice([0.3, 0.6, 1.1]) * undisturbed
        while True:
            process = subprocess.Popen(command, **quiet)
            try:
                code = process.wait(timeout=rng.uniform(0.0, longest) if kills < args.kills else None)
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                kills += 1
                resumed += (out / "run" / "manifest.json").exists()
        same = code == 3 and results(out) == wanted
        wrong += not same
        print(f"round {rounds}: {kills} kills so far, {'the same' if same else f'DIFFERENT (exit {code})'}", flush=True)
        if same:
            shutil.rmtree(out)
    print(f"{kills} kills in {rounds} runs ({resumed} after the first manifest): {rounds - wrong} of {rounds} ended byte-identical to the undisturbed run")
    if wrong:
        print(f"the folders that differ are in {work}")
        return 1
    shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
