"""grens on a GPU beside PyTorch on the same one: the same model, the same posts, one after the other, in one command and less than 8 minutes.

Usage: python3 -m scripts.bench_gpu --grens PATH --rates PATH --out DIR [--device cuda] [--posts 400000]
       python3 -m scripts.bench_gpu --dry-run --grens PATH --rates PATH --out DIR    (this processor, few posts: does every step run?)

Needs, and fetches nothing: CUDA's driver, Python with PyTorch and transformers, and two programs that were built elsewhere with
`cargo build --release -p grens -p grens-infer --bins --example rates --features grens/cuda` (docs/gpu.md says how they travel; a name that ends in .xz is unpacked).

1. *Conformance*, before anything is timed: `grens doctor` (golden posts, 2e-2 in score), and the bands of Dutch texts of eval-data against this
   processor in f32 (at most 0.3% differ). A failure is told, and the rest is measured all the same.
2. *grens end to end*: `grens score` over made-up posts of real lengths (scripts/make_posts.py), JSON Lines to decision records. Its time less that of a run
   over a few posts, so that starting and compiling kernels stay out; the whole time is stated beside it. While it runs nvidia-smi is asked how busy the GPU is.
3. *Its parts*: tokenising alone, on one thread and on all; the encoder alone, tokens ready.
4. *PyTorch*: bf16, SDPA, batches sorted by length; the encoder alone, and with reading and tokenising (torch_side.py).
5. *The chip*: the rate of a large bf16 matrix product, and which share of it grens' arithmetic is.

Raw rows go to DIR/rows.csv, a table and the targets to stdout. What could not be measured is a dash.
"""
import argparse
import json
import lzma
import os
import pathlib
import subprocess
import sys
import time

from scripts.bench_gpu import conformance, gpu, report

ROOT = pathlib.Path(__file__).parent.parent.parent


def unpacked(program, folder):
    """The path of a program, unpacked where it is an .xz."""
    if program.suffix != ".xz":
        return program.absolute()
    out = folder.absolute() / program.stem
    out.write_bytes(lzma.decompress(program.read_bytes()))
    out.chmod(0o755)
    return out


def score(args, posts, records, *more):
    """Seconds of one `grens score`, and how many records it wrote."""
    command = [str(args.grens), "score", str(posts), "--model", str(args.model), "--device", args.device, "--quiet", *more]
    began = time.perf_counter()
    with open(records, "wb") as out:
        subprocess.run(command, stdout=out, check=True, env=args.environment)
    seconds = time.perf_counter() - began
    with open(records, "rb") as handle:
        return seconds, sum(1 for _ in handle)


def end_to_end(args, rows):
    start, _ = score(args, args.out / "few.jsonl", args.out / "records.jsonl", "--all-languages")
    rows.append({"what": "grens start", "seconds": start})
    for name, flags in [("grens end to end", ["--all-languages"]), ("grens end to end, language gate on", [])]:
        for number in range(args.rounds):
            with gpu.watched(args.out / f"busy-{len(rows)}.csv", args.is_gpu) as busy:
                seconds, records = score(args, args.out / "posts.jsonl", args.out / "records.jsonl", *flags)
            row = {"what": name, "round": number, "seconds": seconds, "records": records, "posts_per_s_whole": records / seconds,
                   "posts_per_s": records / max(seconds - start, 1e-9)}
            rows.append(row | busy.figures(start))
            print({k: round(v, 2) if isinstance(v, float) else v for k, v in rows[-1].items()}, file=sys.stderr, flush=True)


def parts(args, rows):
    command = [str(args.rates), str(args.model), str(args.out / "posts.jsonl"), args.device, str(args.seconds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=args.environment)
    rows.append({"what": "grens parts"} | json.loads(done.stdout))


def pytorch(args, rows):
    exported = args.out / "hf"
    subprocess.run([str(args.grens), "model", "export", "--model", str(args.model), "--hf", str(exported)], check=True, env=args.environment,
                   stdout=sys.stderr)
    command = [sys.executable, "-m", "scripts.bench_gpu.torch_side", str(exported), str(args.out / "posts.jsonl"), "cuda" if args.is_gpu else "cpu",
               str(args.seconds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=args.environment)
    if done.returncode:
        raise ValueError("PyTorch could not be measured")
    rows.extend(json.loads(line) for line in done.stdout.splitlines())


def make_posts(args):
    with open(args.out / "posts.jsonl", "wb") as out:
        subprocess.run([sys.executable, "-m", "scripts.make_posts", str(args.posts)], stdout=out, check=True, cwd=ROOT)
    with open(args.out / "posts.jsonl", "rb") as handle:
        (args.out / "few.jsonl").write_bytes(b"".join(handle.readline() for _ in range(64)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grens", type=pathlib.Path, required=True)
    parser.add_argument("--rates", type=pathlib.Path, required=True, help="the example `rates` of grens-infer")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / "models" / "grens-nl")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--posts", type=int, default=400_000)
    parser.add_argument("--conformance", type=int, default=12_000, help="texts whose bands are compared")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each part that is measured by itself")
    parser.add_argument("--dry-run", action="store_true")
    args = parser.parse_args()
    if args.dry_run:
        args.device, args.posts, args.conformance, args.rounds, args.seconds = "cpu", 48, 24, 1, 0.1
    began = time.perf_counter()
    args.out.mkdir(parents=True, exist_ok=True)
    args.grens, args.rates, args.out = unpacked(args.grens, args.out), unpacked(args.rates, args.out), args.out.absolute()
    args.is_gpu = args.device.startswith("cuda")
    args.environment = os.environ | gpu.libraries()

    rows = [{"what": "machine"} | gpu.machine()]
    steps = [conformance.golden, conformance.bands, end_to_end, parts, pytorch]
    make_posts(args)
    for step in steps:
        print(f"== {step.__name__} ({time.perf_counter() - began:.0f} s)", file=sys.stderr, flush=True)
        try:
            step(args, rows)
        except (subprocess.CalledProcessError, OSError, ValueError) as error:
            # What was measured before must not be lost with what fails.
            print(f"{step.__name__} failed: {error}", file=sys.stderr)
            rows.append({"what": f"{step.__name__} failed", "error": str(error)})
        report.write(args.out / "rows.csv", rows)
    rows.append({"what": "all of it", "seconds": time.perf_counter() - began})
    report.write(args.out / "rows.csv", rows)
    # On a processor nothing is promised.
    sys.exit(0 if report.show(rows, args) or args.dry_run else 1)


if __name__ == "__main__":
    main()
