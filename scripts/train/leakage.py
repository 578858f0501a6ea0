"""No training row may repeat a development or test row: same normalised words, or eight words in a row in common."""
import re

from scripts.normalise import normalise

WORD = re.compile(r"\w+")
GRAM = 8


def words(text):
    return WORD.findall(normalise(text).lower())


def grams(tokens):
    return {tuple(tokens[i:i + GRAM]) for i in range(len(tokens) - GRAM + 1)}


class Guard:
    """Remembers the protected texts by set; `hit` names the set that a text leaks from, or None."""

    def __init__(self):
        self.whole, self.parts, self.sizes = {}, {}, {}

    def protect(self, name, texts):
        self.sizes[name] = len(texts)
        for text in texts:
            tokens = words(text)
            self.whole.setdefault(" ".join(tokens), name)
            for g in grams(tokens):
                self.parts.setdefault(g, name)

    def hit(self, text):
        tokens = words(text)
        if not tokens:
            return None
        found = self.whole.get(" ".join(tokens))
        return found or next((self.parts[g] for g in grams(tokens) if g in self.parts), None)

    def clean(self, examples):
        """(examples without hits, {protected set: number dropped by source})."""
        kept, dropped = [], {}
        for e in examples:
            name = self.hit(e.text)
            if name is None:
                kept.append(e)
            else:
                by_source = dropped.setdefault(name, {})
                by_source[e.source] = by_source.get(e.source, 0) + 1
        return kept, dropped
