//! The AVX-512 VNNI product kernel: four 8-bit products a lane in one instruction, a tile of rows by one panel in registers.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_add_ps, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_load_si512,
    _mm512_loadu_ps, _mm512_loadu_si512, _mm512_mul_ps, _mm512_mullo_epi32, _mm512_set1_epi32, _mm512_set1_ps,
    _mm512_setzero_si512, _mm512_slli_epi32, _mm512_storeu_ps, _mm512_sub_epi32,
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
    let width = task.x.width;
    let panel = task.panel[..width * PANEL].as_ptr();
    let mut sum = [[_mm512_setzero_si512(); 2]; M];
    for plane in task.planes(row, M) {
        assert!(plane.len() == M * width);
        let x = plane.as_ptr();
        for sum in sum.iter_mut().flatten() {
            *sum = _mm512_slli_epi32::<8>(*sum);
        }
        for k in 0..width / GROUP {
            // SAFETY: k is a group of the panel and of the plane's M rows, whose lengths were checked above; panels are
            // 64-byte aligned, and a group is 4 bytes.
            unsafe {
                let at = panel.add(k * PANEL * GROUP);
                let w = [_mm512_load_si512(at.cast::<__m512i>()), _mm512_load_si512(at.add(64).cast::<__m512i>())];
                for (m, sum) in sum.iter_mut().enumerate() {
                    let x = _mm512_set1_epi32(x.add(m * width + k * GROUP).cast::<i32>().read_unaligned());
                    sum[0] = _mm512_dpbusd_epi32(sum[0], x, w[0]);
                    sum[1] = _mm512_dpbusd_epi32(sum[1], x, w[1]);
                }
            }
        }
    }
    for (m, sum) in sum.iter_mut().enumerate() {
        for outlier in task.x.outliers_of(task.first + row + m) {
            let w = task.panel[outlier.group * PANEL * GROUP..][..PANEL * GROUP].as_ptr();
            let high = _mm512_set1_epi32(i32::from_le_bytes(outlier.bytes));
            for (half, sum) in sum.iter_mut().enumerate() {
                // SAFETY: a panel's group is two aligned vectors, of which this loads one.
                let w = unsafe { _mm512_load_si512(w.add(half * 64).cast::<__m512i>()) };
                let product = _mm512_slli_epi32::<8>(_mm512_dpbusd_epi32(_mm512_setzero_si512(), high, w));
                *sum = if outlier.negative { _mm512_sub_epi32(*sum, product) } else { _mm512_add_epi32(*sum, product) };
            }
        }
        // SAFETY: this processor has AVX-512F.
        unsafe { write_row(task, row + m, *sum, out) };
    }
}

/// Turn a row's sums into numbers and write them to `out`.
///
/// # Safety
/// The processor has AVX-512F.
#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) unsafe fn write_row(task: &PanelTask<'_>, row: usize, sums: [__m512i; 2], out: &mut [f32]) {
    let of_row = &task.x.rows[task.first + row];
    let (scale, zero) = (_mm512_set1_ps(of_row.scale), _mm512_set1_epi32(of_row.zero));
    let (scales, weights) = (&task.scales[..PANEL], &task.sums[..PANEL]);
    let mut edge = [0.0; PANEL];
    let whole = task.columns.count == PANEL;
    let to = if whole { task.columns.of_row(row, out) } else { &mut edge[..] };
    assert!(to.len() == PANEL);
    for (half, sum) in sums.into_iter().enumerate() {
        // SAFETY: scales, weights, bias and `to` hold 32 values each; a half is 16.
        unsafe {
            let at = half * 16;
            let off = _mm512_mullo_epi32(zero, _mm512_loadu_si512(weights.as_ptr().add(at).cast::<__m512i>()));
            let value = _mm512_cvtepi32_ps(_mm512_sub_epi32(sum, off));
            let value = _mm512_mul_ps(_mm512_mul_ps(value, _mm512_loadu_ps(scales.as_ptr().add(at))), scale);
            let value = _mm512_add_ps(value, _mm512_loadu_ps(task.columns.bias.as_ptr().add(at)));
            _mm512_storeu_ps(to.as_mut_ptr().add(at), value);
        }
    }
    if !whole {
        task.columns.of_row(row, out).copy_from_slice(&edge[..task.columns.count]);
    }
}
