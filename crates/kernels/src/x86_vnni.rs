//! The AVX-512 VNNI product kernel: four 8-bit products a lane in one instruction, a tile of rows by one panel in registers.

use std::arch::x86_64::{
    __m512i, _mm512_dpbusd_epi32, _mm512_load_si512, _mm512_set1_epi32, _mm512_setzero_si512, _mm512_slli_epi32,
};

use crate::linear_int8::PanelTask;
use crate::matrix::PANEL;
use crate::quantised_matrix::GROUP;
use crate::tiles::tiles;
use crate::x86_finish::{Finish, with_outlier};

/// Rows of a tile: 12 x 2 sums, 2 weights and a broadcast fill the 32 registers.
const ROWS: usize = 12;

pub(crate) fn panel(task: &PanelTask<'_>, out: &mut [f32]) {
    tiles!(task, out, ROWS, tile, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
}

/// # Safety
/// The processor has AVX-512F, BW and VNNI, and the task holds rows `row..row + M`.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
unsafe fn tile<const M: usize>(task: &PanelTask<'_>, row: usize, out: &mut [f32]) {
    let (width, panel) = (task.x.width, &task.panel[..task.x.width * PANEL]);
    let (high, low) = task.planes(row, M);
    let mut sum = [[_mm512_setzero_si512(); 2]; M];
    if let Some(high) = high {
        assert!(high.len() == M * width);
        // SAFETY: both hold what is asked for, as was just checked.
        sum = unsafe { add_products(sum, high.as_ptr(), panel.as_ptr(), width) };
        for m in 0..M {
            sum[m] = [_mm512_slli_epi32::<8>(sum[m][0]), _mm512_slli_epi32::<8>(sum[m][1])];
        }
    }
    assert!(low.len() == M * width);
    // SAFETY: as above.
    sum = unsafe { add_products(sum, low.as_ptr(), panel.as_ptr(), width) };
    if high.is_some() { finish::<true, M>(task, row, sum, out) } else { finish::<false, M>(task, row, sum, out) }
}

/// Turn the sums of a tile's rows into numbers. `TWO`: of rows in two bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn finish<const TWO: bool, const M: usize>(task: &PanelTask<'_>, row: usize, sums: [[__m512i; 2]; M], out: &mut [f32]) {
    let panel = task.panel[..task.x.width * PANEL].as_ptr();
    let columns = task.columns;
    let rows = &task.x.rows[task.first + row..][..M];
    let finish = Finish::<TWO>::of(task.scales, task.sums, &columns.bias, columns.count, rows[0].zero);
    for (m, mut sums) in sums.into_iter().enumerate() {
        for outlier in task.x.outliers_of(task.first + row + m) {
            // SAFETY: an outlier's group is one of its row, and the panel is as wide, as was just checked.
            sums = unsafe { with_outlier(sums, outlier, panel) };
        }
        let numbers = finish.numbers(sums, Finish::<TWO>::row(&rows[m]));
        let to = columns.of_row(row + m, out);
        // SAFETY: these are the panel's outputs.
        unsafe { finish.write(numbers, to.as_mut_ptr()) };
    }
}

/// Sums of `M` rows by a panel, on top of `sum`.
///
/// # Safety
/// The processor has AVX-512F, BW and VNNI, `x` are `M` rows of `width` bytes, and the panel, aligned to 64 bytes, has as many groups.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
unsafe fn add_products<const M: usize>(
    mut sum: [[__m512i; 2]; M],
    x: *const u8,
    panel: *const u8,
    width: usize,
) -> [[__m512i; 2]; M] {
    for k in 0..width / GROUP {
        // SAFETY: k is a group of the panel and of the rows, and a group is 4 bytes.
        unsafe {
            let at = panel.add(k * PANEL * GROUP);
            let w = [_mm512_load_si512(at.cast::<__m512i>()), _mm512_load_si512(at.add(64).cast::<__m512i>())];
            for m in 0..M {
                let x = _mm512_set1_epi32(x.add(m * width + k * GROUP).cast::<i32>().read_unaligned());
                sum[m] = [_mm512_dpbusd_epi32(sum[m][0], x, w[0]), _mm512_dpbusd_epi32(sum[m][1], x, w[1])];
            }
        }
    }
    sum
}
