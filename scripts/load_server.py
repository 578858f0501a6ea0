#!/usr/bin/env python3
"""Load on the server: so many clients for so long, and beside it the batch path on the same posts in the same run.

Usage: python3 -m scripts.load_server --seconds 300 --clients 64 --grens target/release/grens        (standard library only)

Each client keeps one connection and asks /v1/classify, one request after the other (a closed loop), for posts of scripts/make_posts.py. `grens score`
scores a file of the same posts before and after, from process start to end; its posts/s is that of both together. Traffic stays on this machine and ends by
itself. Prints answers by status, p50/p95/p99 and the longest of a request, posts/s of both, and the server's resident memory at every tenth of the time.
Ends with 1 when an answer was neither 200 nor 429 or a connection failed.
"""
import argparse
import collections
import http.client
import json
import pathlib
import platform
import random
import subprocess
import sys
import tempfile
import threading
import time

from scripts.make_posts import texts
from scripts.running import server


class Client(threading.Thread):
    """One client: asks until the end, waits as it is told on 429."""

    def __init__(self, address, pool, size, end, seed):
        super().__init__(daemon=True)
        self.address, self.pool, self.size, self.end, self.rng = address, pool, size, end, random.Random(seed)
        self.statuses, self.times, self.posts = collections.Counter(), [], 0

    def run(self):
        connection = http.client.HTTPConnection(self.address, timeout=120)
        while time.monotonic() < self.end:
            posts = [{"id": i, "text": text} for i, text in enumerate(self.rng.choices(self.pool, k=self.size))]
            body = json.dumps(posts if self.size > 1 else posts[0])
            began = time.monotonic()
            try:
                connection.request("POST", "/v1/classify", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.statuses[type(error).__name__] += 1
                connection.close()
                continue
            self.statuses[answer.status] += 1
            if answer.status == 200:
                self.times.append(time.monotonic() - began)
                self.posts += self.size
            elif answer.status == 429:
                # The server closes connections that are idle for long.
                connection.close()
                time.sleep(int(answer.headers.get("Retry-After", 1)))


def resident(pid):
    """MB, 0 where it is not known."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0.0)


def batch(grens, pool, count, more):
    """Seconds that `grens score` takes for so many posts of the pool, from start to end."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for i in range(count):
            file.write(json.dumps({"id": i, "text": pool[i % len(pool)]}) + "\n")
        file.flush()
        began = time.monotonic()
        subprocess.run([str(grens), "score", file.name, "--all-languages", *more], check=True, stdout=subprocess.DEVNULL)
        return time.monotonic() - began


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--seconds", type=float, default=300)
    args.add_argument("--clients", type=int, default=64)
    args.add_argument("--posts-per-request", type=int, default=1)
    args.add_argument("--batch-posts", type=int, default=3000, help="posts for each of the two runs of the batch path")
    args.add_argument("--threads", type=int, default=0)
    args.add_argument("--grens", type=pathlib.Path, default=pathlib.Path("target/release/grens"))
    args.add_argument("server", nargs="*", help="more arguments of grens serve, after --")
    args = args.parse_args()
    pool = list(texts(5000, random.Random(7)))
    more = ["--threads", str(args.threads)]

    seconds = batch(args.grens, pool, args.batch_posts, more)
    with server(args.grens, *more, *args.server) as (process, address):
        began = time.monotonic()
        clients = [Client(address, pool, args.posts_per_request, began + args.seconds, seed) for seed in range(args.clients)]
        for client in clients:
            client.start()
        memory = []
        for tenth in range(1, 11):
            time.sleep(max(0.0, began + args.seconds * tenth / 10 - time.monotonic()))
            memory.append(resident(process.pid))
        for client in clients:
            client.join()
        took = time.monotonic() - began
    seconds += batch(args.grens, pool, args.batch_posts, more)

    statuses = sum((client.statuses for client in clients), collections.Counter())
    times = sorted(time for client in clients for time in client.times) or [float("nan")]
    share = {name: times[min(len(times) - 1, int(len(times) * q))] for name, q in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("longest", 1.0))}
    served, batched = sum(client.posts for client in clients) / took, 2 * args.batch_posts / seconds
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")), platform.processor())
    print(f"{time.strftime('%Y-%m-%d')}, commit {commit}, {cpu}: {args.clients} clients for {took:.0f} s, {args.posts_per_request} posts a request")
    print("answers: " + ", ".join(f"{n} x {status}" for status, n in sorted(statuses.items(), key=str)))
    print("seconds a request: " + ", ".join(f"{name} {value:.3f}" for name, value in share.items()))
    print(f"posts/s: server {served:.1f}, batch path {batched:.1f} ({100 * served / batched - 100:+.1f}%)")
    print("resident memory at every tenth, MB: " + " ".join(f"{mb:.0f}" for mb in memory))
    return int(bool(set(statuses) - {200, 429}))


if __name__ == "__main__":
    sys.exit(main())
