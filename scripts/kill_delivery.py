#!/usr/bin/env python3
"""Send records through a receiver that does everything wrong, and kill both sides again and again: each record must arrive, none twice, none that the policy
keeps in, and each that was taken back meanwhile must be corrected.

Usage: python3 -m scripts.kill_delivery --records 10000 --kills 50 --grens target/release/grens --receiver target/release/grens-receiver   (standard library only)

Findings and verdicts are made up here (no real text): `--records` posts that a person has confirmed, a third as many that nobody has judged, and a tenth as many that
a person has said no to. A wide policy lets all candidates into the outbox, a strict one delivers, so that the delivery has to hold back what nobody has judged; half way, a
tenth of the confirmed posts is taken back. The receiver (tests/receiver) meets a quarter of all requests with a fault: late answers, connections cut before and after storing,
HTTP 500 before and after storing, 429 and 503 with Retry-After, wrong JSON, another record's receipt, 409. `grens outbox add` is killed a few times first; then
sender and receiver are killed (SIGKILL) at random moments, `--kills` times each. At the end the receiver's store is compared with what was put in, post by post.
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

POLICY = (pathlib.Path(__file__).parents[1] / "tests/fixtures/policy.toml").read_text()
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
    """The folder of a scan, and verdicts. Returns the ids that may go out, and those of them that are taken back."""
    total = records + records // 3 + records // 10
    posts = [finding(i, i + 1) for i in range(total)]
    random.Random(1).shuffle(posts)
    night = work / "night"
    night.mkdir()
    write_lines(night / "candidates.jsonl", posts)
    (night / "summary.json").write_text("{}")
    stamp = lambda ago: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago))
    now = stamp(3600)
    yes, no = posts[:records], posts[records : records + records // 10]
    write_lines(work / "verdicts.jsonl", [verdict(p, "candidate", now) for p in yes] + [verdict(p, "not_candidate", now) for p in no])
    back = yes[: records // 10]
    write_lines(work / "taken_back.jsonl", [verdict(p, "reopened", stamp(0)) for p in back])
    return {p["id"] for p in yes}, {p["id"] for p in back}


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
    wanted, taken_back = make_night(work, args.records)
    (work / "policy.toml").write_text(POLICY)
    (work / "wide.toml").write_text(POLICY + '[gateway]\nsend = "candidate"\n')
    secret = work / "secret"
    secret.touch(mode=0o600)
    secret.write_text("made up for a test, as long as a secret has to be\n")
    outbox_args = ["--outbox", str(work / "outbox.db"), "--policy"]
    common = [*outbox_args, str(work / "policy.toml")]

    add = [str(args.grens), "outbox", "add", str(work / "night"), "--verdicts", str(work / "verdicts.jsonl"), *outbox_args, str(work / "wide.toml")]
    take_back = [str(args.grens), "outbox", "add", "--verdicts", str(work / "taken_back.jsonl"), *common]
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
    pending = lambda: sqlite3.connect(work / "outbox.db").execute("select count(*) from record where state = 'pending' and standing <> 'not_yet_judged'").fetchone()[0]
    began, sender_kills, receiver_kills = time.monotonic(), 0, 0
    process = subprocess.Popen(deliver, **QUIET)
    progress = lambda: print(f"{time.monotonic() - began:6.0f} s: {pending()} pending, sender killed {sender_kills}, receiver killed {receiver_kills} times", flush=True)
    said, is_taken_back = began, False
    while sender_kills < args.kills or receiver_kills < args.kills:
        # Kills are spread over the delivery: each waits until its share of the records has gone.
        due = args.records * (1 - (sender_kills + receiver_kills + rng.random()) / (2 * args.kills + 2))
        if not is_taken_back and pending() <= args.records // 2:
            # Beside the delivery at work; a lock that is held too long is an error that the same command mends.
            is_taken_back = any(subprocess.run(take_back, **QUIET).returncode == 0 for _ in range(20))
            assert is_taken_back, "outbox add failed"
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
        if process.poll() not in (None, 0) and pending():
            print(f"the sender ended with {process.returncode} by itself and left records")
            return 1
    code = process.wait()
    if pending():
        # It had ended before the last records were taken back.
        code = subprocess.run(deliver, **QUIET).returncode
    progress()
    receiver.kill()

    outbox = sqlite3.connect(work / "outbox.db")
    held = outbox.execute("select count(*) from record where state = 'pending' and standing = 'not_yet_judged'").fetchone()[0]
    sent = dict(outbox.execute("select key, body from record"))
    # What was laid aside has surely not left; all else was sent, or taken back while it was on its way.
    unsent = outbox.execute("select count(*) from record where standing <> 'not_yet_judged' and state <> 'sent' and coalesce(cause, '') <> 'superseded'").fetchone()[0]
    never_left = {json.loads(body)["candidate"]["id"] for (body,) in outbox.execute("select body from record where cause = 'superseded' and attempts = 0")}
    received = sqlite3.connect(work / "received.db").execute("select key, schema, body, deliveries from received").fetchall()
    notices = [(key, json.loads(body)["candidate"]["id"]) for key, schema, body, _ in received if schema == "grens.notice-draft/1"]
    corrected = collections.Counter(json.loads(body)["corrects"] for _, schema, body, _ in received if schema == "grens.correction/1")
    by_post = collections.Counter(post for _, post in notices)
    deliveries = sum(n for *_, n in received)
    faults = {
        "the last sender failed": code != 0,
        "not all sent": unsent > 0,
        "the delivery did not hold back what nobody has judged": held != args.records // 3,
        "a record is missing": bool(wanted - taken_back - by_post.keys()),
        "a record is there that the policy keeps in": bool(by_post.keys() - wanted) or len(received) != len(notices) + corrected.total(),
        "a post is there twice": max(by_post.values()) > 1,
        "a correction is there twice": corrected.total() > 0 and max(corrected.values()) > 1,
        "nothing was taken back": not corrected,
        "a record stands that was taken back": any(post in taken_back and key not in corrected for key, post in notices),
        "a record was laid aside and had left": bool(never_left & by_post.keys()),
        "a record was corrected that nobody took back": any(post not in taken_back and key in corrected for key, post in notices),
        "a body was changed": any(sent.get(key) != body for key, _, body, _ in received),
    }
    wrong = [what for what, is_so in faults.items() if is_so]
    print(
        f"{len(notices)} notices of {args.records} and {corrected.total()} corrections arrived, stored once each, in {deliveries} deliveries that were stored or found stored; "
        f"{len(never_left)} were taken back before they left, {held} that nobody has judged were held back; outbox add killed {added_kills}, "
        f"sender {sender_kills}, receiver {receiver_kills} times; {time.monotonic() - began:.0f} s: {'; '.join(wrong) or 'all as it should be'}"
    )
    if wrong:
        print(f"what there is to look at is in {work}")
        return 1
    shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
