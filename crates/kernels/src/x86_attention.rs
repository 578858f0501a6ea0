//! One sequence's attention with AVX-512: sixteen scores, or sixteen columns of a head, in a register.

use std::arch::x86_64::{
    __m512, _mm512_add_ps, _mm512_castpd_ps, _mm512_castps_pd, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_mask_blend_ps,
    _mm512_maskz_mov_ps, _mm512_max_ps, _mm512_mul_ps, _mm512_reduce_add_ps, _mm512_reduce_max_ps, _mm512_set1_ps,
    _mm512_setzero_ps, _mm512_shuffle_f32x4, _mm512_storeu_ps, _mm512_sub_ps, _mm512_unpackhi_pd, _mm512_unpackhi_ps,
    _mm512_unpacklo_pd, _mm512_unpacklo_ps,
};

use crate::attention::{AttentionShape, LANES, ROWS};
use crate::x86_softmax::power_of_two;

/// As `attention::one_sequence`, for heads of 32 or 64 columns. `scratch` has the length that `attention` gives it.
///
/// # Safety
/// The processor has the instructions of [`crate::Tier::Avx512`].
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
pub(crate) unsafe fn one_sequence(
    qkv: &[f32],
    length: usize,
    shape: AttentionShape,
    scratch: &mut [f32],
    out: &mut [f32],
) {
    match shape.head_dim {
        // SAFETY: the processor has what is asked for.
        32 => unsafe { heads::<2>(qkv, length, shape, scratch, out) },
        // SAFETY: as above.
        64 => unsafe { heads::<4>(qkv, length, shape, scratch, out) },
        width => unreachable!("no kernel for heads of {width}"),
    }
}

/// All heads, each `V` vectors wide.
///
/// # Safety
/// As [`one_sequence`].
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
unsafe fn heads<const V: usize>(
    qkv: &[f32],
    length: usize,
    shape: AttentionShape,
    scratch: &mut [f32],
    out: &mut [f32],
) {
    let width = V * LANES;
    let hidden = shape.heads * width;
    let asked = out.len() / hidden;
    assert!(qkv.len() == length * 3 * hidden && out.len() == asked * hidden && asked <= length);
    #[allow(clippy::cast_precision_loss, reason = "a head's width is far below 2^24")]
    let scale = std::f32::consts::LOG2_E / (width as f32).sqrt();
    let padded = length.next_multiple_of(LANES);
    let (keys, rest) = scratch.split_at_mut(padded * width);
    let (values, rest) = rest.split_at_mut(length * width);
    let scores = &mut rest[..ROWS * padded];
    for head in 0..shape.heads {
        let at = head * width;
        // SAFETY: the head's columns lie in every row of `qkv`; `keys` and `values` are as large as they must be.
        unsafe {
            turn_keys::<V>(&qkv[hidden + at..], 3 * hidden, length, keys);
            for (t, value) in values.chunks_exact_mut(width).enumerate() {
                value.copy_from_slice(&qkv[t * 3 * hidden + 2 * hidden + at..][..width]);
            }
        }
        let task = Head::<V> { queries: &qkv[at..], keys, values, length, padded, hidden, scale };
        let mut t = 0;
        // SAFETY: every call is for tokens that are asked for, so that their queries and outputs are there.
        unsafe {
            if V == 2 {
                while t + 8 <= asked {
                    task.rows::<8>(t, scores, &mut out[at..]);
                    t += 8;
                }
            }
            while t + 4 <= asked {
                task.rows::<4>(t, scores, &mut out[at..]);
                t += 4;
            }
            if t + 2 <= asked {
                task.rows::<2>(t, scores, &mut out[at..]);
                t += 2;
            }
            if t < asked {
                task.rows::<1>(t, scores, &mut out[at..]);
            }
        }
    }
}

/// One head of one sequence.
struct Head<'a, const V: usize> {
    /// The first token's query; each next begins `3 * hidden` later.
    queries: &'a [f32],
    /// `[width, padded]`.
    keys: &'a [f32],
    /// `[length, width]`.
    values: &'a [f32],
    length: usize,
    padded: usize,
    hidden: usize,
    /// Of scores, as exponents of 2.
    scale: f32,
}

impl<const V: usize> Head<'_, V> {
    /// The outputs of the `R` tokens from `first` on. Each token's sums run in the same order whatever `R` is.
    ///
    /// # Safety
    /// As [`one_sequence`]; `out`, the head's columns of all tokens, `hidden` apart, holds `first + R` tokens, and so do the queries.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
    unsafe fn rows<const R: usize>(&self, first: usize, scores: &mut [f32], out: &mut [f32]) {
        let (width, padded) = (V * LANES, self.padded);
        let queries = &self.queries[first * 3 * self.hidden..(first + R - 1) * 3 * self.hidden + width];
        let out = &mut out[first * self.hidden..(first + R - 1) * self.hidden + width];
        let scores = &mut scores[..R * padded];
        assert!(self.keys.len() == width * padded && self.values.len() == self.length * width);
        let mut block = 0;
        // SAFETY: `R` queries are there, `3 * hidden` apart, and the blocks lie within `padded` keys and scores.
        unsafe {
            while block + 2 * LANES <= padded {
                self.scores::<R, 2>(queries, block, scores);
                block += 2 * LANES;
            }
            if block < padded {
                self.scores::<R, 1>(queries, block, scores);
            }
        }
        let mut share = [0.0_f32; R];
        for r in 0..R {
            share[r] = 1.0 / weigh(&mut scores[r * padded..(r + 1) * padded], self.length, self.scale);
        }
        let mut sum = [[_mm512_setzero_ps(); V]; R];
        for t in 0..self.length {
            // SAFETY: `values` holds `length` rows of `width`, `scores` `R` rows of `padded`, which is not less.
            unsafe {
                let value = self.values.as_ptr().add(t * width);
                let mut v = [_mm512_setzero_ps(); V];
                for i in 0..V {
                    v[i] = _mm512_loadu_ps(value.add(i * LANES));
                }
                for r in 0..R {
                    let p = _mm512_set1_ps(*scores.as_ptr().add(r * padded + t));
                    for i in 0..V {
                        sum[r][i] = _mm512_fmadd_ps(p, v[i], sum[r][i]);
                    }
                }
            }
        }
        for r in 0..R {
            let share = _mm512_set1_ps(share[r]);
            for i in 0..V {
                // SAFETY: `out` holds `R` rows that begin `hidden` apart, the last of `width`.
                unsafe {
                    _mm512_storeu_ps(
                        out.as_mut_ptr().add(r * self.hidden + i * LANES),
                        _mm512_mul_ps(sum[r][i], share),
                    );
                }
            }
        }
    }

    /// `B` blocks of 16 scores of `R` tokens, in registers over all of the head's width.
    ///
    /// # Safety
    /// As [`one_sequence`]; `queries` holds `R` rows that begin `3 * hidden` apart, and `block + B * 16` is at most `padded`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
    unsafe fn scores<const R: usize, const B: usize>(&self, queries: &[f32], block: usize, scores: &mut [f32]) {
        let mut sum = [[_mm512_setzero_ps(); B]; R];
        for d in 0..V * LANES {
            // SAFETY: `keys` has `width` rows of `padded`; the rest as the caller says.
            unsafe {
                let key = self.keys.as_ptr().add(d * self.padded + block);
                let mut k = [_mm512_setzero_ps(); B];
                for b in 0..B {
                    k[b] = _mm512_loadu_ps(key.add(b * LANES));
                }
                for r in 0..R {
                    let q = _mm512_set1_ps(*queries.as_ptr().add(r * 3 * self.hidden + d));
                    for b in 0..B {
                        sum[r][b] = _mm512_fmadd_ps(q, k[b], sum[r][b]);
                    }
                }
            }
        }
        for r in 0..R {
            for b in 0..B {
                // SAFETY: `scores` holds `R` rows of `padded`.
                unsafe { _mm512_storeu_ps(scores.as_mut_ptr().add(r * self.padded + block + b * LANES), sum[r][b]) };
            }
        }
    }
}

/// Replace scores, in whole lanes, by their powers, the largest 1, and return the sum of the first `length`: a softmax that is not divided yet.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn weigh(scores: &mut [f32], length: usize, scale: f32) -> f32 {
    let (blocks, _) = scores.as_chunks_mut::<LANES>();
    let last = blocks.len() - 1;
    let there = u16::MAX >> (blocks.len() * LANES - length);
    // SAFETY: every block holds 16 numbers.
    let block = |block: &[f32; LANES]| unsafe { _mm512_loadu_ps(block.as_ptr()) };
    let mut most = _mm512_mask_blend_ps(there, _mm512_set1_ps(f32::MIN), block(&blocks[last]));
    for b in &blocks[..last] {
        // This gives its second operand where one is no number.
        most = _mm512_max_ps(block(b), most);
    }
    let (most, scale) = (_mm512_set1_ps(_mm512_reduce_max_ps(most)), _mm512_set1_ps(scale));
    let mut sum = _mm512_setzero_ps();
    for (i, b) in blocks.iter_mut().enumerate() {
        let mut weight = power_of_two(_mm512_sub_ps(block(b), most), scale);
        if i == last {
            weight = _mm512_maskz_mov_ps(there, weight);
        }
        sum = _mm512_add_ps(sum, weight);
        // SAFETY: as above.
        unsafe { _mm512_storeu_ps(b.as_mut_ptr(), weight) };
    }
    _mm512_reduce_add_ps(sum)
}

/// Write the `length` rows of `from`, `stride` apart and `V` vectors wide, to the columns of `to`, `[V * 16, padded]`; what a
/// block of 16 lacks of rows becomes 0.
///
/// # Safety
/// As [`one_sequence`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
unsafe fn turn_keys<const V: usize>(from: &[f32], stride: usize, length: usize, to: &mut [f32]) {
    let padded = length.next_multiple_of(LANES);
    assert!(from.len() >= (length - 1) * stride + V * LANES && to.len() == V * LANES * padded);
    for block in (0..length).step_by(LANES) {
        for part in 0..V {
            let mut rows = [_mm512_setzero_ps(); LANES];
            for (i, row) in rows.iter_mut().enumerate().take(length - block) {
                // SAFETY: row `block + i` is below `length`, and `from` holds its `V` vectors.
                *row = unsafe { _mm512_loadu_ps(from.as_ptr().add((block + i) * stride + part * LANES)) };
            }
            for (i, column) in turned(rows).into_iter().enumerate() {
                // SAFETY: column `part * 16 + i` is below `V * 16`, and `block + 16` at most `padded`.
                unsafe { _mm512_storeu_ps(to.as_mut_ptr().add((part * LANES + i) * padded + block), column) };
            }
        }
    }
}

/// The transpose of 16 by 16 numbers: pairs of rows, then of pairs, then of quarters.
#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn turned(rows: [__m512; LANES]) -> [__m512; LANES] {
    let mut a = rows;
    for i in 0..8 {
        a[2 * i] = _mm512_unpacklo_ps(rows[2 * i], rows[2 * i + 1]);
        a[2 * i + 1] = _mm512_unpackhi_ps(rows[2 * i], rows[2 * i + 1]);
    }
    let mut b = a;
    for i in 0..4 {
        for j in 0..2 {
            let (x, y) = (_mm512_castps_pd(a[4 * i + j]), _mm512_castps_pd(a[4 * i + 2 + j]));
            b[4 * i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(x, y));
            b[4 * i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(x, y));
        }
    }
    // Now lane quarter q of b[4 i + j] holds column 4 q + j of rows 4 i to 4 i + 3.
    let mut out = b;
    for j in 0..4 {
        let even = [_mm512_shuffle_f32x4::<0x88>(b[j], b[4 + j]), _mm512_shuffle_f32x4::<0x88>(b[8 + j], b[12 + j])];
        let odd = [_mm512_shuffle_f32x4::<0xdd>(b[j], b[4 + j]), _mm512_shuffle_f32x4::<0xdd>(b[8 + j], b[12 + j])];
        out[j] = _mm512_shuffle_f32x4::<0x88>(even[0], even[1]);
        out[8 + j] = _mm512_shuffle_f32x4::<0xdd>(even[0], even[1]);
        out[4 + j] = _mm512_shuffle_f32x4::<0x88>(odd[0], odd[1]);
        out[12 + j] = _mm512_shuffle_f32x4::<0xdd>(odd[0], odd[1]);
    }
    out
}
