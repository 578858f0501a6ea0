//! What the packed encoder asks of the machine that it runs on. The encoder itself is written once, over this.

use grens_kernels::{AttentionShape, Precision, Queries};

use super::embedding::Embeddings;
use crate::error::Result;
use crate::packed::PackedBatch;
use crate::weights::Matrix;

/// What stands between the two layers of the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Between {
    Tanh,
    Relu,
}

/// Weights and bias of a layer, as they were read.
pub(super) type Layer = (Matrix, Vec<f32>);

/// Arithmetic on rows of hidden states. Every operation keeps posts apart: a row's result depends on no other post.
pub(super) trait Backend: Send + Sync + Sized {
    /// Hidden states, `[rows, width]`.
    type Rows;
    /// A linear layer.
    type Linear: Send + Sync;
    /// A LayerNorm.
    type Norm: Send + Sync;
    /// What tokens are looked up in.
    type Embedding: Send + Sync;
    /// The layers after the first token's last hidden state.
    type Head: Send + Sync;

    /// Whether hidden states are kept in bf16.
    const IN_BF16: bool = false;

    /// A few words for people: which code, on what.
    fn describe(&self) -> String;
    /// What `run` gives, which may ask one of `threads` for help with a batch that is alone.
    fn with_partner<T>(&self, _threads: &rayon::ThreadPool, run: impl FnOnce() -> T) -> T {
        run()
    }
    /// Whether a layer multiplies in 8 bits.
    fn in_int8(layer: &Self::Linear) -> bool;

    /// `inputs` says how finely a backend that cuts a layer's inputs has to do so.
    fn make_linear(&self, weight: Matrix, bias: Vec<f32>, inputs: Precision) -> Result<Self::Linear>;
    fn make_norm(&self, gain: Vec<f32>, shift: Vec<f32>, epsilon: f32) -> Result<Self::Norm>;
    fn make_embedding(&self, tables: Embeddings) -> Result<Self::Embedding>;
    fn make_head(&self, pooler: Layer, between: Between, classifier: Layer) -> Result<Self::Head>;

    /// Words and positions of all tokens added up and normalised, `[tokens, hidden]`.
    fn embed(&self, batch: &PackedBatch, tables: &Self::Embedding, norm: &Self::Norm) -> Result<Self::Rows>;
    fn linear(&self, x: &Self::Rows, layer: &Self::Linear) -> Result<Self::Rows>;
    /// Two layers with GELU between them.
    fn feed_forward(&self, x: &Self::Rows, up: &Self::Linear, down: &Self::Linear) -> Result<Self::Rows>;
    /// `norm(x + residual)`.
    fn add_norm(&self, x: Self::Rows, residual: &Self::Rows, norm: &Self::Norm) -> Result<Self::Rows>;
    fn attention(
        &self,
        qkv: Self::Rows,
        lengths: &[usize],
        shape: AttentionShape,
        queries: Queries,
    ) -> Result<Self::Rows>;
    /// The first row of each sequence, `[sequences, width]`.
    fn first_rows(&self, x: &Self::Rows, lengths: &[usize]) -> Result<Self::Rows>;
    /// Logits of one row a sequence, `[sequences, labels]`.
    fn logits(&self, x: Self::Rows, head: &Self::Head) -> Result<Vec<f32>>;
}
