"""No training row may repeat a development or test row: same normalised words, or eight words in a row in common."""
import re

from scripts.normalise import normalise

WORD = re.compile(r"\w+")
GRAM = 8


def words(text):
    """Lower-cased words of a text that is normalised already."""
    return WORD.findall(text.lower())


def marks(tokens):
    """Hashes of the whole and of every stretch of eight words. Numbers instead of tuples: millions of them are kept."""
    if not tokens:
        return []
    return [hash(tuple(tokens))] + [hash(tuple(tokens[i:i + GRAM])) for i in range(len(tokens) - GRAM + 1)]


class Guard:
    """Remembers the protected texts by set; `hit` names the set that a text leaks from, or None."""

    def __init__(self):
        self.seen, self.sizes = {}, {}

    def protect(self, name, texts):
        self.sizes[name] = len(texts)
        for text in texts:
            for mark in marks(words(normalise(text))):
                self.seen.setdefault(mark, name)

    def hit(self, text):
        return next((self.seen[m] for m in marks(words(text)) if m in self.seen), None)

    def clean(self, examples):
        """(examples without hits, {protected set: {source: number dropped}})."""
        kept, dropped = [], {}
        for e in examples:
            name = self.hit(e.text)
            if name is None:
                kept.append(e)
            else:
                by_source = dropped.setdefault(name, {})
                by_source[e.source] = by_source.get(e.source, 0) + 1
        return kept, dropped
