#!/usr/bin/env python3
"""The review page in a real browser: what a moderator does with hands and keys, and what must never happen.

Usage: python3 -m tests.browser --grens target/release/grens        (makes a virtual environment under target/, with pip)

Each case runs on a queue of its own. The environment's packages stand in tests/browser/requirements.txt; the browser is the system's Chromium. Pictures to look
at go to --shots, outside the repository. How long the next item takes is printed and not judged. Ends with 1 when anything is not as it should be.
"""
import argparse
import os
import pathlib
import subprocess
import sys

VENV = pathlib.Path("target/browser-venv").absolute()
REQUIREMENTS = pathlib.Path(__file__).with_name("requirements.txt")


def environment():
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    # The browser is the system's own: nothing is downloaded beside the packages.
    quiet = {**os.environ, "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1"}
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(REQUIREMENTS)], check=True, env=quiet)
    return python


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--grens", type=pathlib.Path, default=pathlib.Path("target/release/grens"))
    args.add_argument("--chromium", default="/usr/bin/chromium")
    args.add_argument("--shots", help="folder for pictures")
    args.add_argument("--only", help="run the cases whose name contains this")
    args.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = args.parse_args()
    if args.inside:
        from tests.browser import cases
        return cases.run(args.grens, args.chromium, args.shots, args.only)
    return subprocess.run([str(environment()), "-m", "tests.browser", "--inside", *sys.argv[1:]]).returncode


if __name__ == "__main__":
    sys.exit(main())
