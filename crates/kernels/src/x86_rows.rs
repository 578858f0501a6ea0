//! Cutting rows to bytes with AVX-512: the same bytes as `quantised_rows::one_byte` and `two_bytes::two_bytes`, 64 at a time.

use std::arch::x86_64::{
    __m512, __m512i, __mmask16, _mm_loadu_si128, _mm512_abs_ps, _mm512_add_epi16, _mm512_add_epi32, _mm512_add_ps,
    _mm512_broadcast_i32x4, _mm512_castps_si512, _mm512_cmpgt_epu16_mask, _mm512_cmpgt_epu32_mask, _mm512_cvtps_epi32,
    _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_maskz_loadu_ps, _mm512_max_ps, _mm512_min_ps,
    _mm512_mul_ps, _mm512_packs_epi32, _mm512_packus_epi16, _mm512_permute_ps, _mm512_permutexvar_epi32,
    _mm512_reduce_add_ps, _mm512_reduce_max_ps, _mm512_set1_epi16, _mm512_set1_epi32, _mm512_set1_ps,
    _mm512_setzero_ps, _mm512_shuffle_epi8, _mm512_shuffle_f32x4, _mm512_storeu_ps, _mm512_storeu_si512, _mm512_sub_ps,
    _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use crate::quantised_matrix::padded_width;
use crate::quantised_rows::{FARTHEST, LANES, Outlier, ROUND, RowScale, Steps, far_value};
use crate::two_bytes::{middle, scale_of};

/// Values that are cut at a time; rows of bytes are whole such lines.
const LINE: usize = 4 * LANES;

/// As `quantised_rows::one_byte`.
///
/// # Safety
/// The processor has the instructions of [`crate::Tier::Avx512`].
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
pub(crate) unsafe fn one_byte(
    x: &[f32],
    n_in: usize,
    low: &mut [u8],
    rows: &mut Vec<RowScale>,
    outliers: &mut Vec<Outlier>,
) {
    for (row, to) in x.chunks_exact(n_in).zip(low.chunks_exact_mut(padded_width(n_in))) {
        let steps = steps_of(row);
        cut(row, &steps, rows.len(), to, outliers);
        rows.push(RowScale { scale: steps.scale, zero: steps.zero, outliers_end: outliers.len() });
    }
}

/// As `two_bytes::two_bytes`.
///
/// # Safety
/// As [`one_byte`].
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
pub(crate) unsafe fn two_bytes(x: &[f32], n_in: usize, low: &mut [u8], high: &mut [u8], rows: &mut Vec<RowScale>) {
    let width = padded_width(n_in);
    for ((row, low), high) in x.chunks_exact(n_in).zip(low.chunks_exact_mut(width)).zip(high.chunks_exact_mut(width)) {
        let (mut most, mut zero) = ([_mm512_setzero_ps(); 2], [_mm512_setzero_ps(); 2]);
        for at in (0..row.len()).step_by(2 * LANES) {
            for i in 0..2 {
                let x = sixteen(row, at + i * LANES);
                // It gives its second operand where one is not a number.
                most[i] = _mm512_max_ps(_mm512_abs_ps(x), most[i]);
                zero[i] = _mm512_fmadd_ps(x, _mm512_setzero_ps(), zero[i]);
            }
        }
        let scale = scale_of(_mm512_reduce_max_ps(_mm512_max_ps(most[0], most[1])), n_in);
        let not_a_number = _mm512_reduce_add_ps(_mm512_add_ps(zero[0], zero[1]));
        cut_in_two(row, 1.0 / scale, middle(n_in), low, high);
        rows.push(RowScale { scale: scale + not_a_number, zero: middle(n_in), outliers_end: 0 });
    }
}

/// The 16 values from `at` on, with zeros after the row's end.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn sixteen(row: &[f32], at: usize) -> __m512 {
    let left = row.len().saturating_sub(at);
    // SAFETY: no more than what is left of the row is read.
    unsafe {
        if left >= LANES {
            _mm512_loadu_ps(row.as_ptr().add(at))
        } else {
            _mm512_maskz_loadu_ps((1 << left) - 1, row.as_ptr().wrapping_add(at))
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn steps_of(row: &[f32]) -> Steps {
    // Two of each, which do not wait for each other.
    let (mut least, mut most, mut zero) =
        ([_mm512_setzero_ps(); 2], [_mm512_setzero_ps(); 2], [_mm512_setzero_ps(); 2]);
    for at in (0..row.len()).step_by(2 * LANES) {
        for i in 0..2 {
            let x = sixteen(row, at + i * LANES);
            // These two give their second operand where one is not a number.
            least[i] = _mm512_min_ps(x, least[i]);
            most[i] = _mm512_max_ps(x, most[i]);
            zero[i] = _mm512_fmadd_ps(x, _mm512_setzero_ps(), zero[i]);
        }
    }
    let least = _mm512_sub_ps(_mm512_setzero_ps(), _mm512_min_ps(least[0], least[1]));
    let [least, most] = third_largest(least, _mm512_max_ps(most[0], most[1]));
    Steps::between(-least, most, _mm512_reduce_add_ps(_mm512_add_ps(zero[0], zero[1])))
}

/// The third largest of the lanes of each: halves are merged, of which the largest one, two and three are known, in order.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn third_largest(a: __m512, b: __m512) -> [f32; 2] {
    // From here on `a` has the first half of a vector and `b` the second.
    let (one, other) = (_mm512_shuffle_f32x4::<0x44>(a, b), _mm512_shuffle_f32x4::<0xee>(a, b));
    let two = [_mm512_max_ps(one, other), _mm512_min_ps(one, other)];
    // Two and two.
    let other = [_mm512_shuffle_f32x4::<0xb1>(two[0], two[0]), _mm512_shuffle_f32x4::<0xb1>(two[1], two[1])];
    let (behind, among) = (_mm512_min_ps(two[0], other[0]), _mm512_max_ps(two[1], other[1]));
    let three = [_mm512_max_ps(two[0], other[0]), _mm512_max_ps(behind, among), _mm512_min_ps(behind, among)];
    // Three and three, twice: the largest of the first and the third largest of the other, and so on.
    let [a1, a2, a3] = three;
    let [b1, b2, b3] = [_mm512_permute_ps::<0x4e>(a1), _mm512_permute_ps::<0x4e>(a2), _mm512_permute_ps::<0x4e>(a3)];
    let (m1, m2, m3) = (_mm512_max_ps(a1, b3), _mm512_max_ps(a2, b2), _mm512_max_ps(a3, b1));
    let (low, high) = (_mm512_min_ps(m1, m2), _mm512_max_ps(m1, m2));
    let between = _mm512_min_ps(high, m3);
    let (a1, a2, a3) = (_mm512_max_ps(high, m3), _mm512_max_ps(low, between), _mm512_min_ps(low, between));
    let [b1, b2, b3] = [_mm512_permute_ps::<0xb1>(a1), _mm512_permute_ps::<0xb1>(a2), _mm512_permute_ps::<0xb1>(a3)];
    let (m1, m2, m3) = (_mm512_max_ps(a1, b3), _mm512_max_ps(a2, b2), _mm512_max_ps(a3, b1));
    let mut third = [0.0; LANES];
    // SAFETY: it holds 16 numbers.
    unsafe { _mm512_storeu_ps(third.as_mut_ptr(), _mm512_min_ps(_mm512_min_ps(m1, m2), m3)) };
    [third[0], third[LANES / 2]]
}

/// Row `number` in one byte.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn cut(row: &[f32], steps: &Steps, number: usize, to: &mut [u8], outliers: &mut Vec<Outlier>) {
    let (inverse, zero) = (_mm512_set1_ps(steps.inverse), _mm512_set1_epi32(steps.zero));
    let (least, most) = (_mm512_set1_ps(-FARTHEST), _mm512_set1_ps(FARTHEST));
    let (one, beyond) = (_mm512_set1_epi16(1), _mm512_set1_epi16(257));
    for (at, to) in (0..row.len()).step_by(LINE).zip(to.as_chunks_mut::<LINE>().0) {
        let mut q = [zero; 4];
        for (i, q) in q.iter_mut().enumerate() {
            let x = _mm512_mul_ps(sixteen(row, at + i * LANES), inverse);
            let x = _mm512_min_ps(_mm512_max_ps(x, least), most);
            *q = _mm512_add_epi32(_mm512_cvtps_epi32(x), zero);
        }
        // What does not fit 16 bits becomes the number at that end, far out too.
        let halves = [_mm512_packs_epi32(q[0], q[1]), _mm512_packs_epi32(q[2], q[3])];
        let far = _mm512_cmpgt_epu16_mask(_mm512_add_epi16(halves[0], one), beyond)
            | _mm512_cmpgt_epu16_mask(_mm512_add_epi16(halves[1], one), beyond);
        let near = in_order(_mm512_packus_epi16(halves[0], halves[1]));
        // SAFETY: what is stored to holds 64 bytes.
        unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), near) };
        if far != 0 {
            keep_far_values(q, number, at, to, outliers);
        }
    }
}

/// Give what lies beyond a byte a second one.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn keep_far_values(q: [__m512i; 4], row: usize, at: usize, to: &mut [u8; LINE], outliers: &mut Vec<Outlier>) {
    let mut all = [0_i32; LINE];
    let mut far = 0_u64;
    for (i, q) in q.into_iter().enumerate() {
        // SAFETY: it holds four vectors.
        unsafe { _mm512_storeu_si512(all.as_mut_ptr().add(i * LANES).cast(), q) };
        let mask: __mmask16 =
            _mm512_cmpgt_epu32_mask(_mm512_add_epi32(q, _mm512_set1_epi32(1)), _mm512_set1_epi32(257));
        far |= u64::from(mask) << (i * LANES);
    }
    while far != 0 {
        let i = far.trailing_zeros() as usize;
        to[i] = far_value(all[i], row, at + i, outliers);
        far &= far - 1;
    }
}

/// The dwords of four vectors, of which each of four lanes has the next one of every vector, vector by vector.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn in_order(of_lanes: __m512i) -> __m512i {
    const ORDER: [i32; 16] = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];
    // SAFETY: these are 16 numbers.
    _mm512_permutexvar_epi32(unsafe { _mm512_loadu_si512(ORDER.as_ptr().cast()) }, of_lanes)
}

/// A row in two bytes: steps of `1 / inverse`, 0 as `zero`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn cut_in_two(row: &[f32], inverse: f32, zero: i32, low: &mut [u8], high: &mut [u8]) {
    /// The low bytes of a lane's four dwords, then the second ones.
    const SPLIT: [i8; 16] = [0, 4, 8, 12, 1, 5, 9, 13, -1, -1, -1, -1, -1, -1, -1, -1];
    let (inverse, round, zero) = (_mm512_set1_ps(inverse), _mm512_set1_ps(ROUND), _mm512_set1_epi32(zero));
    // SAFETY: these are 16 bytes.
    let split = _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(SPLIT.as_ptr().cast()) });
    let (low, high) = (low.as_chunks_mut::<LINE>().0, high.as_chunks_mut::<LINE>().0);
    for ((at, low), high) in (0..row.len()).step_by(LINE).zip(low).zip(high) {
        let mut q = [zero; 4];
        for (i, q) in q.iter_mut().enumerate() {
            // No value is above the row's largest, so that none leaves 16 bits.
            let x = _mm512_add_ps(_mm512_mul_ps(sixteen(row, at + i * LANES), inverse), round);
            *q = _mm512_shuffle_epi8(_mm512_add_epi32(_mm512_castps_si512(x), zero), split);
        }
        let pairs = [_mm512_unpacklo_epi32(q[0], q[1]), _mm512_unpacklo_epi32(q[2], q[3])];
        // SAFETY: both hold 64 bytes.
        unsafe {
            let low_bytes = in_order(_mm512_unpacklo_epi64(pairs[0], pairs[1]));
            _mm512_storeu_si512(low.as_mut_ptr().cast(), low_bytes);
            let high_bytes = in_order(_mm512_unpackhi_epi64(pairs[0], pairs[1]));
            _mm512_storeu_si512(high.as_mut_ptr().cast(), high_bytes);
        }
    }
}
