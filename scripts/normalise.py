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
  i  one or two of the digits 0 1 3 4 5 7 between two letters of ASCII, one of them small, become the letters o i e a s t
  j  shouting is lowered: words made of capitals (A to Z, À to Þ) alone that follow one another, at least two with six letters together
     or one of eight, two of A to Z side by side among them; [URL] stays and parts what stands around it

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
LEET = regex.compile("(?<=[a-z])[013457]{1,2}(?=[A-Za-z])|(?<=[A-Z])[013457]{1,2}(?=[a-z])")
LEET_LETTERS = str.maketrans("013457", "oieast")
CAPITALS = "".join(map(chr, [*range(0x41, 0x5b), *range(0xc0, 0xd7), *range(0xd8, 0xdf)]))
LOWERED = str.maketrans(CAPITALS, CAPITALS.lower())
SHOUTED_WORD = rf"(?<!\p{{Alphabetic}})[{CAPITALS}]++(?!\p{{Alphabetic}})"
SHOUTING = regex.compile(rf"{SHOUTED_WORD}(?:[^\p{{Alphabetic}}]++{SHOUTED_WORD})*+")
SIDE_BY_SIDE = regex.compile("[A-Z]{2}")


def fold(run):
    """One run of letters: folded when it mixes ASCII with the look-alikes, else left as it is (Greek stays Greek)."""
    return run.translate(LOOK_ALIKES) if ASCII_LETTER.search(run) else run


def lowered(run):
    """Words in capitals that follow one another: in small letters where they are more than an abbreviation or two."""
    words = LETTERS.findall(run)
    enough = sum(map(len, words)) >= (6 if len(words) > 1 else 8)
    return run.translate(LOWERED) if enough and SIDE_BY_SIDE.search(run) else run


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
    text = SPACES.sub(" ", text).strip(" ")
    text = LEET.sub(lambda m: m[0].translate(LEET_LETTERS), text)
    return "[URL]".join(SHOUTING.sub(lambda m: lowered(m[0]), part) for part in text.split("[URL]"))


if __name__ == "__main__":
    for line in sys.argv[1:] or sys.stdin:
        print(normalise(line))
