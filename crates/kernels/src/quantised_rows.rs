//! Rows of hidden states in whole numbers: one byte a value where that is exact enough, two where it is not.

use crate::Tier;
use crate::aligned::AlignedBytes;
use crate::elementwise::per_tier;
use crate::quantised_matrix::{GROUP, padded_width};
#[cfg(target_arch = "x86_64")]
use crate::tier::assert_available;
use crate::two_bytes::two_bytes;

/// How finely rows are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// A byte a value, and a second one for the few values of a row that lie far from all others (a handful of channels do, in
    /// encoders: Dettmers et al. 2022), which would make the steps of all others coarse.
    #[default]
    OneByte,
    /// Two bytes a value: at least 12 bits beside the sign. Takes twice as many products.
    TwoBytes,
}

/// Rows of hidden states as whole numbers without a sign, each row with a scale and a zero point of its own:
/// `x = (low + 256 * high - zero) * scale`. The buffers are kept from one use to the next.
#[derive(Default)]
pub struct QuantisedRows {
    pub(crate) precision: Precision,
    /// Bytes of a row.
    pub(crate) width: usize,
    /// `[rows, width]`, rows filled up to whole tiles with anything. What a row has beyond its inputs meets weights of 0.
    pub(crate) low: AlignedBytes,
    /// The same in two bytes; empty in one.
    pub(crate) high: AlignedBytes,
    pub(crate) rows: Vec<RowScale>,
    /// Second bytes of far values, of all rows, in order; none in two bytes.
    pub(crate) outliers: Vec<Outlier>,
}

/// What turns a row's bytes back into numbers.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct RowScale {
    pub(crate) scale: f32,
    pub(crate) zero: i32,
    /// Where the row's outliers end.
    pub(crate) outliers_end: usize,
}

/// The high byte of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outlier {
    pub(crate) row: u32,
    /// Of inputs, and its place in it.
    pub(crate) group: u32,
    pub(crate) place: u32,
    /// From -64 to 63.
    pub(crate) high: i32,
}

/// For each place in a group: what, as the control of a shuffle of bytes, gives 256 times the weight at it as a number of 16 bits
/// and 0 as a second one, for each of four outputs. A product of 16 bits with a high byte then is what the sum lacks.
#[cfg(target_arch = "x86_64")]
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "places are below 16")]
pub(crate) const AT_PLACE: [[i8; 16]; GROUP] = {
    let mut at_place = [[-1; 16]; GROUP];
    let mut place = 0;
    while place < 16 {
        at_place[place % GROUP][place / GROUP * GROUP + 1] = place as i8;
        place += 1;
    }
    at_place
};

impl QuantisedRows {
    /// Cut `x`, `[rows, n_in]`, replacing what was held. A row does not depend on the others, and every tier gives the same.
    ///
    /// In one byte a value is off by a step at most, where a step is 1/255 of the row's range without its outliers; beyond 64
    /// such ranges it is cut off. In two bytes it is off by half a step, of which the largest magnitude of the row has
    /// 2^13 - 1 or more ([`crate::QuantisedMatrix::MOST_INPUTS`] inputs leave 2^12 - 1).
    ///
    /// # Panics
    /// When `x` holds no whole rows or `tier` is not available here.
    pub fn fill(&mut self, tier: Tier, x: &[f32], n_in: usize, precision: Precision) {
        let rows = x.len() / n_in;
        assert_eq!(x.len(), rows * n_in, "x must hold whole rows of {n_in}");
        self.precision = precision;
        self.width = padded_width(n_in);
        let size = rows.next_multiple_of(TILE_ROWS) * self.width;
        self.rows.clear();
        self.outliers.clear();
        self.low.resize(size);
        match precision {
            Precision::OneByte => {
                self.high.resize(0);
                let low = self.low.as_mut_slice();
                #[cfg(target_arch = "x86_64")]
                if tier.has_avx512() {
                    assert_available(tier);
                    // SAFETY: the tier is available, and is none below AVX-512.
                    unsafe { crate::x86_rows::one_byte(x, n_in, low, &mut self.rows, &mut self.outliers) };
                    return;
                }
                one_byte(tier, x, n_in, low, &mut self.rows, &mut self.outliers);
            }
            Precision::TwoBytes => {
                self.high.resize(size);
                #[cfg(target_arch = "x86_64")]
                if tier.has_avx512() {
                    assert_available(tier);
                    let (low, high) = (self.low.as_mut_slice(), self.high.as_mut_slice());
                    // SAFETY: as above.
                    unsafe { crate::x86_rows::two_bytes(x, n_in, low, high, &mut self.rows) };
                    return;
                }
                two_bytes(tier, x, n_in, self.low.as_mut_slice(), self.high.as_mut_slice(), &mut self.rows);
            }
        }
    }

    /// Where the outliers of row `row` stand.
    #[inline(always)]
    pub(crate) fn outliers_of(&self, row: usize) -> &[Outlier] {
        &self.outliers[self.outliers_before(row)..self.outliers_before(row + 1)]
    }

    /// How many outliers the rows before `row` have.
    #[inline(always)]
    pub(crate) fn outliers_before(&self, row: usize) -> usize {
        if row == 0 { 0 } else { self.rows[row - 1].outliers_end }
    }
}

/// Rows are filled up to a multiple of this, the rows of an AMX tile.
pub(crate) const TILE_ROWS: usize = 16;

per_tier! {
    fn one_byte(x: &[f32], n_in: usize, low: &mut [u8], rows: &mut Vec<RowScale>, outliers: &mut Vec<Outlier>) = one_byte_body
}

/// Added to a small number it rounds it to a whole one (ties to even) that then stands in the low bits: 1.5 * 2^23.
pub(crate) const ROUND: f32 = 12_582_912.0;

/// The largest magnitude of a value in steps, 64 times the range of its row's other values; what lies beyond is cut off.
const MOST: i32 = 0x3fff;

/// Steps from 0 beyond which nothing is told apart any more.
pub(crate) const FARTHEST: f32 = 65536.0;

/// Values that are looked at side by side.
pub(crate) const LANES: usize = 16;

// No fused multiply-add in here: every tier must give the same bytes.
#[inline(always)]
fn one_byte_body<const FMA: bool>(
    x: &[f32],
    n_in: usize,
    low: &mut [u8],
    rows: &mut Vec<RowScale>,
    outliers: &mut Vec<Outlier>,
) {
    for (row, to) in x.chunks_exact(n_in).zip(low.chunks_exact_mut(padded_width(n_in))) {
        let (least, most) = lanes_of(row);
        let (least, most) = (-third_largest(least.map(|v| -v)), third_largest(most));
        let Steps { scale, inverse, zero } = Steps::between(least, most, not_a_number_in(row));
        let (whole_lanes, rest) = row.as_chunks::<LANES>();
        let (to, _) = to.as_chunks_mut::<LANES>();
        for (c, (from, to)) in whole_lanes.iter().zip(to.iter_mut()).enumerate() {
            lanes_to_bytes(from, inverse, zero, rows.len(), c * LANES, to, outliers);
        }
        if !rest.is_empty() {
            lanes_to_bytes(
                &filled_up(rest),
                inverse,
                zero,
                rows.len(),
                whole_lanes.len() * LANES,
                &mut to[whole_lanes.len()],
                outliers,
            );
        }
        rows.push(RowScale { scale, zero, outliers_end: outliers.len() });
    }
}

/// Cut the values of row `row` from input `at` on.
#[inline(always)]
fn lanes_to_bytes(
    from: &[f32; LANES],
    inverse: f32,
    zero: i32,
    row: usize,
    at: usize,
    to: &mut [u8; LANES],
    outliers: &mut Vec<Outlier>,
) {
    // One step a loop: only so does each become one instruction.
    let mut q = [0_i32; LANES];
    for i in 0..LANES {
        q[i] = whole(from[i] * inverse) + zero;
    }
    let mut outside = 0_u32;
    for q in q {
        // A step beyond an end is not worth a second byte.
        outside = outside.max((q + 1).cast_unsigned());
    }
    if outside > 257 {
        keep_far_values(&mut q, row, at, outliers);
    }
    let mut near = [0_i32; LANES];
    for i in 0..LANES {
        near[i] = q[i].clamp(0, 255);
    }
    for i in 0..LANES {
        to[i] = near[i].to_le_bytes()[0];
    }
}

/// Give what lies beyond a byte a second one.
#[cold]
#[inline(never)]
fn keep_far_values(q: &mut [i32; LANES], row: usize, at: usize, outliers: &mut Vec<Outlier>) {
    for (i, q) in q.iter_mut().enumerate().filter(|(_, q)| !(-1..=256).contains(*q)) {
        *q = i32::from(far_value(*q, row, at + i, outliers));
    }
}

/// Keep the second byte of a far value, input `at` of row `row`. Its first byte.
#[inline]
pub(crate) fn far_value(q: i32, row: usize, at: usize, outliers: &mut Vec<Outlier>) -> u8 {
    let q = q.clamp(-MOST, MOST);
    outliers.push(Outlier::of(row, at, q));
    q.to_le_bytes()[0]
}

/// The last values of a row, with zeros after them.
#[inline(always)]
pub(crate) fn filled_up(rest: &[f32]) -> [f32; LANES] {
    let mut all = [0.0; LANES];
    all[..rest.len()].copy_from_slice(rest);
    all
}

impl Outlier {
    /// The high byte of a number of 16 bits, at input `at` of row `row`.
    fn of(row: usize, at: usize, q: i32) -> Self {
        #[allow(clippy::cast_possible_truncation, reason = "nothing here has 2^32 rows or inputs")]
        Self { row: row as u32, group: (at / GROUP) as u32, place: (at % GROUP) as u32, high: q >> 8 }
    }
}

/// The nearest whole number of a value below 2^22; anything else gives some number, never a trap.
#[inline(always)]
fn whole(v: f32) -> i32 {
    let v = if v < -FARTHEST { -FARTHEST } else { v };
    let v = if v > FARTHEST { FARTHEST } else { v };
    (v + ROUND).to_bits().cast_signed().wrapping_sub(ROUND.to_bits().cast_signed())
}

/// 0, or not a number where the row has a value that is none or infinite. As a part of its scale it makes the row's products no
/// numbers either: bytes would turn it into a plausible score.
#[inline(always)]
pub(crate) fn not_a_number_in(row: &[f32]) -> f32 {
    let (lanes, rest) = row.as_chunks::<LANES>();
    let mut zero = filled_up(rest).map(|v| v * 0.0);
    for from in lanes {
        for i in 0..LANES {
            zero[i] += from[i] * 0.0;
        }
    }
    zero.into_iter().sum()
}

/// The steps that a row is cut in.
pub(crate) struct Steps {
    /// Of one step; not a number where the row is none.
    pub(crate) scale: f32,
    /// Of the scale as it is where the row is numbers.
    pub(crate) inverse: f32,
    /// The byte that 0 becomes.
    pub(crate) zero: i32,
}

impl Steps {
    /// The range that steps are made for: from the third least to the third largest of what a row's lanes hold at most, 0 included. Beyond it
    /// lie few values. `not_a_number` is 0 or, where the row is to give no numbers, none.
    #[inline(always)]
    pub(crate) fn between(least: f32, most: f32, not_a_number: f32) -> Self {
        let scale = if most > least { (most - least) / 255.0 } else { 1.0 };
        let inverse = 1.0 / scale;
        Self { scale: scale + not_a_number, inverse, zero: whole(-least * inverse).clamp(0, 255) }
    }
}

/// The least and the largest value of each lane of a row, and 0.
#[inline(always)]
fn lanes_of(row: &[f32]) -> ([f32; LANES], [f32; LANES]) {
    let (mut least, mut most) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    let (lanes, rest) = row.as_chunks::<LANES>();
    for lane in lanes.iter().chain([&filled_up(rest)]) {
        for i in 0..LANES {
            // A comparison, unlike `f32::min`, is one instruction.
            least[i] = if lane[i] < least[i] { lane[i] } else { least[i] };
        }
        for i in 0..LANES {
            most[i] = if lane[i] > most[i] { lane[i] } else { most[i] };
        }
    }
    (least, most)
}

/// Of numbers that are not negative; without a branch, which numbers would send now here, now there.
#[inline(always)]
fn third_largest(lanes: [f32; LANES]) -> f32 {
    let mut top = [0.0_f32; 3];
    for mut v in lanes {
        for t in &mut top {
            let larger = v > *t;
            (*t, v) = (if larger { v } else { *t }, if larger { *t } else { v });
        }
    }
    top[2]
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    impl QuantisedRows {
        /// What a product kernel must make of row `r`: whole numbers without the zero point, to multiply by the scale.
        pub(crate) fn whole_row(&self, r: usize, n_in: usize) -> Vec<i32> {
            let row = self.rows[r];
            let bytes =
                |plane: &AlignedBytes, i: usize| plane.as_slice().get(r * self.width + i).map_or(0, |&q| i32::from(q));
            let mut out: Vec<i32> =
                (0..n_in).map(|i| bytes(&self.low, i) + 256 * bytes(&self.high, i) - row.zero).collect();
            for outlier in self.outliers_of(r) {
                out[outlier.group as usize * GROUP + outlier.place as usize] += 256 * outlier.high;
            }
            out
        }
    }

    proptest! {
        #[test]
        fn a_value_comes_back_to_a_step_also_beside_far_ones(
            x in prop::collection::vec(-40.0f32..25.0, 1..90),
            far in prop::collection::vec((0usize..90, prop::sample::select(vec![-900.0f32, 350.0, 1200.0, 3e5])), 0..3),
            constant: bool,
        ) {
            let mut x = if constant { vec![x[0]; x.len()] } else { x };
            let n = x.len();
            for (at, v) in far {
                x[at % n] = v;
            }
            let mut first: Option<Vec<i32>> = None;
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                let mut q = QuantisedRows::default();
                q.fill(tier, &x, n, Precision::OneByte);
                let scale = q.rows[0].scale;
                let back = q.whole_row(0, n);
                for (&b, &v) in back.iter().zip(&x) {
                    let got = b as f32 * scale;
                    // Half a step by rounding, half by the zero point, one by an end of the range; the farthest are cut off.
                    let cut = v.abs() / scale > 16_000.0;
                    prop_assert!(cut || (got - v).abs() <= scale * 2.01 + 1e-6, "{tier}: {got} {v} in steps of {scale}");
                }
                prop_assert!(first.get_or_insert_with(|| back.clone()) == &back, "{tier} gives other numbers");
            }
        }
    }

    proptest! {
        #[test]
        fn every_tier_cuts_alike(
            n_in in 1usize..300,
            rows in 1usize..4,
            seed in prop::collection::vec(-40.0f32..25.0, 900),
            far in prop::collection::vec((0usize..900, prop::sample::select(vec![-900.0f32, 350.0, -41.0, 3e5, -1e20])), 0..30),
            two_bytes: bool,
        ) {
            let precision = if two_bytes { Precision::TwoBytes } else { Precision::OneByte };
            let mut x = seed;
            for (at, v) in far {
                x[at] = v;
            }
            let x = &x[..rows * n_in];
            let cut = |tier| {
                let mut q = QuantisedRows::default();
                q.fill(tier, x, n_in, precision);
                q
            };
            let plain = cut(Tier::Plain);
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                let got = cut(tier);
                prop_assert_eq!(&got.rows, &plain.rows, "{}", tier);
                prop_assert_eq!(&got.outliers, &plain.outliers, "{}", tier);
                for r in 0..rows {
                    prop_assert_eq!(got.whole_row(r, n_in), plain.whole_row(r, n_in), "{}, row {}", tier, r);
                }
            }
        }
    }

    #[test]
    fn steps_stay_fine_beside_two_far_values() {
        let mut x: Vec<f32> = (0..96).map(|i| (i % 7) as f32 - 3.0).collect();
        (x[5], x[40]) = (90.0, -70.0);
        for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
            let mut q = QuantisedRows::default();
            q.fill(tier, &x, x.len(), Precision::OneByte);
            assert!(q.rows[0].scale < 0.03, "{tier}: steps of {}", q.rows[0].scale);
            assert_eq!(q.outliers.len(), 2);
        }
    }

    #[test]
    fn a_row_that_is_no_number_gives_none_and_harms_no_other() {
        let good: Vec<f32> = (0..20).map(|i| i as f32 - 7.0).collect();
        for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
            for precision in [Precision::OneByte, Precision::TwoBytes] {
                for (at, bad) in [(0, f32::NAN), (17, f32::NAN), (3, f32::INFINITY), (19, f32::NEG_INFINITY)] {
                    let mut x = good.repeat(3);
                    x[20 + at] = bad;
                    let (mut q, mut alone) = (QuantisedRows::default(), QuantisedRows::default());
                    q.fill(tier, &x, 20, precision);
                    alone.fill(tier, &good, 20, precision);
                    assert!(q.rows[1].scale.is_nan(), "{tier} {precision:?}: {bad} at {at}");
                    assert_eq!([q.rows[0].scale, q.rows[2].scale], [alone.rows[0].scale; 2]);
                    assert_eq!(q.whole_row(2, 20), alone.whole_row(0, 20));
                }
            }
        }
    }
}
