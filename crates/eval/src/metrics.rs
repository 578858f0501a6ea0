//! Figures, one idea a file, each with its definition and source.
//!
//! Figures of a score are functions of a [`Ranking`]'s distinct scores and of how many hateful and harmless texts stand on each
//! ([`Step`]). A bootstrap draw only changes the counts, so no draw sorts anything, and the figure of the set itself and that of a draw come
//! from the same code. `tests/golden/metrics.json` holds the values of scikit-learn and SciPy that the tests compare with
//! (`scripts/metric_goldens.py`).

mod average_precision;
mod bias;
mod bootstrap;
mod brier;
mod confusion;
mod figures;
mod interval;
mod nll;
mod operating;
mod prevalence;
mod ranking;
mod reliability;
mod roc_auc;
mod selective;

#[cfg(test)]
mod golden;

pub use average_precision::average_precision;
pub use bias::{BiasAucs, bias_aucs};
pub(crate) use bootstrap::often_undefined;
pub use bootstrap::{Draws, LEAST_CLUSTERS, bootstrap, percentile_interval};
pub use brier::{Brier, brier, brier_score};
pub use confusion::Confusion;
pub use figures::{Figure, Figures, figures};
pub use interval::{clopper_pearson_lower, clopper_pearson_upper, wilson};
pub use nll::{Likelihood, nll};
pub use operating::{precision_at_k, recall_at_precision};
pub use prevalence::precision_at_prevalence;
pub use ranking::{Ranking, Scored, Step};
pub(crate) use ranking::{confusion, totals};
pub use reliability::{BINS, ReliabilityBin, ece, equal_mass_bins};
pub use roc_auc::roc_auc;
pub use selective::{RiskPoint, Selective};

/// `a / b` as a share; 0 when `b` is 0, as scikit-learn's `zero_division=0`.
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(crate) fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}

/// A count as a float.
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(crate) const fn float(n: u64) -> f64 {
    n as f64
}
