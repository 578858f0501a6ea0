"""Runs of grens on the stand-in, and what is wanted of them."""
import collections
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).parent.parent.parent
# Seconds after which a run counts as hanging.
LONGEST = 300

Run = collections.namedtuple("Run", "code stdout stderr faults counts")


class Wrong(Exception):
    """Something came out otherwise than it should."""


def expect(good, what, run=None):
    if not good:
        said = "" if run is None else f"\n    exit code {run.code}; {run.stderr.strip()[-1500:]}"
        raise Wrong(what + said)


class Standin:
    """grens with the libraries of `folder` in the place of CUDA's."""

    def __init__(self, grens, folder):
        self.grens, self.folder = grens, folder
        self.plain = {k: v for k, v in os.environ.items() if not k.startswith(("GRENS_", "CUDA_", "LD_LIBRARY_PATH"))}

    def environment(self, folder=None, **settings):
        own = {"LD_LIBRARY_PATH": str(folder or self.folder), "CUDA_STANDIN_CACHE": str(self.folder), "CUDA_STANDIN_REPORT": str(self.folder / "report.jsonl")}
        return self.plain | own | {k: str(v) for k, v in settings.items()}

    def run(self, *args, folder=None, **settings):
        """Run grens with these arguments; settings are environment variables."""
        environment = self.environment(folder, **settings)
        report = pathlib.Path(environment["CUDA_STANDIN_REPORT"])
        report.unlink(missing_ok=True)
        try:
            done = subprocess.run([str(self.grens), *map(str, args)], capture_output=True, text=True, env=environment, timeout=LONGEST)
        except subprocess.TimeoutExpired as error:
            raise Wrong(f"{' '.join(map(str, args))} {settings} hangs") from error
        told = json.loads(report.read_text()) if report.exists() else {"faults": [], "counts": {}}
        run = Run(done.returncode, done.stdout, done.stderr, told["faults"], collections.Counter(told["counts"]))
        # Nothing that any of these runs is for may end in a panic, in a signal, or with a call that no program should make.
        expect(run.code >= 0 and run.code != 97 and "panicked" not in run.stderr, f"{' '.join(map(str, args))} {settings} broke down", run)
        expect(not run.faults, f"{' '.join(map(str, args))} {settings}: {run.faults}")
        return run


def left(run):
    """What a run that came to its end had not given back."""
    return {what: n for what, n in run.counts.items() if what.endswith("that are left") and n}


def records(run):
    return [json.loads(line) for line in run.stdout.splitlines()]


def compare(got, want):
    """(bands that differ, largest difference of a score) of two lists of records."""
    expect([r["id"] for r in got] == [r["id"] for r in want], "other posts, or in another order")
    bands = sum(a["band"] != b["band"] for a, b in zip(got, want))
    fields = [(a[f], b[f]) for a, b in zip(got, want) for f in ("scores", "ground_scores")]
    return bands, max(abs(a[k] - b[k]) for a, b in fields for k in b)
