"""What is checked; each is a function that raises where something is wrong and returns a sentence where nothing is."""
import functools
import json
import pathlib
import subprocess
import tempfile

from scripts.cuda_standin import build
from scripts.cuda_standin.run import ROOT, Wrong, compare, expect, left, records

SAMPLE = ROOT / "eval-data" / "sample" / "posts.jsonl"
# A model of two small layers, for checks that need many runs.
SMALL = ["--model", str(ROOT / "tests" / "fixtures" / "hf" / "bert"), "--label-map", "group_hate=0", "--policy", str(ROOT / "tests" / "fixtures" / "policy.toml")]
# With so little memory a batch has 512 tokens at most, and the posts below make several.
TIGHT = {"CUDA_STANDIN_MEMORY_MIB": 250}


class Posts:
    """Some dozens of posts, and what this processor and the stand-in make of them."""

    def __init__(self, standin, folder, number):
        self.path, self.few = folder / "posts.jsonl", folder / "few.jsonl"
        lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
        self.path.write_text("".join(lines[:number]), encoding="utf-8")
        self.few.write_text("".join(lines[:6]), encoding="utf-8")
        self.standin, self.number = standin, number

    @functools.cached_property
    def on_cpu(self):
        return records(self.score(self.standin, device="cpu"))

    @functools.cached_property
    def on_gpu(self):
        return records(self.score(self.standin))

    def score(self, standin, *more, device="cuda", **settings):
        run = standin.run("score", self.path, "--device", device, "--quiet", *more, **settings)
        expect(run.code == 0, f"score on {device} {settings}", run)
        return run


def offences(standin, _):
    done = subprocess.run([build.offences(standin.folder)], capture_output=True, text=True, env=standin.environment())
    lines = done.stdout.splitlines()
    expect(done.returncode == 0 and len(lines) > 30, f"what should be caught\n{done.stdout}{done.stderr}")
    return f"the stand-in catches {len(lines)} of {len(lines)} mistakes that are made on purpose"


def doctor(standin, _):
    run = standin.run("doctor", "--device", "cuda")
    expect(run.code == 0 and "passed" in run.stdout, "the golden posts on cuda", run)
    expect(not left(run), f"not given back: {left(run)}")
    return next(line for line in run.stdout.splitlines() if line.startswith("self-test"))[11:]


def paces(standin, posts):
    outputs = set()
    for pace in ("lazy", "eager", "random"):
        run = posts.score(standin, CUDA_STANDIN_PACE=pace, **TIGHT)
        expect(not left(run), f"not given back: {left(run)}")
        outputs.add(run.stdout)
    expect(len(outputs) == 1, "what comes out depends on when the device works")
    expect(records(run) == posts.on_gpu, "what comes out depends on how posts are batched")
    bands, far = compare(posts.on_gpu, posts.on_cpu)
    expect(bands == 0 and far <= 2e-2, f"{bands} bands and scores by {far} differ from this processor's")
    under_way = run.counts["streams under way at once on cuda:0"]
    copies = run.counts["copies from page-locked memory"]
    expect(copies > 1 and copies == run.counts["launches of embed on cuda:0"], "a copy a batch out of page-locked memory", run)
    return f"{posts.number} posts in {copies} batches on {under_way} streams: the same bytes at every pace, no band other than on this processor, scores within {far:.1e}"


def same(standin, posts, what, **settings):
    got = records(posts.score(standin, **settings))
    expect(got == posts.on_gpu, f"{what}: other decisions")


def ways(standin, posts):
    same(standin, posts, "without memory pools", CUDA_STANDIN_POOLS=0)
    refused = posts.score(standin, CUDA_STANDIN_REFUSE=1, **TIGHT)
    expect(records(refused) == posts.on_gpu and refused.counts["products refused"] > 0, "algorithms that refuse a batch")
    same(standin, posts, "only algorithms with split sums", CUDA_STANDIN_ONLY_SPLIT=1)
    return f"without memory pools, with {refused.counts['products refused']} products refused, with split sums alone: the same decisions"


def two_devices(standin, posts):
    run = posts.score(standin, device="cuda:0,1", **TIGHT)
    batches = [run.counts[f"launches of embed on cuda:{i}"] for i in (0, 1)]
    expect(records(run) == posts.on_gpu and min(batches) > 0, f"batches on two devices: {batches}")
    expect(not left(run), f"not given back: {left(run)}")
    with tempfile.TemporaryDirectory() as folder:
        listed = []
        for device in ("cpu", "cuda:1,0"):
            out = pathlib.Path(folder) / device.replace(":", "-")
            done = standin.run("scan", posts.path, "--out", out, "--device", device, "--quiet")
            expect(done.code == 0, f"scan on {device}", done)
            lines = [line for band in ("candidates", "review") for line in (out / f"{band}.jsonl").read_text(encoding="utf-8").splitlines()]
            listed.append([json.loads(line)["id"] for line in lines])
    expect(listed[0] == listed[1] and listed[0], "the lists of a scan on two devices")
    return f"cuda:0,1 scored {batches[0]} and {batches[1]} batches, the same decisions; a scan on cuda:1,0 lists what one on this processor lists"


def memory(standin, posts):
    before = posts.score(standin, CUDA_STANDIN_MEMORY_MIB=4096).counts["bytes before the first launch on cuda:0"]
    # Weights and one lane of three, each of which has 32 MiB for cuBLASLt.
    start = (before >> 20) - 2 * 32
    seen = []
    for more in (0, 1, 2, 4, 8, 32):
        mib = start + more
        run = standin.run("score", posts.path, "--device", "cuda", "--quiet", CUDA_STANDIN_MEMORY_MIB=mib)
        seen.append((mib, run.code, run.counts["out of memory"], run.counts["launches of embed on cuda:0"]))
        expect(run.code in (0, 7), f"{mib} MiB", run)
        if run.code == 0:
            expect(records(run) == posts.on_gpu, f"{mib} MiB: other decisions", run)
        else:
            expect("out of memory" in run.stderr, f"{mib} MiB", run)
        expect(not left(run), f"{mib} MiB, not given back: {left(run)}")
    halved = [s for s in seen if s[1] == 0 and s[2] > 0]
    expect(halved, f"nothing was halved: {seen}")
    expect(seen[-1][1] == 0, f"{seen[-1][0]} MiB did not suffice: {seen}")
    none = standin.run("score", posts.path, "--device", "cuda", "--quiet", CUDA_STANDIN_MEMORY_MIB=60)
    expect(none.code == 7 and "out of memory" in none.stderr and not left(none), "no memory for the weights", none)
    told = ", ".join(f"{mib} MiB: {refused} times refused, {batches} batches" for mib, _, refused, batches in halved)
    return f"batches were halved and decisions the same ({told}); without room for the weights: exit code 7"


def missing(standin, posts):
    def refused(says, device="cuda", **settings):
        run = standin.run("score", posts.few, "--device", device, **settings)
        expect(run.code == 7 and says in run.stderr, f"wanted {says!r} for {settings}", run)

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        # The loader knows a real driver too, where there is one; then this cannot be tried.
        if standin.run("doctor", "--device", "cuda", folder=folder).code == 7:
            refused("the NVIDIA driver (libcuda) is not on this machine", folder=folder)
            auto = standin.run("doctor", folder=folder)
            expect(auto.code == 0 and "off: the NVIDIA driver" in auto.stdout, "auto without a driver", auto)
        (folder / build.DRIVER).symlink_to((standin.folder / build.DRIVER).absolute())
        refused("libnvrtc and libcublasLt cannot be loaded", folder=folder)
        run = standin.run("score", posts.few, "--device", "cuda", "--quiet", *SMALL, folder=folder, GRENS_CUDA_LIBS=standin.folder)
        expect(run.code == 0, "libraries by GRENS_CUDA_LIBS", run)
    refused("the driver shows no GPU", CUDA_STANDIN_DEVICES=0)
    auto = standin.run("doctor", CUDA_STANDIN_DEVICES=0)
    expect(auto.code == 0 and "off: the driver shows no GPU" in auto.stdout, "auto without a GPU", auto)
    refused("there is no GPU 2", device="cuda:2")
    refused("7.5", CUDA_STANDIN_CAPABILITY=75)
    refused("does not take kernels for sm_90", GRENS_CUDA_ARCH="sm_90")
    refused("sm_1", GRENS_CUDA_ARCH="sm_1")
    return "no driver, no libraries, no GPU, no such GPU, one that is too old, kernels for another one: exit code 7 with the reason; auto takes the processor"


def failure(standin, posts, decisions, call, nth, code):
    run = standin.run("score", posts.few, "--device", "cuda", "--quiet", *SMALL, CUDA_STANDIN_FAIL=f"{call}:{nth}:{code}")
    expect(run.counts["failures asked for"] == 1, f"{call} was called less than {nth} times", run)
    # What is given up at the end spoils nothing, and a product that is refused is tried with another algorithm.
    good = run.code == 7 or run.code == 0 and run.stdout == decisions
    expect(good, f"{call} failed at call {nth} with code {code}", run)


def failures(standin, posts):
    healthy = standin.run("score", posts.few, "--device", "cuda", "--quiet", *SMALL)
    expect(healthy.code == 0 and not left(healthy), f"the small model; left: {left(healthy)}", healthy)
    calls = {call: n for call, n in healthy.counts.items() if call.startswith(("cu", "cublas")) and " " not in call}
    tried, wrong = 0, []
    for call, times in sorted(calls.items()):
        middle = (times + 1) // 2
        # Errors of one call; and of the device, after which nothing works there.
        ways = {(1, 1), (middle, 1), (middle, 719), (times, 719)} if call.startswith("cu") and not call.startswith("cublas") else {(1, 14), (middle, 15), (times, 14)}
        for nth, code in sorted(ways):
            tried += 1
            try:
                failure(standin, posts, healthy.stdout, call, nth, code)
            except Wrong as one:
                wrong.append(str(one))
    expect(not wrong, "\n  ".join(wrong))
    return f"{len(calls)} entry points failed at {tried} places: exit code 7 or the same decisions, never a panic, a hang or a call on what was gone"


ALL = [offences, doctor, paces, ways, two_devices, memory, missing, failures]
