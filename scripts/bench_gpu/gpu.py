"""What the machine is, where CUDA's libraries lie, and how busy the GPU is while something runs."""
import contextlib
import csv
import os
import pathlib
import platform
import subprocess
import sys
import sysconfig

QUERY = ["utilization.gpu", "memory.used", "clocks.sm", "power.draw"]
EVERY_MS = 100


def libraries():
    """GRENS_CUDA_LIBS for the libraries that came with PyTorch, unless it is set: grens then runs on the very same ones."""
    if os.environ.get("GRENS_CUDA_LIBS"):
        return {}
    places = {sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]} | {p for p in sys.path if p.endswith("-packages")}
    found = {str(f.parent) for p in places for name in ("libnvrtc.so*", "libcublasLt.so*") for f in pathlib.Path(p, "nvidia").glob(f"**/{name}")}
    # One CUDA version, the newest that is there: folders of two would be mixed.
    newest = [f for f in sorted(found) if "/cu13/" in f + "/"] or sorted(found)
    return {"GRENS_CUDA_LIBS": os.pathsep.join(newest)} if newest else {}


def ask(query):
    """nvidia-smi's answer of the first GPU, or nothing."""
    try:
        done = subprocess.run(["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader,nounits"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.splitlines()[0].strip() if done.returncode == 0 and done.stdout.strip() else None


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as handle:
        processors = [line.split(":", 1)[1].strip() for line in handle if line.startswith("model name")]
    return {"gpu": ask("name"), "driver": ask("driver_version"), "memory_mib": ask("memory.total"), "processor": (processors or ["?"])[0],
            "processors": os.cpu_count(), "python": platform.python_version(), "libs": libraries().get("GRENS_CUDA_LIBS")}


class Busy:
    """Samples of nvidia-smi, a line each in a file."""

    def __init__(self, file):
        self.file = file

    def figures(self, skip_s):
        """Mean over the samples, those of the first `skip_s` seconds and of the last one left out: start and end are not the work."""
        if self.file is None:
            return {}
        with open(self.file, encoding="utf-8", newline="") as handle:
            samples = [row for row in csv.reader(handle, skipinitialspace=True) if len(row) == len(QUERY)]
        samples = samples[round(skip_s * 1000 / EVERY_MS):-10] or samples
        def mean(column):
            numbers = [float(row[column]) for row in samples if row[column].replace(".", "", 1).isdigit()]
            return sum(numbers) / len(numbers) if numbers else None
        return {"busy_percent": mean(0), "memory_used_mib": mean(1), "sm_mhz": mean(2), "watts": mean(3), "samples": len(samples)}


@contextlib.contextmanager
def watched(file, is_gpu):
    """Sample the first GPU while the body runs. It only reads; no setting of the card is touched."""
    if not is_gpu:
        yield Busy(None)
        return
    command = ["nvidia-smi", "-i", "0", f"--query-gpu={','.join(QUERY)}", "--format=csv,noheader,nounits", f"--loop-ms={EVERY_MS}"]
    with open(file, "w", encoding="utf-8") as out:
        try:
            sampler = subprocess.Popen(command, stdout=out)
        except OSError:
            yield Busy(None)
            return
        try:
            yield Busy(file)
        finally:
            sampler.terminate()
            sampler.wait(timeout=30)
