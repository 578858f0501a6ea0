"""The rounds: every engine in a process of its own, one after the other, timed from outside where it can be."""
import json
import os
import statistics
import subprocess
import sys
import time

from scripts.bench_peers import engines, flips
from scripts.bench_peers.worker import LATENCY_POSTS

# Posts of the first window of `grens score` (crates/batch/src/windows.rs): what is scored before its first record comes.
FIRST_WINDOW = 1


def run(args):
    posts = json.loads((args.out / "posts.json").read_text(encoding="utf-8"))
    # What an earlier run left, perhaps of other posts, must not be counted.
    for old in [*args.out.glob("logits-*.json"), *args.out.glob("records-*.jsonl")]:
        old.unlink()
    rows = []
    for number in range(args.rounds):
        for threads in args.threads:
            for name in args.engines:
                figures = grens(args, name, threads, posts["posts"]) if name in engines.GRENS else peer(args, name, threads)
                rows.append({"round": number, "engine": name, "threads": threads} | posts | figures)
                print({k: round(v, 3) if isinstance(v, float) else v for k, v in rows[-1].items()}, file=sys.stderr, flush=True)
    for row in rows:
        row["flips"] = flips.count(args, row["engine"])
    return rows


def ended(process):
    """(peak resident MB, processor seconds) of a process that is through."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{process.args[0]} failed with {process.returncode}")
    return usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def peer(args, name, threads):
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "RAYON_NUM_THREADS": str(threads)}
    command = [str(args.python), "-m", "scripts.bench_peers.worker", name, str(args.out), str(threads)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    process.stdout.readline()
    first = time.perf_counter() - began
    last = process.stdout.read()
    peak, _ = ended(process)
    return json.loads(last.splitlines()[-1]) | {"first_decision_s": first, "peak_mb": peak}


def grens_command(args, name, threads, source):
    command = [str(args.grens), "score", source, "--model", str(args.model), "--threads", str(threads), "--device", "cpu", "--all-languages", "--quiet"]
    return command, os.environ | ({"GRENS_KERNEL": f32_tier()} if name == "grens-f32" else {})


def f32_tier():
    with open("/proc/cpuinfo", encoding="utf-8") as handle:
        flags = next((line.split() for line in handle if line.startswith("flags")), [])
    return next((tier for flag, tier in (("avx512vl", "avx512"), ("avx2", "avx2")) if flag in flags), "plain")


def grens(args, name, threads, posts):
    command, environment = grens_command(args, name, threads, str(args.out / "posts.jsonl"))
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    lines = [process.stdout.readline()]
    first = time.perf_counter()
    lines += process.stdout.readlines()
    done = time.perf_counter()
    peak, cpu = ended(process)
    if len(lines) != posts:
        raise SystemExit(f"{name}: {len(lines)} records for {posts} posts")
    (args.out / f"records-{name}.jsonl").write_bytes(b"".join(lines))
    return {"posts_per_s": (posts - FIRST_WINDOW) / (done - first), "cpu_ms_a_post": 1e3 * cpu / posts,
            "latency_ms": latency(args, name, threads), "first_decision_s": first - began, "peak_mb": peak}


def latency(args, name, threads):
    """Median milliseconds of posts that go through a pipe one by one."""
    command, environment = grens_command(args, name, threads, "-")
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    with open(args.out / "posts.jsonl", "rb") as handle:
        lines = [line for line, _ in zip(handle, range(LATENCY_POSTS + 1))]
    times = []
    for line in lines:
        began = time.perf_counter()
        process.stdin.write(line)
        process.stdin.flush()
        process.stdout.readline()
        times.append(1e3 * (time.perf_counter() - began))
    process.stdin.close()
    ended(process)
    # The first one waited for the start.
    return statistics.median(times[1:])
