//! `out = act(x W^T + b)` in 8 bits: u8 rows by i8 weights, summed exactly in 32 bits, so every tier gives the same bits.

use crate::Tier;
use crate::linear::{Activation, Columns, by_panels};
use crate::matrix::PANEL;
use crate::quantised::{GROUP, Outlier, QuantisedMatrix, QuantisedRows, RowScale};
use crate::tier::assert_available;

/// Write `act(x w^T + bias)` to `out`.
///
/// `x` holds `[rows, w.n_in()]`, `bias` has `w.n_out()` values, `out` is `[rows, w.n_out()]`.
///
/// # Panics
/// When the lengths do not fit together or `tier` is not available here.
pub fn linear_int8(tier: Tier, x: &QuantisedRows, w: &QuantisedMatrix, bias: &[f32], act: Activation, out: &mut [f32]) {
    assert_available(tier);
    let (width, n_out) = (w.groups() * GROUP, w.n_out());
    let rows = x.rows.len();
    assert_eq!(x.values.len(), rows * width, "x must hold whole rows of {}", w.n_in());
    assert_eq!(bias.len(), n_out, "one bias per output");
    assert_eq!(out.len(), rows * n_out, "out must be [{rows}, {n_out}]");

    by_panels(tier, w.n_panels(), bias, act, out, |rows, columns, out| {
        let (scales, sums) = w.of_panel(columns.panel());
        let task = PanelTask {
            values: &x.values[rows.start * width..rows.end * width],
            first_outlier: if rows.start == 0 { 0 } else { x.rows[rows.start - 1].outliers_end },
            rows: &x.rows[rows],
            outliers: &x.outliers,
            width,
            panel: w.panel(columns.panel()),
            scales,
            sums,
            columns,
        };
        match tier {
            #[cfg(target_arch = "x86_64")]
            Tier::Avx512Vnni => crate::x86_int8::panel_vnni(&task, out),
            _ => panel_plain(&task, out),
        }
    });
}

/// One block of rows against one panel.
pub(crate) struct PanelTask<'a> {
    /// `[rows, width]`.
    pub(crate) values: &'a [u8],
    pub(crate) rows: &'a [RowScale],
    /// Where the first row's outliers start.
    pub(crate) first_outlier: usize,
    /// Of all rows of all blocks.
    pub(crate) outliers: &'a [Outlier],
    /// Bytes of a row.
    pub(crate) width: usize,
    /// `[width / GROUP, PANEL, GROUP]`.
    pub(crate) panel: &'a [u8],
    /// Of the weights, one an output.
    pub(crate) scales: &'a [f32],
    pub(crate) sums: &'a [i32],
    pub(crate) columns: &'a Columns,
}

impl PanelTask<'_> {
    pub(crate) const fn rows(&self) -> usize {
        self.rows.len()
    }

    #[inline(always)]
    pub(crate) fn outliers_of(&self, row: usize) -> &[Outlier] {
        let start = if row == 0 { self.first_outlier } else { self.rows[row - 1].outliers_end };
        &self.outliers[start..self.rows[row].outliers_end]
    }
}

/// The reference that every tier is tested against, bit for bit.
fn panel_plain(task: &PanelTask<'_>, out: &mut [f32]) {
    for row in 0..task.rows() {
        let mut sum = [0_i32; PANEL];
        let x = task.values[row * task.width..(row + 1) * task.width].chunks_exact(GROUP);
        for (x, w) in x.zip(task.panel.chunks_exact(PANEL * GROUP)) {
            for (s, w) in sum.iter_mut().zip(w.chunks_exact(GROUP)) {
                for (&x, &w) in x.iter().zip(w) {
                    *s += i32::from(x) * i32::from(w.cast_signed());
                }
            }
        }
        for outlier in task.outliers_of(row) {
            let w = &task.panel[outlier.group * PANEL * GROUP..][..PANEL * GROUP];
            for (s, w) in sum.iter_mut().zip(w.chunks_exact(GROUP)) {
                let high: i32 =
                    outlier.bytes.iter().zip(w).map(|(&x, &w)| i32::from(x) * i32::from(w.cast_signed())).sum();
                *s += if outlier.negative { -256 } else { 256 } * high;
            }
        }
        let RowScale { scale, zero, .. } = task.rows[row];
        for (i, out) in task.columns.of_row(row, out).iter_mut().enumerate() {
            #[allow(clippy::cast_precision_loss, reason = "the rounding is the same on every tier")]
            let sum = (sum[i] - zero * task.sums[i]) as f32;
            *out = sum * task.scales[i] * scale + task.columns.bias[i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(n: usize, seed: u32) -> Vec<i8> {
        let mut state = seed.wrapping_mul(747_796_405).wrapping_add(1);
        (0..n)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // -128 is no weight that quantising gives, but a file may hold it.
                (state >> 24).to_le_bytes()[0].cast_signed()
            })
            .collect()
    }

    fn floats(n: usize, seed: u32) -> Vec<f32> {
        bytes(n, seed).into_iter().map(|b| f32::from(b) / 37.0).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_tier_agrees_with_double_precision_and_with_the_plain_one(
            rows in 1usize..40, n_in in 1usize..70, n_out in 1usize..100, seed: u32,
        ) {
            let (mut x, w, b) = (floats(rows * n_in, seed), bytes(n_out * n_in, seed ^ 1), floats(n_out, seed ^ 2));
            // Far values, of both signs, in some rows.
            x.iter_mut().step_by(41).for_each(|v| *v *= 30.0);
            let scales: Vec<f32> = floats(n_out, seed ^ 3).iter().map(|s| s.abs() / 100.0 + 0.001).collect();
            let packed = QuantisedMatrix::pack(&w, &scales, n_out, n_in);
            let mut quantised = QuantisedRows::default();
            quantised.fill(Tier::Plain, &x, n_in);
            let mut plain: Option<Vec<f32>> = None;
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                let mut out = vec![f32::NAN; rows * n_out];
                linear_int8(tier, &quantised, &packed, &b, Activation::None, &mut out);
                for r in 0..rows {
                    let row = quantised.whole_row(r, n_in);
                    for o in 0..n_out {
                        let sum: f64 = row.iter().zip(&w[o * n_in..]).map(|(&x, &w)| f64::from(x) * f64::from(w)).sum();
                        let want = sum * f64::from(scales[o]) * f64::from(quantised.rows[r].scale) + f64::from(b[o]);
                        let got = f64::from(out[r * n_out + o]);
                        prop_assert!((got - want).abs() < 1e-5 * want.abs().max(1.0), "{tier}: {got} {want}");
                    }
                }
                prop_assert!(plain.get_or_insert_with(|| out.clone()) == &out, "{tier} gives other bits");
            }
        }

        #[test]
        fn a_row_is_the_same_alone_and_among_others(rows in 2usize..130, at in 0usize..130, seed: u32) {
            let (n_in, n_out) = (48, 40);
            let at = at % rows;
            let (x, w, b) = (floats(rows * n_in, seed), bytes(n_out * n_in, seed ^ 1), floats(n_out, seed ^ 2));
            let packed = QuantisedMatrix::pack(&w, &vec![0.01; n_out], n_out, n_in);
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                let run = |x: &[f32]| {
                    let mut quantised = QuantisedRows::default();
                    quantised.fill(tier, x, n_in);
                    let mut out = vec![0.0; x.len() / n_in * n_out];
                    linear_int8(tier, &quantised, &packed, &b, Activation::Gelu, &mut out);
                    out
                };
                let (all, alone) = (run(&x), run(&x[at * n_in..(at + 1) * n_in]));
                prop_assert_eq!(&all[at * n_out..(at + 1) * n_out], &alone[..]);
            }
        }
    }

    #[test]
    fn the_largest_sums_do_not_overflow() {
        // All inputs at one end of the range, all weights at the other.
        let (n_in, n_out) = (1536, 33);
        let mut x = vec![1.0; n_in];
        x[0] = -1e-3;
        let w = vec![-128; n_in * n_out];
        let packed = QuantisedMatrix::pack(&w, &vec![1.0; n_out], n_out, n_in);
        for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
            let mut quantised = QuantisedRows::default();
            quantised.fill(tier, &x, n_in);
            let mut out = vec![0.0; n_out];
            linear_int8(tier, &quantised, &packed, &vec![0.0; n_out], Activation::None, &mut out);
            assert!(out.iter().all(|v| (v / -196_480.0 - 1.0).abs() < 1e-2), "{tier}: {}", out[0]);
        }
    }
}
