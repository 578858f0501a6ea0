//! GELU with AVX-512: the same bits as the body of [`crate::gelu`], eight vectors side by side.

use std::arch::asm;
use std::arch::x86_64::{
    __m512, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_mask_storeu_ps, _mm512_maskz_loadu_ps, _mm512_max_ps,
    _mm512_min_ps, _mm512_mul_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
};

use crate::elementwise::{EDGE, POWERS};

/// Values of a vector.
const LANES: usize = 16;
/// Vectors side by side: two multiplications begin in a cycle, and one takes four.
const TOGETHER: usize = 8;

/// As [`crate::gelu`].
///
/// # Safety
/// The processor has AVX-512F.
#[target_feature(enable = "avx512f")]
pub(crate) unsafe fn gelu(x: &mut [f32]) {
    let (whole, rest) = x.as_chunks_mut::<{ TOGETHER * LANES }>();
    for values in whole {
        let mut v = [_mm512_setzero_ps(); TOGETHER];
        for (i, v) in v.iter_mut().enumerate() {
            // SAFETY: `values` holds eight vectors.
            *v = unsafe { _mm512_loadu_ps(values.as_ptr().add(i * LANES)) };
        }
        for (i, v) in of(v).into_iter().enumerate() {
            // SAFETY: as above.
            unsafe { _mm512_storeu_ps(values.as_mut_ptr().add(i * LANES), v) };
        }
    }
    for values in rest.chunks_mut(LANES) {
        let there = u16::MAX >> (LANES - values.len());
        // SAFETY: only the values that there are are read and written.
        unsafe {
            let [v] = of([_mm512_maskz_loadu_ps(there, values.as_ptr())]);
            _mm512_mask_storeu_ps(values.as_mut_ptr(), there, v);
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn of<const N: usize>(v: [__m512; N]) -> [__m512; N] {
    let mut x = v;
    for x in &mut x {
        // These two give their second operand where one is not a number.
        *x = _mm512_min_ps(_mm512_set1_ps(EDGE), _mm512_max_ps(_mm512_set1_ps(-EDGE), *x));
    }
    let mut u = x;
    for u in &mut u {
        *u = _mm512_fmadd_ps(_mm512_mul_ps(*u, *u), _mm512_set1_ps(2.0 / (EDGE * EDGE)), _mm512_set1_ps(-1.0));
    }
    let mut p = [_mm512_set1_ps(POWERS[0]); N];
    for &c in &POWERS[1..] {
        let c = _mm512_set1_ps(c);
        for (p, u) in p.iter_mut().zip(&u) {
            *p = _mm512_fmadd_ps(*p, *u, c);
        }
        in_step(&mut p);
    }
    for ((p, x), v) in p.iter_mut().zip(&x).zip(&v) {
        let normal = _mm512_max_ps(_mm512_setzero_ps(), _mm512_fmadd_ps(*x, *p, _mm512_set1_ps(0.5)));
        *p = _mm512_mul_ps(*v, _mm512_min_ps(_mm512_set1_ps(1.0), normal));
    }
    p
}

/// Have the compiler end a step of all eight before it begins the next of one: to save registers it would go through them one
/// after the other, each step waiting for the one before.
#[inline]
#[target_feature(enable = "avx512f")]
fn in_step(all: &mut [__m512]) {
    if let [a, b, c, d, e, f, g, h] = all {
        // SAFETY: this is no instruction.
        unsafe {
            asm!(
                "/* {} {} {} {} {} {} {} {} */",
                inout(zmm_reg) * a,
                inout(zmm_reg) * b,
                inout(zmm_reg) * c,
                inout(zmm_reg) * d,
                inout(zmm_reg) * e,
                inout(zmm_reg) * f,
                inout(zmm_reg) * g,
                inout(zmm_reg) * h,
                options(pure, nomem, nostack, preserves_flags),
            );
        }
    }
}
