#!/usr/bin/env python3
"""Writes tests/golden/metrics.json: what scikit-learn and SciPy make of made-up scores. The tests of crates/eval compare with it.

Usage: python3 scripts/metric_goldens.py          (needs numpy, scipy and scikit-learn; written with 1.9.1 of the latter)

Where neither library has a figure, it is spelled out here in the plainest way, row by row, so that the two have nothing in common but the definition.
"""
import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import metrics
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

TARGET = pathlib.Path(__file__).parent.parent / "tests/golden/metrics.json"
THRESHOLD = 0.5
BINS = 15


def scores(name, rng, n, decimals):
    """Scores that tell the classes apart, but not well; few decimals make many ties."""
    truth = rng.random(n) < 0.35
    p = np.round(1 / (1 + np.exp(-(rng.normal(0, 1.6, n) + np.where(truth, 1.4, -1.2)))), decimals)
    p = np.clip(p, 10.0 ** -decimals, 1 - 10.0 ** -decimals)
    return name, truth, p


def equal_mass_ece(truth, p):
    """Rows in order of probability in 15 parts; only for sets without ties whose size 15 divides."""
    parts = np.split(np.argsort(p), BINS)
    return float(np.mean([abs(p[part].mean() - truth[part].mean()) for part in parts]))


def brier_parts(truth, p):
    parts = np.split(np.argsort(p), BINS)
    base = truth.mean()
    return {"reliability": float(np.mean([(p[part].mean() - truth[part].mean()) ** 2 for part in parts])),
            "resolution": float(np.mean([(truth[part].mean() - base) ** 2 for part in parts])), "uncertainty": float(base * (1 - base))}


def aurc(truth, p):
    order = np.argsort(-np.abs(2 * p - 1), kind="stable")
    wrong = ((p >= THRESHOLD) != truth)[order]
    return float(np.mean(np.cumsum(wrong) / np.arange(1, len(p) + 1)))


def recall_at(truth, p, wanted):
    precision, recall, _ = metrics.precision_recall_curve(truth, p)
    return float(recall[precision >= wanted].max())


def at_prevalence(truth, said, prevalence):
    """Precision of texts that are weighted until so many of them are hateful."""
    weights = np.where(truth, prevalence / truth.sum(), (1 - prevalence) / (~truth).sum())
    return metrics.precision_score(truth, said, sample_weight=weights, zero_division=0)


def figures(name, truth, p, group):
    said = p >= THRESHOLD
    out = {
        "name": name, "score": [float(x) for x in p], "hateful": [bool(x) for x in truth], "group": [bool(x) for x in group],
        "precision": metrics.precision_score(truth, said), "recall": metrics.recall_score(truth, said), "f1": metrics.f1_score(truth, said),
        "macro_f1": metrics.f1_score(truth, said, average="macro"), "balanced_accuracy": metrics.balanced_accuracy_score(truth, said),
        "mcc": metrics.matthews_corrcoef(truth, said), "roc_auc": metrics.roc_auc_score(truth, p),
        "average_precision": metrics.average_precision_score(truth, p), "brier": metrics.brier_score_loss(truth, p), "nll": metrics.log_loss(truth, p),
        "recall_at_precision_90": recall_at(truth, p, 0.90), "recall_at_precision_95": recall_at(truth, p, 0.95),
        "false_alarms_per_10k": 1e4 * (1 - metrics.recall_score(truth, said, pos_label=False)),
        **{f"precision_at_prevalence_{share:g}%": at_prevalence(truth, said, share / 100) for share in (0.1, 1, 5)},
        "subgroup_auc": metrics.roc_auc_score(truth[group], p[group]),
        "bpsn_auc": metrics.roc_auc_score(truth[group != truth], p[group != truth]),
        "bnsp_auc": metrics.roc_auc_score(truth[group == truth], p[group == truth]),
    }
    if len(set(p)) == len(p) and len(p) % BINS == 0:
        out["untied"] = {"ece": equal_mass_ece(truth, p), **brier_parts(truth, p), "aurc": aurc(truth, p),
                         "precision_at_20": float(truth[np.argsort(-p)[:20]].mean())}
    return out


def shares():
    out = []
    for hits, n in ((0, 7), (1, 7), (7, 7), (8, 10), (29, 30), (95, 100), (500, 2000)):
        test = stats.binomtest(hits, n)
        wilson = test.proportion_ci(method="wilson")
        out.append({"hits": hits, "n": n, "wilson": [wilson.low, wilson.high],
                    "lower_95": stats.binomtest(hits, n, alternative="greater").proportion_ci(0.95, method="exact").low,
                    "upper_95": stats.binomtest(hits, n, alternative="less").proportion_ci(0.95, method="exact").high})
    return out


def mcnemar():
    return [{"b": b, "c": c, "p": stats.binomtest(min(b, c), b + c).pvalue if b + c else 1.0}
            for b, c in ((0, 0), (0, 5), (3, 3), (4, 13), (40, 61), (150, 210))]


def holm():
    """Holm 1979, step by step."""
    p = [0.01, 0.04, 0.03, 0.005, 0.5]
    order, adjusted, most = np.argsort(p), [0.0] * len(p), 0.0
    for rank, at in enumerate(order):
        most = max(most, min(1.0, (len(p) - rank) * p[at]))
        adjusted[at] = most
    return {"p": p, "adjusted": adjusted}


def isotonic(truth, p):
    fit = IsotonicRegression(out_of_bounds="clip").fit(p, truth)
    at = [0.02, 0.1, 0.33, 0.5, 0.77, 0.98]
    return {"at": at, "value": [float(x) for x in fit.predict(at)]}


def calibration(truth, p):
    """Weights of Platt's map and of the beta map (Kull et al. 2017), by logistic regression without a penalty; the temperature by the same without a bias."""
    logit = np.log(p) - np.log1p(-p)

    def weights(features, bias):
        model = LogisticRegression(C=np.inf, fit_intercept=bias, tol=1e-12, max_iter=10_000).fit(features, truth)
        return [*model.coef_[0], *model.intercept_] if bias else list(model.coef_[0])

    return {"temperature": weights(logit[:, None], False), "platt": weights(logit[:, None], True),
            "beta": weights(np.stack([np.log(p), -np.log1p(-p)], axis=1), True)}


def main():
    rng = np.random.default_rng(137)
    sets = []
    for name, truth, p in (scores("untied", rng, 300, 9), scores("tied", rng, 400, 2), scores("few", rng, 31, 1)):
        group = rng.random(len(p)) < 0.4
        sets.append(figures(name, truth, p, group))
        if name == "tied":
            steps, maps = isotonic(truth, p), calibration(truth, p)
    out = {"made_by": f"scripts/metric_goldens.py, scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}",
           "threshold": THRESHOLD, "sets": sets, "shares": shares(), "mcnemar": mcnemar(), "holm": holm(), "isotonic_of_tied": steps, "maps_of_tied": maps}
    text = json.dumps(out, default=float)
    TARGET.write_text(text.replace('{"name"', '\n{"name"').replace('"shares"', '\n"shares"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
