//! The AMX product kernel for rows in two bytes: 16 rows by one panel at a time, both planes in four tiles of sums.

use std::arch::x86_64::{_mm512_add_epi32, _mm512_loadu_si512, _mm512_setzero_si512, _mm512_slli_epi32};
use std::mem::MaybeUninit;

use crate::amx::{Sums, TILE_BYTES, Tiles, two_planes};
use crate::linear_int8::PanelTask;
use crate::matrix::PANEL;
use crate::quantised_rows::TILE_ROWS;
use crate::x86_vnni::Finish;

pub(crate) fn panel(task: &PanelTask<'_>, tiles: &Tiles, out: &mut [f32]) {
    for row in (0..task.rows()).step_by(TILE_ROWS) {
        // SAFETY: `Tiles` exist where the processor has AMX, and the tier asks for AVX-512 beside it.
        unsafe { tile(task, tiles, row, out) };
    }
}

/// # Safety
/// The processor has AMX with 8-bit products and AVX-512F.
#[target_feature(enable = "avx512f")]
unsafe fn tile(task: &PanelTask<'_>, tiles: &Tiles, row: usize, out: &mut [f32]) {
    let width = task.x.width;
    // Rows are filled up to whole tiles.
    let bytes = (task.first + row) * width..(task.first + row + TILE_ROWS) * width;
    let (low, high) = (&task.x.low.as_slice()[bytes.clone()], &task.x.high.as_slice()[bytes]);
    let panel = &task.panel[..width * PANEL];
    let mut sums: MaybeUninit<[Sums; 4]> = MaybeUninit::uninit();
    // SAFETY: both planes hold 16 rows of `width` bytes, a multiple of 64, and the panel `width / 4` groups of 128 bytes; all of
    // `sums` is written.
    let sums = unsafe {
        two_planes(tiles, low.as_ptr(), high.as_ptr(), width, panel.as_ptr(), width / TILE_BYTES, &mut sums);
        sums.assume_init_ref()
    };
    let finish = Finish::of(task);
    for m in 0..TILE_ROWS.min(task.rows() - row) {
        let mut sum = [_mm512_setzero_si512(); 2];
        for half in 0..2 {
            // SAFETY: each is 16 numbers.
            let (low, high) = unsafe {
                (
                    _mm512_loadu_si512(sums[half][m].as_ptr().cast()),
                    _mm512_loadu_si512(sums[2 + half][m].as_ptr().cast()),
                )
            };
            sum[half] = _mm512_add_epi32(low, _mm512_slli_epi32::<8>(high));
        }
        finish.write(task, row + m, sum, out);
    }
}
