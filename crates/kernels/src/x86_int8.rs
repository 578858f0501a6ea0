//! The AVX-512 VNNI product kernel: four 8-bit products a lane in one instruction, a tile of rows by one panel in registers.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_add_ps, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_load_si512,
    _mm512_loadu_ps, _mm512_loadu_si512, _mm512_mul_ps, _mm512_mullo_epi32, _mm512_set1_epi32, _mm512_set1_ps,
    _mm512_setzero_si512, _mm512_slli_epi32, _mm512_storeu_ps, _mm512_sub_epi32,
};

use crate::linear_int8::PanelTask;
use crate::matrix::PANEL;
use crate::quantised::GROUP;
use crate::x86::tiles;

/// Rows of a tile: 12 x 2 sums, 2 weights and a broadcast fill the 32 registers.
const ROWS: usize = 12;

pub(crate) fn panel_vnni(task: &PanelTask<'_>, out: &mut [f32]) {
    tiles!(task, out, ROWS, tile, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
}

/// # Safety
/// The processor has AVX-512F and VNNI, and the task holds rows `row..row + M`.
#[target_feature(enable = "avx512f,avx512vnni")]
unsafe fn tile<const M: usize>(task: &PanelTask<'_>, row: usize, out: &mut [f32]) {
    let groups = task.width / GROUP;
    let x = task.values[row * task.width..(row + M) * task.width].as_ptr();
    let panel = task.panel[..groups * PANEL * GROUP].as_ptr();
    let mut sum = [[_mm512_setzero_si512(); 2]; M];
    for k in 0..groups {
        // SAFETY: k < groups; both slices were bounds-checked above, panels are 64-byte aligned, and a group is 4 bytes.
        unsafe {
            let at = panel.add(k * PANEL * GROUP);
            let w = [_mm512_load_si512(at.cast::<__m512i>()), _mm512_load_si512(at.add(64).cast::<__m512i>())];
            for (m, sum) in sum.iter_mut().enumerate() {
                let x = _mm512_set1_epi32(x.add(m * task.width + k * GROUP).cast::<i32>().read_unaligned());
                sum[0] = _mm512_dpbusd_epi32(sum[0], x, w[0]);
                sum[1] = _mm512_dpbusd_epi32(sum[1], x, w[1]);
            }
        }
    }
    let (scales, sums) = (&task.scales[..PANEL], &task.sums[..PANEL]);
    for (m, sum) in sum.iter_mut().enumerate() {
        for outlier in task.outliers_of(row + m) {
            let w = task.panel[outlier.group * PANEL * GROUP..][..PANEL * GROUP].as_ptr();
            let high = _mm512_set1_epi32(i32::from_le_bytes(outlier.bytes));
            for (half, sum) in sum.iter_mut().enumerate() {
                // SAFETY: a panel's group is two aligned vectors, of which this loads one.
                let w = unsafe { _mm512_load_si512(w.add(half * 64).cast::<__m512i>()) };
                let product = _mm512_slli_epi32::<8>(_mm512_dpbusd_epi32(_mm512_setzero_si512(), high, w));
                *sum = if outlier.negative { _mm512_sub_epi32(*sum, product) } else { _mm512_add_epi32(*sum, product) };
            }
        }
        let scale = _mm512_set1_ps(task.rows[row + m].scale);
        let zero = _mm512_set1_epi32(task.rows[row + m].zero);
        let mut edge = [0.0; PANEL];
        let whole = task.columns.count == PANEL;
        let to = if whole { task.columns.of_row(row + m, out) } else { &mut edge[..] };
        assert!(to.len() == PANEL);
        for (half, &sum) in sum.iter().enumerate() {
            // SAFETY: scales, sums, bias and `to` hold 32 values each; a half is 16.
            unsafe {
                let at = half * 16;
                let off = _mm512_mullo_epi32(zero, _mm512_loadu_si512(sums.as_ptr().add(at).cast::<__m512i>()));
                let value = _mm512_cvtepi32_ps(_mm512_sub_epi32(sum, off));
                let value = _mm512_mul_ps(_mm512_mul_ps(value, _mm512_loadu_ps(scales.as_ptr().add(at))), scale);
                let value = _mm512_add_ps(value, _mm512_loadu_ps(task.columns.bias.as_ptr().add(at)));
                _mm512_storeu_ps(to.as_mut_ptr().add(at), value);
            }
        }
        if !whole {
            task.columns.of_row(row + m, out).copy_from_slice(&edge[..task.columns.count]);
        }
    }
}
