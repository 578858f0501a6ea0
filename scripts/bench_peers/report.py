"""Raw rows as CSV, medians and ratios as text."""
import csv
import json
import platform
import statistics
import subprocess
import time

FIGURES = ["posts_per_s", "posts_per_s_without_tokenising", "latency_ms", "first_decision_s", "peak_mb", "cpu_ms_a_post"]


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as handle:
        return next((line.split(":", 1)[1].strip() for line in handle if line.startswith("model name")), platform.processor())


def commit():
    return subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()


def versions(python):
    """Of the peers, as their environment has them."""
    code = ("import importlib.metadata as m, json; "
            "print(json.dumps({n: m.version(n) for n in ('torch', 'onnxruntime', 'openvino', 'nncf', 'transformers', 'tokenizers')}))")
    return json.loads(subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout)


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)


def medians(rows, engine, threads):
    of = [row for row in rows if row["engine"] == engine and row["threads"] == threads]
    return {name: statistics.median(values) for name in FIGURES if (values := [r[name] for r in of if name in r])} | {"flips": of[-1]["flips"]}


def show(rows, args):
    print(f"{time.strftime('%Y-%m-%d')}, commit {commit()}, {processor()}, {rows[0]['posts']} posts, mean {rows[0]['mean_tokens']} tokens, "
          f"median {rows[0]['median_tokens']:g}, {args.rounds} rounds, medians")
    print(", ".join(f"{name} {version}" for name, version in versions(args.python).items()))
    for threads in args.threads:
        print(f"\n{threads} threads\n{'engine':<17}{'posts/s':>9}{'no tok.':>9}{'latency':>11}{'first':>9}{'peak':>9}{'cpu/post':>11}{'flips':>7}")
        for engine in args.engines:
            m = medians(rows, engine, threads)
            bare = m.get("posts_per_s_without_tokenising")
            print(f"{engine:<17}{m['posts_per_s']:>9.1f}{f'{bare:.1f}' if bare else '-':>9}{m['latency_ms']:>8.2f} ms"
                  f"{m['first_decision_s']:>7.2f} s{m['peak_mb']:>6.0f} MB{m['cpu_ms_a_post']:>8.2f} ms{m['flips']:>7}")
        if "grens" in args.engines:
            ratios(rows, args.engines, threads)
    if "grens" in args.engines and {1, 2} <= set(args.threads):
        one, two = (medians(rows, "grens", n)["posts_per_s"] for n in (1, 2))
        print(f"\ngrens: a core of 2 threads does {two / 2 / one:.0%} of what one thread does")


def ratios(rows, names, threads):
    ours = medians(rows, "grens", threads)
    for engine in names:
        if engine == "grens":
            continue
        m = medians(rows, engine, threads)
        print(f"grens to {engine:<17} {ours['posts_per_s'] / m['posts_per_s']:.2f}x posts/s, latency {m['latency_ms'] / ours['latency_ms']:.2f}x better, "
              f"memory {ours['peak_mb'] / m['peak_mb']:.2f}, first decision {ours['first_decision_s'] / m['first_decision_s']:.2f}")
