//! A device that runs a model of some size: kernels loaded, weights put in place, then lanes made of the memory that is left.

use std::sync::{Arc, Mutex, PoisonError};

use cudarc::driver::{CudaFunction, CudaSlice, CudaStream, DeviceRepr};
use cudarc::nvrtc::Ptx;

use super::compile::{ModelSize, compile};
use super::device::Device;
use super::error::CudaError;
use super::gemm::{Handle, Plan};
use super::lane::Lanes;

/// Names of the kernels in `source`.
pub(super) const KERNELS: [&str; 6] = ["embed", "add_norm", "first_rows", "finish_gelu", "attention", "head"];

/// Batches under way at once: one that computes, one whose kernels wait behind it, one whose results are looked at.
const LANES: usize = 3;

/// Tokens of a full batch: some milliseconds of work, so that launches and copies are a small part of it.
const MOST_TOKENS: usize = 16_384;

/// Tokens of a batch at least: the longest post that a model of 512 positions reads.
const LEAST_TOKENS: usize = 512;

pub(super) struct Kernels {
    pub(super) embed: CudaFunction,
    pub(super) add_norm: CudaFunction,
    pub(super) first_rows: CudaFunction,
    pub(super) finish_gelu: CudaFunction,
    pub(super) attention: CudaFunction,
    pub(super) head: CudaFunction,
}

/// A device with kernels for a model.
pub struct Gpu {
    pub(super) device: Device,
    pub(super) size: ModelSize,
    pub(super) kernels: Kernels,
    pub(super) lanes: Lanes,
    setup: Setup,
}

/// What weights are put in place with.
struct Setup {
    stream: Arc<CudaStream>,
    blas: Mutex<Handle>,
}

impl Gpu {
    /// Compile and load the kernels.
    ///
    /// # Errors
    /// When NVRTC refuses, or the driver does not take what it made.
    pub fn new(device: &Device, size: ModelSize) -> Result<Self, CudaError> {
        let arch = device.arch();
        let cubin = compile(&arch, size)?;
        let module = device.context.load_module(Ptx::from_binary(cubin.to_vec())).map_err(|e| match e.into() {
            CudaError::Driver(said) => CudaError::Unsupported(format!(
                "{device:?} does not take kernels for {arch} ({said}): update the driver, or use the NVRTC of its CUDA version"
            )),
            other => other,
        })?;
        let [embed, add_norm, first_rows, finish_gelu, attention, head] =
            KERNELS.map(|name| module.load_function(name));
        let kernels = Kernels {
            embed: embed?,
            add_norm: add_norm?,
            first_rows: first_rows?,
            finish_gelu: finish_gelu?,
            attention: attention?,
            head: head?,
        };
        device.context.bind_to_thread()?;
        let setup = Setup { stream: device.context.new_stream()?, blas: Mutex::new(Handle::new()?) };
        Ok(Self { lanes: Lanes::default(), device: device.clone(), size, kernels, setup })
    }

    /// Which device.
    #[must_use]
    pub const fn device(&self) -> &Device {
        &self.device
    }

    /// Batches that can be under way at once; 0 before [`Gpu::ready`].
    #[must_use]
    pub fn lanes(&self) -> usize {
        self.lanes.count()
    }

    pub(super) const fn hidden(&self) -> usize {
        self.size.hidden
    }

    /// Tokens that a batch should have at most, by the memory that is free now: half of it, shared by the lanes.
    ///
    /// # Errors
    /// When the driver does not say what is free.
    pub fn batch_tokens(&self, intermediate: usize) -> Result<usize, CudaError> {
        let (free, _) = self.device.memory()?;
        Ok(tokens_for(free, self.lanes(), self.hidden(), intermediate))
    }

    /// Wait until all weights are in place, and make lanes. To be called once, before the first batch. `intermediate` is the width between the
    /// feed-forward products.
    ///
    /// # Errors
    /// When the device has met an error, or has no memory left for one lane.
    pub fn ready(&self, intermediate: usize) -> Result<(), CudaError> {
        self.setup.stream.synchronize()?;
        self.lanes.make(&self.device.context, LANES, LEAST_TOKENS * bytes_a_token(self.hidden(), intermediate))
    }

    /// Copy values to the device for good.
    pub(super) fn put<T: DeviceRepr>(&self, values: &[T]) -> Result<CudaSlice<T>, CudaError> {
        Ok(self.setup.stream.clone_htod(values)?)
    }

    /// How to multiply by a matrix of this size.
    pub(super) fn plan(&self, n_in: usize, n_out: usize) -> Result<Plan, CudaError> {
        self.device.context.bind_to_thread()?;
        let blas = self.setup.blas.lock().unwrap_or_else(PoisonError::into_inner);
        Plan::new(&blas, n_in, n_out, MOST_TOKENS)
    }
}

/// What a lane holds of a token: rows of a layer that are alive at once (hidden states, queries with keys and values, their mix, its product, what lies
/// between the feed-forward products), two bytes a value; twice for buffers that are larger than what is asked for.
const fn bytes_a_token(hidden: usize, intermediate: usize) -> usize {
    2 * 2 * (6 * hidden + intermediate)
}

/// A power of two: buffers have such sizes.
fn tokens_for(free: usize, lanes: usize, hidden: usize, intermediate: usize) -> usize {
    let in_half = free / 2 / (lanes * bytes_a_token(hidden, intermediate)).max(1);
    1 << in_half.clamp(LEAST_TOKENS, MOST_TOKENS).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_budget_follows_free_memory() {
        assert_eq!(tokens_for(80 << 30, 3, 384, 1536), MOST_TOKENS);
        assert_eq!(tokens_for(0, 3, 384, 1536), LEAST_TOKENS);
        // 128 MiB: 64 for three lanes at 15,360 bytes a token are 1,456 tokens, and the power of two below.
        assert_eq!(tokens_for(128 << 20, 3, 384, 1536), 1024);
    }
}
