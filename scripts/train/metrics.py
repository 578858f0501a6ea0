"""The few measures that training looks at, on plain lists; the full evaluation is the Rust side's."""
import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score


def f1(truth, said):
    hit = sum(t and s for t, s in zip(truth, said))
    return 2 * hit / max(1, sum(truth) + sum(said))


def macro_f1(truth, said):
    return (f1(truth, said) + f1([not t for t in truth], [not s for s in said])) / 2


def auc(truth, score):
    return float(roc_auc_score(truth, score)) if 0 < sum(truth) < len(truth) else float("nan")


def ap(truth, score):
    return float(average_precision_score(truth, score)) if any(truth) else float("nan")


def ece(truth, p, bins=10):
    """Expected calibration error over equal-width bins."""
    truth, p = np.asarray(truth, float), np.asarray(p, float)
    place = np.minimum((p * bins).astype(int), bins - 1)
    return float(sum(abs(truth[place == b].mean() - p[place == b].mean()) * (place == b).mean() for b in range(bins) if (place == b).any()))


def rounded(value, digits=4):
    """The same nest of dicts and lists with its floats rounded."""
    if isinstance(value, dict):
        return {k: rounded(v, digits) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(v, digits) for v in value]
    return round(float(value), digits) if isinstance(value, (float, np.floating)) else value
