"""The three libraries, compiled for this processor."""
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).parent
EMULATE = HERE.parent / "cuda_emulate"

# Names as an installed driver and toolkit have them; what each is made of.
DRIVER, NVRTC, CUBLASLT = "libcuda.so.1", "libnvrtc.so.12", "libcublasLt.so.12"
SOURCES = {DRIVER: ["report.cpp", "streams.cpp", "memory.cpp", "modules.cpp"], NVRTC: ["nvrtc.cpp"], CUBLASLT: ["cublaslt.cpp"]}


def compiled(*arguments):
    flags = ["-std=c++17", "-O3", "-march=native", "-Wall", f'-DSTANDIN_HERE="{HERE.absolute()}"', f'-DSTANDIN_EMULATE="{EMULATE.absolute()}"']
    subprocess.run([os.environ.get("CXX", "g++"), *flags, *map(str, arguments), "-ldl"], check=True)


def offences(folder):
    """A program that does everything that the stand-in must catch."""
    program = folder / "offences"
    compiled("-o", program, HERE / "offences.cpp", *(folder / name for name in SOURCES))
    return program


def libraries(folder):
    """Compile them into `folder`, where their sources are newer."""
    folder.mkdir(parents=True, exist_ok=True)
    newest = max(file.stat().st_mtime for file in HERE.iterdir() if file.suffix in (".cpp", ".h", ".py"))
    for name, files in SOURCES.items():
        library = folder / name
        if library.exists() and library.stat().st_mtime > newest:
            continue
        # Memory and streams are the driver's, and cuBLASLt works on them.
        needs = [folder / DRIVER] if name == CUBLASLT else []
        compiled("-fPIC", "-shared", f"-Wl,-soname,{name}", "-o", library, *(HERE / file for file in files), *needs)
