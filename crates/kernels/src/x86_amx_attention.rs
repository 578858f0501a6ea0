//! One sequence's attention with AMX, for heads of 32 columns: 16 queries at a time against all keys.
//!
//! Each f32 is cut in two terms of bf16, a high one and the rest, which together keep 16 of its 24 bits; the products of high with high, rest with
//! high and high with rest are summed in f32 (`amx::products`). Tiles multiply pairs: of columns where queries meet keys, of tokens where
//! weights meet values. Any two may be a pair if both sides agree: here they are 16 apart, so that a row of pairs is two registers put together.
//!
//! Tiles work beside the registers if both find something to do among the next few hundred instructions. So 16 queries go through in
//! stages, and while the weights of some are made, tiles multiply for those before and after.

use std::arch::x86_64::{
    __m512, __m512i, __mmask16, _MM_HINT_T0, _mm_prefetch, _mm512_add_epi32, _mm512_add_ps, _mm512_and_si512,
    _mm512_castps_si512, _mm512_castsi512_ps, _mm512_div_ps, _mm512_loadu_ps, _mm512_mask_blend_ps,
    _mm512_maskz_mov_ps, _mm512_max_ps, _mm512_mul_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps,
    _mm512_setzero_si512, _mm512_srli_epi32, _mm512_storeu_ps, _mm512_sub_ps, _mm512_ternarylogic_epi32,
};

use crate::amx::{Split, TILE, Tiles, products, sum_of_products};
use crate::attention::LANES;
use crate::x86_attention::turned;
use crate::x86_softmax::{largest, power_of_two, sums};

/// Columns of a head: 16 pairs.
pub(crate) const WIDTH: usize = 32;

/// Tokens that are weighed in one step: 16 pairs.
const STEP: usize = 32;

/// How many f32 a sequence's scratch holds.
pub(crate) const fn scratch_len(length: usize) -> usize {
    let (blocks, steps) = (length.div_ceil(LANES), length.div_ceil(STEP));
    2 * TILE * (2 * (1 + blocks + 2 * steps + steps) + blocks + 1)
}

/// As `attention::one_sequence`, for heads of 32 columns, all queries and more than 16 tokens. `scratch` holds `scratch_len(length)`, from the start of a
/// cache line on if it is to be fast.
///
/// # Safety
/// The processor has the instructions of [`crate::Tier::Amx`] and tiles of bf16.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
pub(crate) unsafe fn one_sequence(
    tiles: &Tiles,
    qkv: &[f32],
    length: usize,
    heads: usize,
    scratch: &mut [f32],
    out: &mut [f32],
) {
    let hidden = heads * WIDTH;
    assert!(length > 0 && qkv.len() == length * 3 * hidden && out.len() == length * hidden);
    let (blocks, steps) = (length.div_ceil(LANES), length.div_ceil(STEP));
    assert!(blocks > 1, "keys and values are kept for two heads, and units of three are at work at a time");
    let (splits, _) = scratch.as_chunks_mut::<{ 2 * TILE }>();
    let (queries, splits) = splits.split_at_mut(2);
    let (keys, splits) = splits.split_at_mut(2 * blocks);
    let (values, splits) = splits.split_at_mut(2 * 2 * steps);
    let (weights, splits) = splits.split_at_mut(2 * steps);
    let (scores, sums) = splits.as_flattened_mut().as_chunks_mut::<TILE>().0.split_at_mut(2 * blocks);
    let mut work = Work {
        tiles,
        qkv,
        length,
        hidden,
        blocks,
        steps,
        queries,
        keys,
        values,
        weights,
        scores,
        sums: &mut sums[..2],
        shares: [[0.0; LANES]; 2],
    };
    let units = heads * blocks;
    // SAFETY: the processor has what is asked for, and units are below `heads * blocks`.
    unsafe {
        work.prepare(0);
        work.score(0, 0..blocks);
        if units > 1 {
            work.prepare(1);
        }
        for unit in 0..units {
            work.weigh(unit, units);
            if unit + 2 < units {
                work.prepare(unit + 2);
            }
            if unit > 0 {
                work.finish(unit - 1, out);
            }
        }
        work.sum(units - 1, 0);
        work.sum(units - 1, 1);
        work.finish(units - 1, out);
    }
}

/// A head's queries, keys or values.
struct Columns<'a> {
    /// From the first token's on.
    values: &'a [f32],
    /// From one token to the next.
    stride: usize,
    length: usize,
}

impl Columns<'_> {
    /// A token's 32 columns. Past the end the last token stands in: what comes of it is never read or weighs nothing, and it is no number only
    /// where the sequence has none anyway.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn row(&self, token: usize) -> [__m512; 2] {
        let at = token.min(self.length - 1) * self.stride;
        let from = self.values[at..][..WIDTH].as_ptr();
        // SAFETY: `from` are 32 columns. Fetching ahead may ask for any address; these are the next head's columns.
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(from.wrapping_add(WIDTH).cast());
            _mm_prefetch::<_MM_HINT_T0>(from.wrapping_add(WIDTH + LANES).cast());
            [_mm512_loadu_ps(from), _mm512_loadu_ps(from.add(LANES))]
        }
    }
}

/// The bits of an f32 that a bf16 has too.
const HIGH: i32 = 0xffff_0000_u32.cast_signed();

/// A high term, rounded, and the rest, each in the upper half of its lane. Of what is no number or infinite the rest is no number.
#[inline]
#[target_feature(enable = "avx512f")]
fn split(x: __m512) -> [__m512i; 2] {
    let rounded = _mm512_add_epi32(_mm512_castps_si512(x), _mm512_set1_epi32(0x8000));
    let high = _mm512_and_si512(rounded, _mm512_set1_epi32(HIGH));
    [high, _mm512_castps_si512(_mm512_sub_ps(x, _mm512_castsi512_ps(high)))]
}

/// As [`split`], with a high term that is cut off: for weights, whose partners have rests of either sign, so that errors do not add up.
#[inline]
#[target_feature(enable = "avx512f")]
fn cut(x: __m512) -> [__m512i; 2] {
    let bits = _mm512_castps_si512(x);
    let high = _mm512_castsi512_ps(_mm512_and_si512(bits, _mm512_set1_epi32(HIGH)));
    [bits, _mm512_castps_si512(_mm512_sub_ps(x, high))]
}

/// Pairs of the upper halves of `a` and `b`.
#[inline]
#[target_feature(enable = "avx512f")]
fn paired(a: __m512i, b: __m512i) -> __m512 {
    // a >> 16 | (b & HIGH)
    _mm512_castsi512_ps(_mm512_ternarylogic_epi32::<0xf8>(_mm512_srli_epi32::<16>(a), b, _mm512_set1_epi32(HIGH)))
}

/// Write row `i` of a tile.
#[inline]
#[target_feature(enable = "avx512f")]
fn put(to: &mut [f32], i: usize, row: __m512) {
    let to = &mut to[i * LANES..][..LANES];
    // SAFETY: `to` holds 16 numbers.
    unsafe { _mm512_storeu_ps(to.as_mut_ptr(), row) };
}

/// Read row `i` of a tile.
#[inline]
#[target_feature(enable = "avx512f")]
fn get(from: &[f32], i: usize) -> __m512 {
    let from = &from[i * LANES..][..LANES];
    // SAFETY: `from` holds 16 numbers.
    unsafe { _mm512_loadu_ps(from.as_ptr()) }
}

/// The queries of 16 tokens, a token a row.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn split_queries(queries: &Columns<'_>, first: usize, to: &mut Split) {
    for i in 0..LANES {
        let [a, b] = queries.row(first + i).map(|x| split(x));
        put(to, i, paired(a[0], b[0]));
        put(to, LANES + i, paired(a[1], b[1]));
    }
}

/// The keys of 16 tokens, a token a column.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn split_keys(keys: &Columns<'_>, first: usize, to: &mut Split) {
    let mut rows = [[_mm512_setzero_ps(); LANES]; 2];
    for i in 0..LANES {
        let [a, b] = keys.row(first + i).map(|x| split(x));
        for term in 0..2 {
            rows[term][i] = paired(a[term], b[term]);
        }
    }
    for (term, rows) in rows.into_iter().enumerate() {
        for (i, row) in turned(rows).into_iter().enumerate() {
            put(to, term * LANES + i, row);
        }
    }
}

/// The values of 32 tokens, a pair of tokens a row: the first 16 columns, then the others.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn split_values(values: &Columns<'_>, first: usize, [left, right]: [&mut Split; 2]) {
    let nothing = [[_mm512_setzero_si512(); 2]; 2];
    let both = first + LANES < values.length;
    for i in 0..LANES {
        let a = values.row(first + i).map(|x| split(x));
        let b = if both { values.row(first + LANES + i).map(|x| split(x)) } else { nothing };
        for term in 0..2 {
            put(left, term * LANES + i, paired(a[0][term], b[0][term]));
            put(right, term * LANES + i, paired(a[1][term], b[1][term]));
        }
    }
}

/// The largest score of each of 16 queries; of the last block, those `there` count.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn largest_scores(scores: &[[f32; TILE]], there: __mmask16) -> [f32; LANES] {
    let least = _mm512_set1_ps(f32::MIN);
    let (last, blocks) = (&scores[scores.len() - 1], &scores[..scores.len() - 1]);
    let mut most = [least; LANES];
    for r in 0..LANES {
        most[r] = _mm512_mask_blend_ps(there, least, get(last, r));
    }
    for block in blocks {
        for r in 0..LANES {
            // This gives its second operand where one is no number.
            most[r] = _mm512_max_ps(get(block, r), most[r]);
        }
    }
    let mut of_rows = [0.0; LANES];
    put(&mut of_rows, 0, largest(most));
    of_rows
}

/// The weights of query `r`, not divided by their sum, which is left in lanes. Of the last block of scores, those `there` weigh something.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn weigh_row(r: usize, scores: &[[f32; TILE]], most: f32, there: __mmask16, weights: &mut [Split]) -> __m512 {
    /// Powers are of 2, and scores are divided by the root of the head's width.
    const SCALE: f32 = std::f32::consts::LOG2_E * 0.176_776_7;
    let (scale, most) = (_mm512_set1_ps(SCALE), _mm512_set1_ps(most));
    let (to_last, to) = (weights.len() - 1, weights);
    let (whole, last) = scores.split_at(2 * to_last);
    let mut total = _mm512_setzero_ps();
    for (pair, to) in whole.as_chunks::<2>().0.iter().zip(&mut *to) {
        let [a, b] = [&pair[0], &pair[1]].map(|scores| power_of_two(_mm512_sub_ps(get(scores, r), most), scale));
        total = _mm512_add_ps(total, _mm512_add_ps(a, b));
        put_weights(to, r, a, b);
    }
    let mut a = power_of_two(_mm512_sub_ps(get(&last[0], r), most), scale);
    let mut b = _mm512_setzero_ps();
    if let Some(second) = last.get(1) {
        b = _mm512_maskz_mov_ps(there, power_of_two(_mm512_sub_ps(get(second, r), most), scale));
    } else {
        a = _mm512_maskz_mov_ps(there, a);
    }
    put_weights(&mut to[to_last], r, a, b);
    _mm512_add_ps(total, _mm512_add_ps(a, b))
}

/// Write row `r` of a step's weights.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn put_weights(to: &mut Split, r: usize, a: __m512, b: __m512) {
    let (a, b) = (cut(a), cut(b));
    put(to, r, paired(a[0], b[0]));
    put(to, LANES + r, paired(a[1], b[1]));
}

/// What a sequence goes through in units: 16 queries of a head. What two units have at a time is there twice, a unit's or a head's by turns.
struct Work<'a> {
    tiles: &'a Tiles,
    qkv: &'a [f32],
    length: usize,
    hidden: usize,
    /// Of 16 tokens.
    blocks: usize,
    /// Of 32 tokens.
    steps: usize,
    /// A unit's.
    queries: &'a mut [Split],
    /// A head's: `[blocks]`.
    keys: &'a mut [Split],
    /// A head's: `[halves of the columns, steps]`.
    values: &'a mut [Split],
    /// A unit's, not yet divided by their sums: `[steps]`.
    weights: &'a mut [Split],
    /// A unit's: `[blocks]`.
    scores: &'a mut [[f32; TILE]],
    /// Of one unit: `[halves of the columns]`.
    sums: &'a mut [[f32; TILE]],
    /// One divided by the sums of weights.
    shares: [[f32; LANES]; 2],
}

/// The one of two equal parts that `n` has.
fn turn<T>(all: &mut [T], n: usize) -> &mut [T] {
    let half = all.len() / 2;
    &mut all[n % 2 * half..][..half]
}

impl Work<'_> {
    /// Split what a unit needs.
    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
    fn prepare(&mut self, unit: usize) {
        let (head, block) = (unit / self.blocks, unit % self.blocks);
        let (hidden, length) = (self.hidden, self.length);
        let [queries, keys, values] =
            [0, 1, 2].map(|i| Columns { values: &self.qkv[i * hidden + head * WIDTH..], stride: 3 * hidden, length });
        if block == 0 {
            for (block, to) in turn(self.keys, head).iter_mut().enumerate() {
                split_keys(&keys, block * LANES, to);
            }
            let (left, right) = turn(self.values, head).split_at_mut(self.steps);
            for (step, (left, right)) in left.iter_mut().zip(right).enumerate() {
                split_values(&values, step * STEP, [left, right]);
            }
        }
        split_queries(&queries, block * LANES, &mut self.queries[unit % 2]);
    }

    /// The products of a unit's queries with the keys of `blocks`.
    ///
    /// # Safety
    /// As [`one_sequence`].
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
    unsafe fn score(&mut self, unit: usize, blocks: std::ops::Range<usize>) {
        let keys = &turn(self.keys, unit / self.blocks)[blocks.clone()];
        // SAFETY: as the caller says.
        unsafe { products(self.tiles, &self.queries[unit % 2], keys, &mut turn(self.scores, unit)[blocks]) };
    }

    /// Half of the columns of a unit's weighted sums of values.
    ///
    /// # Safety
    /// As [`one_sequence`].
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
    unsafe fn sum(&mut self, unit: usize, half: usize) {
        let values = &turn(self.values, unit / self.blocks)[half * self.steps..][..self.steps];
        // SAFETY: as the caller says.
        unsafe { sum_of_products(self.tiles, turn(self.weights, unit), values, &mut self.sums[half]) };
    }

    /// Part `job` of what tiles have to do while unit `unit` is weighed.
    ///
    /// # Safety
    /// As [`one_sequence`].
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
    unsafe fn job(&mut self, unit: usize, units: usize, job: usize) {
        // SAFETY: as the caller says.
        unsafe {
            if job < 2 {
                if unit > 0 {
                    self.sum(unit - 1, job);
                }
            } else if unit + 1 < units {
                let first = (job - 2) * 2;
                self.score(unit + 1, first..self.blocks.min(first + 2));
            }
        }
    }

    /// Make a unit's weights of its scores, its tiles' jobs in between.
    ///
    /// # Safety
    /// As [`one_sequence`].
    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
    unsafe fn weigh(&mut self, unit: usize, units: usize) {
        let rows = LANES.min(self.length - unit % self.blocks * LANES);
        // The tokens of the last block that are there.
        let there = u16::MAX >> (self.blocks * LANES - self.length);
        let most = largest_scores(turn(self.scores, unit), there);
        let mut totals = [_mm512_setzero_ps(); LANES];
        let (jobs, mut done) = (2 + self.steps, 0);
        for r in 0..rows {
            while done * rows < jobs * (r + 1) {
                // SAFETY: as the caller says.
                unsafe { self.job(unit, units, done) };
                done += 1;
            }
            let (scores, weights) = (turn(self.scores, unit), turn(self.weights, unit));
            totals[r] = weigh_row(r, scores, most[r], there, weights);
        }
        put(&mut self.shares[unit % 2], 0, _mm512_div_ps(_mm512_set1_ps(1.0), sums(totals)));
    }

    /// Write a unit's outputs.
    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
    fn finish(&mut self, unit: usize, out: &mut [f32]) {
        let (head, block) = (unit / self.blocks, unit % self.blocks);
        let out = &mut out[block * LANES * self.hidden..];
        for (r, out) in out.chunks_exact_mut(self.hidden).take(LANES).enumerate() {
            let share = _mm512_set1_ps(self.shares[unit % 2][r]);
            let out = &mut out[head * WIDTH..][..WIDTH];
            for half in 0..2 {
                put(out, half, _mm512_mul_ps(get(&self.sums[half], r), share));
            }
        }
    }
}
