//! How far a figure would move on another set of the same kind.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Which draws are made. The same seed gives the same draws, whatever the number of threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Draws {
    /// How many.
    pub n: u32,
    /// Where the random numbers begin.
    pub seed: u64,
}

/// Clusters without which nothing is drawn. Of one all draws are alike, of three there are ten different ones: an interval over them would be
/// narrow because little is known. Of five there are 126.
pub const LEAST_CLUSTERS: usize = 5;

/// Cluster bootstrap (Davison and Hinkley 1997, section 3.8): each draw takes as many clusters as there are, with replacement, and counts
/// each text as often as its cluster was drawn. `figures` gets the count of each cluster and a scratch space out of `scratch`, one a
/// thread; returned are its results, `[draws, figures]`, none where there are fewer than [`LEAST_CLUSTERS`]. Every draw has a random stream of its own (ChaCha8, stream = its number).
#[must_use]
pub fn bootstrap<S: Send>(
    clusters: usize,
    draws: Draws,
    scratch: impl Fn() -> S + Sync + Send,
    figures: impl Fn(&[u16], &mut S) -> Vec<f64> + Sync + Send,
) -> Vec<Vec<f64>> {
    let Ok(n) = u32::try_from(clusters) else { return vec![] };
    if clusters < LEAST_CLUSTERS {
        return vec![];
    }
    (0..draws.n)
        .into_par_iter()
        .map_init(
            || (vec![0_u16; clusters], scratch()),
            |(counts, scratch), draw| {
                let mut random = ChaCha8Rng::seed_from_u64(draws.seed);
                random.set_stream(u64::from(draw));
                counts.fill(0);
                for _ in 0..n {
                    if let Some(count) = counts.get_mut(random.random_range(0..n) as usize) {
                        *count = count.saturating_add(1);
                    }
                }
                figures(counts, scratch)
            },
        )
        .collect()
}

/// The middle 95% of the values of one figure over all draws (percentile interval, Efron 1979), interpolated between neighbours. Draws
/// in which the figure is not defined (NaN) are left out; `None` when they are more than one in twenty.
#[must_use]
pub fn percentile_interval(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let mut n = 0_usize;
    let mut sorted: Vec<f64> = values.into_iter().inspect(|_| n += 1).filter(|v| v.is_finite()).collect();
    if often_undefined(sorted.len(), n) {
        return None;
    }
    sorted.sort_unstable_by(f64::total_cmp);
    Some((quantile(&sorted, 0.025)?, quantile(&sorted, 0.975)?))
}

/// Whether a figure that is defined in so many of `n` draws is undefined in more than one in twenty, or there is no draw.
pub(crate) const fn often_undefined(defined: usize, n: usize) -> bool {
    defined == 0 || defined * 20 < n * 19
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let place = q * (sorted.len() - 1) as f64;
    let (low, high) = (*sorted.get(place.floor() as usize)?, *sorted.get(place.ceil() as usize)?);
    Some(low + (high - low) * place.fract())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn mean_of_draws(threads: usize) -> Vec<Vec<f64>> {
        let values: Vec<f64> = (0..50).map(f64::from).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            bootstrap(
                50,
                Draws { n: 400, seed: 7 },
                || (),
                |counts, ()| vec![counts.iter().zip(&values).map(|(&c, v)| f64::from(c) * v).sum::<f64>() / 50.0],
            )
        })
    }

    #[test]
    fn draws_do_not_depend_on_threads_and_spread_as_they_should() {
        let draws = mean_of_draws(1);
        assert_eq!(draws, mean_of_draws(3));
        // The mean of 0..49 has a standard error of 14.43 / sqrt(50) = 2.04.
        let (low, high) = percentile_interval(draws.into_iter().map(|d| d[0])).unwrap();
        assert!((20.0..21.2).contains(&low) && (27.8..29.2).contains(&high), "{low} {high}");
    }

    #[test]
    fn every_draw_takes_as_many_clusters_as_there_are() {
        let sums = bootstrap(
            9,
            Draws { n: 20, seed: 1 },
            || (),
            |counts, ()| vec![counts.iter().map(|&c| f64::from(c)).sum::<f64>()],
        );
        assert!(sums.iter().all(|s| s[0] == 9.0));
    }

    #[test]
    fn few_clusters_are_not_drawn_from() {
        let drawn = |clusters| bootstrap(clusters, Draws { n: 2, seed: 1 }, || (), |_, ()| vec![0.0]).len();
        assert_eq!([0, 1, 4, 5].map(drawn), [0, 0, 0, 2]);
    }

    #[test]
    fn a_figure_that_is_often_undefined_has_no_interval() {
        assert_eq!(percentile_interval([1.0, f64::NAN, 2.0]), None);
        assert_eq!(percentile_interval([]), None);
        assert_eq!(percentile_interval((0..=40).map(f64::from)), Some((1.0, 39.0)));
    }
}
