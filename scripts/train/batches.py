"""Batches: families together, rows of like length together, some rows respelled."""
import torch

from scripts.normalise import normalise
from scripts.sources import HEADS
from scripts.train.augment import augment
from scripts.train.mix import NEW, PLAIN_DUTCH, WRITTEN
from scripts.train.model import encode
from scripts.train.network import Packed


def plan(families, lengths, rng, rows_a_batch, tokens_a_batch):
    """Cut the families of an epoch into batches. Sorting by length happens within stretches of some eighty batches, so that
    padding is small and the order is random all the same; the batches themselves are shuffled again."""
    rng.shuffle(families)
    stretch, batches, rows = [], [], 0
    for n, family in enumerate(families, 1):
        stretch.append(family)
        rows += len(family)
        if rows >= 80 * rows_a_batch or n == len(families):
            stretch.sort(key=lambda f: max(lengths[id(e)] for e in f))
            batch, longest = [], 0
            for f in stretch:
                longer = max(longest, max(lengths[id(e)] for e in f))
                if batch and (len(batch) + len(f) > rows_a_batch or (len(batch) + len(f)) * longer > tokens_a_batch):
                    batches.append(batch)
                    batch, longer = [], max(lengths[id(e)] for e in f)
                batch, longest = batch + f, longer
            batches.append(batch)
            stretch, rows = [], 0
    rng.shuffle(batches)
    return batches


def lengths_of(examples, tok, max_tokens):
    """{id(example): tokens} of the plain texts."""
    return {id(e): len(ids) for e, ids in zip(examples, encode(tok, [e.text for e in examples], max_tokens))}


def everyday(e):
    """True for plain Dutch with nothing in it, of which every part is as harmless as the whole."""
    return e.source in PLAIN_DUTCH or e.source in (WRITTEN, NEW) and e.row["context"] == "ordinary"


def companions(examples):
    """Harmless Dutch to put in front of or behind a row: a post of several sentences is judged by its worst."""
    return [e.text for e in examples if e.lang == "nl" and len(e.text) < 160 and everyday(e)]


def fragment(text, rng):
    """Two to seven words in a row: what people answer each other, which no corpus of sentences has."""
    words = text.split(" ")
    count = rng.randint(2, 7)
    if len(words) <= count:
        return text
    start = rng.randrange(len(words) - count + 1)
    return " ".join(words[start:start + count])


def respell(e, rng, share, beside):
    text = e.text
    if everyday(e) and rng.random() < 0.3:
        text = fragment(text, rng)
    if beside and e.lang == "nl" and rng.random() < 0.05:
        other = rng.choice(beside)
        text = f"{other} {text}" if rng.random() < 0.5 else f"{text} {other}"
    if rng.random() < share:
        text = normalise(augment(text, rng)) or text
    return text


def parts(batch, count, tok, rng, share, beside, max_tokens):
    """The batch as `count` sets of (packed rows, targets, mask of the labelled heads), short rows and long ones apart, so that
    each set is about as much work and little of it padding."""
    rows = sorted(zip(encode(tok, [respell(e, rng, share, beside) for e in batch], max_tokens), batch), key=lambda r: len(r[0]))
    return [one(part) for part in cut(rows, count) if part]


def cut(rows, count):
    """Sorted rows in two by equal padded area (or more by halving on)."""
    if count == 1 or len(rows) < 2:
        return [rows]
    area = [abs((i * len(rows[i - 1][0])) - (len(rows) - i) * len(rows[-1][0])) for i in range(1, len(rows))]
    at = area.index(min(area)) + 1
    return cut(rows[:at], count // 2) + cut(rows[at:], count - count // 2)


def one(rows):
    target = torch.tensor([[0.0 if t is None else t for t in e.target] for _, e in rows])
    known = torch.tensor([[float(t is not None) for t in e.target] for _, e in rows])
    assert target.shape[1] == len(HEADS)
    return Packed([ids for ids, _ in rows]), target, known
