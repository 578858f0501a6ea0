//! 8-bit operands of a linear layer: weights as they are shipped, and rows of hidden states that are cut to 8 bits on the way.

use crate::Tier;
use crate::aligned::AlignedBytes;
use crate::elementwise::per_tier;
use crate::matrix::PANEL;

/// Inputs that one VNNI instruction multiplies and adds for each output.
pub(crate) const GROUP: usize = 4;

/// A linear layer's weight `[n_out, n_in]` in 8 bits with one scale an output, packed once at load: panels of 32 outputs, and
/// within a panel four inputs of every output side by side. What is missing to whole panels and groups is 0.
#[derive(Clone)]
pub struct QuantisedMatrix {
    n_in: usize,
    n_out: usize,
    panels: AlignedBytes,
    /// Per output, filled up to whole panels: the scale, and the sum of its weights, which takes a row's zero point out of a sum.
    scales: Vec<f32>,
    sums: Vec<i32>,
}

impl QuantisedMatrix {
    /// Pack `values`, which are `[n_out, n_in]` row-major with `weight = value * scales[row]`.
    ///
    /// # Panics
    /// When the lengths do not fit together, `n_in` or `n_out` is 0, or `n_in` is above 65,536, from where on a sum could overflow.
    #[must_use]
    pub fn pack(values: &[i8], scales: &[f32], n_out: usize, n_in: usize) -> Self {
        assert!(n_in > 0 && n_out > 0, "a weight matrix has rows and columns");
        assert!(n_in <= 1 << 16, "a sum of {n_in} products may not fit 32 bits");
        assert_eq!(values.len(), n_out * n_in, "one value per weight");
        assert_eq!(scales.len(), n_out, "one scale per output");
        let groups = n_in.div_ceil(GROUP);
        let padded = n_out.next_multiple_of(PANEL);
        let mut panels = AlignedBytes::zeroed(padded * groups * GROUP);
        let data = panels.as_mut_slice();
        let mut sums = vec![0; padded];
        for (o, row) in values.chunks_exact(n_in).enumerate() {
            let start = (o / PANEL) * PANEL * groups * GROUP + (o % PANEL) * GROUP;
            for (k, &w) in row.iter().enumerate() {
                data[start + (k / GROUP) * PANEL * GROUP + k % GROUP] = w.cast_unsigned();
                sums[o] += i32::from(w);
            }
        }
        let mut scales = scales.to_vec();
        scales.resize(padded, 0.0);
        Self { n_in, n_out, panels, scales, sums }
    }

    /// Inputs of the layer.
    #[must_use]
    pub const fn n_in(&self) -> usize {
        self.n_in
    }

    /// Outputs of the layer.
    #[must_use]
    pub const fn n_out(&self) -> usize {
        self.n_out
    }

    pub(crate) const fn n_panels(&self) -> usize {
        self.n_out.div_ceil(PANEL)
    }

    pub(crate) const fn groups(&self) -> usize {
        self.n_in.div_ceil(GROUP)
    }

    /// Panel `i` as `[groups, PANEL, GROUP]` bytes of i8.
    pub(crate) fn panel(&self, i: usize) -> &[u8] {
        let size = PANEL * self.groups() * GROUP;
        &self.panels.as_slice()[i * size..(i + 1) * size]
    }

    /// Scales and sums of panel `i`'s outputs.
    pub(crate) fn of_panel(&self, i: usize) -> (&[f32], &[i32]) {
        (&self.scales[i * PANEL..(i + 1) * PANEL], &self.sums[i * PANEL..(i + 1) * PANEL])
    }
}

/// Rows of hidden states in 8 bits without a sign, each with a scale and a zero point of its own: `x = (q - zero) * scale`.
/// The buffers are kept from one use to the next.
#[derive(Default)]
pub struct QuantisedRows {
    /// `[rows, groups * GROUP]`.
    pub(crate) values: Vec<u8>,
    pub(crate) scales: Vec<f32>,
    pub(crate) zeros: Vec<i32>,
}

impl QuantisedRows {
    /// Cut `x`, `[rows, n_in]`, to 8 bits, replacing what was held. A row's range always holds 0, so the zero point is in
    /// 0..=255 and a product's error is at most half a step of 1/255 of the row's range. A row does not depend on the others.
    ///
    /// # Panics
    /// When `x` holds no whole rows or `tier` is not available here.
    pub fn fill(&mut self, tier: Tier, x: &[f32], n_in: usize) {
        let rows = x.len() / n_in;
        assert_eq!(x.len(), rows * n_in, "x must hold whole rows of {n_in}");
        let width = n_in.next_multiple_of(GROUP);
        self.values.resize(rows * width, 0);
        self.scales.resize(rows, 0.0);
        self.zeros.resize(rows, 0);
        quantise(tier, x, n_in, &mut self.values, &mut self.scales, &mut self.zeros);
    }
}

per_tier! {
    fn quantise(x: &[f32], n_in: usize, values: &mut [u8], scales: &mut [f32], zeros: &mut [i32]) = quantise_body
}

/// Added to a small number it rounds it to a whole one (ties to even) that then stands in the low bits: 1.5 * 2^23.
const ROUND: f32 = 12_582_912.0;

// No fused multiply-add in here: every tier must give the same bytes.
#[inline(always)]
fn quantise_body<const FMA: bool>(
    x: &[f32],
    n_in: usize,
    values: &mut [u8],
    scales: &mut [f32],
    zeros: &mut [i32],
) {
    let width = n_in.next_multiple_of(GROUP);
    for (r, row) in x.chunks_exact(n_in).enumerate() {
        let (least, most) = range(row);
        let scale = if most > least { (most - least) / 255.0 } else { 1.0 };
        let inverse = 1.0 / scale;
        let zero = whole(-least * inverse).clamp(0, 255);
        scales[r] = scale;
        zeros[r] = zero;
        let to = &mut values[r * width..(r + 1) * width];
        for (q, &v) in to.iter_mut().zip(row) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=255")]
            let byte = (whole(v * inverse) + zero).clamp(0, 255) as u8;
            *q = byte;
        }
        to[n_in..].fill(0);
    }
}

/// The nearest whole number of a value below 2^22; anything else gives some number, never a trap.
#[inline(always)]
fn whole(v: f32) -> i32 {
    (v + ROUND).to_bits().cast_signed().wrapping_sub(ROUND.to_bits().cast_signed())
}

/// (least, most) of a row and 0, in 16 lanes side by side.
#[inline(always)]
fn range(row: &[f32]) -> (f32, f32) {
    let (mut least, mut most) = ([0.0_f32; 16], [0.0_f32; 16]);
    let chunks = row.chunks_exact(16);
    let rest = chunks.remainder();
    for chunk in chunks {
        for i in 0..16 {
            // A comparison, unlike `f32::min`, is one instruction.
            least[i] = if chunk[i] < least[i] { chunk[i] } else { least[i] };
            most[i] = if chunk[i] > most[i] { chunk[i] } else { most[i] };
        }
    }
    for (i, &v) in rest.iter().enumerate() {
        least[i] = if v < least[i] { v } else { least[i] };
        most[i] = if v > most[i] { v } else { most[i] };
    }
    for i in 1..16 {
        least[0] = if least[i] < least[0] { least[i] } else { least[0] };
        most[0] = if most[i] > most[0] { most[i] } else { most[0] };
    }
    (least[0], most[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_value_comes_back_to_half_a_step(x in prop::collection::vec(-40.0f32..25.0, 1..90), zero_range: bool) {
            let x = if zero_range { vec![x[0]; x.len()] } else { x };
            let (least, most) = x.iter().fold((0.0_f32, 0.0_f32), |(a, b), &v| (a.min(v), b.max(v)));
            let step = (most - least) / 255.0;
            let mut first: Option<Vec<u8>> = None;
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                let mut q = QuantisedRows::default();
                q.fill(tier, &x, x.len());
                for (&q8, &v) in q.values.iter().zip(&x) {
                    let back = (i32::from(q8) - q.zeros[0]) as f32 * q.scales[0];
                    // The zero point is rounded too, so an end of the range may lose half a step more.
                    prop_assert!((back - v).abs() <= step * 1.01 + 1e-6, "{tier}: {back} {v}");
                }
                prop_assert!(first.get_or_insert_with(|| q.values.clone()) == &q.values, "{tier} gives other bytes");
            }
        }
    }

    #[test]
    fn a_row_that_is_no_number_does_no_harm() {
        for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
            let mut q = QuantisedRows::default();
            q.fill(tier, &[f32::NAN, f32::INFINITY, -1.0, 3e38], 4);
            assert_eq!(q.values.len(), 4);
        }
    }
}
