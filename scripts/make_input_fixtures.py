"""Small inputs in every format, as other programs write them: tests/fixtures/inputs. Needs pyarrow, duckdb and zstandard.

    python3 scripts/make_input_fixtures.py
"""

import csv
import gzip
import io
import json
from datetime import datetime, timezone
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

OUT = Path(__file__).parent.parent / "tests/fixtures/inputs"
POSTS = [
    {"id": "f1", "text": "Wie gaat er mee naar de markt?", "url": "https://voorbeeld.example/f1", "platform": "forum"},
    {"id": "f2", "text": 'Ze zei "nee, dank je", en liep door;\nzo gaat dat', "url": None, "platform": "forum"},
    {"id": "f3", "text": "De trein\tstaat weer stil in Zwolle, wat een gedoe", "url": None, "platform": None},
]
TIME = datetime(2026, 11, 20, 17, 1, 6, tzinfo=timezone.utc)


def table(delimiter: str) -> bytes:
    out = io.StringIO(newline="")
    rows = csv.DictWriter(out, ["platform", "id", "text", "url", "created_at"], delimiter=delimiter)
    rows.writeheader()
    rows.writerows({**post, "created_at": "2026-11-20 17:01:06"} for post in POSTS)
    return out.getvalue().encode()


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    posts = [{**post, "created_at": "2026-11-20T18:01:06+01:00"} for post in POSTS]
    lines = "".join(json.dumps(post, ensure_ascii=True) + "\n" for post in posts).encode()
    half = len(lines.splitlines(keepends=True)[0])
    files = {
        "posts.jsonl": lines,
        "posts.json": json.dumps(posts, ensure_ascii=False, indent=2).encode(),
        "posts.csv": b"\xef\xbb\xbf" + table(";"),
        "posts.tsv": table("\t"),
        "posts.csv.gz": gzip.compress(table(","), mtime=0),
        # Two members and two frames, as when files are put behind one another.
        "posts.jsonl.gz": gzip.compress(lines[:half], mtime=0) + gzip.compress(lines[half:], mtime=0),
        "posts.jsonl.zst": b"".join(zstandard.ZstdCompressor(level=19).compress(p) for p in (lines[:half], lines[half:])),
    }
    for name, content in files.items():
        (OUT / name).write_bytes(content)
    columns = {key: [post[key] for post in POSTS] for key in POSTS[0]}
    arrow = pa.table({**columns, "created_at": pa.array([TIME] * len(POSTS), pa.timestamp("us", tz="UTC"))})
    pq.write_table(arrow, OUT / "posts.parquet", row_group_size=2)
    pq.write_table(arrow, OUT / "posts-zstd.parquet", compression="zstd")
    # Registered under this name, the table is what the query reads.
    duckdb.sql(f"COPY (FROM arrow) TO '{OUT / 'posts-duckdb.parquet'}' (FORMAT parquet, CODEC gzip)")


if __name__ == "__main__":
    main()
