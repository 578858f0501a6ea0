//! Weights of a linear layer in 8 bits, as they are shipped.

use crate::aligned::AlignedBytes;
use crate::matrix::PANEL;

/// Inputs that one VNNI instruction multiplies and adds for each output.
pub(crate) const GROUP: usize = 4;

/// Bytes that a row of `n_in` inputs takes: whole cache lines, which are also the steps of an AMX tile.
pub(crate) const fn padded_width(n_in: usize) -> usize {
    n_in.next_multiple_of(64)
}

/// A linear layer's weight `[n_out, n_in]` in 8 bits with one scale an output, packed once at load: panels of 32 outputs, and
/// within a panel four inputs of every output side by side. What is missing to whole panels and whole steps of 64 inputs is 0.
#[derive(Clone)]
pub struct QuantisedMatrix {
    n_in: usize,
    n_out: usize,
    panels: AlignedBytes,
    /// Per output, filled up to whole panels: the scale, and the sum of its weights, which takes a row's zero point out of a sum.
    scales: Vec<f32>,
    sums: Vec<i32>,
}

impl QuantisedMatrix {
    /// More inputs than this could overflow a sum: a quarter of a row's values can be outliers of 2^14 at worst (two lanes of 16
    /// at each end), times weights of 2^7, beside the low bytes.
    pub const MOST_INPUTS: usize = 3584;

    /// Pack `values`, which are `[n_out, n_in]` row-major with `weight = value * scales[row]`.
    ///
    /// # Panics
    /// When the lengths do not fit together, `n_in` or `n_out` is 0, or `n_in` is above [`Self::MOST_INPUTS`].
    #[must_use]
    pub fn pack(values: &[i8], scales: &[f32], n_out: usize, n_in: usize) -> Self {
        assert!(n_in > 0 && n_out > 0, "a weight matrix has rows and columns");
        assert!(n_in <= Self::MOST_INPUTS, "a sum of {n_in} products may not fit 32 bits");
        assert_eq!(values.len(), n_out * n_in, "one value per weight");
        assert_eq!(scales.len(), n_out, "one scale per output");
        let width = padded_width(n_in);
        let padded = n_out.next_multiple_of(PANEL);
        let mut panels = AlignedBytes::zeroed(padded * width);
        let data = panels.as_mut_slice();
        let mut sums = vec![0; padded];
        for (o, row) in values.chunks_exact(n_in).enumerate() {
            let start = (o / PANEL) * PANEL * width + (o % PANEL) * GROUP;
            for (group, four) in row.chunks(GROUP).enumerate() {
                for (to, w) in data[start + group * PANEL * GROUP..].iter_mut().zip(four) {
                    *to = w.cast_unsigned();
                }
            }
            sums[o] = row.iter().map(|&w| i32::from(w)).sum();
        }
        let mut scales = scales.to_vec();
        scales.resize(padded, 0.0);
        Self { n_in, n_out, panels, scales, sums }
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

    /// Panel `i` as `[padded_width(n_in) / GROUP, PANEL, GROUP]` bytes of i8.
    pub(crate) fn panel(&self, i: usize) -> &[u8] {
        let size = PANEL * padded_width(self.n_in);
        &self.panels.as_slice()[i * size..(i + 1) * size]
    }

    /// Scales and sums of panel `i`'s outputs.
    pub(crate) fn of_panel(&self, i: usize) -> (&[f32], &[i32]) {
        (&self.scales[i * PANEL..(i + 1) * PANEL], &self.sums[i * PANEL..(i + 1) * PANEL])
    }
}
