"""The exported model in PyTorch: bf16, SDPA, batches sorted by length. torch_side MODEL POSTS DEVICE SECONDS; a JSON object a line.

Batches are of neighbours in length, filled up to so many tokens, padding counted in; some sizes are tried and the best is told. Ids go over through
page-locked memory without waiting, results are fetched once, at the end. *encode*: tokens ready. *end to end*: parsing JSON Lines, tokenising on
all threads, the encoder, a sigmoid; no records are written. It has no normalisation, gate or law to do.
"""
import json
import sys
import time

BATCH_TOKENS = [16_384, 65_536, 262_144]
MATRIX = 8192


def batches(lengths, budget):
    order, batch, longest = sorted(range(len(lengths)), key=lengths.__getitem__), [], 0
    for i in order:
        longest = max(longest, lengths[i])
        if batch and longest * (len(batch) + 1) > budget:
            yield batch
            batch, longest = [], lengths[i]
        batch.append(i)
    if batch:
        yield batch


def main():
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoModelForSequenceClassification
    folder, posts, device, seconds = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
    is_gpu = device == "cuda"
    with open(posts, encoding="utf-8") as handle:
        lines = handle.readlines()
    tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
    tokenizer.enable_truncation(256)
    model = AutoModelForSequenceClassification.from_pretrained(folder, attn_implementation="sdpa", dtype=torch.bfloat16).eval().to(device)

    def settle():
        if is_gpu:
            torch.cuda.synchronize()

    def encode(ids, budget):
        """Logits of all posts, in their order."""
        out, places = [], []
        with torch.inference_mode():
            for batch in batches([len(one) for one in ids], budget):
                longest = max(len(ids[i]) for i in batch)
                tokens = torch.ones((len(batch), longest), dtype=torch.int32, pin_memory=is_gpu)
                mask = torch.zeros((len(batch), longest), dtype=torch.int32, pin_memory=is_gpu)
                flat = torch.tensor([t for i in batch for t in ids[i]], dtype=torch.int32)
                lengths = torch.tensor([len(ids[i]) for i in batch])
                here = torch.arange(longest)[None, :] < lengths[:, None]
                tokens[here], mask[here] = flat, 1
                out.append(model(input_ids=tokens.to(device, non_blocking=True), attention_mask=mask.to(device, non_blocking=True)).logits.float())
                places += batch
        logits = torch.cat(out).sigmoid().cpu()
        settle()
        back = torch.empty_like(logits)
        back[torch.tensor(places)] = logits
        return back

    def prepared(ids, budget):
        """The same batches, made before: what the encoder alone takes."""
        made = []
        for batch in batches([len(one) for one in ids], budget):
            longest = max(len(ids[i]) for i in batch)
            tokens, mask = torch.ones((len(batch), longest), dtype=torch.int32), torch.zeros((len(batch), longest), dtype=torch.int32)
            for row, i in enumerate(batch):
                tokens[row, :len(ids[i])] = torch.tensor(ids[i], dtype=torch.int32)
                mask[row, :len(ids[i])] = 1
            made.append((tokens.pin_memory(), mask.pin_memory()) if is_gpu else (tokens, mask))
        return made

    def run(made):
        with torch.inference_mode():
            return torch.cat([model(input_ids=t.to(device, non_blocking=True), attention_mask=m.to(device, non_blocking=True)).logits.float()
                              for t, m in made]).cpu()

    # The posts that grens' encoder is measured on (8 windows of 4,096), for the encoder alone.
    sample = [e.ids for e in tokenizer.encode_batch([json.loads(line)["text"] for line in lines[:32_768]])]
    best = (0.0, BATCH_TOKENS[0])
    for budget in BATCH_TOKENS:
        made = prepared(sample, budget)
        run(made)
        settle()
        began, calls = time.perf_counter(), 0
        while calls == 0 or time.perf_counter() - began < seconds / 2:
            run(made)
            calls += 1
        settle()
        rate = calls * len(sample) / (time.perf_counter() - began)
        print(json.dumps({"what": "PyTorch encode", "batch_tokens": budget, "posts_per_s": rate, "torch": torch.__version__,
                          "padded_share": 1 - sum(map(len, sample)) / sum(t.numel() for t, _ in made)}), flush=True)
        best = max(best, (rate, budget))

    began = time.perf_counter()
    texts = [json.loads(line)["text"] for line in lines]
    ids = [e.ids for e in tokenizer.encode_batch_fast(texts)]
    tokenised = time.perf_counter()
    encode(ids, best[1])
    done = time.perf_counter()
    print(json.dumps({"what": "PyTorch end to end", "batch_tokens": best[1], "records": len(ids), "seconds": done - began,
                      "posts_per_s": len(ids) / (done - began), "tokenising_s": tokenised - began}), flush=True)

    n = MATRIX if is_gpu else 256
    a, b = (torch.randn(n, n, device=device).to(torch.bfloat16) for _ in range(2))
    for _ in range(3):
        a @ b
    settle()
    began = time.perf_counter()
    for _ in range(20):
        a @ b
    settle()
    print(json.dumps({"what": "matrix product", "n": n, "flop_per_s": 20 * 2 * n**3 / (time.perf_counter() - began)}), flush=True)


if __name__ == "__main__":
    main()
