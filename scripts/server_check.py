#!/usr/bin/env python3
"""The server beside its OpenAPI document (schemathesis) and beside clients of text-embeddings-inference.

Usage: python3 -m scripts.server_check --grens target/release/grens        (makes a virtual environment under target/, with pip)

1. schemathesis makes requests out of /openapi.json, fitting and unfitting ones, and holds every answer against it: status, content type, body, no 5xx.
2. tei-client asks /info and /predict as it asks a text-embeddings-inference server.
3. huggingface_hub's InferenceClient.text_classification is pointed at the server.
The environment's packages stand in scripts/requirements-server.txt. Ends with 1 when anything is not as it should be.
"""
import argparse
import os
import pathlib
import subprocess
import sys

from scripts.running import server

VENV = pathlib.Path("target/server-check-venv").absolute()
CONFIG = pathlib.Path("scripts/schemathesis.toml").absolute()
TEXTS = ["Wat een mooie dag in Zwolle.", "Is er nog brood?", "Ik kom morgen niet."]


def environment():
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "scripts/requirements-server.txt"], check=True)
    return python


def clients(address):
    """Runs inside the environment."""
    from huggingface_hub import InferenceClient
    from tei_client.clients.http_client import HttpClient
    client = HttpClient(f"http://{address}")
    assert client.health() and client.info().server_model_type.value == "classifier"
    many = client.classify(TEXTS)
    assert len(many) == len(TEXTS)
    for text, result in zip(TEXTS, many):
        scores = [s.score for s in result.scores]
        assert len(scores) > 1 and scores == sorted(scores, reverse=True) and all(0 <= s <= 1 for s in scores), result
        assert client.classify(text)[0] == result, "alone as in company"
    raw = client.classify(TEXTS[0], raw_scores=True)[0].scores
    assert {s.label for s in raw} == {s.label for s in many[0].scores} and raw != many[0].scores
    print(f"tei-client: classify gave {len(many[0].scores)} heads for each of {len(TEXTS)} texts, highest first; raw scores are others")
    for place in (f"http://{address}", f"http://{address}/predict"):
        # TEI answers one text with a flat list, of which this client gives the first.
        top = InferenceClient(model=place).text_classification(TEXTS[0])
        first = top[0] if isinstance(top, list) else top
        assert (first.label, first.score) == (many[0].scores[0].label, many[0].scores[0].score), top
    print("huggingface_hub: text_classification gave the highest head")


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--grens", type=pathlib.Path, default=pathlib.Path("target/release/grens"))
    args.add_argument("--examples", type=int, default=100, help="requests of each kind and address")
    args.add_argument("--clients", help=argparse.SUPPRESS)
    args = args.parse_args()
    if args.clients:
        return clients(args.clients)
    python = environment()
    quiet = {**os.environ, "HF_HUB_DISABLE_TELEMETRY": "1", "NO_COLOR": "1"}
    # Small texts and few of them: what is tried is the contract, not the model.
    with server(args.grens, "--max-posts", "8", "--max-text-chars", "200", "--body-seconds", "5") as (_, address):
        command = [str(VENV / "bin" / "schemathesis"), "--config-file", str(CONFIG), "run", f"http://{address}/openapi.json", "--checks", "all", "--max-examples", str(args.examples),
                   "--seed", "1", "--no-color", "--request-timeout", "60"]
        schema = subprocess.run(command, env=quiet, cwd=VENV).returncode
        asked = subprocess.run([str(python), "-m", "scripts.server_check", "--clients", address], env=quiet).returncode
    print(f"schemathesis {'passed' if schema == 0 else 'FAILED'}, clients {'passed' if asked == 0 else 'FAILED'}")
    return int(bool(schema or asked))


if __name__ == "__main__":
    sys.exit(main())
