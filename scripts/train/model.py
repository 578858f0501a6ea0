"""The network: a plain BertForSequenceClassification, so that any Hugging Face tool can load what comes out."""
import pathlib

import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertForSequenceClassification
from transformers.utils import logging

from scripts import int8
from scripts.sources import HEADS

logging.set_verbosity_error()
logging.disable_progress_bar()


def fresh(base, seed):
    """The base encoder with a new head. The base was trained to mean-pool, so its first token carries the sentence only roughly;
    the pooler starts near the identity, which hands that on instead of mixing it up at random."""
    torch.manual_seed(seed)
    config = BertConfig.from_pretrained(base)
    config.id2label = dict(enumerate(HEADS))
    config.label2id = {name: i for i, name in enumerate(HEADS)}
    config.problem_type = "multi_label_classification"
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = config.classifier_dropout = 0.1
    model = BertForSequenceClassification.from_pretrained(base, config=config)
    with torch.no_grad():
        dense = model.bert.pooler.dense
        dense.weight.copy_(torch.eye(config.hidden_size) + 0.02 * torch.randn_like(dense.weight))
        dense.bias.zero_()
    model.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    return model


def again(folder):
    """A checkpoint of an earlier round, to go on from; or the model that is shipped, whose 8 bits are then the floats that they stand for."""
    shipped = (pathlib.Path(folder) / "grens.toml").exists()
    model = int8.load(folder) if shipped else BertForSequenceClassification.from_pretrained(folder)
    model.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    return model


def trained(folder):
    return BertForSequenceClassification.from_pretrained(folder).eval()


def tokenizer(folder):
    return Tokenizer.from_file(str(pathlib.Path(folder) / "tokenizer.json"))


def encode(tok, texts, max_tokens):
    """Token ids with <s> and </s>, cut to `max_tokens`. The texts are normalised already."""
    tok.enable_truncation(max_tokens)
    out = [e.ids for e in tok.encode_batch(texts)]
    tok.no_truncation()
    return out


def pad(rows, pad_id=1):
    """(ids, mask) of a batch, padded to its longest row, rounded up to 4: fewer shapes, fewer kernels to build."""
    longest = -(-max(map(len, rows)) // 4) * 4
    ids = torch.full((len(rows), longest), pad_id)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, :len(row)] = torch.tensor(row)
        mask[i, :len(row)] = 1
    return ids, mask


def logits(model, rows, tokens_a_batch=6144, bf16=True):
    """Logits of encoded rows in their order, batched by length. bf16 is for speed; golden values are computed in f32 elsewhere."""
    model.eval()
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    out = torch.empty(len(rows), len(HEADS))
    at = 0
    while at < len(order):
        # Batches grow while rows are short: about the same work each.
        longest = len(rows[order[min(at + 63, len(order) - 1)]])
        part = order[at:at + max(1, min(128, tokens_a_batch // longest))]
        at += len(part)
        ids, mask = pad([rows[i] for i in part])
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            out[part] = model(input_ids=ids, attention_mask=mask).logits.float()
    return out
