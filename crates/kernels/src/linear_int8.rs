//! `out = act(x W^T + b)` in 8 bits: u8 rows by i8 weights, summed exactly in 32 bits, so every tier gives the same bits.

use std::ops::Range;

use crate::Tier;
use crate::linear::{Activation, Columns, by_panels, panels, stride};
use crate::matrix::PANEL;
use crate::quantised_matrix::{GROUP, QuantisedMatrix, padded_width};
use crate::quantised_rows::{Precision, QuantisedRows, RowScale};
use crate::tier::assert_available;

/// Write `act(x w^T + bias)` to `out`.
///
/// `x` holds `[rows, w.n_in()]`, `bias` has `w.n_out()` values, `out` is `[rows, w.n_out()]`.
///
/// # Panics
/// When the lengths do not fit together or `tier` is not available here.
pub fn linear_int8(tier: Tier, x: &QuantisedRows, w: &QuantisedMatrix, bias: &[f32], act: Activation, out: &mut [f32]) {
    linear_int8_part(tier, x, w, 0..w.n_out(), bias, act, out);
}

/// As [`linear_int8`], of some outputs only, so that threads can share one product; each output has the bits that it has in the whole.
///
/// `bias` has `outputs.len()` values and `out` is `[rows, outputs.len()]`, or has longer rows, of which the first places are written.
///
/// # Panics
/// As [`linear_int8`], and when `outputs` does not begin at a multiple of [`PANEL`](crate::PANEL), or ends neither at one nor at `w.n_out()`.
pub fn linear_int8_part(
    tier: Tier,
    x: &QuantisedRows,
    w: &QuantisedMatrix,
    outputs: Range<usize>,
    bias: &[f32],
    act: Activation,
    out: &mut [f32],
) {
    assert_available(tier);
    assert_eq!(x.width, padded_width(w.n_in()), "x must hold rows of {}", w.n_in());
    let stride = stride(x.rows.len(), &outputs, bias, out);
    let panels = panels(&outputs, w.n_out());
    #[cfg(target_arch = "x86_64")]
    if tier == Tier::Amx {
        crate::x86_amx::product(x, w, panels, bias, act, out, stride);
        return;
    }
    by_panels(tier, panels, bias, act, out, stride, |rows, columns, out| {
        let (scales, sums) = w.of_panel(columns.panel());
        let task = PanelTask {
            x,
            first: rows.start,
            rows: rows.len(),
            panel: w.panel(columns.panel()),
            scales,
            sums,
            columns,
        };
        match tier {
            #[cfg(target_arch = "x86_64")]
            Tier::Avx512Vnni => crate::x86_vnni::panel(&task, out),
            #[cfg(target_arch = "x86_64")]
            Tier::AvxVnni => crate::x86_avx_vnni::panel(&task, out),
            #[cfg(target_arch = "aarch64")]
            Tier::NeonDot => crate::neon_dot::panel(&task, out),
            _ => panel_plain(&task, out),
        }
    });
}

/// One block of rows against one panel.
pub(crate) struct PanelTask<'a> {
    pub(crate) x: &'a QuantisedRows,
    /// The block's first row in `x`, and how many there are.
    pub(crate) first: usize,
    pub(crate) rows: usize,
    /// `[x.width / GROUP, PANEL, GROUP]`.
    pub(crate) panel: &'a [u8],
    /// Of the weights, one an output.
    pub(crate) scales: &'a [f32],
    pub(crate) sums: &'a [i32],
    pub(crate) columns: &'a Columns,
}

impl PanelTask<'_> {
    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }

    /// The high and the low bytes of `n` rows from `row` of the block on, `[n, x.width]`; no high ones in one byte. A kernel
    /// multiplies the sums of the high ones by 256 before it adds the low ones.
    #[inline(always)]
    pub(crate) fn planes(&self, row: usize, n: usize) -> (Option<&[u8]>, &[u8]) {
        let width = self.x.width;
        let bytes = (self.first + row) * width..(self.first + row + n) * width;
        let low = &self.x.low.as_slice()[bytes.clone()];
        ((self.x.precision == Precision::TwoBytes).then(|| &self.x.high.as_slice()[bytes]), low)
    }
}

/// The reference that every tier is tested against, bit for bit.
fn panel_plain(task: &PanelTask<'_>, out: &mut [f32]) {
    for row in 0..task.rows() {
        // A sum of one plane may leave 32 bits on the way; what comes out at the end does not.
        let mut sum = [0_i32; PANEL];
        let (high, low) = task.planes(row, 1);
        for plane in high.into_iter().chain([low]) {
            for s in &mut sum {
                *s = s.wrapping_shl(8);
            }
            for (x, w) in plane.chunks_exact(GROUP).zip(task.panel.chunks_exact(PANEL * GROUP)) {
                for (s, w) in sum.iter_mut().zip(w.chunks_exact(GROUP)) {
                    for (&x, &w) in x.iter().zip(w) {
                        *s = s.wrapping_add(i32::from(x) * i32::from(w.cast_signed()));
                    }
                }
            }
        }
        for outlier in task.x.outliers_of(task.first + row) {
            let w = &task.panel[outlier.group as usize * PANEL * GROUP..][..PANEL * GROUP];
            for (s, w) in sum.iter_mut().zip(w.chunks_exact(GROUP)) {
                *s = s.wrapping_add(256 * outlier.high * i32::from(w[outlier.place as usize].cast_signed()));
            }
        }
        let RowScale { scale, zero, .. } = task.x.rows[task.first + row];
        for (i, out) in task.columns.of_row(row, out).iter_mut().enumerate() {
            #[allow(clippy::cast_precision_loss, reason = "the rounding is the same on every tier")]
            let sum = sum[i].wrapping_sub(zero.wrapping_mul(task.sums[i])) as f32;
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
            rows in 1usize..40, n_in in 1usize..200, n_out in 1usize..100, seed: u32, two_bytes: bool,
        ) {
            let precision = if two_bytes { Precision::TwoBytes } else { Precision::OneByte };
            let (mut x, w, b) = (floats(rows * n_in, seed), bytes(n_out * n_in, seed ^ 1), floats(n_out, seed ^ 2));
            // Far values, of both signs, in some rows.
            x.iter_mut().step_by(41).for_each(|v| *v *= 30.0);
            let scales: Vec<f32> = floats(n_out, seed ^ 3).iter().map(|s| s.abs() / 100.0 + 0.001).collect();
            let packed = QuantisedMatrix::pack(&w, &scales, n_out, n_in);
            let mut quantised = QuantisedRows::default();
            quantised.fill(Tier::Plain, &x, n_in, precision);
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
        fn a_row_is_the_same_alone_and_among_others(
            rows in 2usize..130, at in 0usize..130, seed: u32, two_bytes: bool,
        ) {
            let precision = if two_bytes { Precision::TwoBytes } else { Precision::OneByte };
            let (n_in, n_out) = (48, 40);
            let at = at % rows;
            let (x, w, b) = (floats(rows * n_in, seed), bytes(n_out * n_in, seed ^ 1), floats(n_out, seed ^ 2));
            let packed = QuantisedMatrix::pack(&w, &vec![0.01; n_out], n_out, n_in);
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                let run = |x: &[f32]| {
                    let mut quantised = QuantisedRows::default();
                    quantised.fill(tier, x, n_in, precision);
                    let mut out = vec![0.0; x.len() / n_in * n_out];
                    linear_int8(tier, &quantised, &packed, &b, Activation::Gelu, &mut out);
                    out
                };
                let (all, alone) = (run(&x), run(&x[at * n_in..(at + 1) * n_in]));
                prop_assert_eq!(&all[at * n_out..(at + 1) * n_out], &alone[..]);
            }
        }
    }

    /// As many inputs as may be, as far out as they are kept (in one byte a quarter of them), each with the weight that adds most.
    #[test]
    fn the_largest_sums_do_not_overflow() {
        let (n_in, n_out) = (QuantisedMatrix::MOST_INPUTS, 33);
        for precision in [Precision::OneByte, Precision::TwoBytes] {
            let value = |i: usize| match i % 16 {
                0 | 1 => 1e6,
                2 | 3 => -1e6,
                _ => {
                    (if i.is_multiple_of(2) { 1.0 } else { -1.0 })
                        * if precision == Precision::OneByte { 1.0 } else { 1e6 }
                }
            };
            let x: Vec<f32> = (0..n_in).map(value).collect();
            let row: Vec<i8> = x.iter().map(|&v| if v > 0.0 { -128 } else { 127 }).collect();
            let packed = QuantisedMatrix::pack(&row.repeat(n_out), &vec![1.0; n_out], n_out, n_in);
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                let mut quantised = QuantisedRows::default();
                quantised.fill(tier, &x, n_in, precision);
                let whole = quantised.whole_row(0, n_in);
                let sum: i64 = whole.iter().zip(&row).map(|(&x, &w)| i64::from(x) * i64::from(w)).sum();
                assert!(sum.abs() > 1 << 30, "{sum} is no large sum");
                let want = sum as f32 * quantised.rows[0].scale;
                let mut out = vec![0.0; n_out];
                linear_int8(tier, &quantised, &packed, &vec![0.0; n_out], Activation::None, &mut out);
                assert!(
                    out.iter().all(|v| (v / want - 1.0).abs() < 1e-6),
                    "{tier} {precision:?}: {} for {want}",
                    out[0]
                );
            }
        }
    }

    #[test]
    fn parts_are_the_whole() {
        let (rows, n_in, n_out) = (119, 100, 150);
        let (x, w, b) = (floats(rows * n_in, 4), bytes(n_out * n_in, 5), floats(n_out, 6));
        let packed = QuantisedMatrix::pack(&w, &vec![0.01; n_out], n_out, n_in);
        for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
            for precision in [Precision::OneByte, Precision::TwoBytes] {
                let mut quantised = QuantisedRows::default();
                quantised.fill(tier, &x, n_in, precision);
                let mut whole = vec![f32::NAN; rows * n_out];
                linear_int8(tier, &quantised, &packed, &b, Activation::Gelu, &mut whole);
                for (part, stride) in [(0..64, 64), (0..64, 150), (64..96, 33), (96..150, 54)] {
                    let mut out = vec![f32::NAN; rows * stride];
                    let bias = &b[part.clone()];
                    linear_int8_part(tier, &quantised, &packed, part.clone(), bias, Activation::Gelu, &mut out);
                    for (row, out) in out.chunks(stride).enumerate() {
                        assert_eq!(&out[..part.len()], &whole[row * n_out..][part.clone()], "{tier} {precision:?}");
                        assert!(out[part.len()..].iter().all(|v| v.is_nan()), "{tier} wrote beside {part:?}");
                    }
                }
            }
        }
    }
}
