#!/usr/bin/env python3
"""The text normalisation of `grens`, as crates/infer/src/normalise.rs does it; applied before tokenising everywhere.

Usage: python3 -m scripts.normalise TEXT ...       (or lines on standard input)

Hostile spelling should cost the reader of the model's input, not the model: invisible characters vanish, look-alikes become
the letters they imitate, links and mentions become the markers that the training data has. The order of the steps is part of the
definition, and tests/golden/normalise.jsonl (scripts/parity_cases.py writes it) holds both implementations to it:

  a  NFKC of the whole text
  b  invisible and combining characters dropped (what NFKC composed, as in é, stays)
  c  every control character and every White_Space character becomes a space
  d  Cyrillic and Greek look-alikes become Latin in a run of alphabetic characters that holds an ASCII letter
  e  links become [URL], in a pass of their own; then mentions become @user, in a second pass over the result
  f  four or more letters that stand alone, all parted by the same single space, `.`, `-`, `_` or `*`, are joined to a word
  g  more than three of one character in a row (ASCII digits excepted) are cut to three
  h  runs of spaces become one, ends are trimmed

"Alphabetic" is Unicode's derived property, "alphanumeric" adds the categories Nd, Nl and No: Rust's `char` methods exactly.
"""
import sys
import unicodedata

import regex

DROPPED = regex.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff\u0300-\u036f\u20d0-\u20ff]+")
BLANK = regex.compile(r"[\p{Cc}\p{White_Space}]")
LETTERS = regex.compile(r"\p{Alphabetic}+")
ASCII_LETTER = regex.compile("[A-Za-z]")
LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁһӏвкмнт" "АВЕКМНОРСТУХІЈЅ" "ονακριυτ" "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhlbkmht" "ABEKMHOPCTYXIJS" "ovakpiut" "ABEZHIKMNOPTYX")
LINK = regex.compile(r"(?<![\p{Alphabetic}\p{N}])(?:[hH][tT][tT][pP][sS]?://|[wW][wW][wW]\.)[^ ]*")
MENTION = regex.compile(r"(?<![\p{Alphabetic}\p{N}_])@[A-Za-z0-9_.\-]*[A-Za-z0-9_]")
ALONE = r"(?<![\p{Alphabetic}\p{N}])\p{Alphabetic}(?![\p{Alphabetic}\p{N}])"
SPELLED_OUT = regex.compile(rf"{ALONE}([ .\-_*]){ALONE}(?:\1{ALONE}){{2,}}")
REPEATED = regex.compile(r"([^0-9])\1{3,}", regex.DOTALL)
SPACES = regex.compile(" +")


def fold(run):
    """One run of letters: folded when it mixes ASCII with the look-alikes, else left as it is (Greek stays Greek)."""
    return run.translate(LOOK_ALIKES) if ASCII_LETTER.search(run) else run


def normalise(text):
    text = unicodedata.normalize("NFKC", text)
    text = DROPPED.sub("", text)
    text = BLANK.sub(" ", text)
    if not text.isascii():
        text = LETTERS.sub(lambda m: fold(m[0]), text)
    text = LINK.sub("[URL]", text)
    text = MENTION.sub("@user", text)
    text = SPELLED_OUT.sub(lambda m: m[0][::2], text)
    text = REPEATED.sub(r"\1\1\1", text)
    return SPACES.sub(" ", text).strip(" ")


if __name__ == "__main__":
    for line in sys.argv[1:] or sys.stdin:
        print(normalise(line))
