"""One peer over the posts, in the peers' environment: worker ENGINE OUT THREADS. A line after the first decision, one with figures."""
import json
import pathlib
import statistics
import sys
import time

BATCH = 32
LATENCY_POSTS = 100


def padded(ids, batch):
    """(ids, mask) of some posts, `[posts, tokens]`."""
    import numpy as np
    longest = max(len(ids[i]) for i in batch)
    tokens = np.ones((len(batch), longest), dtype=np.int64)
    mask = np.zeros((len(batch), longest), dtype=np.int64)
    for row, i in enumerate(batch):
        tokens[row, :len(ids[i])] = ids[i]
        mask[row, :len(ids[i])] = 1
    return tokens, mask


def main():
    engine, out, threads = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    from tokenizers import Tokenizer

    from scripts.bench_peers.engines import load
    tokenizer = Tokenizer.from_file(str(out / "hf" / "tokenizer.json"))
    score = load(engine, out, threads)
    with open(out / "posts.jsonl", encoding="utf-8") as handle:
        texts = [json.loads(line)["text"] for line in handle]

    def alone(text):
        return score(*padded([tokenizer.encode(text).ids], [0]))
    alone(texts[0])
    print("first", flush=True)

    def batches(ids):
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        return [order[at:at + BATCH] for at in range(0, len(order), BATCH)]
    warm = [e.ids for e in tokenizer.encode_batch(texts)]
    for batch in batches(warm):
        score(*padded(warm, batch))

    began, cpu = time.perf_counter(), time.process_time()
    ids = [e.ids for e in tokenizer.encode_batch(texts)]
    tokenised = time.perf_counter()
    logits = [None] * len(ids)
    for batch in batches(ids):
        for i, row in zip(batch, score(*padded(ids, batch))):
            logits[i] = [float(v) for v in row]
    done = time.perf_counter()
    figures = {"posts_per_s": len(ids) / (done - began), "posts_per_s_without_tokenising": len(ids) / (done - tokenised),
               "cpu_ms_a_post": 1e3 * (time.process_time() - cpu) / len(ids)}
    (out / f"logits-{engine}.json").write_text(json.dumps(logits), encoding="utf-8")

    times = []
    for text in 2 * texts[:LATENCY_POSTS]:
        began = time.perf_counter()
        alone(text)
        times.append(1e3 * (time.perf_counter() - began))
    # The first half of them made the engine know the lengths.
    figures["latency_ms"] = statistics.median(times[len(times) // 2:])
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
