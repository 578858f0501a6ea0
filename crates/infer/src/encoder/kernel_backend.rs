//! The packed encoder on this processor, by `grens-kernels`.

use std::cell::RefCell;

use grens_kernels::{
    Activation, AttentionShape, PackedMatrix, QuantisedMatrix, QuantisedRows, Queries, Tier, attention, layer_norm,
    linear, linear_int8, tanh,
};

use super::backend::Backend;
use crate::error::Result;
use crate::weights::{Matrix, MatrixData};

pub(super) struct Kernels {
    tier: Tier,
}

impl Kernels {
    pub(super) const fn new(tier: Tier) -> Self {
        Self { tier }
    }
}

pub(super) struct Rows {
    data: Vec<f32>,
    width: usize,
}

/// Buffers that a thread keeps for its next batch: fresh memory of some megabytes costs a page fault every 4 KiB.
const KEPT: usize = 6;

thread_local! {
    static POOL: RefCell<Vec<Vec<f32>>> = const { RefCell::new(vec![]) };
    /// The input of the 8-bit product that runs.
    static INPUT: RefCell<QuantisedRows> = RefCell::default();
}

impl Rows {
    /// Rows whose values are whatever stood in the buffer: for outputs that are written whole.
    fn unset(rows: usize, width: usize) -> Self {
        let mut data = POOL.with_borrow_mut(Vec::pop).unwrap_or_default();
        data.resize(rows * width, 0.0);
        Self { data, width }
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        let data = std::mem::take(&mut self.data);
        POOL.with_borrow_mut(|pool| {
            if pool.len() < KEPT {
                pool.push(data);
            }
        });
    }
}

pub(super) struct Linear {
    weight: Weight,
    bias: Vec<f32>,
}

enum Weight {
    F32(PackedMatrix),
    Int8(QuantisedMatrix),
}

pub(super) struct Norm {
    gain: Vec<f32>,
    shift: Vec<f32>,
    epsilon: f32,
}

impl Backend for Kernels {
    type Rows = Rows;
    type Linear = Linear;
    type Norm = Norm;

    fn describe(&self) -> String {
        format!("{} kernels", self.tier)
    }

    fn in_int8(layer: &Linear) -> bool {
        matches!(layer.weight, Weight::Int8(_))
    }

    fn make_linear(&self, weight: Matrix, bias: Vec<f32>) -> Result<Linear> {
        let (rows, cols) = (weight.rows, weight.cols);
        let weight = match weight.data {
            MatrixData::I8 { values, scales } if self.tier.prefers_int8() && cols <= QuantisedMatrix::MOST_INPUTS => {
                Weight::Int8(QuantisedMatrix::pack(&values, &scales, rows, cols))
            }
            _ => Weight::F32(PackedMatrix::pack(&weight.into_f32(), rows, cols)),
        };
        Ok(Linear { weight, bias })
    }

    fn make_norm(&self, gain: Vec<f32>, shift: Vec<f32>, epsilon: f32) -> Result<Norm> {
        Ok(Norm { gain, shift, epsilon })
    }

    fn make_rows(&self, data: Vec<f32>, width: usize) -> Result<Rows> {
        Ok(Rows { data, width })
    }

    fn linear(&self, x: &Rows, layer: &Linear, act: Activation) -> Result<Rows> {
        let mut out = Rows::unset(x.data.len() / x.width, layer.bias.len());
        match &layer.weight {
            Weight::F32(weight) => linear(self.tier, &x.data, weight, &layer.bias, act, &mut out.data),
            Weight::Int8(weight) => INPUT.with_borrow_mut(|input| {
                input.fill(self.tier, &x.data, x.width);
                linear_int8(self.tier, input, weight, &layer.bias, act, &mut out.data);
            }),
        }
        Ok(out)
    }

    fn add_norm(&self, mut x: Rows, residual: Option<&Rows>, norm: &Norm) -> Result<Rows> {
        let residual = residual.map_or(&[][..], |r| &r.data);
        layer_norm(self.tier, &mut x.data, residual, &norm.gain, &norm.shift, norm.epsilon);
        Ok(x)
    }

    fn attention(&self, qkv: &Rows, lengths: &[usize], shape: AttentionShape, queries: Queries) -> Result<Rows> {
        let width = shape.heads * shape.head_dim;
        let rows = if queries == Queries::All { lengths.iter().sum() } else { lengths.len() };
        let mut out = Rows::unset(rows, width);
        attention(self.tier, &qkv.data, lengths, shape, queries, &mut out.data);
        Ok(out)
    }

    fn first_rows(&self, x: &Rows, lengths: &[usize]) -> Result<Rows> {
        let mut data = Vec::with_capacity(lengths.len() * x.width);
        let mut first = 0;
        for length in lengths {
            data.extend_from_slice(&x.data[first * x.width..(first + 1) * x.width]);
            first += length;
        }
        Ok(Rows { data, width: x.width })
    }

    fn tanh(&self, mut x: Rows) -> Result<Rows> {
        tanh(self.tier, &mut x.data);
        Ok(x)
    }

    fn relu(&self, mut x: Rows) -> Result<Rows> {
        x.data.iter_mut().for_each(|v| *v = v.max(0.0));
        Ok(x)
    }

    fn to_vec(&self, x: Rows) -> Result<Vec<f32>> {
        Ok(x.data.clone())
    }
}
