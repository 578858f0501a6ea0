//! The product kernel of Arm's dot-product instructions. They multiply bytes with a sign by bytes with a sign, so the inputs, which have none, are
//! moved down by 128, and what that takes away, 128 times the sum of an output's weights, is left in where a row's zero point is taken out.

use std::arch::aarch64::{
    int32x4_t, uint8x16_t, vdupq_n_s32, vdupq_n_u8, vdupq_n_u32, veorq_u8, vld1q_u8, vreinterpretq_u8_u32, vshlq_n_s32,
    vst1q_s32,
};
use std::arch::asm;

use crate::linear_int8::PanelTask;
use crate::matrix::PANEL;
use crate::neon::{HALF, VECTORS};
use crate::quantised_matrix::GROUP;
use crate::quantised_rows::RowScale;
use crate::tiles::tiles;

/// Rows of a tile: 6 x 4 sums, 4 weights and an input are 29 of the 32 registers.
const ROWS: usize = 6;

pub(crate) fn panel(task: &PanelTask<'_>, out: &mut [f32]) {
    tiles!(task, out, ROWS, tile, [1, 2, 3, 4, 5, 6]);
}

/// # Safety
/// The processor has NEON with dot products, and the task holds rows `row..row + M`.
#[target_feature(enable = "neon,dotprod")]
unsafe fn tile<const M: usize>(task: &PanelTask<'_>, row: usize, out: &mut [f32]) {
    let width = task.x.width;
    let (high, low) = task.planes(row, M);
    for half in [0, HALF] {
        let panel = &task.panel[half * GROUP..width * PANEL];
        let mut sum = [[vdupq_n_s32(0); VECTORS]; M];
        if let Some(high) = high {
            assert!(high.len() == M * width);
            // SAFETY: both hold what is asked for, as was just checked.
            sum = unsafe { add_products(sum, high.as_ptr(), panel.as_ptr(), width) };
            for of_row in &mut sum {
                *of_row = of_row.map(|s| vshlq_n_s32::<8>(s));
            }
        }
        assert!(low.len() == M * width);
        // SAFETY: as above.
        sum = unsafe { add_products(sum, low.as_ptr(), panel.as_ptr(), width) };
        for (m, of_row) in sum.iter().enumerate() {
            let mut sums = [0; HALF];
            for (to, s) in sums.chunks_exact_mut(4).zip(of_row) {
                // SAFETY: a chunk holds 4 numbers.
                unsafe { vst1q_s32(to.as_mut_ptr(), *s) };
            }
            write_half(task, row + m, half, if high.is_some() { 128 + 256 * 128 } else { 128 }, sums, out);
        }
    }
}

/// Sums of `M` rows, moved down by 128, by half a panel, on top of `sum`.
///
/// # Safety
/// The processor has NEON with dot products, `x` are `M` rows of `width` bytes, and the half panel has as many groups.
#[inline]
#[target_feature(enable = "neon,dotprod")]
unsafe fn add_products<const M: usize>(
    mut sum: [[int32x4_t; VECTORS]; M],
    x: *const u8,
    panel: *const u8,
    width: usize,
) -> [[int32x4_t; VECTORS]; M] {
    let down = vdupq_n_u8(128);
    for k in 0..width / GROUP {
        // SAFETY: k is a group of the panel and of the rows, and a group is 4 bytes.
        unsafe {
            let mut w = [down; VECTORS];
            for (i, w) in w.iter_mut().enumerate() {
                *w = vld1q_u8(panel.add(k * PANEL * GROUP + i * 16));
            }
            for (m, sum) in sum.iter_mut().enumerate() {
                let four = x.add(m * width + k * GROUP).cast::<u32>().read_unaligned();
                let x = veorq_u8(vreinterpretq_u8_u32(vdupq_n_u32(four)), down);
                for i in 0..VECTORS {
                    sum[i] = dot(sum[i], w[i], x);
                }
            }
        }
    }
    sum
}

/// `sum` and, for each of its four numbers, the products of four signed bytes of `w` with four of `x`. Its intrinsic is not stable yet.
#[inline]
#[target_feature(enable = "neon,dotprod")]
fn dot(mut sum: int32x4_t, w: uint8x16_t, x: uint8x16_t) -> int32x4_t {
    // SAFETY: the function's features have the instruction, which touches registers alone.
    unsafe {
        asm!(
            "sdot {sum:v}.4s, {w:v}.16b, {x:v}.16b",
            sum = inout(vreg) sum, w = in(vreg) w, x = in(vreg) x,
            options(pure, nomem, nostack, preserves_flags)
        );
    }
    sum
}

/// Turn half a row's sums, whose inputs were moved down by `down`, into numbers and write them to `out`.
#[inline]
fn write_half(task: &PanelTask<'_>, row: usize, half: usize, down: i32, mut sums: [i32; HALF], out: &mut [f32]) {
    for outlier in task.x.outliers_of(task.first + row) {
        let w = &task.panel[outlier.group as usize * PANEL * GROUP + half * GROUP..][..HALF * GROUP];
        for (s, w) in sums.iter_mut().zip(w.chunks_exact(GROUP)) {
            *s = s.wrapping_add(256 * outlier.high * i32::from(w[outlier.place as usize].cast_signed()));
        }
    }
    let RowScale { scale, zero, .. } = task.x.rows[task.first + row];
    let (scales, weights) = (&task.scales[half..half + HALF], &task.sums[half..half + HALF]);
    let bias = &task.columns.bias[half..half + HALF];
    let mut values = [0.0; HALF];
    for i in 0..HALF {
        #[allow(clippy::cast_precision_loss, reason = "the rounding is the same on every tier")]
        let sum = sums[i].wrapping_sub(zero.wrapping_sub(down).wrapping_mul(weights[i])) as f32;
        values[i] = sum * scales[i] * scale + bias[i];
    }
    let to = task.columns.of_row(row, out);
    let end = to.len().min(half + HALF);
    if half < end {
        to[half..end].copy_from_slice(&values[..end - half]);
    }
}
