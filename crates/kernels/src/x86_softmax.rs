//! Pieces of a softmax with AVX-512.

use std::arch::x86_64::{
    __m512, _mm512_add_ps, _mm512_castpd_ps, _mm512_castps_pd, _mm512_fmadd_ps, _mm512_fmsub_ps, _mm512_max_ps,
    _mm512_scalef_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_shuffle_f32x4, _mm512_sub_ps, _mm512_unpackhi_pd,
    _mm512_unpackhi_ps, _mm512_unpacklo_pd, _mm512_unpacklo_ps,
};

use crate::attention::LANES;

/// 2^(x * scale) for x <= 0 and 0 < scale <= 1, to 3e-7 of it and of the exponent; no number where x is none.
#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn power_of_two(x: __m512, scale: __m512) -> __m512 {
    /// Of 2^r over |r| <= 1/2 with the least relative error (Lawson's iteration), the highest power first.
    const POWERS: [f32; 6] = [0.001_327_647_2, 0.009_675_541, 0.055_507_13, 0.240_221_2, 0.693_146_94, 1.000_000_1];
    /// Far below every exponent that an f32 has, and not so far that whole numbers are lost.
    const LEAST: f32 = -1e6;
    // Adding 1.5 * 2^23 rounds to a whole number.
    let round = _mm512_set1_ps(12_582_912.0);
    // This gives its second operand where one is no number.
    let x = _mm512_max_ps(_mm512_set1_ps(LEAST), x);
    let whole = _mm512_sub_ps(_mm512_fmadd_ps(x, scale, round), round);
    let r = _mm512_fmsub_ps(x, scale, whole);
    let mut y = _mm512_set1_ps(POWERS[0]);
    for c in &POWERS[1..] {
        y = _mm512_fmadd_ps(y, r, _mm512_set1_ps(*c));
    }
    _mm512_scalef_ps(y, whole)
}

/// Bring 16 rows of 16 down to one value each by `$op`: halves of rows meet, then quarters, and so on, two rows sharing a register ever more often.
macro_rules! across {
    ($rows:ident, $op:ident) => {{
        let mut eight = [_mm512_setzero_ps(); 8];
        for i in 0..8 {
            let (a, b) = ($rows[2 * i], $rows[2 * i + 1]);
            eight[i] = $op(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
        }
        let mut four = [_mm512_setzero_ps(); 4];
        for i in 0..4 {
            let (a, b) = (_mm512_castps_pd(eight[2 * i]), _mm512_castps_pd(eight[2 * i + 1]));
            four[i] = $op(_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)), _mm512_castpd_ps(_mm512_unpackhi_pd(a, b)));
        }
        // Now a lane of 128 bits holds a part of four rows.
        let mut two = [_mm512_setzero_ps(); 2];
        for i in 0..2 {
            let (a, b) = (four[2 * i], four[2 * i + 1]);
            two[i] = $op(_mm512_shuffle_f32x4::<0x88>(a, b), _mm512_shuffle_f32x4::<0xdd>(a, b));
        }
        $op(_mm512_shuffle_f32x4::<0x88>(two[0], two[1]), _mm512_shuffle_f32x4::<0xdd>(two[0], two[1]))
    }};
}

/// The largest of each of 16 rows of 16.
#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn largest(rows: [__m512; LANES]) -> __m512 {
    across!(rows, _mm512_max_ps)
}

/// The sum of each of 16 rows of 16.
#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn sums(rows: [__m512; LANES]) -> __m512 {
    across!(rows, _mm512_add_ps)
}
