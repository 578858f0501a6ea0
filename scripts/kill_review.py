#!/usr/bin/env python3
"""Judge posts on the review page, and kill it again and again: no saved verdict may be lost, none be there twice, nobody be given what another has in hand, and the
chain must stay whole.

Usage: python3 -m scripts.kill_review --kills 100 --grens target/release/grens   (standard library only)

Posts are made up here (no real text). `--people` moderators judge at once, each through a session of its own; the page is killed (SIGKILL) at random moments and
started again on the same file. A verdict counts as saved once the page has answered with the way to the next item. At the end `grens review verify` must pass with
every end of the chain that was noted between two lives, and the file must hold every saved verdict.
"""
import argparse
import hashlib
import http.client
import json
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

PASSWORD = "een lange zin voor proeven"


def finding(number):
    text = f"Dit is bericht {number} van een verzonnen dorp"
    return {
        "rank": number + 1, "stands_for": 1, "repeats": 0, "file": "posts.jsonl", "file_sha256": "", "line": number + 1, "platform": "forum",
        "url": f"https://voorbeeld.example/{number}", "created_at": "2026-11-21T10:00:00Z", "text": text, "grens": "0.1.0", "schema": "grens.finding/1",
        "id": f"p{number}", "band": "candidate", "articles": ["137c"], "grounds": ["race"], "reasons": ["made up"], "confidence": 0.9,
        "scores": {"group_hate": 0.9, "art137c": 0.9, "art137d": 0.1},
        "ground_scores": {"race": 0.9, "religion": 0.1, "orientation": 0.1, "disability": 0.1, "gender": 0.1}, "lang": "nl", "n_tokens": 9,
        "truncated": False, "text_sha256": hashlib.sha256(text.encode()).hexdigest(), "model": {"name": "made-up", "hash": "00"}, "policy": "made-up-1",
        "law": "nl-sr-2026-01-01",
    }


class Page:
    """The page's process, always on the same port."""

    def __init__(self, grens, queue):
        self.grens, self.queue, self.address, self.process = grens, queue, "127.0.0.1:0", None

    def start(self):
        command = [str(self.grens), "review", "serve", "--queue", str(self.queue), "--bind", self.address]
        for _ in range(50):
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            for line in self.process.stderr:
                if line.startswith("listening on http://"):
                    self.address = line.split("/")[2].strip()
                    return
            # The port of a killed process may not be free at once.
            self.process.wait()
            time.sleep(0.1)
        raise SystemExit("the page does not start")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()


class Person(threading.Thread):
    """A moderator's browser: takes the item that the page shows, and judges it."""

    def __init__(self, page, name, stop):
        super().__init__(daemon=True)
        self.page, self.name_, self.stop, self.cookies, self.saved, self.faults = page, name, stop, {}, [], []

    def ask(self, method, path, fields=None):
        connection = http.client.HTTPConnection(self.page.address, timeout=10)
        try:
            headers = {"Host": self.page.address, "Cookie": "; ".join(f"{name}={token}" for name, token in self.cookies.items())}
            body = None
            if fields is not None:
                body = urllib.parse.urlencode(fields)
                headers |= {"Origin": f"http://{self.page.address}", "Content-Type": "application/x-www-form-urlencoded"}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for value in answer.msg.get_all("Set-Cookie") or []:
                name, _, token = value.split(";")[0].partition("=")
                self.cookies[name] = token
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def sign_in(self):
        _, page = self.ask("GET", "/login")
        csrf = re.search(r'name="csrf" value="([^"]+)"', page)
        self.ask("POST", "/login", {"csrf": csrf[1] if csrf else "", "name": self.name_, "password": PASSWORD})

    def judge(self):
        status, page = self.ask("GET", "/judge")
        if status in (302, 303, 401, 403):
            return self.sign_in()
        item, csrf = re.search(r'data-item="(\d+)"', page), re.search(r'name="csrf" value="([^"]+)"', page)
        if not item or not csrf:
            return time.sleep(0.05)
        fields = {"csrf": csrf[1], "verdict": "not_candidate", "reason": f"made up by {self.name_}"}
        status, answer = self.ask("POST", f"/judge/{item[1]}", fields)
        if status == 303:
            self.saved.append(int(item[1]))
        # 409: the verdict was saved, and the page was killed before it said so.
        elif status != 409:
            self.faults.append(f"{status} for item {item[1]}")

    def run(self):
        while not self.stop.is_set():
            try:
                self.judge()
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--grens", type=pathlib.Path, default=pathlib.Path("target/release/grens"))
    args = parser.parse_args()
    rng = random.Random(args.seed)
    work = pathlib.Path(tempfile.mkdtemp(prefix="grens-review-"))
    queue = work / "review.db"
    (work / "candidates.jsonl").write_text("".join(json.dumps(finding(i)) + "\n" for i in range(args.items)))
    (work / "password").write_text(PASSWORD + "\n")

    def review(*words):
        done = subprocess.run([str(args.grens), "--quiet", "review", *words, "--queue", str(queue)], capture_output=True, text=True)
        return done.returncode, done.stdout.strip(), done.stderr.strip()

    assert review("import", str(work / "candidates.jsonl"))[0] == 0, "import failed"
    assert review("set", "--batch", "0", "--break-minutes", "0")[0] == 0, "set failed"
    names = [f"r{i}" for i in range(args.people)]
    for name in ["leider", *names]:
        role = "lead" if name == "leider" else "moderator"
        assert review("user", "add", name, "--role", role, "--password-file", str(work / "password"))[0] == 0, "user add failed"

    page, stop = Page(args.grens, queue), threading.Event()
    page.start()
    people = [Person(page, name, stop) for name in names]
    for person in people:
        person.start()
    began, noted, broken = time.monotonic(), [], []
    for kill in range(args.kills):
        time.sleep(rng.uniform(0.05, 0.8))
        page.kill()
        # Every tenth life is looked at closely before the next begins: a walk over the whole chain.
        if kill % 10 == 9:
            code, end, said = review("verify", *(f"--noted={end}" for end in noted[-3:]))
            noted.append(end)
            if code != 0:
                broken.append(said)
            print(f"{time.monotonic() - began:6.0f} s: killed {kill + 1} times, {sum(len(p.saved) for p in people)} verdicts saved, verify {code}", flush=True)
        page.start()
    time.sleep(1)
    stop.set()
    for person in people:
        person.join()
    page.kill()

    code, _, said = review("verify", *(f"--noted={end}" for end in noted if end))
    rows = sqlite3.connect(queue).execute("select item, by from entry where kind = 'verdict'").fetchall()
    judged = [item for item, _ in rows]
    saved = [item for person in people for item in person.saved]
    faults = {
        "the chain is broken: " + (said or "; ".join(broken)): code != 0 or bool(broken),
        "a saved verdict is lost": bool(set(saved) - set(judged)),
        "an item was judged twice": len(set(judged)) != len(judged) or len(set(saved)) != len(saved),
        "more was judged than was asked and killed for": len(judged) > len(saved) + args.kills * args.people,
        "the page answered what it should not: " + "; ".join(f for p in people for f in p.faults[:3]): any(p.faults for p in people),
        "nobody judged anything": not saved,
    }
    wrong = [what for what, is_so in faults.items() if is_so]
    print(
        f"killed {args.kills} times in {time.monotonic() - began:.0f} s; {len(saved)} verdicts were answered for, {len(judged)} are in the chain, of {args.people} people: "
        f"{'; '.join(wrong) or 'all as it should be'}"
    )
    if wrong:
        print(f"what there is to look at is in {work}")
        return 1
    shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
