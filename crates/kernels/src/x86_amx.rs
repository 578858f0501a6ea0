//! The AMX product kernel: two tiles of 16 rows by one panel, their sums in four tiles. The two are the planes of the same rows
//! where an input has two bytes, and rows one after the other where it has one.

use std::arch::x86_64::{__m512i, _mm512_add_epi32, _mm512_loadu_si512, _mm512_slli_epi32};
use std::mem::MaybeUninit;

use crate::aligned::AlignedBytes;
use crate::amx::{Sums, TILE_BYTES, Tiles, two_tiles};
use crate::linear_int8::PanelTask;
use crate::matrix::PANEL;
use crate::quantised_rows::{Precision, TILE_ROWS};
use crate::x86_vnni::{Finish, with_outliers};

pub(crate) fn panel(task: &PanelTask<'_>, tiles: &Tiles, out: &mut [f32]) {
    // SAFETY: `Tiles` exist where the processor has AMX, and the tier asks for AVX-512 with VNNI beside it.
    unsafe {
        match task.x.precision {
            Precision::OneByte => one_byte(task, tiles, out),
            Precision::TwoBytes => two_bytes(task, tiles, out),
        }
    }
}

/// # Safety
/// The processor has AMX with 8-bit products and AVX-512F with VNNI.
#[target_feature(enable = "avx512f,avx512vnni")]
unsafe fn one_byte(task: &PanelTask<'_>, tiles: &Tiles, out: &mut [f32]) {
    let finish = Finish::of(task);
    for row in (0..task.rows()).step_by(2 * TILE_ROWS) {
        // A last tile without a second one is multiplied twice.
        let second = if row + TILE_ROWS < task.rows() { row + TILE_ROWS } else { row };
        let sums = sums(task, tiles, tile_of(&task.x.low, task, row), tile_of(&task.x.low, task, second));
        for m in 0..(2 * TILE_ROWS).min(task.rows() - row) {
            let of_tile = 2 * (m / TILE_ROWS);
            let sum = [row_of(&sums[of_tile], m % TILE_ROWS), row_of(&sums[of_tile + 1], m % TILE_ROWS)];
            finish.write(task, row + m, with_outliers(task, row + m, sum), out);
        }
    }
}

/// # Safety
/// As [`one_byte`].
#[target_feature(enable = "avx512f,avx512vnni")]
unsafe fn two_bytes(task: &PanelTask<'_>, tiles: &Tiles, out: &mut [f32]) {
    let finish = Finish::of(task);
    for row in (0..task.rows()).step_by(TILE_ROWS) {
        let sums = sums(task, tiles, tile_of(&task.x.low, task, row), tile_of(&task.x.high, task, row));
        for m in 0..TILE_ROWS.min(task.rows() - row) {
            let whole = |half: usize| {
                _mm512_add_epi32(row_of(&sums[half], m), _mm512_slli_epi32::<8>(row_of(&sums[2 + half], m)))
            };
            finish.write(task, row + m, [whole(0), whole(1)], out);
        }
    }
}

/// The bytes of 16 rows from `row` of the block on; rows are filled up to whole tiles.
#[inline(always)]
fn tile_of<'a>(plane: &'a AlignedBytes, task: &PanelTask<'_>, row: usize) -> &'a [u8] {
    let first = (task.first + row) * task.x.width;
    &plane.as_slice()[first..first + TILE_ROWS * task.x.width]
}

/// The first tile's sums with the first and the second 16 outputs of the panel, then the second tile's.
#[inline(always)]
fn sums(task: &PanelTask<'_>, tiles: &Tiles, first: &[u8], second: &[u8]) -> [Sums; 4] {
    let width = task.x.width;
    let panel = &task.panel[..width * PANEL];
    let mut sums: MaybeUninit<[Sums; 4]> = MaybeUninit::uninit();
    // SAFETY: both tiles are 16 rows of `width` bytes, a multiple of 64, as `tile_of` cut them, and the panel `width / 4` groups of
    // 128 bytes; all of `sums` is written.
    unsafe {
        two_tiles(tiles, first.as_ptr(), second.as_ptr(), width, panel.as_ptr(), width / TILE_BYTES, &mut sums);
        sums.assume_init()
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn row_of(sums: &Sums, row: usize) -> __m512i {
    // SAFETY: a row is 16 numbers.
    unsafe { _mm512_loadu_si512(sums[row].as_ptr().cast()) }
}
