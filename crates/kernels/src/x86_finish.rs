//! What turns the sums of 8-bit products into numbers, with AVX-512 VNNI: zero points, far values, scales and bias.

use std::arch::x86_64::{
    __m512, __m512i, __mmask16, _mm_loadu_si128, _mm512_add_ps, _mm512_and_si512, _mm512_broadcast_i32x4,
    _mm512_cvtepi32_ps, _mm512_dpwssd_epi32, _mm512_load_si512, _mm512_loadu_ps, _mm512_loadu_si512,
    _mm512_mask_storeu_ps, _mm512_mul_ps, _mm512_mullo_epi32, _mm512_or_si512, _mm512_set1_epi32, _mm512_set1_ps,
    _mm512_setzero_si512, _mm512_shuffle_epi8, _mm512_slli_epi32, _mm512_srai_epi32, _mm512_sub_epi32,
};

use crate::matrix::PANEL;
use crate::quantised_matrix::GROUP;
use crate::quantised_rows::{AT_PLACE, Outlier, RowScale};

/// A row's sums with what the second byte of a far value adds.
///
/// # Safety
/// The panel, aligned to 64 bytes, has the outlier's group.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(crate) unsafe fn with_outlier(sums: [__m512i; 2], outlier: &Outlier, panel: *const u8) -> [__m512i; 2] {
    let high = _mm512_set1_epi32(outlier.high);
    // SAFETY: a control is 16 bytes, and a panel's group two aligned vectors.
    unsafe {
        let place = _mm512_broadcast_i32x4(_mm_loadu_si128(AT_PLACE[outlier.place as usize % GROUP].as_ptr().cast()));
        let w = panel.add(outlier.group as usize * PANEL * GROUP).cast::<__m512i>();
        let weights = [_mm512_load_si512(w), _mm512_load_si512(w.add(1))];
        let weights = [_mm512_shuffle_epi8(weights[0], place), _mm512_shuffle_epi8(weights[1], place)];
        [_mm512_dpwssd_epi32(sums[0], weights[0], high), _mm512_dpwssd_epi32(sums[1], weights[1], high)]
    }
}

/// What turns a panel's sums into numbers. `TWO`: of rows in two bytes.
#[derive(Clone, Copy)]
pub(crate) struct Finish<const TWO: bool> {
    scales: [__m512; 2],
    /// What the zero point has put into a sum: in two bytes all of it, since all rows have one zero; in one byte `a` and `b` in 16 bits each
    /// for a zero times `a + 128 b`, negative, which one instruction takes off.
    zeros: [__m512i; 2],
    bias: [__m512; 2],
    /// The outputs that there are.
    wanted: [__mmask16; 2],
}

/// A row's scale, and in one byte its zero and 128 times that in 16 bits each.
#[derive(Clone, Copy)]
pub(crate) struct OfRow {
    scale: __m512,
    zeros: __m512i,
}

impl<const TWO: bool> Finish<TWO> {
    /// Of a panel of `count` outputs: the scales and the sums of its weights, and the bias; `zero` is that of rows in two bytes.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub(crate) fn of(scales: &[f32], weights: &[i32], bias: &[f32; PANEL], count: usize, zero: i32) -> Self {
        let (scales, weights) = (&scales[..PANEL], &weights[..PANEL]);
        let every = u32::MAX >> (PANEL - count);
        // SAFETY: all hold 32 values; a half is 16.
        let (scales, weights, bias) = unsafe {
            let vector = |of: &[f32]| [_mm512_loadu_ps(of.as_ptr()), _mm512_loadu_ps(of.as_ptr().add(16))];
            let weights = weights.as_ptr();
            let weights = [_mm512_loadu_si512(weights.cast()), _mm512_loadu_si512(weights.add(16).cast())];
            (vector(scales), weights, vector(bias))
        };
        let zeros = weights.map(|w| if TWO { _mm512_mullo_epi32(w, _mm512_set1_epi32(zero)) } else { pairs(w) });
        #[allow(clippy::cast_possible_truncation, reason = "16 bits each")]
        Self { scales, zeros, bias, wanted: [every as u16, (every >> 16) as u16] }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub(crate) fn row(row: &RowScale) -> OfRow {
        // In one byte a zero is a byte too.
        OfRow { scale: _mm512_set1_ps(row.scale), zeros: _mm512_set1_epi32(row.zero.wrapping_mul(1 + (128 << 16))) }
    }

    /// The numbers of a row's sums.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub(crate) fn numbers(&self, sums: [__m512i; 2], row: OfRow) -> [__m512; 2] {
        let mut numbers = self.bias;
        for half in 0..2 {
            let whole = if TWO {
                _mm512_sub_epi32(sums[half], self.zeros[half])
            } else {
                _mm512_dpwssd_epi32(sums[half], self.zeros[half], row.zeros)
            };
            let number = _mm512_mul_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(whole), self.scales[half]), row.scale);
            numbers[half] = _mm512_add_ps(number, numbers[half]);
        }
        numbers
    }

    /// Write a row's numbers.
    ///
    /// # Safety
    /// `to` has room for as many as the panel has outputs.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub(crate) unsafe fn write(&self, numbers: [__m512; 2], to: *mut f32) {
        // SAFETY: only the outputs that there are are written.
        unsafe {
            _mm512_mask_storeu_ps(to, self.wanted[0], numbers[0]);
            _mm512_mask_storeu_ps(to.wrapping_add(16), self.wanted[1], numbers[1]);
        }
    }
}

/// Numbers below 2^22 as `-a` and `-b` in 16 bits each, where a number is `a + 128 b`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn pairs(weights: __m512i) -> __m512i {
    let negative = |v| _mm512_sub_epi32(_mm512_setzero_si512(), v);
    let a = negative(_mm512_and_si512(weights, _mm512_set1_epi32(127)));
    let b = negative(_mm512_srai_epi32::<7>(weights));
    _mm512_or_si512(_mm512_and_si512(a, _mm512_set1_epi32(0xffff)), _mm512_slli_epi32::<16>(b))
}
