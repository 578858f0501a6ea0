#!/usr/bin/env python3
"""Send records through a receiver that does everything wrong, and kill both sides again and again: each record must arrive, none twice, none that the policy
keeps in.

Usage: python3 -m scripts.kill_delivery --records 10000 --kills 50 --grens target/release/grens --receiver target/release/grens-receiver   (standard library only)

Findings and verdicts are made up here (no real text): `--records` posts that a person has confirmed, a third as many that nobody has judged, and a tenth as many that
a person has said no to. The receiver (tests/receiver) meets a quarter of all requests with a fault: late answers, connections cut before and after storing,
HTTP 500 before and after storing, 429 and 503 with Retry-After, wrong JSON, another record's receipt, 409. `grens outbox add` is killed a few times first; then
sender and receiver are killed (SIGKILL) at random moments, `--kills` times each. At the end the receiver's store is compared with the outbox.
"""
import argparse
import collections
import hashlib
import json
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

POLICY = """id = "made-up-1"
[137c]
candidate = 0.5
review = 0.2
nightly_cap = 50
[137d]
candidate = 0.5
review = 0.2
nightly_cap = 50
[group_hate]
review = 0.4
[grounds]
named = 0.35
"""
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def finding(number, rank):
    text = f"Dit is bericht {number} van een verzonnen dorp"
    sha = hashlib.sha256(text.encode()).hexdigest()
    return {
        "rank": rank, "stands_for": 1, "repeats": 0, "file": "posts.jsonl", "file_sha256": "", "line": number + 1, "platform": "forum",
        "url": f"https://voorbeeld.example/{number}", "created_at": "2026-11-21T10:00:00Z", "text": text, "grens": "0.1.0", "schema": "grens.finding/1",
        "id": f"p{number}", "band": "candidate", "articles": ["137c"], "grounds": ["race"], "reasons": ["made up"], "confidence": 0.9,
        "scores": {"group_hate": 0.9, "art137c": 0.9, "art137d": 0.1},
        "ground_scores": {"race": 0.9, "religion": 0.1, "orientation": 0.1, "disability": 0.1, "gender": 0.1}, "lang": "nl", "n_tokens": 9,
        "truncated": False, "text_sha256": sha, "model": {"name": "made-up", "hash": "00"}, "policy": "made-up-1", "law": "nl-sr-2026-01-01",
    }


def verdict(post, judgement, at):
    return {
        "schema": "grens.verdict/1", "id": post["id"], "platform": post["platform"], "url": post["url"], "text_sha256": post["text_sha256"],
        "verdict": judgement, "articles": ["137c"], "grounds": ["race"], "reason": "made up", "reviewer": "r1", "judged_at": at,
    }


def write_lines(path, values):
    path.write_text("".join(json.dumps(v) + "\n" for v in values))


def make_night(work, records):
    """The folder of a scan, and verdicts. Returns the ids that may go out."""
    total = records + records // 3 + records // 10
    posts = [finding(i, i + 1) for i in range(total)]
    random.Random(1).shuffle(posts)
    night = work / "night"
    night.mkdir()
    write_lines(night / "candidates.jsonl", posts)
    (night / "summary.json").write_text("{}")
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    yes, no = posts[:records], posts[records : records + records // 10]
    write_lines(work / "verdicts.jsonl", [verdict(p, "candidate", now) for p in yes] + [verdict(p, "not_candidate", now) for p in no])
    return {p["id"] for p in yes}


class Receiver:
    """The receiver's process, always on the same port."""

    def __init__(self, args, work):
        self.args, self.work, self.address, self.seed, self.process = args, work, "127.0.0.1:0", 0, None

    def start(self):
        self.seed += 1
        command = [self.args.receiver, "--listen", self.address, "--store", self.work / "received.db", "--secret-file", self.work / "secret"]
        command += ["--faults", str(self.args.faults), "--seed", str(self.seed), "--late-ms", "400"]
        self.process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        url = self.process.stdout.readline().strip()
        self.address = url.split("/")[2]
        return url

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--faults", type=float, default=0.25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--grens", type=pathlib.Path, default=pathlib.Path("target/release/grens"))
    parser.add_argument("--receiver", type=pathlib.Path, default=pathlib.Path("target/release/grens-receiver"))
    args = parser.parse_args()
    rng = random.Random(args.seed)
    work = pathlib.Path(tempfile.mkdtemp(prefix="grens-deliver-"))
    wanted = make_night(work, args.records)
    (work / "policy.toml").write_text(POLICY)
    secret = work / "secret"
    secret.touch(mode=0o600)
    secret.write_text("made up for a test, as long as a secret has to be\n")
    common = ["--outbox", str(work / "outbox.db"), "--policy", str(work / "policy.toml")]

    add = [str(args.grens), "outbox", "add", str(work / "night"), "--verdicts", str(work / "verdicts.jsonl"), *common]
    added_kills = 0
    for _ in range(5):
        process = subprocess.Popen(add, **QUIET)
        try:
            process.wait(timeout=rng.uniform(0.01, 0.6))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            added_kills += 1
    assert subprocess.run(add, **QUIET).returncode == 0, "outbox add failed"

    receiver = Receiver(args, work)
    url = receiver.start()
    deliver = [str(args.grens), "--quiet", "deliver", "--to", url, *common, "--secret-file", str(secret), "--timeout", "200ms"]
    deliver += ["--backoff", "20ms", "--max-backoff", "300ms", "--max-tries", "1000"]
    pending = lambda: sqlite3.connect(work / "outbox.db").execute("select count(*) from record where state = 'pending'").fetchone()[0]
    began, sender_kills, receiver_kills = time.monotonic(), 0, 0
    process = subprocess.Popen(deliver, **QUIET)
    progress = lambda: print(f"{time.monotonic() - began:6.0f} s: {pending()} pending, sender killed {sender_kills}, receiver killed {receiver_kills} times", flush=True)
    said = began
    while sender_kills < args.kills or receiver_kills < args.kills:
        # Kills are spread over the delivery: each waits until its share of the records has gone.
        due = args.records * (1 - (sender_kills + receiver_kills + rng.random()) / (2 * args.kills + 2))
        if pending() > due:
            time.sleep(rng.uniform(0.005, 0.05))
        elif sender_kills < args.kills and (receiver_kills >= args.kills or rng.random() < 0.5):
            process.kill()
            process.wait()
            sender_kills += 1
            process = subprocess.Popen(deliver, **QUIET)
        else:
            receiver.kill()
            receiver_kills += 1
            time.sleep(rng.uniform(0, 0.1))
            receiver.start()
        if time.monotonic() - said > 20:
            said = time.monotonic()
            progress()
        if process.poll() is not None and pending():
            print(f"the sender ended with {process.returncode} by itself and left records")
            return 1
    code = process.wait()
    progress()
    receiver.kill()

    outbox = sqlite3.connect(work / "outbox.db")
    states = dict(outbox.execute("select state, count(*) from record group by state"))
    sent = dict(outbox.execute("select key, body from record"))
    received = sqlite3.connect(work / "received.db").execute("select key, schema, body, deliveries from received").fetchall()
    keys = collections.Counter(key for key, *_ in received)
    ids = {json.loads(body)["candidate"]["id"] for _, schema, body, _ in received if schema == "grens.notice-draft/1"}
    deliveries = sum(n for *_, n in received)
    faults = {
        "the last sender failed": code != 0,
        "not all sent": states != {"sent": args.records},
        "a record is missing": bool(wanted - ids),
        "a record is there that the policy keeps in": bool(ids - wanted) or any(schema != "grens.notice-draft/1" for _, schema, *_ in received),
        "a record is there twice by key": any(n > 1 for n in keys.values()) or len(received) != args.records,
        "a body was changed": any(sent.get(key) != body for key, _, body, _ in received),
    }
    wrong = [what for what, is_so in faults.items() if is_so]
    print(
        f"{len(received)} of {args.records} records arrived, stored once each, in {deliveries} deliveries that were stored or found stored; outbox add killed {added_kills}, "
        f"sender {sender_kills}, receiver {receiver_kills} times; {time.monotonic() - began:.0f} s: {'; '.join(wrong) or 'all as it should be'}"
    )
    if wrong:
        print(f"what there is to look at is in {work}")
        return 1
    shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
