#!/usr/bin/env python3
"""How long the review page takes with 100,000 items in the queue: the next item ready behind the present one, saving a verdict, and the page as a whole.

Usage: python3 -m scripts.review_times --grens target/release/grens   (standard library only)

Posts are made up (scripts/kill_review.py), with scores, platforms and grounds that differ. One moderator judges `--judge` of them as the page's own script does: it asks for
the item after the present one (`/judge/ahead`), saves, and shows what it has already. Times are those of the requests over loopback, on a machine whose load is printed.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import threading
import time

from scripts.kill_review import PASSWORD, Page, Person, finding

ORDERS = ["severity", "uncertainty", "age", "cluster"]


def varied(number):
    """Spread over scores, grounds, platforms and days, the same in every run."""
    confidence = (number * 7919 % 10_000) / 10_000
    post = finding(number)
    post["scores"]["art137c"] = confidence
    return post | {
        "confidence": confidence, "band": "review", "platform": ["forum", "x", "youtube", "mastodon"][number % 4],
        "grounds": [["race", "religion", "gender"][number % 3]], "created_at": f"2026-11-{1 + number % 20:02}T10:00:00Z",
    }


class Browser(Person):
    """A moderator's page, with what its script asks for."""

    def timed(self, method, path, fields=None, wanted=(200, 303)):
        began = time.perf_counter()
        status, page = self.ask(method, path, fields)
        took = time.perf_counter() - began
        if status not in wanted:
            raise SystemExit(f"{method} {path} answered {status}")
        return took, page


def value(page, before, after='"'):
    return page.split(before, 1)[1].split(after, 1)[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--judge", type=int, default=50, help="items in each order")
    parser.add_argument("--grens", type=pathlib.Path, default=pathlib.Path("target/release/grens"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="grens-review-") as work:
        work = pathlib.Path(work)
        queue = work / "review.db"
        with open(work / "candidates.jsonl", "w", encoding="utf-8") as out:
            out.writelines(json.dumps(varied(i)) + "\n" for i in range(args.items))
        (work / "password").write_text(PASSWORD + "\n")

        def review(*words):
            subprocess.run([str(args.grens), "--quiet", "review", *words, "--queue", str(queue)], check=True)

        began = time.perf_counter()
        review("import", str(work / "candidates.jsonl"))
        print(f"import of {args.items:,} findings: {time.perf_counter() - began:.1f} s")
        review("set", "--batch", "0", "--break-minutes", "0")
        review("user", "add", "roos", "--role", "moderator", "--password-file", str(work / "password"))
        page = Page(args.grens, queue)
        page.start()
        try:
            browser = Browser(page, "roos", threading.Event())
            browser.sign_in()
            for order in ORDERS:
                times = {"whole page": [], "next item ready": [], "verdict saved": []}
                for _ in range(args.judge):
                    took, shown = browser.timed("GET", f"/judge?order={order}")
                    times["whole page"].append(took)
                    item = value(shown, 'data-item="')
                    times["next item ready"].append(browser.timed("GET", f"/judge/ahead?after={item}&order={order}")[0])
                    fields = {"csrf": value(shown, 'name="csrf" value="'), "verdict": "not_candidate", "reason": "made up"}
                    times["verdict saved"].append(browser.timed("POST", f"/judge/{item}?order={order}", fields)[0])
                middle = {what: f"{statistics.median(took) * 1000:.0f} ms (slowest {max(took) * 1000:.0f})" for what, took in times.items()}
                print(f"{order}: " + ", ".join(f"{what} {took}" for what, took in middle.items()), flush=True)
        finally:
            page.kill()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
