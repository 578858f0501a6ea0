"""The CUDA kernels on this processor, each against a plain reference: finds wrong indices and arithmetic without a GPU.

Usage: python3 -m scripts.cuda_emulate [FLAG ...]        (g++, or what CXX names; some seconds a size)

The kernels' own files (crates/kernels/src/cuda/source) are compiled as C++ over emulate.h, where the threads of a block are fibers with real barriers and
shuffles. FLAGs go to the compiler: with -fsanitize=address every read and write beyond a buffer is found. check.cpp draws inputs anew for every case, poisons outputs, and compares with sums in f64: one token, 511,
posts of different lengths, heads of 8, 32 and 64. What it cannot find: races that need threads at the same moment, and what cuBLASLt does.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
SOURCES = HERE.parent.parent / "crates" / "kernels" / "src" / "cuda" / "source"
# Hidden size and heads of the test fixtures, of the shipped model, and of the usual larger one.
SHAPES = [(32, 4), (384, 12), (768, 12)]


def main():
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for hidden, heads in SHAPES:
            program = pathlib.Path(folder) / f"check-{hidden}"
            shape = [f"-DHIDDEN={hidden}", f"-DHEADS={heads}", f"-DHEAD_DIM={hidden // heads}"]
            command = [os.environ.get("CXX", "g++"), "-std=c++17", "-O2", "-Wall", "-Wno-unknown-pragmas", "-Wno-sign-compare"]
            command += [*sys.argv[1:], *shape, f"-I{SOURCES}", "-o", str(program), str(HERE / "check.cpp")]
            subprocess.run(command, check=True)
            failed |= subprocess.run([str(program)]).returncode != 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
