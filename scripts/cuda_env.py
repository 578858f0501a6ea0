#!/usr/bin/env python3
"""CUDA's libraries out of Python wheels, in a folder of their own, and a grens with the feature `cuda`. Needs no GPU and no installed toolkit.

Usage: python3 -m scripts.cuda_env [--dir target/cuda] [--cuda 12|13] [--all] [--no-build] [--check]

grens needs NVRTC and cuBLASLt when it runs, and nothing of CUDA when it is built: kernels are compiled at run time. So these two are what is fetched.
--all also brings the compiler (nvcc), the runtime and cuRAND, for work on the kernels outside of grens. --check compiles every kernel for compute
capability 8.0 to 9.0 with the NVRTC that was fetched, and runs them all on this processor (scripts/cuda_emulate).

At the end it prints the line that tells grens where the libraries lie. The driver (libcuda) comes with the machine that has the GPU; it
must know the CUDA version that is fetched: CUDA 12 from driver 525 on, CUDA 13 from 580 on.
"""
import argparse
import os
import pathlib
import subprocess
import sys

# Names of the wheels by CUDA version; those of 13 have no suffix.
WHEELS = {
    "12": ["nvidia-cuda-nvrtc-cu12", "nvidia-cublas-cu12"],
    "13": ["nvidia-cuda-nvrtc", "nvidia-cublas"],
}
MORE = {
    "12": ["nvidia-cuda-nvcc-cu12", "nvidia-cuda-runtime-cu12", "nvidia-curand-cu12"],
    "13": ["nvidia-cuda-nvcc", "nvidia-cuda-runtime", "nvidia-curand"],
}
FEATURE = ["--release", "--workspace", "--features", "grens/cuda"]


def fetch(folder, wheels):
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--upgrade", "--target", str(folder), *wheels]
    subprocess.run(command, check=True)


def libraries(folder):
    """Folders that hold NVRTC or cuBLASLt, as GRENS_CUDA_LIBS wants them."""
    found = {str(file.parent.absolute()) for name in ("libnvrtc.so*", "libcublasLt.so*") for file in folder.glob(f"nvidia/**/{name}")}
    if not found:
        raise SystemExit(f"no library of CUDA is in {folder}")
    return os.pathsep.join(sorted(found))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path("target/cuda"))
    parser.add_argument("--cuda", choices=sorted(WHEELS), default="12")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--no-build", action="store_true")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    # A folder a version: grens takes the first library that it finds.
    folder = args.dir / f"cu{args.cuda}"
    fetch(folder, WHEELS[args.cuda] + (MORE[args.cuda] if args.all else []))
    line = libraries(folder)
    if not args.no_build:
        subprocess.run(["cargo", "build", *FEATURE, "--bin", "grens", "--example", "rates"], check=True)
    if args.check:
        environment = os.environ | {"GRENS_CUDA_LIBS": line}
        subprocess.run(["cargo", "test", "--release", "-p", "grens-kernels", "--features", "cuda", "--lib", "cuda"], check=True, env=environment)
        subprocess.run([sys.executable, "-m", "scripts.cuda_emulate"], check=True)
    print(f"export GRENS_CUDA_LIBS={line}")


if __name__ == "__main__":
    main()
