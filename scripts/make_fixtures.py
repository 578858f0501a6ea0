#!/usr/bin/env python3
"""Write tiny random Hugging Face classifiers that the loaders of `grens` are tested on.

Usage: python3 -m scripts.make_fixtures [--out tests/fixtures/hf] [--only bert ...]

One directory an architecture: `config.json`, `model.safetensors`, `tokenizer.json` and `golden.json`. The weights are noise,
so a loader that mixes two tensors up, forgets a bias or takes the wrong epsilon gives other logits than the golden ones,
which come from transformers in f32, each text alone and without padding. Every parameter is drawn anew (a fresh model has
zero biases and unit LayerNorms, which would hide mistakes). Seeds are fixed: the same versions write the same files.
"""
import argparse
import collections
import json
import math
import pathlib

import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

VOCAB = 200
HIDDEN, LAYERS, HEADS, FFN, POSITIONS = 32, 2, 4, 64, 96

TEXTS = [
    "Goedemorgen!",
    "De trein naar Utrecht heeft tien minuten vertraging.",
    "Wie gaat er zaterdag mee naar de markt? Ik neem appeltaart mee 🥧",
    "Café De Zon is vandaag dicht, morgen vanaf 9:30 weer open.",
    "gefeliciteerd met je verjaardag @user, zie [URL] voor de foto's",
    "Mijn fiets stond gisteren nog in de schuur, maar nu staat hij bij de buren, en niemand weet wie hem daar heeft neergezet.",
]

# The tokenizers learn their pieces from these lines; what they say does not matter, only that it is Dutch.
CORPUS = TEXTS[:5] + [
    "De gemeente heeft een nieuwe bibliotheek geopend naast het station.",
    "Vanavond eten we pannenkoeken met stroop en een beetje kaas.",
    "Het regent al de hele week, dus de tuin hoeft geen water.",
    "Mijn zus leest graag boeken over oude schepen en verre landen.",
    "Op woensdagmiddag is het zwembad gratis voor kinderen tot twaalf jaar.",
    "De bakker op de hoek verkoopt het lekkerste brood van de buurt.",
    "We hebben een vergadering over het budget en de planning van volgend jaar.",
    "Kun je mij even helpen met het verplaatsen van deze zware kast?",
    "De wedstrijd eindigde gelijk, maar het publiek was tevreden.",
    "In de herfst zoeken de eekhoorns naar noten onder de bomen.",
    "Volgens de leraar moet iedereen maandag het verslag inleveren.",
    "Zij fietst elke dag twintig kilometer naar haar werk en terug.",
]


def substrings(words, size):
    """Every character, then the most frequent substrings of 2 to 6, `size` in all with their log shares.
    The library's own trainers iterate over hash maps, so that two runs may differ; this does not."""
    counts = collections.Counter()
    for word in words:
        for i in range(len(word)):
            counts.update(word[i:j] for j in range(i + 1, min(i + 7, len(word) + 1)))
    ranked = sorted(counts, key=lambda p: (len(p) > 1, -counts[p] * len(p), p))[:size]
    total = sum(counts.values())
    return [(piece, math.log(counts[piece] / total) * 0.5 - 1) for piece in ranked]


def word_piece(lower):
    """BERT's own kind: accents kept unless lower-casing, `##` for the inside of words."""
    tok = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tok.normalizer = normalizers.BertNormalizer(lowercase=lower)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.decoder = decoders.WordPiece()
    words = [w for line in CORPUS for w, _ in tok.pre_tokenizer.pre_tokenize_str(tok.normalizer.normalize_str(line))]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    starts = [p for p, _ in substrings(words, VOCAB * 2 // 5)]
    inside = ["##" + p for p, _ in substrings([w[1:] for w in words], VOCAB)]
    pieces = (special + starts + inside)[:VOCAB]
    tok.model = models.WordPiece({p: i for i, p in enumerate(pieces)}, unk_token="[UNK]")
    tok.add_special_tokens(special)
    return wrap(tok, "[CLS]", "[SEP]")


def unigram(special, unk, first, last):
    """SentencePiece's kind, as XLM-R and DeBERTa-v2/v3 have it. The last special, the mask, stands last."""
    words = ["\u2581" + w for line in CORPUS for w in line.split()]
    pieces = [(s, 0.0) for s in special[:-1]] + substrings(words, VOCAB - len(special)) + [(special[-1], 0.0)]
    tok = Tokenizer(models.Unigram(pieces, unk_id=special.index(unk), byte_fallback=False))
    tok.normalizer = normalizers.NFKC()
    tok.pre_tokenizer = pre_tokenizers.Metaspace()
    tok.decoder = decoders.Metaspace()
    tok.add_special_tokens(special)
    return wrap(tok, first, last)


def byte_bpe():
    """ModernBERT's kind: byte-level BPE. Only the bytes that the texts use are in the alphabet, or the vocabulary would not fit."""
    tok = Tokenizer(models.BPE(unk_token="[UNK]"))
    tok.normalizer = normalizers.NFC()
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    special = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]
    tok.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=VOCAB, special_tokens=special, show_progress=False))
    return wrap(tok, "[CLS]", "[SEP]")


def wrap(tok, first, last):
    tok.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}",
        pair=f"{first} $A {last} $B:1 {last}:1",
        special_tokens=[(first, tok.token_to_id(first)), (last, tok.token_to_id(last))],
    )
    return tok


def labels(names):
    return {"id2label": dict(enumerate(names)), "label2id": {n: i for i, n in enumerate(names)}}


def bert():
    tok = word_piece(lower=False)
    cfg = transformers.BertConfig(
        vocab_size=tok.get_vocab_size(), hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        intermediate_size=FFN, max_position_embeddings=POSITIONS, pad_token_id=tok.token_to_id("[PAD]"),
        problem_type="multi_label_classification",
        **labels(["group_hate", "art137c", "art137d", "race", "religion", "orientation", "disability", "gender"]))
    return tok, transformers.BertForSequenceClassification(cfg)


def xlm_roberta():
    tok = unigram(["<s>", "<pad>", "</s>", "<unk>", "<mask>"], "<unk>", "<s>", "</s>")
    cfg = transformers.XLMRobertaConfig(
        vocab_size=tok.get_vocab_size(), hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        intermediate_size=FFN, max_position_embeddings=POSITIONS, type_vocab_size=1, layer_norm_eps=1e-5,
        bos_token_id=0, pad_token_id=1, eos_token_id=2, **labels(["neutral", "hate"]))
    return tok, transformers.XLMRobertaForSequenceClassification(cfg)


def distilbert():
    tok = word_piece(lower=True)
    cfg = transformers.DistilBertConfig(
        vocab_size=tok.get_vocab_size(), dim=HIDDEN, n_layers=LAYERS, n_heads=HEADS, hidden_dim=FFN,
        max_position_embeddings=POSITIONS, pad_token_id=tok.token_to_id("[PAD]"), **labels(["NEGATIVE", "POSITIVE"]))
    return tok, transformers.DistilBertForSequenceClassification(cfg)


def deberta_v2():
    """As in DeBERTa-v3: log-bucket relative positions, shared keys, LayerNorm over the relative embeddings, no absolute ones."""
    tok = unigram(["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"], "[UNK]", "[CLS]", "[SEP]")
    cfg = transformers.DebertaV2Config(
        vocab_size=tok.get_vocab_size(), hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        intermediate_size=FFN, max_position_embeddings=POSITIONS, type_vocab_size=0, layer_norm_eps=1e-7,
        relative_attention=True, max_relative_positions=-1, position_buckets=16, norm_rel_ebd="layer_norm",
        share_att_key=True, pos_att_type=["p2c", "c2p"], position_biased_input=False, pad_token_id=0,
        pooler_hidden_size=HIDDEN, pooler_dropout=0, pooler_hidden_act="gelu",
        **labels(["neutral", "hate", "offence"]))
    return tok, transformers.DebertaV2ForSequenceClassification(cfg)


def modernbert():
    """A local window of 8 tokens, so that the longer texts reach past it."""
    tok = byte_bpe()
    ids = {name: tok.token_to_id(f"[{name.upper()}]") for name in ("pad", "cls", "sep")}
    cfg = transformers.ModernBertConfig(
        vocab_size=tok.get_vocab_size(), hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        intermediate_size=FFN, max_position_embeddings=POSITIONS, local_attention=8, global_attn_every_n_layers=2,
        classifier_pooling="mean", pad_token_id=ids["pad"], cls_token_id=ids["cls"], sep_token_id=ids["sep"],
        bos_token_id=ids["cls"], eos_token_id=ids["sep"], **labels(["neutral", "hate"]))
    return tok, transformers.ModernBertForSequenceClassification(cfg)


# transformers 5 nests the two rope bases; checkpoints on the hub (and candle) have them flat. Both readers understand the sum.
FLAT_KEYS = {"modernbert": {"global_rope_theta": 160000.0, "local_rope_theta": 10000.0, "global_attn_every_n_layers": 2}}
KINDS = {"bert": bert, "xlm-roberta": xlm_roberta, "distilbert": distilbert, "deberta-v2": deberta_v2, "modernbert": modernbert}


def draw(model, seed):
    """Noise in every parameter: LayerNorm weights around one, the rest around zero, wide enough that logits differ by text."""
    gen = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=gen)
            is_norm = p.dim() == 1 and name.endswith("weight")
            p.copy_(1.0 + 0.1 * noise if is_norm else 0.3 * noise)


def golden(model, tok):
    rows = []
    for text in TEXTS:
        ids = tok.encode(text).ids
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long)).logits[0]
        rows.append({"text": text, "input_ids": ids, "logits": [round(x, 6) for x in logits.tolist()]})
    return rows


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--out", type=pathlib.Path, default=pathlib.Path("tests/fixtures/hf"))
    args.add_argument("--only", nargs="*", choices=sorted(KINDS), default=list(KINDS))
    args = args.parse_args()
    for seed, (kind, build) in enumerate(KINDS.items(), 1):
        if kind not in args.only:
            continue
        folder = args.out / kind
        folder.mkdir(parents=True, exist_ok=True)
        tok, model = build()
        draw(model, seed)
        model.eval()
        tok.save(str(folder / "tokenizer.json"), pretty=False)
        config = model.config.to_dict() | {"architectures": [type(model).__name__]} | FLAT_KEYS.get(kind, {})
        (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
        save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "model.safetensors", {"format": "pt"})
        (folder / "model.safetensors").chmod(0o644)
        rows = golden(transformers.AutoModelForSequenceClassification.from_pretrained(folder, attn_implementation="eager").eval(), tok)
        (folder / "golden.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        size = sum(f.stat().st_size for f in folder.iterdir())
        print(f"{kind}: {size / 1000:.0f} kB, {tok.get_vocab_size()} pieces, logits of the first text {rows[0]['logits']}")


if __name__ == "__main__":
    main()
