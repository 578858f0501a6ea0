//! Matrix products by cuBLASLt: bf16 in and out, sums in f32.
//!
//! Which algorithm multiplies by a matrix is asked once, for a full batch, and then kept for batches of any size. Its tiles walk along the inputs
//! in one order and sums are not split, so a row of the product does not depend on the batch that it is in. Should an algorithm refuse a
//! batch, cuBLASLt chooses anew for it, and such a batch may differ in the last bit.

use std::ffi::c_void;

use cudarc::cublaslt::{result, sys};
use cudarc::driver::{CudaSlice, DevicePtr, DevicePtrMut};

use super::error::CudaError;
use super::lane::Lane;

/// Bytes that an algorithm may use beside its inputs; what NVIDIA advises for Hopper.
pub(super) const WORKSPACE: usize = 32 << 20;

/// `CUBLAS_OP_T`: weights lie `[n_out, n_in]`, which is what has to be turned in an order of columns.
static TRANSPOSED: i32 = 1;

/// A way into cuBLASLt, one a lane.
pub(super) struct Handle(sys::cublasLtHandle_t);

// SAFETY: cuBLASLt may be called from any thread; a handle is owned by one lane, which one thread uses at a time.
unsafe impl Send for Handle {}

impl Handle {
    /// In the context that is current.
    pub(super) fn new() -> Result<Self, CudaError> {
        Ok(Self(result::create_handle()?))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: made by `new`, and nothing else ends it.
        let _ = unsafe { result::destroy_handle(self.0) };
    }
}

/// Where a matrix lies, in cuBLASLt's order: column by column.
struct Layout(sys::cublasLtMatrixLayout_t);

impl Layout {
    /// A row-major `[rows, width]` of bf16 is a column-major `[width, rows]`.
    fn of_rows(rows: usize, width: usize) -> Result<Self, CudaError> {
        let (rows, width) = (rows as u64, width as u64);
        Ok(Self(result::create_matrix_layout(sys::cudaDataType::CUDA_R_16BF, width, rows, width.cast_signed())?))
    }
}

impl Drop for Layout {
    fn drop(&mut self) {
        // SAFETY: made by `of_rows`, and nothing else ends it.
        let _ = unsafe { result::destroy_matrix_layout(self.0) };
    }
}

struct Description(sys::cublasLtMatmulDesc_t);

impl Drop for Description {
    fn drop(&mut self) {
        // SAFETY: made in `Plan::new`, and nothing else ends it.
        let _ = unsafe { result::destroy_matmul_desc(self.0) };
    }
}

struct Preference(sys::cublasLtMatmulPreference_t);

impl Drop for Preference {
    fn drop(&mut self) {
        // SAFETY: made in `choose`, and nothing else ends it.
        let _ = unsafe { result::destroy_matmul_pref(self.0) };
    }
}

/// How to multiply rows `[m, n_in]` by weights `[n_out, n_in]`.
pub(super) struct Plan {
    n_in: usize,
    n_out: usize,
    description: Description,
    weights: Layout,
    algorithm: sys::cublasLtMatmulAlgo_t,
}

// SAFETY: description, layout and algorithm lie in the host's memory and are only read once the plan is made.
unsafe impl Send for Plan {}
// SAFETY: as above.
unsafe impl Sync for Plan {}

impl Plan {
    /// `rows` of a full batch.
    pub(super) fn new(handle: &Handle, n_in: usize, n_out: usize, rows: usize) -> Result<Self, CudaError> {
        if !(n_in.is_multiple_of(8) && n_out.is_multiple_of(8)) || n_in == 0 || n_out == 0 {
            return Err(CudaError::Unsupported(format!(
                "a layer of {n_in} inputs and {n_out} outputs does not run on a GPU: both must be multiples of 8; use --device cpu"
            )));
        }
        let description = Description(result::create_matmul_desc(
            sys::cublasComputeType_t::CUBLAS_COMPUTE_32F,
            sys::cudaDataType::CUDA_R_32F,
        )?);
        // SAFETY: the attribute is an i32, which is read during the call.
        unsafe {
            result::set_matmul_desc_attribute(
                description.0,
                sys::cublasLtMatmulDescAttributes_t::CUBLASLT_MATMUL_DESC_TRANSA,
                (&raw const TRANSPOSED).cast(),
                size_of_val(&TRANSPOSED),
            )?;
        }
        let weights = Layout::of_rows(n_out, n_in)?;
        let (x, y) = (Layout::of_rows(rows, n_in)?, Layout::of_rows(rows, n_out)?);
        let algorithm = choose(handle, &description, &weights, &x, &y)?;
        Ok(Self { n_in, n_out, description, weights, algorithm })
    }

    pub(super) const fn n_in(&self) -> usize {
        self.n_in
    }

    pub(super) const fn n_out(&self) -> usize {
        self.n_out
    }

    /// `y = x * weights^T` on the lane's stream: `x` is `[rows, n_in]`, `y` `[rows, n_out]`, two values a word.
    pub(super) fn run(
        &self,
        lane: &Lane,
        weights: &CudaSlice<u32>,
        x: &CudaSlice<u32>,
        y: &mut CudaSlice<u32>,
        rows: usize,
    ) -> Result<(), CudaError> {
        let (needed, wanted) = (rows * self.n_in / 2, rows * self.n_out / 2);
        if rows == 0 || x.len() < needed || y.len() < wanted || weights.len() < self.n_in * self.n_out / 2 {
            return Err(CudaError::Shape(format!("{rows} rows of {} do not fit their buffers", self.n_in)));
        }
        lane.stream.context().bind_to_thread()?;
        let (x_layout, y_layout) = (Layout::of_rows(rows, self.n_in)?, Layout::of_rows(rows, self.n_out)?);
        match self.multiply(lane, weights, (x, &x_layout), (y, &y_layout), &self.algorithm) {
            Err(CudaError::Blas(_)) => {
                let other = choose(&lane.blas, &self.description, &self.weights, &x_layout, &y_layout)?;
                self.multiply(lane, weights, (x, &x_layout), (y, &y_layout), &other)
            }
            done => done,
        }
    }

    fn multiply(
        &self,
        lane: &Lane,
        weights: &CudaSlice<u32>,
        (x, x_layout): (&CudaSlice<u32>, &Layout),
        (y, y_layout): (&mut CudaSlice<u32>, &Layout),
        algorithm: &sys::cublasLtMatmulAlgo_t,
    ) -> Result<(), CudaError> {
        let (one, zero) = (1.0_f32, 0.0_f32);
        let stream = &lane.stream;
        let (w, _w) = weights.device_ptr(stream);
        let (x, _x) = x.device_ptr(stream);
        let (y, _y) = y.device_ptr_mut(stream);
        let (space, _space) = lane.workspace.device_ptr(stream);
        // SAFETY: all descriptions are alive; the buffers are as long as the layouts say (`run` checked), lie on the stream's device and are used
        // on this stream alone, but for weights, which nobody writes any more. The factors are read during the call.
        unsafe {
            result::matmul(
                lane.blas.0,
                self.description.0,
                (&raw const one).cast(),
                (&raw const zero).cast(),
                w as *const c_void,
                self.weights.0,
                x as *const c_void,
                x_layout.0,
                y as *const c_void,
                y_layout.0,
                y as *mut c_void,
                y_layout.0,
                algorithm,
                space as *mut c_void,
                WORKSPACE,
                stream.cu_stream().cast(),
            )?;
        }
        Ok(())
    }
}

/// The algorithm that cuBLASLt expects to be the fastest, of those that do not split sums where there are any.
fn choose(
    handle: &Handle,
    description: &Description,
    weights: &Layout,
    x: &Layout,
    y: &Layout,
) -> Result<sys::cublasLtMatmulAlgo_t, CudaError> {
    use sys::cublasLtMatmulPreferenceAttributes_t as Attribute;
    let ask = |is_split: bool| -> Result<_, CudaError> {
        let preference = Preference(result::create_matmul_pref()?);
        let (workspace, no_reduction) = (WORKSPACE, 0_u32);
        // SAFETY: each attribute has the type that cuBLASLt gives it, is read during the call, and all descriptions are alive.
        unsafe {
            result::set_matmul_pref_attribute(
                preference.0,
                Attribute::CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                (&raw const workspace).cast(),
                size_of_val(&workspace),
            )?;
            if !is_split {
                result::set_matmul_pref_attribute(
                    preference.0,
                    Attribute::CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
                    (&raw const no_reduction).cast(),
                    size_of_val(&no_reduction),
                )?;
            }
            let chosen =
                result::get_matmul_algo_heuristic(handle.0, description.0, weights.0, x.0, y.0, y.0, preference.0)?;
            Ok(chosen.algo)
        }
    };
    ask(false).or_else(|_| ask(true))
}
