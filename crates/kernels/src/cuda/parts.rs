//! A model's parts on a device.

use std::sync::Arc;

use cudarc::driver::CudaSlice;

use super::bf16::narrow;
use super::error::CudaError;
use super::gemm::Plan;
use super::gpu::Gpu;

/// Weights of a linear layer as a model has them, `[n_out, n_in]` row-major.
pub enum LinearWeights<'a> {
    /// In f32; rounded to bf16.
    F32(&'a [f32]),
    /// In 8 bits with a scale a row; bf16 holds them as they are.
    I8 {
        /// `[n_out, n_in]`.
        values: &'a [i8],
        /// `[n_out]`.
        scales: &'a [f32],
    },
}

/// A linear layer.
pub struct Linear {
    /// bf16, two a word.
    pub(super) weights: CudaSlice<u32>,
    pub(super) plan: Plan,
    pub(super) finish: Arc<Finish>,
}

/// What is still to be done to a product: `value * scale[column] + bias[column]`.
pub(super) struct Finish {
    pub(super) scale: CudaSlice<f32>,
    pub(super) bias: CudaSlice<f32>,
}

/// A LayerNorm.
pub struct Norm {
    pub(super) gain: CudaSlice<f32>,
    pub(super) shift: CudaSlice<f32>,
    pub(super) epsilon: f32,
}

/// What ids and places are looked up in, all `[rows, hidden]` in f32.
pub struct Tables {
    /// A row an id.
    pub words: Vec<f32>,
    /// A row a place in a post, the token type added.
    pub positions: Vec<f32>,
    /// The row of `positions` of a post's first token.
    pub first_position: usize,
}

/// [`Tables`] on a device.
pub struct Embedding {
    pub(super) words: CudaSlice<f32>,
    pub(super) positions: CudaSlice<f32>,
    pub(super) first_position: usize,
    pub(super) ids: usize,
    pub(super) places: usize,
}

/// The layers after the first token's last hidden state, in f32.
pub struct HeadWeights<'a> {
    /// `[hidden, hidden]`, a row an output.
    pub dense: &'a [f32],
    /// `[hidden]`.
    pub dense_bias: &'a [f32],
    /// Between the layers: ReLU, else tanh.
    pub is_relu: bool,
    /// `[labels, hidden]`.
    pub output: &'a [f32],
    /// `[labels]`.
    pub output_bias: &'a [f32],
}

/// [`HeadWeights`] on a device.
pub struct Head {
    pub(super) dense: CudaSlice<f32>,
    pub(super) dense_bias: CudaSlice<f32>,
    pub(super) is_relu: bool,
    pub(super) output: CudaSlice<f32>,
    pub(super) output_bias: CudaSlice<f32>,
    pub(super) labels: usize,
}

impl Gpu {
    /// # Errors
    /// When the numbers do not fit together, no algorithm multiplies by such a matrix, or the device is full.
    pub fn linear(&self, weights: LinearWeights<'_>, n_in: usize, bias: &[f32]) -> Result<Linear, CudaError> {
        let n_out = bias.len();
        let ones;
        let (halves, scales): (Vec<u16>, &[f32]) = match weights {
            LinearWeights::F32(values) => {
                ones = vec![1.0; n_out];
                (values.iter().map(|&v| narrow(v)).collect(), &ones)
            }
            LinearWeights::I8 { values, scales } => (values.iter().map(|&q| narrow(f32::from(q))).collect(), scales),
        };
        if halves.len() != n_in * n_out || scales.len() != n_out {
            return Err(CudaError::Shape(format!(
                "a layer of {n_in} inputs and {n_out} outputs has {} weights",
                halves.len()
            )));
        }
        let plan = self.plan(n_in, n_out)?;
        // An even number of inputs: `plan` refuses others.
        let words: Vec<u32> = halves.chunks_exact(2).map(|p| u32::from(p[0]) | u32::from(p[1]) << 16).collect();
        let finish = Finish { scale: self.put(scales)?, bias: self.put(bias)? };
        Ok(Linear { weights: self.put(&words)?, plan, finish: Arc::new(finish) })
    }

    /// # Errors
    /// When the vectors are not as wide as the model, or the device is full.
    pub fn norm(&self, gain: &[f32], shift: &[f32], epsilon: f32) -> Result<Norm, CudaError> {
        self.expect("a LayerNorm", gain.len(), self.hidden())?;
        self.expect("a LayerNorm", shift.len(), self.hidden())?;
        Ok(Norm { gain: self.put(gain)?, shift: self.put(shift)?, epsilon })
    }

    /// # Errors
    /// When the tables are not as wide as the model, or the device is full.
    pub fn embedding(&self, tables: &Tables) -> Result<Embedding, CudaError> {
        let rows = |table: &[f32]| table.len() / self.hidden();
        let (ids, places) = (rows(&tables.words), rows(&tables.positions));
        self.expect("the table of words", tables.words.len(), ids.max(1) * self.hidden())?;
        self.expect("the table of positions", tables.positions.len(), places.max(1) * self.hidden())?;
        let (words, positions) = (self.put(&tables.words)?, self.put(&tables.positions)?);
        Ok(Embedding { words, positions, first_position: tables.first_position, ids, places })
    }

    /// # Errors
    /// When the layers do not fit the model, or the device is full.
    pub fn head(&self, weights: &HeadWeights<'_>) -> Result<Head, CudaError> {
        let (h, labels) = (self.hidden(), weights.output_bias.len());
        self.expect("the head's dense layer", weights.dense.len(), h * h)?;
        self.expect("the head's dense bias", weights.dense_bias.len(), h)?;
        self.expect("the head's output layer", weights.output.len(), labels.max(1) * h)?;
        // Inputs first, so that neighbouring threads read neighbouring weights.
        let dense: Vec<f32> = (0..h * h).map(|at| weights.dense[at % h * h + at / h]).collect();
        Ok(Head {
            dense: self.put(&dense)?,
            dense_bias: self.put(weights.dense_bias)?,
            is_relu: weights.is_relu,
            output: self.put(weights.output)?,
            output_bias: self.put(weights.output_bias)?,
            labels,
        })
    }

    fn expect(&self, what: &str, found: usize, wanted: usize) -> Result<(), CudaError> {
        if found == wanted { Ok(()) } else { Err(CudaError::Shape(format!("{what} has {found} values, not {wanted}"))) }
    }
}
