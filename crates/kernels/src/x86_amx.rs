//! The AMX product kernel: 16 rows in two bytes, or 32 rows in one, by a panel at a time, in four tiles of sums.
//!
//! Tiles multiply in a unit of their own. So that it does not stand still while sums become numbers, and vectors do not while it
//! multiplies, the sums of one unit are finished a few rows at a time between the steps of the next.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_load_si512, _mm512_slli_epi32, _mm512_store_si512,
};
use std::ops::Range;

use crate::amx::{FourSums, TILE_BYTES, Tiles};
use crate::linear::Activation;
use crate::matrix::PANEL;
use crate::quantised_matrix::QuantisedMatrix;
use crate::quantised_rows::{Precision, QuantisedRows, TILE_ROWS};
use crate::x86_finish::{Finish, gelu, with_outlier};

/// As `linear_int8_part`, of whole panels.
pub(crate) fn product(
    x: &QuantisedRows,
    w: &QuantisedMatrix,
    panels: Range<usize>,
    bias: &[f32],
    act: Activation,
    out: &mut [f32],
) {
    let product = Product { x, w, panels, bias };
    let tiles = Tiles::set_up();
    // SAFETY: `Tiles` exist where the processor has AMX, and the tier asks for AVX-512 and VNNI beside it.
    unsafe {
        match (x.precision, act) {
            (Precision::OneByte, Activation::None) => product.run::<false, false>(&tiles, out),
            (Precision::OneByte, Activation::Gelu) => product.run::<false, true>(&tiles, out),
            (Precision::TwoBytes, Activation::None) => product.run::<true, false>(&tiles, out),
            (Precision::TwoBytes, Activation::Gelu) => product.run::<true, true>(&tiles, out),
        }
    }
}

struct Product<'a> {
    x: &'a QuantisedRows,
    w: &'a QuantisedMatrix,
    panels: Range<usize>,
    bias: &'a [f32],
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
    fn run<const TWO: bool, const GELU: bool>(&self, tiles: &Tiles, out: &mut [f32]) {
        let (rows, width) = (self.x.rows.len(), self.x.width);
        let step = if TWO { TILE_ROWS } else { 2 * TILE_ROWS };
        let together = if TWO { 96 } else { 32 };
        let (mut a, mut b) = (FourSums::new(), FourSums::new());
        let (mut now, mut before) = (&mut a, &mut b);
        let mut unfinished: Option<Unit<TWO>> = None;
        for block in (0..rows).step_by(together) {
            for panel in self.panels.clone() {
                let finish = self.finish_of::<TWO>(panel);
                let weights = self.w.panel(panel);
                assert!(weights.len() == width * PANEL);
                for row in (block..rows.min(block + together)).step_by(step) {
                    let (first, second) = self.two_tiles::<TWO>(row);
                    tiles.clear();
                    for at in (0..width).step_by(TILE_BYTES) {
                        // SAFETY: both are 16 rows of `width` bytes, and the panel `width / 4` groups of 128 bytes.
                        unsafe {
                            let panel = weights.as_ptr().add(at * PANEL);
                            tiles.add(first.as_ptr().add(at), second.as_ptr().add(at), width, panel);
                        }
                        if let Some(unit) = &mut unfinished {
                            let some = step.div_ceil(width / TILE_BYTES);
                            self.finish_some::<TWO, GELU>(unit, some, before, out);
                        }
                    }
                    tiles.store(now);
                    (now, before) = (before, now);
                    unfinished = Some(Unit { first: row, rows: row..rows.min(row + step), panel, finish });
                }
            }
        }
        if let Some(mut unit) = unfinished {
            self.finish_some::<TWO, GELU>(&mut unit, step, before, out);
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
    fn finish_some<const TWO: bool, const GELU: bool>(
        &self,
        unit: &mut Unit<TWO>,
        some: usize,
        sums: &mut FourSums,
        out: &mut [f32],
    ) {
        let rows = unit.rows.start..unit.rows.end.min(unit.rows.start + some);
        if rows.is_empty() {
            return;
        }
        unit.rows.start = rows.end;
        if !TWO {
            self.add_outliers(rows.clone(), unit, sums);
        }
        let columns = self.columns(unit.panel);
        for (row, of_row) in rows.clone().zip(&self.x.rows[rows]) {
            let place = place(row - unit.first);
            let mut sum = sums.load(place);
            if TWO {
                let high = sums.load([place[0] + 2, place[1]]);
                sum = [0, 1].map(|half| _mm512_add_epi32(sum[half], _mm512_slli_epi32::<8>(high[half])));
            }
            let mut numbers = unit.finish.numbers(sum, Finish::<TWO>::row(of_row));
            if GELU {
                numbers = [gelu(numbers[0]), gelu(numbers[1])];
            }
            let at = row * self.bias.len();
            unit.finish.write(numbers, &mut out[at + columns.start..at + columns.end]);
        }
    }

    /// Add what the second bytes of far values make, those of `rows`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn add_outliers<const TWO: bool>(&self, rows: Range<usize>, unit: &Unit<TWO>, sums: &mut FourSums) {
        let weights = self.w.panel(unit.panel);
        let outliers = self.x.outliers_before(rows.start)..self.x.outliers_before(rows.end);
        for outlier in &self.x.outliers[outliers] {
            let place = place(outlier.row as usize - unit.first);
            // SAFETY: an outlier's group is one of its row, and the panel is as wide.
            let sum = unsafe { with_outlier(sums.load(place), outlier, weights.as_ptr()) };
            sums.set(place, sum);
        }
    }
}

/// The tile of a unit's row, of two that stand side by side, and its place there.
const fn place(row: usize) -> [usize; 2] {
    [row / TILE_ROWS * 2, row % TILE_ROWS]
}

impl FourSums {
    const fn new() -> Self {
        Self([[[0; 16]; TILE_ROWS]; 4])
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn load(&self, [tile, row]: [usize; 2]) -> [__m512i; 2] {
        // SAFETY: these are 16 numbers, aligned as all rows of tiles here are.
        [0, 1].map(|half| unsafe { _mm512_load_si512(self.0[tile + half][row].as_ptr().cast()) })
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn set(&mut self, [tile, row]: [usize; 2], sums: [__m512i; 2]) {
        for half in 0..2 {
            // SAFETY: as in `load`.
            unsafe { _mm512_store_si512(self.0[tile + half][row].as_mut_ptr().cast(), sums[half]) };
        }
    }
}
