"""Spelling as it is met in posts: typos, leet, missing and added spaces, capitals, masks inside words.

Applied at random to hateful and harmless rows alike, so that no trick of spelling becomes a sign of hate by itself; [URL] and @user are
left whole. Look-alikes and invisible characters that the normaliser undoes are left to it: only what survives it is worth practising.
"""
import re

KEPT = re.compile(r"(\[URL\]|@user)")
LEET = {"a": "4@", "e": "3€", "i": "1!", "o": "0", "s": "5$", "t": "7", "b": "8", "g": "9"}
ACCENTS = {"a": "àáâäå", "e": "èéêë", "i": "ìíîïı", "o": "òóôöø", "u": "ùúûü", "c": "ç", "n": "ñ", "s": "š", "y": "ýÿ", "l": "ł"}
VOWELS = set("aeiouy")


def some_words(words, rng, share):
    """Indices of the words to touch: at least one, longer words first choice, markers never."""
    able = [i for i, w in enumerate(words) if len(w) > 2 and not KEPT.search(w)]
    return rng.sample(able, max(1, round(len(able) * share))) if able else []


def per_word(change, low, high):
    def apply(text, rng):
        words = text.split(" ")
        for i in some_words(words, rng, rng.uniform(low, high)):
            words[i] = change(words[i], rng)
        return " ".join(words)
    return apply


def typo(word, rng):
    i = rng.randrange(1, len(word))
    kind = rng.randrange(4)
    if kind == 0:
        return word[:i] + word[i + 1:]
    if kind == 1 and i + 1 < len(word):
        return word[:i] + word[i + 1] + word[i] + word[i + 2:]
    if kind == 2:
        return word[:i] + word[i] + word[i:]
    return word[:i] + rng.choice("abcdefghijklmnopqrstuvwxyz") + word[i + 1:]


def substitute(table, chance):
    def change(word, rng):
        return "".join(rng.choice(table[c.lower()]) if c.lower() in table and rng.random() < chance else c for c in word)
    return change


def mask(word, rng):
    """An inner letter or two behind a sign: h*mo, kl.ier."""
    sign = rng.choice("***.-_#")
    inner = [i for i in range(1, len(word)) if word[i].isalpha()]
    vowels = [i for i in inner if word[i].lower() in VOWELS]
    hidden = set(rng.sample(vowels or inner or [0], 1))
    if rng.random() < 0.3 and len(inner) > 3:
        hidden |= set(rng.sample(inner, 2))
    return "".join(sign if i in hidden else c for i, c in enumerate(word))


def spaced(word, rng):
    """Letters apart, by spaces or signs, throughout or at one place."""
    gap = rng.choice([" ", " ", " ", ".", "-", "_", "*"])
    if rng.random() < 0.5:
        return gap.join(word)
    i = rng.randrange(1, len(word))
    return word[:i] + gap + word[i:]


def stretched(word, rng):
    i = rng.randrange(len(word))
    return word[:i] + word[i] * rng.choice([2, 3]) + word[i + 1:]


def joined(text, rng):
    """Spaces missing: here and there, or, in a short text, all of them."""
    everywhere = len(text) < 80 and rng.random() < 0.4
    return "".join(part if KEPT.fullmatch(part) else "".join(c for c in part if c != " " or not (everywhere or rng.random() < 0.25))
                   for part in KEPT.split(text))


def cased(text, rng):
    change = rng.choice([str.upper, str.upper, str.lower, str.lower, str.title, str.swapcase])
    return "".join(part if KEPT.fullmatch(part) else change(part) for part in KEPT.split(text))


def bare(text, rng):
    return "".join(part if KEPT.fullmatch(part) else re.sub(r"[^\w\s]", "", part) for part in KEPT.split(text))


def hashtagged(text, rng):
    """A few words as hashtags, or the last ones as one tag in camel case."""
    words = text.split(" ")
    if len(words) > 3 and rng.random() < 0.4:
        n = rng.randint(2, min(4, len(words) - 1))
        tail = [re.sub(r"\W", "", w) for w in words[-n:] if not KEPT.search(w)]
        if any(tail):
            return " ".join(words[:-n] + ["#" + "".join(w[:1].upper() + w[1:] for w in tail)])
    for i in some_words(words, rng, 0.2):
        words[i] = "#" + words[i].lstrip("#")
    return " ".join(words)


def framed(text, rng):
    """What surrounds a post on a platform: a mention in front, a link or signs behind."""
    front = rng.choice(["", "@user ", "@user @user ", "RT @user: ", "@user: "])
    back = rng.choice(["", " [URL]", "...", "!!!", " 😂", " 🙄", " 😡", " 👍", " [URL] [URL]", "?!"])
    return front + text + back


CHANGES = [
    (per_word(typo, 0.05, 0.35), 5), (per_word(substitute(LEET, 0.7), 0.1, 1.0), 3), (per_word(substitute(ACCENTS, 0.5), 0.1, 0.8), 1),
    (per_word(mask, 0.05, 0.3), 2), (per_word(spaced, 0.05, 0.35), 3), (per_word(stretched, 0.05, 0.3), 1), (joined, 3), (cased, 3),
    (bare, 2), (hashtagged, 1), (framed, 3),
]


def augment(text, rng):
    """The text after one change, sometimes two. Never empty."""
    for change, _ in rng.sample(CHANGES, 2) if rng.random() < 0.15 else [(pick(rng), 0)]:
        text = change(text, rng) or text
    return text


def pick(rng):
    return rng.choices([c for c, _ in CHANGES], [w for _, w in CHANGES])[0]
