//! Rows of hidden states in two bytes a value.

use crate::Tier;
use crate::elementwise::per_tier;
use crate::quantised_matrix::padded_width;
use crate::quantised_rows::{LANES, ROUND, RowScale, filled_up, not_a_number_in};

per_tier! {
    pub(crate) fn two_bytes(x: &[f32], n_in: usize, low: &mut [u8], high: &mut [u8], rows: &mut Vec<RowScale>) = two_bytes_body
}

/// The number that 0 becomes, and the steps that a row's largest magnitude has at most: as many as `n_in` products with
/// weights of 2^7 can sum up without leaving 32 bits.
#[inline(always)]
pub(crate) fn middle(n_in: usize) -> i32 {
    let mut middle = 1 << 15;
    while middle as usize * n_in >= 1 << 24 {
        middle /= 2;
    }
    middle
}

/// A row with nothing above this is all 0; what is below could have no finite inverse of its steps.
const LEAST: f32 = 1e-30;

/// The step of a row of `n_in` values, the largest of which is `most`.
#[inline(always)]
pub(crate) fn scale_of(most: f32, n_in: usize) -> f32 {
    #[allow(clippy::cast_precision_loss, reason = "at most 2^15")]
    let steps = (middle(n_in) - 1) as f32;
    if most > LEAST { most / steps } else { 1.0 }
}

// No fused multiply-add in here: every tier must give the same bytes.
#[inline(always)]
fn two_bytes_body<const FMA: bool>(x: &[f32], n_in: usize, low: &mut [u8], high: &mut [u8], rows: &mut Vec<RowScale>) {
    let zero = middle(n_in);
    let width = padded_width(n_in);
    for ((row, low), high) in x.chunks_exact(n_in).zip(low.chunks_exact_mut(width)).zip(high.chunks_exact_mut(width)) {
        let (lanes, rest) = row.as_chunks::<LANES>();
        let rest = filled_up(rest);
        let mut most = rest.map(f32::abs);
        for from in lanes {
            for i in 0..LANES {
                let magnitude = from[i].abs();
                most[i] = if magnitude > most[i] { magnitude } else { most[i] };
            }
        }
        let most = most.into_iter().fold(0.0_f32, f32::max);
        let scale = scale_of(most, n_in);
        let inverse = 1.0 / scale;
        let (low, high) = (low.as_chunks_mut::<LANES>().0, high.as_chunks_mut::<LANES>().0);
        for ((from, low), high) in lanes.iter().zip(low.iter_mut()).zip(high.iter_mut()) {
            lanes_to_bytes(from, inverse, zero, low, high);
        }
        if lanes.len() < low.len() {
            lanes_to_bytes(&rest, inverse, zero, &mut low[lanes.len()], &mut high[lanes.len()]);
        }
        rows.push(RowScale { scale: scale + not_a_number_in(row), zero, outliers_end: 0 });
    }
}

/// One step a loop: only so does each become one instruction.
#[inline(always)]
fn lanes_to_bytes(from: &[f32; LANES], inverse: f32, zero: i32, low: &mut [u8; LANES], high: &mut [u8; LANES]) {
    let mut q = [0_u16; LANES];
    for i in 0..LANES {
        // No value is above the row's largest, so that none leaves 16 bits.
        let [a, b, ..] = ((from[i] * inverse) + ROUND).to_bits().wrapping_add(zero.cast_unsigned()).to_le_bytes();
        q[i] = u16::from_le_bytes([a, b]);
    }
    for i in 0..LANES {
        low[i] = q[i].to_le_bytes()[0];
    }
    for i in 0..LANES {
        high[i] = q[i].to_le_bytes()[1];
    }
}

#[cfg(test)]
mod tests {
    use crate::{Precision, QuantisedMatrix, QuantisedRows, Tier};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_value_comes_back_to_half_a_step(
            x in prop::collection::vec(-40.0f32..25.0, 1..200), far in prop::sample::select(vec![1.0f32, 60.0, 1e-6, 1e20]),
        ) {
            let mut x = x;
            x[0] *= far;
            let most = x.iter().fold(0.0f32, |a, b| a.max(b.abs()));
            let mut first: Option<Vec<i32>> = None;
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                let mut q = QuantisedRows::default();
                q.fill(tier, &x, x.len(), Precision::TwoBytes);
                let (scale, back) = (q.rows[0].scale, q.whole_row(0, x.len()));
                for (&b, &v) in back.iter().zip(&x) {
                    prop_assert!((b as f32 * scale - v).abs() <= 0.51 * scale + most * 1e-6, "{tier}: {b} steps of {scale} for {v}");
                }
                prop_assert!(first.get_or_insert_with(|| back.clone()) == &back, "{tier} gives other numbers");
            }
        }
    }

    #[test]
    fn the_longest_rows_have_twelve_bits_beside_the_sign() {
        assert_eq!(super::middle(384), 1 << 15);
        assert_eq!(super::middle(1536), 1 << 13);
        assert_eq!(super::middle(QuantisedMatrix::MOST_INPUTS), 1 << 12);
    }
}
