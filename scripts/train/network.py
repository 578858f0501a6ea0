"""The same BERT, run in a way that a few processor cores like: bf16 throughout, f32 master weights, cheap dropout, a twin a core.

`Bf16Twin` holds a bf16 copy of a BertForSequenceClassification and computes what that model computes; gradients are handed to the f32
model, which the optimiser steps. Against autocast this saves the casts of every weight and activation, and the random numbers of
dropout, which took a fifth of the time: masks are cut from a long reel of random bits at random places instead. `Team` runs one
twin on each core, each on its part of a batch, which keeps cores busier than two threads inside every small operation.
"""
import concurrent.futures
import math

import torch
import torch.nn.functional as F


class Reel:
    """Dropout masks (0 or 1/keep) from one pre-drawn strip, refreshed by random offsets."""

    def __init__(self, share, generator, length=1 << 24):
        self.generator = generator
        keep = torch.rand(length, generator=generator) >= share
        self.strip = keep.to(torch.bfloat16) / (1 - share) if share else None

    def __call__(self, x):
        if self.strip is None:
            return x
        start = int(torch.randint(len(self.strip) - x.numel(), (1,), generator=self.generator))
        return x * self.strip[start:start + x.numel()].view(x.shape)


class Bf16Twin:
    """A bf16 copy of a model for forward and backward; `give` adds its gradients to the model's, `take` fetches the stepped weights."""

    def __init__(self, model, dropout, seed):
        self.model = model
        self.masters = {n: p for n, p in model.named_parameters()}
        in_f32 = ("bert.pooler", "classifier")      # a few thousand operations, and the logits should be fine-grained
        self.w = {n: (p.detach().clone() if n.startswith(in_f32) else p.detach().bfloat16()).requires_grad_(p.requires_grad)
                  for n, p in self.masters.items()}
        self.drop = Reel(dropout, torch.Generator().manual_seed(seed))
        self.heads, self.layers, self.eps = (getattr(model.config, k) for k in ("num_attention_heads", "num_hidden_layers", "layer_norm_eps"))

    def linear(self, x, name):
        return F.linear(x, self.w[name + ".weight"], self.w[name + ".bias"])

    def norm(self, x, name):
        return F.layer_norm(x, x.shape[-1:], self.w[name + ".weight"], self.w[name + ".bias"], self.eps)

    def logits(self, ids, mask):
        rows, length = ids.shape
        e = "bert.embeddings."
        x = F.embedding(ids, self.w[e + "word_embeddings.weight"]) + self.w[e + "position_embeddings.weight"][:length] \
            + self.w[e + "token_type_embeddings.weight"][0]
        x = self.drop(self.norm(x, e + "LayerNorm"))
        hidden = x.shape[-1]
        bias = None if bool(mask.all()) else ((1 - mask) * -1e4)[:, None, None, :].to(x.dtype)
        scale = 1 / math.sqrt(hidden // self.heads)
        for i in range(self.layers):
            at = f"bert.encoder.layer.{i}."
            q, k, v = (self.linear(x, f"{at}attention.self.{n}").view(rows, length, self.heads, -1).transpose(1, 2) for n in ("query", "key", "value"))
            scores = (q * scale) @ k.transpose(2, 3)
            scores = scores if bias is None else scores + bias
            mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(rows, length, hidden)
            x = self.norm(x + self.drop(self.linear(mixed, at + "attention.output.dense")), at + "attention.output.LayerNorm")
            y = self.linear(F.gelu(self.linear(x, at + "intermediate.dense")), at + "output.dense")
            x = self.norm(x + self.drop(y), at + "output.LayerNorm")
        pooled = torch.tanh(self.linear(x[:, 0].float(), "bert.pooler.dense"))
        return self.linear(self.drop(pooled), "classifier")

    def give(self):
        for name, p in self.masters.items():
            grad = self.w[name].grad
            if grad is not None:
                p.grad = grad.float() if p.grad is None else p.grad.add_(grad)
                self.w[name].grad = None

    def take(self):
        with torch.no_grad():
            for name, p in self.masters.items():
                if p.requires_grad:
                    self.w[name].copy_(p)


class Team:
    """Twins that work on the parts of a batch at the same time, one thread each."""

    def __init__(self, model, size, dropout, seed):
        self.twins = [Bf16Twin(model, dropout, seed + i) for i in range(size)]
        self.pool = concurrent.futures.ThreadPoolExecutor(size, initializer=torch.set_num_threads, initargs=(1,))

    def backward(self, parts, loss_of):
        """Losses of the parts, with the sum of their gradients left in the model. A part is (ids, mask, ...); `loss_of(logits, *rest)`."""
        def work(twin, part):
            loss = loss_of(twin.logits(part[0], part[1]), *part[2:])
            loss.backward()
            return loss.item()
        losses = list(self.pool.map(work, self.twins, parts))
        for twin in self.twins:
            twin.give()
        return sum(losses)

    def take(self):
        list(self.pool.map(Bf16Twin.take, self.twins))
