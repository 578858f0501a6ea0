//! AVX2 and AVX-512 product kernels. Each sums a tile of rows by one panel in registers over the whole inner dimension.

use std::arch::x86_64::{
    _mm256_fmadd_ps, _mm256_load_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_storeu_ps, _mm512_fmadd_ps,
    _mm512_load_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_storeu_ps,
};

use crate::linear::PanelTask;
use crate::matrix::PANEL;
use crate::tiles::tiles;

/// Rows of an AVX-512 tile: 12 x 2 sums, 2 weights and a broadcast fill the 32 registers.
const ROWS_512: usize = 12;
/// Rows of an AVX2 tile: 6 x 2 sums, 2 weights and a broadcast fill the 16 registers.
const ROWS_256: usize = 6;

pub(crate) fn panel_avx512(task: &PanelTask<'_>, out: &mut [f32]) {
    tiles!(task, out, ROWS_512, tile_avx512, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
}

pub(crate) fn panel_avx2(task: &PanelTask<'_>, out: &mut [f32]) {
    tiles!(task, out, ROWS_256, tile_avx2, [1, 2, 3, 4, 5, 6]);
}

/// # Safety
/// The processor has AVX-512F, and x holds rows `row..row + M`.
#[target_feature(enable = "avx512f")]
unsafe fn tile_avx512<const M: usize>(task: &PanelTask<'_>, row: usize, out: &mut [f32]) {
    // SAFETY: the bias holds 32 f32.
    let bias =
        unsafe { [_mm512_loadu_ps(task.columns.bias.as_ptr()), _mm512_loadu_ps(task.columns.bias.as_ptr().add(16))] };
    let mut sum = [bias; M];
    let x = task.x[row * task.n_in..(row + M) * task.n_in].as_ptr();
    let panel = task.panel[..task.n_in * PANEL].as_ptr();
    for k in 0..task.n_in {
        // SAFETY: k < n_in; both slices were bounds-checked above, and panels are 64-byte aligned.
        unsafe {
            let w = [_mm512_load_ps(panel.add(k * PANEL)), _mm512_load_ps(panel.add(k * PANEL + 16))];
            for (m, sum) in sum.iter_mut().enumerate() {
                let x = _mm512_set1_ps(*x.add(m * task.n_in + k));
                sum[0] = _mm512_fmadd_ps(x, w[0], sum[0]);
                sum[1] = _mm512_fmadd_ps(x, w[1], sum[1]);
            }
        }
    }
    for (m, sum) in sum.iter().enumerate() {
        let mut edge = [0.0; PANEL];
        let whole = task.columns.count == PANEL;
        let to = if whole { task.columns.of_row(row + m, out) } else { &mut edge[..] };
        assert!(to.len() == PANEL);
        // SAFETY: `to` holds 32 f32.
        unsafe {
            _mm512_storeu_ps(to.as_mut_ptr(), sum[0]);
            _mm512_storeu_ps(to.as_mut_ptr().add(16), sum[1]);
        }
        if !whole {
            task.columns.of_row(row + m, out).copy_from_slice(&edge[..task.columns.count]);
        }
    }
}

/// # Safety
/// The processor has AVX2 and FMA, and x holds rows `row..row + M`.
#[target_feature(enable = "avx2,fma")]
unsafe fn tile_avx2<const M: usize>(task: &PanelTask<'_>, row: usize, out: &mut [f32]) {
    let x = task.x[row * task.n_in..(row + M) * task.n_in].as_ptr();
    let panel = task.panel[..task.n_in * PANEL].as_ptr();
    for half in [0, 16] {
        // SAFETY: the bias holds 32 f32.
        let bias = unsafe {
            let at = task.columns.bias.as_ptr().add(half);
            [_mm256_loadu_ps(at), _mm256_loadu_ps(at.add(8))]
        };
        let mut sum = [bias; M];
        for k in 0..task.n_in {
            // SAFETY: k < n_in; both slices were bounds-checked above, and panels are 64-byte aligned.
            unsafe {
                let at = panel.add(k * PANEL + half);
                let w = [_mm256_load_ps(at), _mm256_load_ps(at.add(8))];
                for (m, sum) in sum.iter_mut().enumerate() {
                    let x = _mm256_set1_ps(*x.add(m * task.n_in + k));
                    sum[0] = _mm256_fmadd_ps(x, w[0], sum[0]);
                    sum[1] = _mm256_fmadd_ps(x, w[1], sum[1]);
                }
            }
        }
        for (m, sum) in sum.iter().enumerate() {
            let mut values = [0.0; 16];
            // SAFETY: `values` holds 16 f32.
            unsafe {
                _mm256_storeu_ps(values.as_mut_ptr(), sum[0]);
                _mm256_storeu_ps(values.as_mut_ptr().add(8), sum[1]);
            }
            let to = task.columns.of_row(row + m, out);
            let end = to.len().min(half + 16);
            if half < end {
                to[half..end].copy_from_slice(&values[..end - half]);
            }
        }
    }
}
