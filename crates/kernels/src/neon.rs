//! The NEON product kernel of f32: as those of x86, with vectors of four and 32 registers.

use std::arch::aarch64::{float32x4_t, vdupq_n_f32, vfmaq_n_f32, vld1q_f32, vst1q_f32};

use crate::linear::PanelTask;
use crate::matrix::PANEL;
use crate::tiles::tiles;

/// Rows of a tile: 6 x 4 sums, 4 weights and an input are 29 of the 32 registers.
const ROWS: usize = 6;
/// Outputs of a tile.
pub(crate) const HALF: usize = PANEL / 2;
/// Vectors that hold them.
pub(crate) const VECTORS: usize = HALF / 4;

pub(crate) fn panel(task: &PanelTask<'_>, out: &mut [f32]) {
    tiles!(task, out, ROWS, tile, [1, 2, 3, 4, 5, 6]);
}

/// # Safety
/// The processor has NEON, and x holds rows `row..row + M`.
#[target_feature(enable = "neon")]
unsafe fn tile<const M: usize>(task: &PanelTask<'_>, row: usize, out: &mut [f32]) {
    let x = task.x[row * task.n_in..(row + M) * task.n_in].as_ptr();
    let panel = task.panel[..task.n_in * PANEL].as_ptr();
    for half in [0, HALF] {
        // SAFETY: the bias holds two halves.
        let bias = unsafe { vectors(task.columns.bias[half..half + HALF].as_ptr()) };
        let mut sum = [bias; M];
        for k in 0..task.n_in {
            // SAFETY: k < n_in; both slices were bounds-checked above.
            unsafe {
                let w = vectors(panel.add(k * PANEL + half));
                for (m, sum) in sum.iter_mut().enumerate() {
                    let x = *x.add(m * task.n_in + k);
                    for i in 0..VECTORS {
                        sum[i] = vfmaq_n_f32(sum[i], w[i], x);
                    }
                }
            }
        }
        for (m, sum) in sum.iter().enumerate() {
            let mut values = [0.0; HALF];
            for (value, sum) in values.chunks_exact_mut(4).zip(sum) {
                // SAFETY: a chunk holds 4 f32.
                unsafe { vst1q_f32(value.as_mut_ptr(), *sum) };
            }
            let to = task.columns.of_row(row + m, out);
            let end = to.len().min(half + HALF);
            if half < end {
                to[half..end].copy_from_slice(&values[..end - half]);
            }
        }
    }
}

/// # Safety
/// The processor has NEON, and `at` are [`HALF`] values.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn vectors(at: *const f32) -> [float32x4_t; VECTORS] {
    let mut all = [vdupq_n_f32(0.0); VECTORS];
    for (i, v) in all.iter_mut().enumerate() {
        // SAFETY: the caller answers for it.
        *v = unsafe { vld1q_f32(at.add(i * 4)) };
    }
    all
}
