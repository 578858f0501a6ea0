//! Cutting rows to one byte with AVX-512: the same bytes as `quantised_rows::one_byte`, sixteen at a time.

use std::arch::x86_64::{
    __m512, _mm_storeu_si128, _mm512_add_epi32, _mm512_add_ps, _mm512_cmpgt_epu32_mask, _mm512_cvtps_epi32,
    _mm512_cvtusepi32_epi8, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_maskz_loadu_ps, _mm512_max_epi32,
    _mm512_max_ps, _mm512_min_ps, _mm512_mul_ps, _mm512_reduce_add_ps, _mm512_set1_epi32, _mm512_set1_ps,
    _mm512_setzero_ps, _mm512_setzero_si512, _mm512_storeu_ps, _mm512_storeu_si512,
};

use crate::quantised_matrix::padded_width;
use crate::quantised_rows::{FARTHEST, LANES, Outlier, RowScale, Steps, keep_far_values};

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
        // SAFETY: the processor has what is asked for.
        unsafe {
            let steps = steps_of(row);
            cut(row, &steps, rows.len(), to, outliers);
            rows.push(RowScale { scale: steps.scale, zero: steps.zero, outliers_end: outliers.len() });
        }
    }
}

/// The 16 values from `at` on, with zeros after the row's end.
///
/// # Safety
/// As [`one_byte`]; `at` is below the row's length.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
unsafe fn sixteen(row: &[f32], at: usize) -> __m512 {
    let left = row.len() - at;
    // SAFETY: no more than what is left of the row is read.
    unsafe {
        if left >= LANES {
            _mm512_loadu_ps(row.as_ptr().add(at))
        } else {
            _mm512_maskz_loadu_ps((1 << left) - 1, row.as_ptr().add(at))
        }
    }
}

/// # Safety
/// As [`one_byte`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
unsafe fn steps_of(row: &[f32]) -> Steps {
    let (mut least, mut most, mut zero) = (_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps());
    for at in (0..row.len()).step_by(LANES) {
        // SAFETY: `at` is in the row.
        let x = unsafe { sixteen(row, at) };
        // These two give their second operand where one is not a number.
        least = _mm512_min_ps(x, least);
        most = _mm512_max_ps(x, most);
        zero = _mm512_add_ps(zero, _mm512_mul_ps(x, _mm512_setzero_ps()));
    }
    let (mut low, mut high) = ([0.0; LANES], [0.0; LANES]);
    // SAFETY: both hold 16 numbers.
    unsafe {
        _mm512_storeu_ps(low.as_mut_ptr(), least);
        _mm512_storeu_ps(high.as_mut_ptr(), most);
    }
    Steps::between(low, high, _mm512_reduce_add_ps(zero))
}

/// # Safety
/// As [`one_byte`]; `to` is the row's width in whole lanes or more.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
unsafe fn cut(row: &[f32], steps: &Steps, number: usize, to: &mut [u8], outliers: &mut Vec<Outlier>) {
    let (inverse, zero) = (_mm512_set1_ps(steps.inverse), _mm512_set1_epi32(steps.zero));
    let (least, most) = (_mm512_set1_ps(-FARTHEST), _mm512_set1_ps(FARTHEST));
    let (one, beyond) = (_mm512_set1_epi32(1), _mm512_set1_epi32(257));
    for (at, to) in (0..row.len()).step_by(LANES).zip(to.as_chunks_mut::<LANES>().0) {
        // SAFETY: `at` is in the row; what is stored to holds 16 values.
        unsafe {
            let x = _mm512_mul_ps(sixteen(row, at), inverse);
            let x = _mm512_min_ps(_mm512_max_ps(x, least), most);
            let mut q = _mm512_add_epi32(_mm512_cvtps_epi32(x), zero);
            if _mm512_cmpgt_epu32_mask(_mm512_add_epi32(q, one), beyond) != 0 {
                let mut all = [0_i32; LANES];
                _mm512_storeu_si512(all.as_mut_ptr().cast(), q);
                keep_far_values(&mut all, number, at, outliers);
                q = _mm512_loadu_si512(all.as_ptr().cast());
            }
            let near = _mm512_cvtusepi32_epi8(_mm512_max_epi32(q, _mm512_setzero_si512()));
            _mm_storeu_si128(to.as_mut_ptr().cast(), near);
        }
    }
}
