"""The CUDA backend's host side on a machine without a GPU: grens runs on a driver, an NVRTC and a cuBLASLt that only stand in for NVIDIA's.

Usage: python3 -m scripts.cuda_standin [--grens PATH] [--posts 48] [--only NAME ...] [--tests]        (g++, or what CXX names)

The stand-in has the entry points that grens calls and no others. Device memory is memory that nobody else can touch; a module is the kernels' own source, compiled
over scripts/cuda_emulate; a launch runs its grid; a product is made as its descriptors say, bf16 in and out, sums in f32. Every call checks what it is given: handles alive
and of the current context, sizes within their allocation, alignment, the limits of a launch on compute capability 8.0, batches copied from and to page-locked
memory alone. Streams move only when somebody waits for them (or at once, or at random), and memory of a copy that was not waited for cannot be touched.
Memory runs short, calls fail and devices are missing where a check wants it (CUDA_STANDIN_... in the sources here).

What it shows: that grens makes the calls that it should, in an order that does not depend on luck, with arguments that fit, and gives everything back; that
decisions are those of this processor within what bf16 explains; that it goes on where memory is short and says why where it cannot go on.
What it cannot show: speed; what is at the same moment (kernels run one after the other); what NVIDIA's libraries do where they do other than their
documents say, above all which products cuBLASLt takes and in which order it sums. It has not run on a chip.

Without --grens the binary is built with the feature first (some minutes where it never was). --tests also runs the GPU's unit tests on the stand-in.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

from scripts.cuda_standin import build, checks
from scripts.cuda_standin.run import ROOT, Standin, Wrong

FEATURE = ["--release", "--workspace", "--features", "grens/cuda"]
# Tests that look for a GPU and leave themselves out where there is none.
TESTS = [["-p", "grens-kernels", "--features", "cuda", "--release", "--lib", "cuda"], [*FEATURE, "--lib", "on_a_gpu"]]


def unit_tests(standin, folder):
    for arguments in TESTS:
        report = folder / "tests.jsonl"
        report.unlink(missing_ok=True)
        # Tests of one process share its devices' contexts.
        environment = standin.environment(CUDA_STANDIN_REPORT=report)
        done = subprocess.run(["cargo", "test", *arguments, "--", "--nocapture"], cwd=ROOT, env=environment, capture_output=True, text=True)
        said = done.stdout + done.stderr
        if done.returncode != 0 or "skipped:" in said or "stand-in:" in said:
            raise Wrong(f"cargo test {' '.join(arguments)}\n{said[-3000:]}")
    return "the unit tests that need a GPU pass"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [check.__name__ for check in checks.ALL]
    parser.add_argument("--grens", type=pathlib.Path)
    parser.add_argument("--dir", type=pathlib.Path, default=ROOT / "target" / "cuda-standin")
    parser.add_argument("--posts", type=int, default=48)
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--tests", action="store_true")
    args = parser.parse_args()
    began = time.monotonic()
    if args.grens is None:
        subprocess.run(["cargo", "build", *FEATURE, "--bin", "grens"], cwd=ROOT, check=True)
        args.grens = ROOT / "target" / "release" / "grens"
    folder = args.dir.absolute()
    build.libraries(folder)
    standin = Standin(args.grens.absolute(), folder)
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        posts = checks.Posts(standin, pathlib.Path(temporary), args.posts)
        steps = [(check.__name__, lambda check=check: check(standin, posts)) for check in checks.ALL if check.__name__ in args.only]
        if args.tests:
            steps.append(("tests", lambda: unit_tests(standin, folder)))
        for name, step in steps:
            try:
                print(f"{name}: {step()} ({time.monotonic() - began:.0f} s)", flush=True)
            except Wrong as wrong:
                failed += 1
                print(f"{name}: WRONG: {wrong}", flush=True)
    print("It has not run on a GPU: speed, kernels side by side and NVIDIA's own libraries are not shown by this.")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
