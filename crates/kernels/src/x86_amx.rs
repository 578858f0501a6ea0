//! The AMX product kernel, one panel at a time, in four tiles of sums: of 16 rows in two bytes, or of 32 rows in one.

use std::arch::x86_64::{__m512i, _mm512_add_epi32, _mm512_loadu_si512, _mm512_slli_epi32};
use std::mem::MaybeUninit;

use crate::Precision;
use crate::amx::{Sums, TILE_BYTES, Tiles, two_tiles};
use crate::linear_int8::PanelTask;
use crate::matrix::PANEL;
use crate::quantised_rows::TILE_ROWS;
use crate::x86_vnni::Finish;

pub(crate) fn panel(task: &PanelTask<'_>, tiles: &Tiles, out: &mut [f32]) {
    // SAFETY: `Tiles` exist where the processor has AMX, and the tier asks for AVX-512 and VNNI beside it.
    unsafe {
        match task.x.precision {
            Precision::TwoBytes => {
                for row in (0..task.rows()).step_by(TILE_ROWS) {
                    in_two_bytes(task, tiles, row, out);
                }
            }
            Precision::OneByte => {
                for row in (0..task.rows()).step_by(2 * TILE_ROWS) {
                    in_one_byte(task, tiles, row, out);
                }
            }
        }
    }
}

/// # Safety
/// The processor has AMX with 8-bit products, AVX-512F and VNNI.
#[target_feature(enable = "avx512f,avx512vnni")]
unsafe fn in_two_bytes(task: &PanelTask<'_>, tiles: &Tiles, row: usize, out: &mut [f32]) {
    let (low, high) = (rows_of(task, task.x.low.as_slice(), row), rows_of(task, task.x.high.as_slice(), row));
    let mut sums: MaybeUninit<[Sums; 4]> = MaybeUninit::uninit();
    let sums = multiply(task, tiles, low, high, &mut sums);
    let finish = Finish::of(task);
    for m in 0..TILE_ROWS.min(task.rows() - row) {
        let sum = [0, 1]
            .map(|half| _mm512_add_epi32(sixteen(&sums[half][m]), _mm512_slli_epi32::<8>(sixteen(&sums[2 + half][m]))));
        finish.write(task, row + m, sum, out);
    }
}

/// # Safety
/// As [`in_two_bytes`].
#[target_feature(enable = "avx512f,avx512vnni")]
unsafe fn in_one_byte(task: &PanelTask<'_>, tiles: &Tiles, row: usize, out: &mut [f32]) {
    let plane = task.x.low.as_slice();
    let first = rows_of(task, plane, row);
    // Rows end with whole tiles, not with pairs of them: then the first is multiplied twice.
    let second = if row + TILE_ROWS < task.rows() { rows_of(task, plane, row + TILE_ROWS) } else { first };
    let mut sums: MaybeUninit<[Sums; 4]> = MaybeUninit::uninit();
    let sums = multiply(task, tiles, first, second, &mut sums);
    let finish = Finish::of(task);
    for m in 0..(2 * TILE_ROWS).min(task.rows() - row) {
        let of_tile = m / TILE_ROWS * 2;
        let sum = [0, 1].map(|half| sixteen(&sums[of_tile + half][m % TILE_ROWS]));
        finish.write(task, row + m, crate::x86_vnni::with_outliers(task, row + m, sum), out);
    }
}

/// The bytes of the 16 rows from `row` of the block on; rows are filled up to whole tiles.
fn rows_of<'a>(task: &PanelTask<'_>, plane: &'a [u8], row: usize) -> &'a [u8] {
    let width = task.x.width;
    &plane[(task.first + row) * width..(task.first + row + TILE_ROWS) * width]
}

#[inline]
fn multiply<'a>(
    task: &PanelTask<'_>,
    tiles: &Tiles,
    first: &[u8],
    second: &[u8],
    sums: &'a mut MaybeUninit<[Sums; 4]>,
) -> &'a [Sums; 4] {
    let width = task.x.width;
    assert!(first.len() == TILE_ROWS * width && second.len() == TILE_ROWS * width && width >= TILE_BYTES);
    let panel = &task.panel[..width * PANEL];
    // SAFETY: both are 16 rows of `width` bytes, a multiple of 64, and the panel `width / 4` groups of 128 bytes; all of `sums` is
    // written.
    unsafe {
        two_tiles(tiles, first.as_ptr(), second.as_ptr(), width, panel.as_ptr(), width / TILE_BYTES, sums);
        sums.assume_init_ref()
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn sixteen(sums: &[i32; 16]) -> __m512i {
    // SAFETY: these are 16 numbers.
    unsafe { _mm512_loadu_si512(sums.as_ptr().cast()) }
}
