//! The AVX-512 VNNI product kernel: four 8-bit products a lane in one instruction, a tile of rows by one panel in registers.

use std::arch::x86_64::{
    __m512, __m512i, _mm512_add_epi32, _mm512_add_ps, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_load_si512,
    _mm512_loadu_ps, _mm512_loadu_si512, _mm512_mul_ps, _mm512_mullo_epi32, _mm512_set1_epi32, _mm512_set1_ps,
    _mm512_setzero_si512, _mm512_slli_epi32, _mm512_storeu_ps, _mm512_sub_epi32, _mm512_xor_si512,
};

use crate::linear_int8::PanelTask;
use crate::matrix::PANEL;
use crate::quantised_matrix::GROUP;
use crate::x86::tiles;

/// Rows of a tile: 12 x 2 sums, 2 weights and a broadcast fill the 32 registers.
const ROWS: usize = 12;

pub(crate) fn panel(task: &PanelTask<'_>, out: &mut [f32]) {
    tiles!(task, out, ROWS, tile, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
}

/// # Safety
/// The processor has AVX-512F and VNNI, and the task holds rows `row..row + M`.
#[target_feature(enable = "avx512f,avx512vnni")]
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
    let finish = Finish::of(task);
    for m in 0..M {
        finish.write(task, row + m, with_outliers(task, row + m, sum[m]), out);
    }
}

/// A row's sums with the second bytes of its far values.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
pub(crate) fn with_outliers(task: &PanelTask<'_>, row: usize, mut sum: [__m512i; 2]) -> [__m512i; 2] {
    for outlier in task.x.outliers_of(task.first + row) {
        let w = task.panel[outlier.group * PANEL * GROUP..][..PANEL * GROUP].as_ptr();
        let high = _mm512_set1_epi32(i32::from_le_bytes(outlier.bytes));
        // All ones turns a number's sign, once 1 is added; a branch would go now here, now there.
        let sign = _mm512_set1_epi32(-i32::from(outlier.negative));
        for half in 0..2 {
            // SAFETY: a panel's group is two aligned vectors, of which this loads one.
            let w = unsafe { _mm512_load_si512(w.add(half * 64).cast::<__m512i>()) };
            let product = _mm512_slli_epi32::<8>(_mm512_dpbusd_epi32(_mm512_setzero_si512(), high, w));
            sum[half] = _mm512_add_epi32(sum[half], _mm512_sub_epi32(_mm512_xor_si512(product, sign), sign));
        }
    }
    sum
}

/// Sums of `M` rows by a panel, on top of `sum`.
///
/// # Safety
/// The processor has AVX-512F and VNNI, `x` are `M` rows of `width` bytes, and the panel, aligned to 64 bytes, has as many groups.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
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

/// What turns a panel's sums into numbers, in registers.
pub(crate) struct Finish {
    scales: [__m512; 2],
    weights: [__m512i; 2],
    bias: [__m512; 2],
}

impl Finish {
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(crate) fn of(task: &PanelTask<'_>) -> Self {
        let (scales, weights, bias) = (&task.scales[..PANEL], &task.sums[..PANEL], &task.columns.bias);
        // SAFETY: all hold 32 values; a half is 16.
        unsafe {
            Self {
                scales: [_mm512_loadu_ps(scales.as_ptr()), _mm512_loadu_ps(scales.as_ptr().add(16))],
                weights: [
                    _mm512_loadu_si512(weights.as_ptr().cast()),
                    _mm512_loadu_si512(weights.as_ptr().add(16).cast()),
                ],
                bias: [_mm512_loadu_ps(bias.as_ptr()), _mm512_loadu_ps(bias.as_ptr().add(16))],
            }
        }
    }

    /// Write the numbers of a row of the task's block.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(crate) fn write(&self, task: &PanelTask<'_>, row: usize, sums: [__m512i; 2], out: &mut [f32]) {
        let of_row = &task.x.rows[task.first + row];
        let (scale, zero) = (_mm512_set1_ps(of_row.scale), _mm512_set1_epi32(of_row.zero));
        let mut value = self.bias;
        for half in 0..2 {
            let sum = _mm512_cvtepi32_ps(_mm512_sub_epi32(sums[half], _mm512_mullo_epi32(zero, self.weights[half])));
            value[half] = _mm512_add_ps(_mm512_mul_ps(_mm512_mul_ps(sum, self.scales[half]), scale), value[half]);
        }
        let to = task.columns.of_row(row, out);
        if to.len() == PANEL {
            // SAFETY: `to` holds 32 f32.
            unsafe {
                _mm512_storeu_ps(to.as_mut_ptr(), value[0]);
                _mm512_storeu_ps(to.as_mut_ptr().add(16), value[1]);
            }
        } else {
            let mut edge = [0.0; PANEL];
            // SAFETY: `edge` holds 32 f32.
            unsafe {
                _mm512_storeu_ps(edge.as_mut_ptr(), value[0]);
                _mm512_storeu_ps(edge.as_mut_ptr().add(16), value[1]);
            }
            to.copy_from_slice(&edge[..to.len()]);
        }
    }
}
