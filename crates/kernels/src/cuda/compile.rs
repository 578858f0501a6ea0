//! The kernels, compiled at run time for a device and for the sizes of a model.

use std::collections::HashMap;
use std::ffi::{CString, c_char};
use std::sync::{Arc, Mutex, PoisonError};

use cudarc::nvrtc::{result, sys};

use super::error::CudaError;
use super::library;

/// Environment variable: compile for this architecture (such as `sm_90`) instead of the device's own.
pub const ARCH_ENV: &str = "GRENS_CUDA_ARCH";

/// All kernels: one program.
const SOURCE: &str = concat!(
    include_str!("source/common.cuh"),
    include_str!("source/rows.cu"),
    include_str!("source/gelu.cu"),
    include_str!("source/attention.cu"),
    include_str!("source/head.cu"),
);

/// What the head's shared memory holds at most.
const MOST_HIDDEN: usize = 1536;
/// What a lane's registers hold at most of a query and its output.
const MOST_HEAD_DIM: usize = 128;

/// Sizes of a model that kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ModelSize {
    /// Width of a row of hidden states.
    pub hidden: usize,
    /// Attention heads.
    pub heads: usize,
}

impl ModelSize {
    /// # Errors
    /// When the kernels cannot be compiled for these sizes.
    fn check(self) -> Result<Self, CudaError> {
        let Self { hidden, heads } = self;
        let is_good = heads > 0 && hidden.is_multiple_of(heads) && (hidden / heads).is_multiple_of(8);
        if is_good && hidden <= MOST_HIDDEN && hidden / heads <= MOST_HEAD_DIM {
            return Ok(self);
        }
        Err(CudaError::Unsupported(format!(
            "hidden states of {hidden} in {heads} heads do not run on a GPU: heads must be multiples of 8 wide, up to {MOST_HEAD_DIM}, \
             and hidden states at most {MOST_HIDDEN}; use --device cpu"
        )))
    }
}

/// The program that NVRTC makes, which ends with it.
struct Program(sys::nvrtcProgram);

impl Drop for Program {
    fn drop(&mut self) {
        // SAFETY: made by `create_program`, and this is the only place that ends it.
        let _ = unsafe { result::destroy_program(self.0) };
    }
}

/// Machine code (a cubin) of all kernels for `arch`, such as `sm_90`. Needs NVRTC, but no GPU. Compiled once a process.
///
/// # Errors
/// When NVRTC is not there, does not know `arch`, or the sizes are none that kernels exist for.
pub fn compile(arch: &str, size: ModelSize) -> Result<Arc<Vec<u8>>, CudaError> {
    type Compiled = HashMap<(String, ModelSize), Arc<Vec<u8>>>;
    static COMPILED: Mutex<Option<Compiled>> = Mutex::new(None);
    let size = size.check()?;
    if !library::find().nvrtc {
        return Err(CudaError::Missing(format!("libnvrtc cannot be loaded; name its folder in {}", library::LIBS_ENV)));
    }
    // Held while compiling, so that two devices do not compile the same thing side by side.
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let compiled = compiled.get_or_insert_default();
    let key = (arch.to_owned(), size);
    if let Some(cubin) = compiled.get(&key) {
        return Ok(Arc::clone(cubin));
    }
    let cubin = Arc::new(run_nvrtc(arch, size)?);
    compiled.insert(key, Arc::clone(&cubin));
    Ok(cubin)
}

fn run_nvrtc(arch: &str, size: ModelSize) -> Result<Vec<u8>, CudaError> {
    let failed = |log: String| CudaError::Compile { arch: arch.to_owned(), log };
    let said = |e: result::NvrtcError| failed(format!("{:?}", e.0));
    let source = CString::new(SOURCE).map_err(|e| failed(e.to_string()))?;
    if arch.contains('\0') {
        return Err(failed("that is no architecture".to_owned()));
    }
    let program = Program(result::create_program(&source, None).map_err(said)?);
    // Real architectures give machine code, which a driver loads whether or not it knows this NVRTC's language.
    let options = [
        format!("--gpu-architecture={arch}"),
        format!("-DHIDDEN={}", size.hidden),
        format!("-DHEADS={}", size.heads),
        format!("-DHEAD_DIM={}", size.hidden / size.heads),
    ];
    // SAFETY: the program is alive until the end of this function.
    if let Err(error) = unsafe { result::compile_program(program.0, &options) } {
        // SAFETY: as above.
        let log = unsafe { result::get_program_log(program.0) }.unwrap_or_default();
        let log: Vec<u8> = log.into_iter().map(|c| c.cast_unsigned()).take_while(|&c| c != 0).collect();
        return Err(failed(format!("{:?}: {}", error.0, String::from_utf8_lossy(&log).trim())));
    }
    let mut bytes = 0;
    // SAFETY: the program is alive and compiled, `bytes` is written before it is read.
    unsafe { sys::nvrtcGetCUBINSize(program.0, &raw mut bytes).result() }.map_err(said)?;
    if bytes == 0 {
        return Err(failed("it gave no machine code; name a real architecture such as sm_90".to_owned()));
    }
    let mut cubin = vec![0_u8; bytes];
    // SAFETY: NVRTC writes the `bytes` bytes that it said, and the buffer has as many.
    unsafe { sys::nvrtcGetCUBIN(program.0, cubin.as_mut_ptr().cast::<c_char>()).result() }.map_err(said)?;
    Ok(cubin)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::print_stderr)]
mod tests {
    use super::*;

    /// For every architecture of the range that is covered, and for the sizes of the fixtures, the shipped model and larger ones.
    #[test]
    fn nvrtc_compiles_every_kernel() {
        if !library::find().nvrtc {
            eprintln!("skipped: libnvrtc is not here; name its folder in {}", library::LIBS_ENV);
            return;
        }
        let archs = ["sm_80", "sm_86", "sm_89", "sm_90"].map(|arch| (arch, 384, 12));
        for (arch, hidden, heads) in
            archs.into_iter().chain([("sm_90", 32, 4), ("sm_90", 768, 12), ("sm_80", 1024, 16)])
        {
            let cubin = compile(arch, ModelSize { hidden, heads }).unwrap();
            assert!(cubin.starts_with(b"\x7fELF"), "{arch} {hidden}");
            for kernel in super::super::gpu::KERNELS {
                let name = format!(".text.{kernel}\0");
                assert!(cubin.windows(name.len()).any(|w| w == name.as_bytes()), "{arch} {hidden} {kernel}");
            }
        }
        let error = compile("sm_1", ModelSize { hidden: 32, heads: 4 }).unwrap_err().to_string();
        assert!(error.contains("sm_1"), "{error}");
    }

    #[test]
    fn sizes_that_no_kernel_is_for_are_refused() {
        for (hidden, heads) in [(384, 0), (384, 11), (36, 3), (2048, 16), (512, 2)] {
            let error = compile("sm_90", ModelSize { hidden, heads }).unwrap_err();
            assert!(matches!(error, CudaError::Unsupported(_)), "{hidden} {heads} {error}");
        }
    }
}
