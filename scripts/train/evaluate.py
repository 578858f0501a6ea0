"""Development figures: the sets that a run is judged by, all at once, because every one of them alone has misled a prototype."""
import collections

import torch

from scripts.normalise import normalise
from scripts.sources import HEADS, case_rows, jsonl_rows
from scripts.train.metrics import ap, auc, f1, macro_f1, rounded
from scripts.train.model import encode, logits

MAX_TOKENS = 256


class DevSets:
    """Texts of every development set, encoded once."""

    def __init__(self, tok, public, mhc=None, peers=None, dutch=(), plain=(), cases=()):
        self.tok = tok
        self.sets = {}
        if mhc:
            self.add("mhc", case_rows(mhc), lambda r: r["test_case"])
        self.add("rtplx", [r for r in public if r["source"] == "rtplx" and r["lang"] == "nl" and r["split"] == "dev"], lambda r: r["text"])
        if peers:
            self.add("peers", jsonl_rows(peers), lambda r: r["text"])
        self.add("dutch", list(dutch), lambda e: e.text)
        self.add("plain", list(plain), lambda e: e.text)
        self.add("cases", list(cases), lambda e: e.text)

    def add(self, name, rows, text_of):
        if rows:
            self.sets[name] = (rows, encode(self.tok, [normalise(text_of(r)) for r in rows], MAX_TOKENS))

    def measure(self, model, calibrate=torch.sigmoid):
        """All figures of a model. `calibrate` maps logits [n, 8] to probabilities."""
        p = {name: calibrate(logits(model, ids)).tolist() for name, (_, ids) in self.sets.items()}
        return rounded({name: globals()[f"on_{name}"](rows, p[name]) for name, (rows, _) in self.sets.items()})


def on_mhc(rows, p):
    truth = [r["label_gold"] == "hateful" for r in rows]
    said = [x[0] >= 0.5 for x in p]
    right, seen = collections.Counter(), collections.Counter()
    for r, t, s in zip(rows, truth, said):
        seen[r["functionality"]] += 1
        right[r["functionality"]] += t == s
    harmless = [s for t, s in zip(truth, said) if not t]
    return {"n": len(rows), "macro_f1": macro_f1(truth, said), "auc": auc(truth, [x[0] for x in p]),
            "recall": sum(s for t, s in zip(truth, said) if t) / sum(truth), "false_alarms": sum(harmless) / len(harmless),
            "accuracy_by_functionality": {k: right[k] / seen[k] for k in sorted(seen)}}


def on_rtplx(rows, p):
    truth = [r["hate"] == 1 for r in rows]
    return {"n": len(rows), "auc": auc(truth, [x[0] for x in p]), "macro_f1": macro_f1(truth, [x[0] >= 0.5 for x in p])}


def on_peers(rows, p):
    truth = [sum(r["identity_attack_raters"]) / len(r["identity_attack_raters"]) >= 2 for r in rows]
    return {"n": len(rows), "positive": sum(truth), "auc": auc(truth, [x[0] for x in p]),
            "azure_auc": auc(truth, [r["azure_content_safety_identity_attack"] for r in rows]),
            "gpt4_auc": auc(truth, [r["gpt4_turbo_identity_attack"] for r in rows])}


def on_dutch(rows, p):
    """Held-out families: every head where its label is 0 or 1, families that are right as a whole, false alarms by context."""
    out = {"n": len(rows), "heads": {}}
    for h, head in enumerate(HEADS):
        use = [(e.target[h] == 1, x[h]) for e, x in zip(rows, p) if e.target[h] in (0.0, 1.0)]
        truth, score = [t for t, _ in use], [s for _, s in use]
        said = [s >= 0.5 for s in score]
        out["heads"][head] = {"positive": sum(truth), "ap": ap(truth, score), "auc": auc(truth, score), "f1": f1(truth, said),
                              "precision": sum(t and s for t, s in zip(truth, said)) / max(1, sum(said)),
                              "recall": sum(t and s for t, s in zip(truth, said)) / max(1, sum(truth))}
    families = collections.defaultdict(list)
    by_context, by_form = collections.defaultdict(list), collections.defaultdict(list)
    for e, x in zip(rows, p):
        if e.target[0] in (0.0, 1.0):
            families[e.family].append((e.target[0] == 1) == (x[0] >= 0.5))
            (by_form[e.row["form"]] if e.target[0] else by_context[e.row["context"]]).append(x[0] >= 0.5)
    mixed = [v for v in families.values() if len(v) > 1]
    out["macro_f1"] = macro_f1(*zip(*[(e.target[0] == 1, x[0] >= 0.5) for e, x in zip(rows, p) if e.target[0] != 0.5]))
    out["families_all_right"] = sum(map(all, mixed)) / max(1, len(mixed))
    out["false_alarms_by_context"] = {k: [sum(v), len(v)] for k, v in sorted(by_context.items())}
    out["found_by_form"] = {k: [sum(v), len(v)] for k, v in sorted(by_form.items())}
    return out


def on_cases(rows, p):
    """GrensCheck dev: hate, both articles, and the band that each functionality asks for (0.5 labels left out)."""
    out = {"n": len(rows)}
    for h, head in enumerate(HEADS[:3]):
        use = [(e.target[h] == 1, x[h]) for e, x in zip(rows, p) if e.target[h] in (0.0, 1.0)]
        truth, score = [t for t, _ in use], [s for _, s in use]
        out[head] = {"macro_f1": macro_f1(truth, [s >= 0.5 for s in score]), "ap": ap(truth, score), "auc": auc(truth, score)}
    right = collections.defaultdict(list)
    for e, x in zip(rows, p):
        if e.target[0] in (0.0, 1.0):
            right[e.row["functionality"]].append((e.target[0] == 1) == (x[0] >= 0.5))
    out["accuracy_by_functionality"] = {k: sum(v) / len(v) for k, v in sorted(right.items())}
    out["false_alarms"] = sum(x[0] >= 0.5 for e, x in zip(rows, p) if e.target[0] == 0) / max(1, sum(e.target[0] == 0 for e in rows))
    return out


def on_plain(rows, p):
    return {"n": len(rows), "false_alarms": sum(x[0] >= 0.5 for x in p) / len(p), "any_article": sum(max(x[1:3]) >= 0.5 for x in p) / len(p)}


def headline(figures):
    """One line for the log, and the number that picks a checkpoint: the mean over sets, none of which may be forgotten."""
    parts = {"mhc": figures.get("mhc", {}).get("macro_f1"), "rtplx": figures.get("rtplx", {}).get("auc"), "peers": figures.get("peers", {}).get("auc")}
    if "dutch" in figures:
        parts |= {"dutch": figures["dutch"]["macro_f1"], "137c": figures["dutch"]["heads"]["art137c"]["ap"],
                  "137d": figures["dutch"]["heads"]["art137d"]["ap"]}
    if "cases" in figures:
        parts["cases"] = figures["cases"]["group_hate"]["macro_f1"]
    known = {k: v for k, v in parts.items() if v is not None and v == v}
    score = sum(known.values()) / max(1, len(known))
    alarms = f"alarms mhc {figures.get('mhc', {}).get('false_alarms', float('nan')):.3f} plain {figures.get('plain', {}).get('false_alarms', float('nan')):.3f}"
    return score, " ".join(f"{k} {v:.3f}" for k, v in known.items()) + f" | {alarms} | score {score:.4f}"
