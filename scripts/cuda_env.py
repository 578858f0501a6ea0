#!/usr/bin/env python3
"""CUDA's libraries out of Python wheels, in a folder of their own, and a grens with the feature `cuda`. Needs no GPU and no installed toolkit.

Usage: python3 -m scripts.cuda_env [--dir target/cuda] [--cuda 12|13] [--all] [--no-build] [--check]

grens needs NVRTC and cuBLASLt when it runs, and nothing of CUDA when it is built: kernels are compiled at run time. So these two are what is fetched.
--all also brings the compiler (nvcc), the runtime and cuRAND, for work on the kernels outside of grens. --check compiles every kernel for compute
capability 8.0 to 9.0 with the NVRTC that was fetched, runs them all on this processor (scripts/cuda_emulate), and gives the cuBLASLt that was fetched
the descriptions that grens makes of a product, which it takes or refuses without a GPU.

At the end it prints the line that tells grens where the libraries lie. The driver (libcuda) comes with the machine that has the GPU; it
must know the CUDA version that is fetched: CUDA 12 from driver 525 on, CUDA 13 from 580 on.
"""
import argparse
import ctypes
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


def check_descriptions(folder):
    """The numbers of crates/kernels/src/cuda/gemm.rs, in NVIDIA's own library: types and sizes of attributes."""
    library = ctypes.CDLL(str(next(folder.glob("nvidia/**/libcublasLt.so*"))))
    description, layout, preference = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()

    def taken(name, *arguments):
        if status := getattr(library, name)(*arguments):
            raise SystemExit(f"{name} refuses what grens gives it: {status}")

    def set_to(name, target, attribute, value):
        taken(name, target, attribute, ctypes.byref(value), ctypes.c_size_t(ctypes.sizeof(value)))

    # CUBLAS_COMPUTE_32F, CUDA_R_32F; TRANSA is CUBLAS_OP_T.
    taken("cublasLtMatmulDescCreate", ctypes.byref(description), 68, 0)
    set_to("cublasLtMatmulDescSetAttribute", description, 3, ctypes.c_int32(1))
    # CUDA_R_16BF; rows, columns, and what is between columns.
    taken("cublasLtMatrixLayoutCreate", ctypes.byref(layout), 14, ctypes.c_uint64(384), ctypes.c_uint64(1152), ctypes.c_int64(384))
    taken("cublasLtMatmulPreferenceCreate", ctypes.byref(preference))
    # MAX_WORKSPACE_BYTES and REDUCTION_SCHEME_MASK.
    set_to("cublasLtMatmulPreferenceSetAttribute", preference, 1, ctypes.c_size_t(32 << 20))
    set_to("cublasLtMatmulPreferenceSetAttribute", preference, 3, ctypes.c_uint32(0))
    print("cuBLASLt takes the descriptions of a product")


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
        check_descriptions(folder)
        environment = os.environ | {"GRENS_CUDA_LIBS": line}
        subprocess.run(["cargo", "test", "--release", "-p", "grens-kernels", "--features", "cuda", "--lib", "cuda"], check=True, env=environment)
        subprocess.run([sys.executable, "-m", "scripts.cuda_emulate"], check=True)
    print(f"export GRENS_CUDA_LIBS={line}")


if __name__ == "__main__":
    main()
