//! `out = act(x W^T + b)`, rows by a packed weight.

use std::ops::Range;

use crate::matrix::{PANEL, PackedMatrix};
use crate::tier::assert_available;
use crate::{Tier, gelu};

/// What is applied to the outputs of a linear layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    None,
    /// Exact GELU, `x * Phi(x)`.
    Gelu,
}

/// Rows that are taken through all panels before the next rows: they and their outputs stay in the second-level cache.
pub(crate) const ROW_BLOCK: usize = 96;

/// Write `act(x w^T + bias)` to `out`.
///
/// `x` is `[rows, w.n_in()]`, `bias` has `w.n_out()` values, `out` is `[rows, w.n_out()]`; `rows` follows from `x`.
///
/// # Panics
/// When the lengths do not fit together or `tier` is not available here.
pub fn linear(tier: Tier, x: &[f32], w: &PackedMatrix, bias: &[f32], act: Activation, out: &mut [f32]) {
    linear_part(tier, x, w, 0..w.n_out(), bias, act, out);
}

/// As [`linear`], of some outputs only, so that threads can share one product; each output has the bits that it has in the whole.
///
/// `bias` has `outputs.len()` values and `out` is `[rows, outputs.len()]`, or has longer rows, of which the first places are written.
///
/// # Panics
/// As [`linear`], and when `outputs` does not begin at a multiple of [`PANEL`], or ends neither at one nor at `w.n_out()`.
pub fn linear_part(
    tier: Tier,
    x: &[f32],
    w: &PackedMatrix,
    outputs: Range<usize>,
    bias: &[f32],
    act: Activation,
    out: &mut [f32],
) {
    assert_available(tier);
    let n_in = w.n_in();
    let rows = x.len() / n_in;
    assert_eq!(x.len(), rows * n_in, "x must hold whole rows of {n_in}");
    let stride = stride(rows, &outputs, bias, out);

    by_panels(tier, panels(&outputs, w.n_out()), bias, act, out, stride, |rows, columns, out| {
        let x = &x[rows.start * n_in..rows.end * n_in];
        let task = PanelTask { x, n_in, panel: w.panel(columns.panel()), columns };
        match tier {
            #[cfg(target_arch = "x86_64")]
            Tier::Avx512 | Tier::Avx512Vnni | Tier::Amx => crate::x86::panel_avx512(&task, out),
            #[cfg(target_arch = "x86_64")]
            Tier::Avx2 | Tier::AvxVnni => crate::x86::panel_avx2(&task, out),
            #[cfg(target_arch = "aarch64")]
            Tier::Neon | Tier::NeonDot => crate::neon::panel(&task, out),
            _ => panel_plain(&task, out),
        }
    });
}

/// Values from one of `rows` rows of `out` to the next.
///
/// # Panics
/// When there is not one bias an output, or `out` has no whole rows that are long enough.
pub(crate) fn stride(rows: usize, outputs: &Range<usize>, bias: &[f32], out: &[f32]) -> usize {
    assert_eq!(bias.len(), outputs.len(), "one bias per output");
    let stride = out.len().checked_div(rows).unwrap_or(outputs.len());
    assert!(
        out.len() == rows * stride && stride >= outputs.len(),
        "out must be [{rows}, {}] or have longer rows, not {} values",
        outputs.len(),
        out.len()
    );
    stride
}

/// The panels that make `outputs` of `n_out`.
pub(crate) fn panels(outputs: &Range<usize>, n_out: usize) -> Range<usize> {
    let ends = outputs.end.is_multiple_of(PANEL) || outputs.end == n_out;
    assert!(
        outputs.start.is_multiple_of(PANEL) && ends && outputs.end <= n_out,
        "{outputs:?} are no whole panels of {n_out}"
    );
    outputs.start / PANEL..outputs.end.div_ceil(PANEL)
}

/// Call `run` with each block of rows and each of `panels`: the rows' range, the panel, and the block's outputs, `[rows, stride]`.
/// Then apply `act` to the block, while it is near.
pub(crate) fn by_panels(
    tier: Tier,
    panels: Range<usize>,
    bias: &[f32],
    act: Activation,
    out: &mut [f32],
    stride: usize,
    mut run: impl FnMut(Range<usize>, &Columns, &mut [f32]),
) {
    for (block, out) in out.chunks_mut(ROW_BLOCK * stride).enumerate() {
        let rows = block * ROW_BLOCK..block * ROW_BLOCK + out.len() / stride;
        for panel in panels.clone() {
            let first = (panel - panels.start) * PANEL;
            let count = PANEL.min(bias.len() - first);
            let mut padded_bias = [0.0; PANEL];
            padded_bias[..count].copy_from_slice(&bias[first..first + count]);
            run(rows.clone(), &Columns { panel, first, count, stride, bias: padded_bias }, out);
        }
        activate(tier, act, out, bias.len(), stride);
    }
}

/// Apply `act` to the first `count` values of each row of `stride`.
pub(crate) fn activate(tier: Tier, act: Activation, out: &mut [f32], count: usize, stride: usize) {
    match act {
        Activation::None => {}
        Activation::Gelu if count == stride => gelu(tier, out),
        Activation::Gelu => out.chunks_exact_mut(stride).for_each(|row| gelu(tier, &mut row[..count])),
    }
}

/// The outputs that one panel makes.
pub(crate) struct Columns {
    panel: usize,
    /// Where they begin in a row of what is written.
    first: usize,
    /// At most [`PANEL`].
    pub(crate) count: usize,
    stride: usize,
    pub(crate) bias: [f32; PANEL],
}

impl Columns {
    pub(crate) const fn panel(&self) -> usize {
        self.panel
    }

    /// Their place in row `row` of a block's outputs.
    #[inline(always)]
    pub(crate) fn of_row<'a>(&self, row: usize, out: &'a mut [f32]) -> &'a mut [f32] {
        let at = row * self.stride + self.first;
        &mut out[at..at + self.count]
    }
}

/// One block of rows against one panel.
pub(crate) struct PanelTask<'a> {
    /// `[rows, n_in]`.
    pub(crate) x: &'a [f32],
    pub(crate) n_in: usize,
    /// `[n_in, PANEL]`.
    pub(crate) panel: &'a [f32],
    pub(crate) columns: &'a Columns,
}

impl PanelTask<'_> {
    pub(crate) const fn rows(&self) -> usize {
        self.x.len() / self.n_in
    }
}

/// The reference that every tier is tested against.
fn panel_plain(task: &PanelTask<'_>, out: &mut [f32]) {
    for row in 0..task.rows() {
        let mut sum = task.columns.bias;
        for (&x, w) in task.x[row * task.n_in..(row + 1) * task.n_in].iter().zip(task.panel.chunks_exact(PANEL)) {
            for (s, &w) in sum.iter_mut().zip(w) {
                *s += x * w;
            }
        }
        task.columns.of_row(row, out).copy_from_slice(&sum[..task.columns.count]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Values that are the same on every run and not symmetric.
    fn values(n: usize, seed: u32) -> Vec<f32> {
        let mut state = seed.wrapping_mul(747_796_405).wrapping_add(1);
        (0..n)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 23) as f32 - 1.0
            })
            .collect()
    }

    fn in_f64(x: &[f32], w: &[f32], bias: &[f32], n_in: usize, n_out: usize) -> Vec<f64> {
        x.chunks(n_in)
            .flat_map(|row| {
                (0..n_out).map(|o| {
                    f64::from(bias[o])
                        + row.iter().zip(&w[o * n_in..]).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>()
                })
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_tier_agrees_with_double_precision(rows in 1usize..40, n_in in 1usize..70, n_out in 1usize..100, seed: u32) {
            let (x, w, b) = (values(rows * n_in, seed), values(n_out * n_in, seed ^ 1), values(n_out, seed ^ 2));
            let packed = PackedMatrix::pack(&w, n_out, n_in);
            let wanted = in_f64(&x, &w, &b, n_in, n_out);
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                let mut out = vec![f32::NAN; rows * n_out];
                linear(tier, &x, &packed, &b, Activation::None, &mut out);
                for (got, want) in out.iter().zip(&wanted) {
                    prop_assert!((f64::from(*got) - want).abs() < 2e-5, "{tier}: {got} {want}");
                }
            }
        }

        #[test]
        fn a_row_is_the_same_alone_and_among_others(rows in 2usize..130, at in 0usize..130, seed: u32) {
            let (n_in, n_out) = (48, 40);
            let at = at % rows;
            let (x, w, b) = (values(rows * n_in, seed), values(n_out * n_in, seed ^ 1), values(n_out, seed ^ 2));
            let packed = PackedMatrix::pack(&w, n_out, n_in);
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                let mut all = vec![0.0; rows * n_out];
                linear(tier, &x, &packed, &b, Activation::Gelu, &mut all);
                let mut alone = vec![0.0; n_out];
                linear(tier, &x[at * n_in..(at + 1) * n_in], &packed, &b, Activation::Gelu, &mut alone);
                prop_assert_eq!(&all[at * n_out..(at + 1) * n_out], &alone[..]);
            }
        }

        #[test]
        fn parts_are_the_whole(rows in 1usize..20, n_out in 1usize..140, cut in 0usize..5, beyond in 0usize..40, seed: u32) {
            let n_in = 21;
            let cut = (cut * PANEL).min(n_out / PANEL * PANEL);
            let (x, w, b) = (values(rows * n_in, seed), values(n_out * n_in, seed ^ 1), values(n_out, seed ^ 2));
            let packed = PackedMatrix::pack(&w, n_out, n_in);
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                let mut whole = vec![f32::NAN; rows * n_out];
                linear(tier, &x, &packed, &b, Activation::Gelu, &mut whole);
                for part in [0..cut, cut..n_out].into_iter().filter(|part| !part.is_empty()) {
                    let stride = part.len() + beyond;
                    let mut out = vec![f32::NAN; rows * stride];
                    linear_part(tier, &x, &packed, part.clone(), &b[part.clone()], Activation::Gelu, &mut out);
                    for (row, out) in out.chunks(stride).enumerate() {
                        prop_assert_eq!(&out[..part.len()], &whole[row * n_out..][part.clone()]);
                        prop_assert!(out[part.len()..].iter().all(|v| v.is_nan()));
                    }
                }
            }
        }
    }
}
