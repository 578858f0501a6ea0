#!/usr/bin/env python3
"""Cut the 250,002 pieces of XLM-R's vocabulary down to those that Dutch posts use, and the embedding matrix with them.

Usage: python3 -m scripts.trim_vocab --base DIR --public FILE.jsonl.gz --dutch eval-data/train --out DIR [--pieces 42000]

The encoder is 21 M weights, the word embeddings 96 M: nearly all of the model is pieces of languages that never come by.
A piece is ranked by how often it is used, as a weighted mean over several kinds of text (`CORPORA`); the scores of the
pieces that stay are unchanged, so a word whose pieces all stay is cut as before. Single characters of Latin script, digits,
signs and emoji always stay, as do the letters of four more scripts: whatever is spelled out of the ordinary can still be spelled.
XLM-R is older than many emoji and knows neither the rat nor the mosque nor the wheelchair sign, which abuse is written with.
Those are added, each with the mean embedding of the words of its Unicode name.
Special tokens keep their places (<s> 0, <pad> 1, </s> 2, <unk> 3, <mask> last).
"""
import argparse
import collections
import json
import pathlib
import unicodedata

import numpy as np
import regex
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer
from wordfreq import top_n_list, word_frequency

from scripts.normalise import normalise
from scripts.sources import dutch_rows, public_rows

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
BLANK = "\u2581"

# How much each kind of text says about which pieces to keep. Ordinary Dutch most, then Dutch posts, then what training uses.
CORPORA = {"words nl": 0.40, "posts nl": 0.30, "public de": 0.08, "public en": 0.08, "public other": 0.04,
           "words de": 0.05, "words en": 0.05}
WORDS = {"nl": 120_000, "de": 20_000, "en": 30_000}
CASES = ((str, 0.65), (str.capitalize, 0.25), (str.upper, 0.10))

LATIN_OR_SIGN = regex.compile(r"[\p{Script=Latin}\p{N}\p{P}\p{Sc}\p{Sm}\p{Sk}\p{So}\p{Emoji}\p{Extended_Pictographic}]")
OTHER_LETTER = regex.compile(r"[\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}]")
WIDE = regex.compile(r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|[^\p{Common}\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}]")


def texts_of(public, dutch):
    """{corpus: [(text, weight)]}: posts count once, words by their frequency, in three spellings."""
    out = collections.defaultdict(list)
    for row in public:
        if row["split"] == "train":
            lang = row["lang"]
            name = "posts nl" if lang == "nl" else f"public {lang if lang in ('de', 'en') else 'other'}"
            out[name].append((normalise(row["text"]), 1.0))
    out["posts nl"] += [(normalise(row["text"]), 1.0) for row in dutch]
    for lang, count in WORDS.items():
        for word in top_n_list(lang, count, wordlist="large"):
            often = word_frequency(word, lang, wordlist="large")
            out[f"words {lang}"] += [(spell(word), often * share) for spell, share in CASES]
    return out


def usage(tok, texts):
    """Weighted share of each piece id within one corpus."""
    count = collections.Counter()
    for start in range(0, len(texts), 20_000):
        part = texts[start:start + 20_000]
        for (_, weight), enc in zip(part, tok.encode_batch([t for t, _ in part], add_special_tokens=False)):
            for i in enc.ids:
                count[i] += weight
    total = sum(count.values())
    return {i: c / total for i, c in count.items()}


def always(vocab):
    """Ids of the pieces that are one character (with or without the word mark) and not of a script far away."""
    keep = {i for i, (p, _) in enumerate(vocab) if p == BLANK}
    for i, (piece, _) in enumerate(vocab):
        c = piece.removeprefix(BLANK)
        if len(c) == 1 and (LATIN_OR_SIGN.match(c) and not WIDE.match(c) or OTHER_LETTER.match(c)):
            keep.add(i)
    return keep


def new_emoji(vocab):
    """Emoji and flag letters that Unicode assigns, that show as pictures by themselves, and that the vocabulary lacks."""
    known = {p for p, _ in vocab}
    shown = regex.compile(r"\p{Emoji_Presentation}|\p{Extended_Pictographic}")
    signs = map(chr, [*range(0x2190, 0x2C00), *range(0x1F000, 0x1FB00)])
    return [c for c in signs if shown.match(c) and unicodedata.name(c, "") and c not in known]


def name_embedding(tok, words, sign):
    """The mean of the name's pieces, at their mean length (a mean of vectors is shorter than they are)."""
    name = unicodedata.name(sign).lower()
    for filler in ("face with ", "symbol for ", " symbol", " sign", "emoji modifier ", "regional indicator "):
        name = name.replace(filler, " ").strip() or name
    rows = words[tok.encode(name, add_special_tokens=False).ids]
    mean = rows.mean(0)
    return mean * (np.linalg.norm(rows, axis=1).mean() / np.linalg.norm(mean))


def measure(tok, texts):
    """Pieces a word and the share of unknown pieces, weighted as the corpus is."""
    pieces = words = unknown = 0.0
    unk = tok.token_to_id("<unk>")
    missing = collections.Counter()
    for start in range(0, len(texts), 20_000):
        part = texts[start:start + 20_000]
        for (text, weight), enc in zip(part, tok.encode_batch([t for t, _ in part], add_special_tokens=False)):
            words += weight * len(text.split())
            pieces += weight * len(enc.ids)
            for i, (a, b) in zip(enc.ids, enc.offsets):
                if i == unk:
                    unknown += weight
                    missing[text[a:b]] += 1
    return {"pieces_per_word": round(pieces / words, 4), "unknown_share": round(unknown / pieces, 7),
            "most_missing": missing.most_common(12)}


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--base", type=pathlib.Path, required=True, help="directory that fetch_base wrote")
    args.add_argument("--public", type=pathlib.Path, required=True)
    args.add_argument("--dutch", type=pathlib.Path, default=pathlib.Path("eval-data/train"))
    args.add_argument("--out", type=pathlib.Path, required=True)
    args.add_argument("--pieces", type=int, default=42_000)
    args = args.parse_args()

    spec = json.loads((args.base / "tokenizer.json").read_text(encoding="utf-8"))
    vocab = spec["model"]["vocab"]
    assert [p for p, _ in vocab[:4]] == SPECIAL and vocab[-1][0] == "<mask>"
    before = Tokenizer.from_file(str(args.base / "tokenizer.json"))
    dutch, _ = dutch_rows(args.dutch)
    texts = texts_of(public_rows(args.public), dutch)

    score = collections.Counter()
    for name, weight in CORPORA.items():
        for i, share in usage(before, texts[name]).items():
            score[i] += weight * share
    fixed = always(vocab) | set(range(4))
    mask = len(vocab) - 1
    ranked = sorted((i for i in score if i not in fixed and i != mask), key=lambda i: (-score[i], i))
    emoji = new_emoji(vocab)
    room = args.pieces - len(fixed) - len(emoji) - 1
    chosen = sorted(fixed | set(ranked[:room]))
    lowest = min(score for _, score in vocab)
    pieces = [vocab[i] for i in chosen] + [[c, lowest] for c in emoji] + [vocab[mask]]

    args.out.mkdir(parents=True, exist_ok=True)
    spec["model"]["vocab"] = pieces
    for token in spec["added_tokens"]:
        if token["content"] == "<mask>":
            token["id"] = len(pieces) - 1
    (args.out / "tokenizer.json").write_text(json.dumps(spec, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    tensors = load_file(args.base / "model.safetensors")
    prefix = next(k for k in tensors if k.endswith("embeddings.word_embeddings.weight"))
    words = tensors[prefix]
    tensors[prefix] = np.concatenate([words[chosen], [name_embedding(before, words, c) for c in emoji], words[[mask]]]).astype(np.float32)
    tensors.pop(prefix.replace("word_embeddings.weight", "position_ids"), None)
    save_file(tensors, args.out / "model.safetensors", {"format": "pt"})
    (args.out / "model.safetensors").chmod(0o644)
    config = json.loads((args.base / "config.json").read_text()) | {"vocab_size": len(pieces), "pad_token_id": 1}
    (args.out / "config.json").write_text(json.dumps(config, indent=1) + "\n")

    after = Tokenizer.from_file(str(args.out / "tokenizer.json"))
    total = sum(score.values())
    report = {"pieces": len(pieces), "always_kept": len(fixed), "emoji_added": len(emoji), "pieces_in_use": len(score), "dutch_rows": len(dutch),
              "coverage_by_use": round(sum(score[i] for i in chosen) / total, 6),
              "lowest_use_kept": score[ranked[min(len(ranked), room) - 1]],
              "tokenizer_bytes": (args.out / "tokenizer.json").stat().st_size,
              "corpora": {name: {"texts": len(texts[name]), "before": measure(before, texts[name]), "after": measure(after, texts[name])}
                          for name in CORPORA}}
    (args.out / "trim.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
