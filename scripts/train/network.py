"""The same BERT, run in a way that a few processor cores like: bf16 throughout, f32 master weights, cheap dropout, a twin a core.

`Bf16Twin` holds a bf16 copy of a BertForSequenceClassification and computes what that model computes; gradients are handed to the f32
model, which the optimiser steps. Against autocast this saves the casts of every weight and activation, and the random numbers of
dropout, which took a fifth of the time: masks are cut from a long reel of random bits at random places instead. Rows are packed without
padding but in attention. `Team` runs one twin on each core, each on its part of a batch, which keeps cores busier than two threads
inside every small operation.
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


class Packed:
    """Token ids of rows one behind the other, and where each token stands once rows lie side by side, padded, as attention wants them. The ids
    are filled up to a multiple of 64, so that products come in few sizes: for each new one a kernel is compiled, which takes as long as using it."""

    def __init__(self, rows, step=64, pad_id=1):
        self.rows, self.length = len(rows), -(-max(map(len, rows)) // 8) * 8
        self.tokens = sum(map(len, rows))
        total = -(-(self.tokens + 1) // step) * step
        self.ids = torch.tensor([i for row in rows for i in row] + [pad_id] * (total - self.tokens))
        self.positions = torch.tensor([i for row in rows for i in range(len(row))] + [0] * (total - self.tokens))
        lengths = torch.tensor([len(row) for row in rows])
        self.first = lengths.cumsum(0) - lengths
        place = torch.arange(self.length)
        real = place < lengths[:, None]
        self.slots = torch.where(real, self.first[:, None] + place, self.tokens).flatten()
        self.back = torch.cat([real.flatten().nonzero().flatten(), torch.zeros(total - self.tokens, dtype=torch.long)])
        self.bias = None if bool(real.all()) else torch.zeros(real.shape, dtype=torch.bfloat16).masked_fill(~real, -1e4)[:, None, None, :]


class Spread(torch.autograd.Function):
    """Packed rows side by side. The backward pass of an indexing adds up; here every token has one place, so that it only reads."""

    @staticmethod
    def forward(ctx, x, packed):
        ctx.packed = packed
        return x.index_select(0, packed.slots)

    @staticmethod
    def backward(ctx, grad):
        out = grad.index_select(0, ctx.packed.back)
        out[ctx.packed.tokens:] = 0
        return out, None


class Gathered(torch.autograd.Function):
    """The inverse of Spread."""

    @staticmethod
    def forward(ctx, x, packed):
        ctx.packed = packed
        return x.index_select(0, packed.back)

    @staticmethod
    def backward(ctx, grad):
        return grad.index_select(0, ctx.packed.slots), None


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

    def logits(self, packed):
        """Logits of the rows of a Packed, [rows, heads]."""
        e, n = "bert.embeddings.", packed.rows
        x = F.embedding(packed.ids, self.w[e + "word_embeddings.weight"]) + F.embedding(packed.positions, self.w[e + "position_embeddings.weight"]) \
            + self.w[e + "token_type_embeddings.weight"][0]
        x = self.drop(self.norm(x, e + "LayerNorm"))
        scale = 1 / math.sqrt(x.shape[-1] // self.heads)
        for i in range(self.layers):
            at = f"bert.encoder.layer.{i}."
            names = [f"{at}attention.self.{part}." for part in ("query", "key", "value")]
            qkv = F.linear(x, *(torch.cat([self.w[name + kind] for name in names]) for kind in ("weight", "bias")))
            q, k, v = Spread.apply(qkv, packed).view(n, packed.length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
            scores = (q * scale) @ k.transpose(2, 3)
            scores = scores if packed.bias is None else scores + packed.bias
            mixed = scores.softmax(-1) @ v
            mixed = Gathered.apply(mixed.transpose(1, 2).reshape(n * packed.length, -1), packed)
            x = self.norm(x + self.drop(self.linear(mixed, at + "attention.output.dense")), at + "attention.output.LayerNorm")
            y = self.linear(F.gelu(self.linear(x, at + "intermediate.dense")), at + "output.dense")
            x = self.norm(x + self.drop(y), at + "output.LayerNorm")
        pooled = torch.tanh(self.linear(x[packed.first].float(), "bert.pooler.dense"))
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
        """Losses of the parts, with the sum of their gradients left in the model. A part is (Packed, ...); `loss_of(logits, *rest)`."""
        def work(twin, part):
            loss = loss_of(twin.logits(part[0]), *part[1:])
            loss.backward()
            return loss.item()
        losses = list(self.pool.map(work, self.twins, parts))
        for twin in self.twins:
            twin.give()
        return sum(losses)

    def take(self):
        list(self.pool.map(Bf16Twin.take, self.twins))
