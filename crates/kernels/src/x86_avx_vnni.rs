//! The AVX-VNNI product kernel: as that of AVX-512 VNNI, with vectors of half the width and half the registers.

use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_add_ps, _mm256_broadcastsi128_si256, _mm256_cvtepi32_ps, _mm256_dpbusd_avx_epi32,
    _mm256_dpwssd_avx_epi32, _mm256_load_si256, _mm256_loadu_ps, _mm256_loadu_si256, _mm256_mul_ps, _mm256_mullo_epi32,
    _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_slli_epi32, _mm256_storeu_ps,
    _mm256_sub_epi32,
};

use crate::linear_int8::PanelTask;
use crate::matrix::PANEL;
use crate::quantised_matrix::GROUP;
use crate::quantised_rows::AT_PLACE;
use crate::tiles::tiles;

/// Rows of a tile: 6 x 2 sums, 2 weights and a broadcast fill the 16 registers.
const ROWS: usize = 6;
/// Outputs of a tile, two vectors.
const HALF: usize = PANEL / 2;

pub(crate) fn panel(task: &PanelTask<'_>, out: &mut [f32]) {
    tiles!(task, out, ROWS, tile, [1, 2, 3, 4, 5, 6]);
}

/// # Safety
/// The processor has AVX2 and AVX-VNNI, and the task holds rows `row..row + M`.
#[target_feature(enable = "avx2,avxvnni")]
unsafe fn tile<const M: usize>(task: &PanelTask<'_>, row: usize, out: &mut [f32]) {
    let width = task.x.width;
    let (high, low) = task.planes(row, M);
    for half in [0, HALF] {
        let panel = &task.panel[half * GROUP..width * PANEL];
        let mut sum = [[_mm256_setzero_si256(); 2]; M];
        if let Some(high) = high {
            assert!(high.len() == M * width);
            // SAFETY: both hold what is asked for, as was just checked.
            sum = unsafe { add_products(sum, high.as_ptr(), panel.as_ptr(), width) };
            for m in 0..M {
                sum[m] = [_mm256_slli_epi32::<8>(sum[m][0]), _mm256_slli_epi32::<8>(sum[m][1])];
            }
        }
        assert!(low.len() == M * width);
        // SAFETY: as above.
        sum = unsafe { add_products(sum, low.as_ptr(), panel.as_ptr(), width) };
        for m in 0..M {
            for outlier in task.x.outliers_of(task.first + row + m) {
                let w = &task.panel[outlier.group as usize * PANEL * GROUP + half * GROUP..][..HALF * GROUP];
                // SAFETY: half a panel's group is two aligned vectors, and a control 16 bytes.
                let (w, place) = unsafe {
                    (two_vectors(w.as_ptr()), _mm_loadu_si128(AT_PLACE[outlier.place as usize].as_ptr().cast()))
                };
                let (high, place) = (_mm256_set1_epi32(outlier.high), _mm256_broadcastsi128_si256(place));
                for i in 0..2 {
                    sum[m][i] = _mm256_dpwssd_avx_epi32(sum[m][i], _mm256_shuffle_epi8(w[i], place), high);
                }
            }
            // SAFETY: this processor has AVX2.
            unsafe { write_half(task, row + m, half, sum[m], out) };
        }
    }
}

/// Sums of `M` rows by half a panel, on top of `sum`.
///
/// # Safety
/// The processor has AVX2 and AVX-VNNI, `x` are `M` rows of `width` bytes, and the half panel, aligned to 32 bytes, has as many
/// groups.
#[inline]
#[target_feature(enable = "avx2,avxvnni")]
unsafe fn add_products<const M: usize>(
    mut sum: [[__m256i; 2]; M],
    x: *const u8,
    panel: *const u8,
    width: usize,
) -> [[__m256i; 2]; M] {
    for k in 0..width / GROUP {
        // SAFETY: k is a group of the panel and of the rows, and a group is 4 bytes.
        unsafe {
            let w = two_vectors(panel.add(k * PANEL * GROUP));
            for m in 0..M {
                let x = _mm256_set1_epi32(x.add(m * width + k * GROUP).cast::<i32>().read_unaligned());
                sum[m] = [_mm256_dpbusd_avx_epi32(sum[m][0], x, w[0]), _mm256_dpbusd_avx_epi32(sum[m][1], x, w[1])];
            }
        }
    }
    sum
}

/// # Safety
/// The processor has AVX2, and `at` are 64 bytes at a multiple of 32.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn two_vectors(at: *const u8) -> [__m256i; 2] {
    // SAFETY: the caller answers for it.
    unsafe { [_mm256_load_si256(at.cast()), _mm256_load_si256(at.add(32).cast())] }
}

/// Turn a row's sums into numbers and write them to `out`.
///
/// # Safety
/// The processor has AVX2.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn write_half(task: &PanelTask<'_>, row: usize, half: usize, sums: [__m256i; 2], out: &mut [f32]) {
    let of_row = &task.x.rows[task.first + row];
    let (scale, zero) = (_mm256_set1_ps(of_row.scale), _mm256_set1_epi32(of_row.zero));
    let (scales, weights) = (&task.scales[half..half + HALF], &task.sums[half..half + HALF]);
    let bias = &task.columns.bias[half..half + HALF];
    let mut values = [0.0; HALF];
    for (i, sum) in sums.into_iter().enumerate() {
        // SAFETY: scales, weights, bias and values hold 16 values each, of which this takes 8.
        unsafe {
            let at = i * 8;
            let off = _mm256_mullo_epi32(zero, _mm256_loadu_si256(weights.as_ptr().add(at).cast()));
            let value = _mm256_cvtepi32_ps(_mm256_sub_epi32(sum, off));
            let value = _mm256_mul_ps(_mm256_mul_ps(value, _mm256_loadu_ps(scales.as_ptr().add(at))), scale);
            let value = _mm256_add_ps(value, _mm256_loadu_ps(bias.as_ptr().add(at)));
            _mm256_storeu_ps(values.as_mut_ptr().add(at), value);
        }
    }
    let to = task.columns.of_row(row, out);
    let end = to.len().min(half + HALF);
    if half < end {
        to[half..end].copy_from_slice(&values[..end - half]);
    }
}
