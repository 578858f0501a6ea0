#!/usr/bin/env python3
"""The figures of the model card, as Markdown; `--write` puts them between the marks of the card.

Usage: python3 -m scripts.card --data DIR [--model models/grens-nl] [--grens target/release/grens] [--write] [--report FILE.json] [--calibrated FILE.json]

With --calibrated, the report of scripts.calibrate, also the tables of heads and thresholds, between marks of their own.

Every text is scored by the program (`grens eval`, `grens score`), so bands and probabilities are those of a scan. Given are: the functional
tests, RTP-LX beside the peers, false alarms on everyday Dutch, precision at the candidate threshold for a prevalence of 1%, reliability,
grounds, gaps between groups.

Intervals: Wilson for shares; Clopper-Pearson for the one-sided 95% bound of the precision (recall and false alarm rate each bounded at 97.5%,
so that both hold together with 95%). BPSN and subgroup AUC as in Borkan et al. 2019. Reliability: 15 bins of equal mass.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import tempfile
import tomllib

import numpy as np
from scipy.stats import beta

from scripts.calibrate import wilson
from scripts.sources import GROUNDS, case_rows, dutch_rows, jsonl_rows, public_rows
from scripts.train import mix
from scripts.train.metrics import auc, f1, rounded

MARKS = ("<!-- figures: scripts/card.py -->", "<!-- end of figures -->")
HEAD_MARKS = ("<!-- heads: scripts/card.py -->", "<!-- end of heads -->")
THRESHOLD_MARKS = ("<!-- thresholds: scripts/card.py -->", "<!-- end of thresholds -->")
PREVALENCE = 0.01
LEAST_OF_A_GROUP = 20


class Scores:
    """Decision records of texts, made by the program itself."""

    def __init__(self, program, model):
        self.command = [str(program), "score", "-", "--model", str(model), "--all-languages", "--quiet"]

    def of(self, texts):
        lines = "".join(json.dumps({"id": str(i), "text": t}) + "\n" for i, t in enumerate(texts))
        with tempfile.TemporaryFile("w+", encoding="utf-8") as posts:
            posts.write(lines)
            posts.seek(0)
            done = subprocess.run(self.command, stdin=posts, capture_output=True, text=True, check=True)
        records = [json.loads(line) for line in done.stdout.splitlines()]
        if [r["id"] for r in records] != [str(i) for i in range(len(texts))]:
            raise SystemExit(f"grens score gave {len(records)} records for {len(texts)} texts")
        return records


def hate(records):
    return np.array([r["scores"]["group_hate"] for r in records])


def share(hits, n):
    low, high = wilson(hits, n)
    return {"n": n, "hits": hits, "share": hits / max(1, n), "interval": [low, high]}


def bands(records):
    count = collections.Counter(r["band"] for r in records)
    return {band: share(count[band], len(records)) for band in ("candidate", "review")}


def reliability(truth, p, bins=15):
    """(ECE over bins of equal mass, Brier score, [(mean probability, share of hate, n)])."""
    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    rows = [(float(p[part].mean()), float(truth[part].mean()), len(part)) for part in parts]
    return sum(n * abs(said - was) for said, was, n in rows) / len(p), float(((p - truth) ** 2).mean()), rows


def precision_at_prevalence(found, positives, alarms, negatives):
    """Precision of candidates where 1% of posts are hateful, with its one-sided 95% lower bound."""
    def precision(recall, false_alarms):
        return PREVALENCE * recall / max(1e-12, PREVALENCE * recall + (1 - PREVALENCE) * false_alarms)
    least = beta.ppf(0.025, found, positives - found + 1) if found else 0.0
    most = beta.ppf(0.975, alarms + 1, negatives - alarms) if alarms < negatives else 1.0
    return {"found": found, "positives": positives, "alarms": alarms, "negatives": negatives,
            "precision": precision(found / positives, alarms / negatives), "bound": precision(least, most)}


def gaps(rows, p, said, group_of, hateful_of):
    """Recall and BPSN AUC of each group with enough texts, and how far the worst lies below the mean."""
    truth = np.array([hateful_of(r) for r in rows])
    groups = np.array([group_of(r) for r in rows])
    table = {}
    for g in sorted(set(groups) - {"", "-"}):
        mine = groups == g
        if (mine & truth).sum() < LEAST_OF_A_GROUP or (mine & ~truth).sum() < LEAST_OF_A_GROUP:
            continue
        use = (mine & ~truth) | (~mine & truth)
        table[g] = {"hateful": int((mine & truth).sum()), "harmless": int((mine & ~truth).sum()), "recall": float(said[mine & truth].mean()),
                    "false_alarms": float(said[mine & ~truth].mean()), "subgroup_auc": auc(truth[mine], p[mine]), "bpsn_auc": auc(truth[use], p[use])}
    below = {k: float(np.mean([v[k] for v in table.values()]) - min(v[k] for v in table.values())) for k in ("recall", "bpsn_auc")} if table else {}
    return {"groups": table, "worst_below_mean": below}


def functional(args, path, kind):
    """The report of `grens eval` on a functional test."""
    done = subprocess.run([str(args.grens), "eval", str(path), "--format", kind, "--model", str(args.model), "--json", "--draws", "0", "--quiet"],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def measure(args):
    score = Scores(args.grens, args.model)
    public, (dutch, _) = public_rows(args.data / "public-train.jsonl.gz"), dutch_rows(args.dutch)
    ordinary, _ = dutch_rows(args.ordinary)
    out = {"functional": {"Multilingual HateCheck, Dutch, development half": functional(args, args.data / "mhc-nl-dev.csv", "hatecheck"),
                          "GrensCheck test (not used for any choice)": functional(args, args.grenscheck / "cases-test.csv", "grenscheck"),
                          "GrensCheck dev": functional(args, args.grenscheck / "cases-dev.csv", "grenscheck")}}

    rtplx = [r for r in public if r["source"] == "rtplx" and r["lang"] == "nl" and r["split"] == "dev"]
    peers = jsonl_rows(args.data / "rtplx-nl-peers-dev.jsonl")
    severe = [sum(r["identity_attack_raters"]) / len(r["identity_attack_raters"]) >= 2 for r in peers]
    rtplx_records = score.of([r["text"] for r in rtplx])
    out["rtplx"] = {"n": len(rtplx), "auc": auc([r["hate"] == 1 for r in rtplx], hate(rtplx_records)),
                    "peers": {"n": len(peers), "positive": sum(severe), "grens": auc(severe, hate(score.of([r["text"] for r in peers]))),
                              "Azure AI Content Safety": auc(severe, [r["azure_content_safety_identity_attack"] for r in peers]),
                              "GPT-4-turbo": auc(severe, [r["gpt4_turbo_identity_attack"] for r in peers])}}

    fresh_records = score.of([r["text"] for r in dutch_rows(args.fresh)[0]])
    out["ordinary"], out["fresh"] = bands(score.of([r["text"] for r in ordinary])), bands(fresh_records)

    _, kept = mix.dutch_examples(dutch)
    _, plain = mix.public_examples(public)
    kept = [e for e in kept if e.target[0] in (0.0, 1.0)]
    records, plain_records = score.of([e.row["text"] for e in kept]), score.of([e.row["text"] for e in plain])
    truth, p = np.array([e.target[0] == 1 for e in kept]), hate(records)
    out["plain"] = bands(plain_records)
    in_law = np.array([max(e.target[1:3]) == 1 for e in kept])
    candidate = np.array([r["band"] == "candidate" for r in records])
    # Nothing was fitted or chosen on the fresh posts; the hateful side has the rows that calibration was fitted on.
    alarms = sum(r["band"] == "candidate" for r in fresh_records)
    out["precision_everyday"] = precision_at_prevalence(int(candidate[in_law].sum()), int(in_law.sum()), alarms, len(fresh_records))
    out["precision_twins"] = precision_at_prevalence(int(candidate[in_law].sum()), int(in_law.sum()), int(candidate[~truth].sum()), int((~truth).sum()))
    ece, brier, rows = reliability(truth, p)
    out["reliability"] = {"n": len(kept), "ece": ece, "brier": brier, "bins": rows}
    out["gaps held-out Dutch rows"] = gaps(kept, p, p >= args.marked, lambda e: e.row["group"], lambda e: e.target[0] == 1)

    mhc = case_rows(args.data / "mhc-nl-dev.csv")
    p = hate(score.of([r["test_case"] for r in mhc]))
    out["gaps Multilingual HateCheck dev"] = gaps(mhc, p, p >= args.marked, lambda r: r["target_ident"], lambda r: r["label_gold"] == "hateful")
    ece, brier, rows = reliability(np.array([r["label_gold"] == "hateful" for r in mhc]), p)
    out["reliability on Multilingual HateCheck dev"] = {"n": len(mhc), "ece": ece, "brier": brier}

    cases = [r for r in case_rows(args.grenscheck / "cases-test.csv") if r["group_hate"] in ("0", "1")]
    records = score.of([r["test_case"] for r in cases])
    p = hate(records)
    out["gaps GrensCheck test"] = gaps(cases, p, p >= args.marked, lambda r: r["target_ident"], lambda r: r["group_hate"] == "1")
    hateful = [(r, d) for r, d in zip(cases, records) if r["group_hate"] == "1"]
    out["grounds GrensCheck test"] = {}
    for ground in GROUNDS:
        yes = [ground in r["grounds"].split(",") for r, _ in hateful]
        said = [ground in d["grounds"] or d["ground_scores"][ground] >= args.named for _, d in hateful]
        out["grounds GrensCheck test"][ground] = {"positive": sum(yes), "macro_f1": (f1(yes, said) + f1([not x for x in yes], [not x for x in said])) / 2}
    out["grounds GrensCheck test"]["macro_f1"] = float(np.mean([v["macro_f1"] for v in out["grounds GrensCheck test"].values()]))
    return rounded(out)


def percent(part):
    return f"{part['share']:.2%} ({part['hits']} of {part['n']}; {part['interval'][0]:.2%}-{part['interval'][1]:.2%})"


def at_review(report, head):
    """(figures, counts) of a head at the policy's threshold for review; None where the set does not label it."""
    found = next((h for h in report["heads"] if h["head"] == head), None)
    point = found and next(p for p in found["points"] if p["name"] == "review")
    return point and ({k: v["value"] for k, v in (found["figures"] | point["figures"]).items()}, point["counts"])


def functional_tables(reports):
    lines = ["| set | texts | group hate macro-F1 | recall | false alarms | ROC-AUC | 137c macro-F1 | 137d macro-F1 |", "|---|---|---|---|---|---|---|---|"]
    for name, r in reports.items():
        figures, c = at_review(r, "group_hate")
        articles = [f"{found[0]['macro_f1']:.3f}" if (found := at_review(r, a)) else "-" for a in ("137c", "137d")]
        lines.append(f"| {name} | {r['n']} | {figures['macro_f1']:.3f} | {c['tp'] / (c['tp'] + c['fn']):.3f} | {c['fp'] / (c['fp'] + c['tn']):.3f} | "
                     f"{figures['roc_auc']:.3f} | {' | '.join(articles)} |")
    for name, r in list(reports.items())[:2]:
        lines += ["", f"{name}, by functionality (`_h` hateful, `_nh` harmless, `_b` borderline; contested cases are left out):", "",
                  "| functionality | n | right | 95% interval |", "|---|---|---|---|"]
        rows = next(s["rows"] for s in r["slices"] if s["by"] == "functionality")
        lines += [f"| {f['name']} | {f['right']['n']} | {f['right']['share']:.2f} | {f['right']['interval'][0]:.2f}-{f['right']['interval'][1]:.2f} |" for f in rows]
    return lines + [""]


def written(card, figures, marks=MARKS):
    """The card with new figures between its marks."""
    before, _, rest = card.partition(marks[0])
    _, mark, after = rest.partition(marks[1])
    if not mark:
        raise SystemExit(f"the card has no {marks[0]} and {marks[1]}: put them where the figures belong")
    return f"{before}{marks[0]}\n\n{figures}\n\n{marks[1]}{after}"


def heads_table(report):
    """Each head on the held-out Dutch families at probability 0.5, from what scripts.calibrate wrote."""
    heads, c = report["dev_figures_of_shipped_weights"]["dutch"]["heads"], report["calibration"]
    lines = ["| head | positive | precision | recall | average precision | ECE before -> after calibration |", "|---|---|---|---|---|---|"]
    return "\n".join(lines + [f"| {name} | {h['positive']} | {h['precision']:.2f} | {h['recall']:.2f} | {h['ap']:.2f} | {c['ece_before'][name]:.3f} -> {c['ece_after'][name]:.3f} |"
                              for name, h in heads.items()])


def thresholds_table(report):
    lines = ["| article | candidate from | precision there (95%) | recall there | review from | recall there | reaches people |", "|---|---|---|---|---|---|---|"]
    for article in ("137c", "137d"):
        at = report["at_thresholds"][article]
        q, r = at["candidate"], at["review"]
        low, high = q["precision_interval"]
        lines.append(f"| {article} | {q['threshold']} | {q['precision']:.2f} ({low:.2f}-{high:.2f}), {q['flagged']} texts | {q['recall']:.2f} | {r['threshold']} | {r['recall']:.2f} | "
                     f"{at['reaches_people']['recall']:.2f} |")
    return "\n".join(lines)


def markdown(out):
    lines = functional_tables(out["functional"])
    r, peers = out["rtplx"], out["rtplx"]["peers"]
    beside = ", ".join(f"{k} {peers[k]:.3f}" for k in peers if k not in ("n", "positive"))
    lines += [f"RTP-LX Dutch development texts ({r['n']}): ROC-AUC {r['auc']:.3f}. The {peers['n']} prompts that others judged too ({peers['positive']} positive): {beside}.", ""]
    lines += ["| everyday Dutch | candidates | review |", "|---|---|---|"]
    for name, key in (("eval-data/ordinary, on which the thresholds were chosen", "ordinary"), ("eval-data/ordinary-b, on which nothing was", "fresh"),
                      ("held-out plain sentences", "plain")):
        lines.append(f"| {name} | {percent(out[key]['candidate'])} | {percent(out[key]['review'])} |")
    lines += ["", "| precision of candidates at 1% prevalence, harmless side | found (of rows that calibration and thresholds were fitted on) | false alarms | precision | 95% bound |", "|---|---|---|---|---|"]
    for name, key in (("eval-data/ordinary-b, on which nothing was fitted or chosen", "precision_everyday"), ("nothing but harmless twins", "precision_twins")):
        q = out[key]
        lines.append(f"| {name} | {q['found']} of {q['positives']} | {q['alarms']} of {q['negatives']} | {q['precision']:.2f} | {q['bound']:.2f} |")
    q = out["reliability"]
    lines += ["", f"Reliability of group hate on the {q['n']} held-out Dutch rows: ECE {q['ece']:.3f} (15 bins of equal mass), Brier {q['brier']:.3f}. "
                  f"On Multilingual HateCheck dev, which it was not calibrated on: ECE {out['reliability on Multilingual HateCheck dev']['ece']:.3f}.",
              "", "| said | was | n |", "|---|---|---|"]
    lines += [f"| {said:.2f} | {was:.2f} | {n} |" for said, was, n in q["bins"]]
    lines += ["", "| ground (hateful cases of GrensCheck test) | positive | macro-F1 |", "|---|---|---|"]
    lines += [f"| {k} | {v['positive']} | {v['macro_f1']:.2f} |" for k, v in out["grounds GrensCheck test"].items() if isinstance(v, dict)]
    lines.append(f"| mean | | {out['grounds GrensCheck test']['macro_f1']:.2f} |")
    for name in ("Multilingual HateCheck dev", "GrensCheck test", "held-out Dutch rows"):
        g = out[f"gaps {name}"]
        below = g["worst_below_mean"]
        lines += ["", f"Groups on {name}" + (f" (worst below mean: recall {below['recall']:.2f}, BPSN AUC {below['bpsn_auc']:.2f})" if below else "") + ":", "",
                  "| group | hateful | harmless | recall | false alarms | subgroup AUC | BPSN AUC |", "|---|---|---|---|---|---|---|"]
        lines += [f"| {k} | {v['hateful']} | {v['harmless']} | {v['recall']:.2f} | {v['false_alarms']:.2f} | {v['subgroup_auc']:.2f} | {v['bpsn_auc']:.2f} |"
                  for k, v in g["groups"].items()]
    return "\n".join(lines)


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--data", type=pathlib.Path, required=True)
    args.add_argument("--model", type=pathlib.Path, default=pathlib.Path("models/grens-nl"))
    args.add_argument("--grens", type=pathlib.Path, default=pathlib.Path("target/release/grens"))
    args.add_argument("--dutch", type=pathlib.Path, default=pathlib.Path("eval-data/train"))
    args.add_argument("--ordinary", type=pathlib.Path, default=pathlib.Path("eval-data/ordinary"))
    args.add_argument("--fresh", type=pathlib.Path, default=pathlib.Path("eval-data/ordinary-b"))
    args.add_argument("--grenscheck", type=pathlib.Path, default=pathlib.Path("eval-data/grenscheck"))
    args.add_argument("--write", action="store_true", help="write the figures into the card")
    args.add_argument("--report", type=pathlib.Path)
    args.add_argument("--calibrated", type=pathlib.Path, help="what scripts.calibrate --report wrote: for --write")
    args = args.parse_args()
    policy = tomllib.loads((args.model / "policy.toml").read_text())
    args.marked, args.named = policy["group_hate"]["review"], policy["grounds"]["named"]
    out = measure(args)
    if args.report:
        args.report.write_text(json.dumps(out, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(markdown(out))
    if args.write:
        path = args.model / "README.md"
        card = written(path.read_text(encoding="utf-8"), markdown(out))
        if args.calibrated:
            report = json.loads(args.calibrated.read_text(encoding="utf-8"))
            card = written(written(card, heads_table(report), HEAD_MARKS), thresholds_table(report), THRESHOLD_MARKS)
        path.write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
