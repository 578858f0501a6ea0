//! What the packed encoder asks of the machine that it runs on. The encoder itself is written once, over this.

use grens_kernels::{Activation, AttentionShape, Precision, Queries};

use crate::error::Result;
use crate::weights::Matrix;

/// Arithmetic on rows of hidden states. Every operation keeps posts apart: a row's result depends on no other post.
pub(super) trait Backend: Send + Sync + Sized {
    /// Hidden states, `[rows, width]`.
    type Rows;
    /// A linear layer.
    type Linear: Send + Sync;
    /// A LayerNorm.
    type Norm: Send + Sync;

    /// A few words for people: which code, on what.
    fn describe(&self) -> String;
    /// Whether a layer multiplies in 8 bits.
    fn in_int8(layer: &Self::Linear) -> bool;

    /// `inputs` says how finely a backend that cuts a layer's inputs has to do so.
    fn make_linear(&self, weight: Matrix, bias: Vec<f32>, inputs: Precision) -> Result<Self::Linear>;
    fn make_norm(&self, gain: Vec<f32>, shift: Vec<f32>, epsilon: f32) -> Result<Self::Norm>;
    fn make_rows(&self, data: Vec<f32>, width: usize) -> Result<Self::Rows>;

    fn linear(&self, x: &Self::Rows, layer: &Self::Linear, act: Activation) -> Result<Self::Rows>;
    /// Two layers with GELU between them.
    fn feed_forward(&self, x: &Self::Rows, up: &Self::Linear, down: &Self::Linear) -> Result<Self::Rows> {
        self.linear(&self.linear(x, up, Activation::Gelu)?, down, Activation::None)
    }
    /// `norm(x + residual)`.
    fn add_norm(&self, x: Self::Rows, residual: Option<&Self::Rows>, norm: &Self::Norm) -> Result<Self::Rows>;
    fn attention(
        &self,
        qkv: &Self::Rows,
        lengths: &[usize],
        shape: AttentionShape,
        queries: Queries,
    ) -> Result<Self::Rows>;
    /// The first row of each sequence, `[sequences, width]`.
    fn first_rows(&self, x: &Self::Rows, lengths: &[usize]) -> Result<Self::Rows>;
    fn tanh(&self, x: Self::Rows) -> Result<Self::Rows>;
    fn relu(&self, x: Self::Rows) -> Result<Self::Rows>;
    /// All values, row-major.
    fn to_vec(&self, x: Self::Rows) -> Result<Vec<f32>>;
}
