//! The AMX product kernel: 16 rows in two bytes, or 32 rows in one, by a panel at a time, in four tiles of sums.
//!
//! Tiles multiply in a unit of their own. So that it does not stand still while sums become numbers, and vectors do not while it
//! multiplies, the sums of one unit are finished a few rows at a time between the steps of the next.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_loadu_si512, _mm512_setzero_ps, _mm512_slli_epi32, _mm512_store_si512,
};
use std::ops::Range;

use crate::Tier;
use crate::amx::{FourSums, TILE_BYTES, Tiles};
use crate::linear::{Activation, ROW_BLOCK, activate};
use crate::matrix::PANEL;
use crate::quantised_matrix::QuantisedMatrix;
use crate::quantised_rows::{Precision, QuantisedRows, TILE_ROWS};
use crate::x86_finish::{Finish, with_outlier};

/// Rows that go through all panels before the next rows do: they, their sums and a panel fit the first-level cache where an input is
/// not wide.
const TOGETHER: usize = 32;

/// Rows that are finished side by side: enough that no instruction waits for the one before it.
const SIDE_BY_SIDE: usize = 4;

/// As `linear_int8_part`, of whole panels, to the first places of rows of `stride`.
pub(crate) fn product(
    x: &QuantisedRows,
    w: &QuantisedMatrix,
    panels: Range<usize>,
    bias: &[f32],
    act: Activation,
    out: &mut [f32],
    stride: usize,
) {
    let product = Product { x, w, panels, bias, stride };
    let tiles = Tiles::set_up();
    // Numbers of many rows at once, since beside tiles vectors of 512 bits multiply half as fast; of few enough that they are near.
    let block = if act == Activation::Gelu { ROW_BLOCK } else { x.rows.len() };
    for first in (0..x.rows.len()).step_by(block.max(1)) {
        let rows = first..x.rows.len().min(first + block);
        // SAFETY: `Tiles` exist where the processor has AMX, and the tier asks for AVX-512 and VNNI beside it.
        unsafe {
            match x.precision {
                Precision::OneByte => product.run::<false>(&tiles, rows.clone(), out),
                Precision::TwoBytes => product.run::<true>(&tiles, rows.clone(), out),
            }
        }
        activate(Tier::Amx, act, &mut out[rows.start * stride..rows.end * stride], bias.len(), stride);
    }
}

struct Product<'a> {
    x: &'a QuantisedRows,
    w: &'a QuantisedMatrix,
    panels: Range<usize>,
    bias: &'a [f32],
    /// Values from one row of what is written to the next.
    stride: usize,
}

/// Rows by a panel whose sums are to become numbers.
struct Unit<const TWO: bool> {
    first: usize,
    /// Those that are left.
    rows: Range<usize>,
    panel: usize,
    finish: Finish<TWO>,
}

impl Product<'_> {
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn run<const TWO: bool>(&self, tiles: &Tiles, rows: Range<usize>, out: &mut [f32]) {
        let width = self.x.width;
        let step = if TWO { TILE_ROWS } else { 2 * TILE_ROWS };
        let some = step.div_ceil(width / TILE_BYTES).next_multiple_of(SIDE_BY_SIDE);
        let (mut a, mut b) = (FourSums::new(), FourSums::new());
        let (mut now, mut before) = (&mut a, &mut b);
        let mut unfinished: Option<Unit<TWO>> = None;
        for block in rows.clone().step_by(TOGETHER) {
            for panel in self.panels.clone() {
                let finish = self.finish_of::<TWO>(panel);
                let weights = self.w.panel(panel);
                assert!(weights.len() == width * PANEL);
                for row in (block..rows.end.min(block + TOGETHER)).step_by(step) {
                    let (first, second) = self.two_tiles::<TWO>(row);
                    tiles.clear();
                    for at in (0..width).step_by(TILE_BYTES) {
                        // SAFETY: both are 16 rows of `width` bytes, and the panel `width / 4` groups of 128 bytes.
                        unsafe {
                            let panel = weights.as_ptr().add(at * PANEL);
                            tiles.add(first.as_ptr().add(at), second.as_ptr().add(at), width, panel);
                        }
                        if let Some(unit) = &mut unfinished {
                            self.finish_some::<TWO>(unit, some, before, out);
                        }
                    }
                    tiles.store(now);
                    (now, before) = (before, now);
                    unfinished = Some(Unit { first: row, rows: row..rows.end.min(row + step), panel, finish });
                }
            }
        }
        if let Some(mut unit) = unfinished {
            self.finish_some::<TWO>(&mut unit, step, before, out);
        }
    }

    /// The bytes of two tiles from row `row` on: of 16 rows, low and high, or of 32 rows.
    fn two_tiles<const TWO: bool>(&self, row: usize) -> (&[u8], &[u8]) {
        let (width, low, high) = (self.x.width, self.x.low.as_slice(), self.x.high.as_slice());
        // Rows are filled up to whole tiles.
        let tile = |row: usize| row * width..(row + TILE_ROWS) * width;
        let first = &low[tile(row)];
        if TWO {
            (first, &high[tile(row)])
        } else if row + TILE_ROWS < self.x.rows.len() {
            (first, &low[tile(row + TILE_ROWS)])
        } else {
            // They end with whole tiles, not with pairs of them: then the first is multiplied twice.
            (first, first)
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn finish_of<const TWO: bool>(&self, panel: usize) -> Finish<TWO> {
        let (scales, weights) = self.w.of_panel(panel);
        let columns = self.columns(panel);
        let mut bias = [0.0; PANEL];
        bias[..columns.len()].copy_from_slice(&self.bias[columns.clone()]);
        Finish::of(scales, weights, &bias, columns.len(), self.x.rows[0].zero)
    }

    /// Where a panel's outputs stand in a row of what is written.
    fn columns(&self, panel: usize) -> Range<usize> {
        let first = (panel - self.panels.start) * PANEL;
        first..self.bias.len().min(first + PANEL)
    }

    /// Turn the sums of at most `some` more rows into numbers.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn finish_some<const TWO: bool>(&self, unit: &mut Unit<TWO>, some: usize, sums: &mut FourSums, out: &mut [f32]) {
        let rows = unit.rows.start..unit.rows.end.min(unit.rows.start + some);
        if rows.is_empty() {
            return;
        }
        unit.rows.start = rows.end;
        if !TWO {
            self.add_outliers(rows.clone(), unit, sums);
        }
        let mut row = rows.start;
        while row + SIDE_BY_SIDE <= rows.end {
            self.finish_rows::<TWO, SIDE_BY_SIDE>(unit, row, sums, out);
            row += SIDE_BY_SIDE;
        }
        while row < rows.end {
            self.finish_rows::<TWO, 1>(unit, row, sums, out);
            row += 1;
        }
    }

    /// Turn the sums of the `N` rows from `row` on, all of one tile, into numbers.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn finish_rows<const TWO: bool, const N: usize>(
        &self,
        unit: &Unit<TWO>,
        row: usize,
        sums: &FourSums,
        out: &mut [f32],
    ) {
        let [tile, at] = place(row - unit.first);
        let low = [&sums.0[tile][at..at + N], &sums.0[tile + 1][at..at + N]];
        let high = [&sums.0[2][at..at + N], &sums.0[3][at..at + N]];
        let columns = self.columns(unit.panel);
        let out = &mut out[row * self.stride + columns.start..(row + N - 1) * self.stride + columns.end];
        let mut numbers = [[_mm512_setzero_ps(); 2]; N];
        for (m, of_row) in self.x.rows[row..row + N].iter().enumerate() {
            let mut sum = [load(&low[0][m]), load(&low[1][m])];
            if TWO {
                for half in 0..2 {
                    sum[half] = _mm512_add_epi32(sum[half], _mm512_slli_epi32::<8>(load(&high[half][m])));
                }
            }
            numbers[m] = unit.finish.numbers(sum, Finish::<TWO>::row(of_row));
        }
        for m in 0..N {
            // SAFETY: `out` goes from the first row's outputs to the end of the last one's.
            unsafe { unit.finish.write(numbers[m], out.as_mut_ptr().add(m * self.stride)) };
        }
    }

    /// Add what the second bytes of far values make, those of `rows`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn add_outliers<const TWO: bool>(&self, rows: Range<usize>, unit: &Unit<TWO>, sums: &mut FourSums) {
        let weights = self.w.panel(unit.panel).as_ptr();
        let outliers = self.x.outliers_before(rows.start)..self.x.outliers_before(rows.end);
        for outlier in &self.x.outliers[outliers] {
            let [tile, at] = place(outlier.row as usize - unit.first);
            let sum = [load(&sums.0[tile][at]), load(&sums.0[tile + 1][at])];
            // SAFETY: an outlier's group is one of its row, and the panel is as wide.
            let sum = unsafe { with_outlier(sum, outlier, weights) };
            for half in 0..2 {
                // SAFETY: these are 16 numbers, aligned as all rows of tiles here are.
                unsafe { _mm512_store_si512(sums.0[tile + half][at].as_mut_ptr().cast(), sum[half]) };
            }
        }
    }
}

/// The tile of a unit's row, the first of the two that stand side by side, and its place there.
const fn place(row: usize) -> [usize; 2] {
    [row % (2 * TILE_ROWS) / TILE_ROWS * 2, row % TILE_ROWS]
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(sums: &[i32; 16]) -> __m512i {
    // SAFETY: these are 16 numbers.
    unsafe { _mm512_loadu_si512(sums.as_ptr().cast()) }
}
