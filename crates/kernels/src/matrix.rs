//! A weight matrix in the layout that the product kernels read.

use crate::aligned::AlignedFloats;

/// Outputs that are made together: two AVX-512 vectors or four AVX2 vectors.
pub const PANEL: usize = 32;

/// A linear layer's weight `[n_out, n_in]`, packed once at load: panels of 32 outputs, and within a panel input-major, so
/// that a kernel reads it front to back. The last panel is filled up with zeros.
#[derive(Clone)]
pub struct PackedMatrix {
    n_in: usize,
    n_out: usize,
    panels: AlignedFloats,
}

impl PackedMatrix {
    /// Pack `weight`, which is `[n_out, n_in]` row-major as PyTorch's `Linear` keeps it.
    ///
    /// # Panics
    /// When `weight.len() != n_out * n_in` or one of them is 0.
    #[must_use]
    pub fn pack(weight: &[f32], n_out: usize, n_in: usize) -> Self {
        assert!(n_in > 0 && n_out > 0, "a weight matrix has rows and columns");
        Self::pack_with(n_out, n_in, |row, out| out.copy_from_slice(&weight[row * n_in..(row + 1) * n_in]))
    }

    /// Pack a weight whose row `i`, of `n_in` values, is written by `fill(i, row)`: for weights that are unpacked from
    /// 8 bits on the way.
    ///
    /// # Panics
    /// When `n_in` or `n_out` is 0.
    #[must_use]
    pub fn pack_with(n_out: usize, n_in: usize, mut fill: impl FnMut(usize, &mut [f32])) -> Self {
        assert!(n_in > 0 && n_out > 0, "a weight matrix has rows and columns");
        let mut panels = AlignedFloats::zeroed(n_out.div_ceil(PANEL) * PANEL * n_in);
        let mut row = vec![0.0; n_in];
        let data = panels.as_mut_slice();
        for o in 0..n_out {
            fill(o, &mut row);
            let start = (o / PANEL) * PANEL * n_in + o % PANEL;
            for (k, &w) in row.iter().enumerate() {
                data[start + k * PANEL] = w;
            }
        }
        Self { n_in, n_out, panels }
    }

    /// Inputs of the layer.
    #[must_use]
    pub const fn n_in(&self) -> usize {
        self.n_in
    }

    /// Outputs of the layer.
    #[must_use]
    pub const fn n_out(&self) -> usize {
        self.n_out
    }

    /// Panel `i` as `[n_in, PANEL]`.
    pub(crate) fn panel(&self, i: usize) -> &[f32] {
        let size = PANEL * self.n_in;
        &self.panels.as_slice()[i * size..(i + 1) * size]
    }
}
