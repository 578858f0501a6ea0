"""grens beside PyTorch, ONNX Runtime and OpenVINO: the same weights, the same Dutch posts, the same threads, interleaved rounds.

Usage: python3 -m scripts.bench_peers --data DIR --out DIR [--rounds 3] [--posts 1500] [--threads 2 1] [--engines grens openvino-int8 ...]

Needs Python 3.11 and a release build of grens, nothing else: it makes an environment of its own under DIR/env (--env takes one that is
there), exports the shipped model and converts it for the peers, once. Posts are the Dutch development rows of --data, cut so that none has
more than 128 tokens. Raw rows go to DIR/rows.csv with processor and versions; medians and ratios to stdout.

How each engine is measured:
- A process of its own a round. *First decision*: from its start to its first result, which is one post's. *Peak*: its resident memory.
- *posts/s*: tokenising and scoring all posts, start and loading left out. Peers get batches of 32 sorted by length, and one untimed pass
  over the very same batches before. grens gets none, and reading JSON, the law and writing records are in its time. *Without
  tokenising* is stated for the peers only: grens does not do one without the other.
- *Latency*: the median of posts sent one after the other, each when the last is answered; grens through a pipe.
- *Flips*: posts where a threshold of policy.toml, of any head, is met by one and not by the other of this engine and PyTorch f32.

text-embeddings-inference is no part of this: it is not to be had from a package registry.
"""
import argparse
import os
import pathlib
import subprocess
import sys

from scripts.bench_peers import engines, report, rounds

HERE = pathlib.Path(__file__).parent


def environment(folder):
    """The Python of the peers' environment, made where it is missing."""
    python = folder / "bin" / "python"
    if not python.exists():
        print(f"making {folder}: some minutes", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    # Also where it is there: an installation that broke off is mended.
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "-r", str(HERE / "requirements.txt")], check=True)
    return python


def main():
    args = argparse.ArgumentParser(prog="python3 -m scripts.bench_peers", description=__doc__.splitlines()[0])
    args.add_argument("--data", type=pathlib.Path, required=True)
    args.add_argument("--out", type=pathlib.Path, required=True)
    args.add_argument("--env", type=pathlib.Path, help="the peers' environment (default OUT/env)")
    args.add_argument("--grens", type=pathlib.Path, default=pathlib.Path("target/release/grens"))
    args.add_argument("--model", type=pathlib.Path, default=pathlib.Path("models/grens-nl"))
    args.add_argument("--rounds", type=int, default=3)
    args.add_argument("--posts", type=int, default=1500)
    args.add_argument("--threads", type=int, nargs="+", default=[2, 1])
    args.add_argument("--engines", nargs="+", choices=engines.NAMES, default=engines.NAMES)
    args = args.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    args.python = environment(args.env or args.out / "env")
    # No graphics card, no pools of threads that nobody asked for.
    os.environ |= {"CUDA_VISIBLE_DEVICES": "", "TOKENIZERS_PARALLELISM": "true"}
    prepare = [args.python, "-m", "scripts.bench_peers.prepare", args.posts, args.data, args.out, args.model, args.grens]
    subprocess.run([str(part) for part in prepare], check=True)
    rows = rounds.run(args)
    report.write(args.out / "rows.csv", rows)
    report.show(rows, args)


if __name__ == "__main__":
    main()
