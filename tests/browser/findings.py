"""Lists of findings to judge: the sample of posts, as a scan would have found them, and posts that want to break a page."""
import hashlib
import json
import pathlib
import tomllib

SAMPLE = pathlib.Path("eval-data/sample/posts.jsonl")
HASH = "0" * 64
# The shipped one, so that the page can show its thresholds.
POLICY = tomllib.loads(pathlib.Path("models/grens-nl/policy.toml").read_text(encoding="utf-8"))["id"]
HOSTILE = {
    "script": "<script>document.title='stuk'</script><img src=x onerror=\"document.title='stuk'\"> gewone tekst",
    "attribute": "\"'><svg onload=document.title='stuk'> {{ 7*7 }} ${7*7} </textarea></div></main>",
    "rtl": "begin \u202eedriw\u202c einde \u2067omgekeerd\u2069 \ufeff\u200f en \x07\x1b[31m rood",
    "url": "een adres dat geen adres is",
    "long": "lang verhaal " * 3850,
}


def finding(ident, text, score=0.6, platform="forum", url=None, articles=("137c",), grounds=("race",), band="review", head=None, stands_for=None, thread=(), day=20):
    """One line of a scan's list, complete."""
    scores = {"group_hate": score, "art137c": score if "137c" in articles else 0.1, "art137d": score if "137d" in articles else 0.1}
    line = {
        "schema": "grens.finding/1", "id": ident, "band": band, "articles": list(articles), "grounds": list(grounds),
        "reasons": [f"{article}: {score:.2f} >= 0.40" for article in articles], "confidence": score, "scores": scores,
        "ground_scores": {ground: (0.7 if ground in grounds else 0.1) for ground in ("race", "religion", "orientation", "disability", "gender")},
        "lang": "nl", "n_tokens": 20, "truncated": False, "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "model": {"name": "grens-nl test", "hash": HASH}, "policy": POLICY, "law": "nl-sr-2026-01-01", "grens": "test",
        "file": "posts.jsonl", "file_sha256": HASH, "line": 1, "text": text, "platform": platform,
        "created_at": f"2026-11-{day:02}T10:00:00Z", "url": url or f"https://{platform}.example/{ident}",
    }
    for name, value in (("head", head), ("stands_for", stands_for), ("thread", list(thread))):
        if value:
            line[name] = value
    return line


def sample(n):
    """The first posts of the sample, with falling scores."""
    with SAMPLE.open(encoding="utf-8") as lines:
        posts = [json.loads(line) for _, line in zip(range(n), lines)]
    for i, post in enumerate(posts):
        thread = [{"text": "Waar ging dit over?", "created_at": "2026-11-19T09:00:00Z"}] if i == 0 else []
        yield finding(post["id"], post["text"], 0.9 - i * 0.4 / n, post["platform"], thread=thread, day=1 + i % 20)


def hostile():
    """Posts that want to break the page that shows them; first in the queue."""
    for i, (name, text) in enumerate(HOSTILE.items()):
        url = "javascript:document.title='stuk'" if name == "url" else None
        platform = "<b>forum</b>\u202e" if name == "script" else "forum"
        yield finding(f"hostile-{name}", text, 0.99 - i / 1000, platform, url, band="candidate")


def wave(n):
    """One text that stands for others much like it; first in the queue."""
    yield finding("golf-0", "Iedereen in Zwolle klaagt over hetzelfde weer, nummer 0.", 0.97, stands_for=n)
    for i in range(1, n):
        yield finding(f"golf-{i}", f"Iedereen in Zwolle klaagt over hetzelfde weer, nummer {i}.", 0.97, head="golf-0")


def slur():
    """A post with a word to mask, about nobody."""
    yield finding("masker", "In het dictee stond het woord flikker, en dat gaf gedoe.", 0.98)


def write(path, findings):
    """Write a list."""
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in findings), encoding="utf-8")
    return path
