//! A GPU that was found, and what to tell people who look for one.

use std::fmt;
use std::sync::Arc;

use cudarc::driver::{CudaContext, sys};

use super::compile::ARCH_ENV;
use super::error::CudaError;
use super::library;

/// The oldest compute capability with bf16: Ampere.
const OLDEST: (i32, i32) = (8, 0);

/// A GPU, opened.
#[derive(Clone)]
pub struct Device {
    pub(super) context: Arc<CudaContext>,
    /// Its number, as `nvidia-smi` counts unless `CUDA_VISIBLE_DEVICES` says otherwise.
    pub ordinal: usize,
    /// Its name, such as `NVIDIA H100 80GB HBM3`.
    pub name: String,
    /// Compute capability, major and minor.
    pub capability: (i32, i32),
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cuda:{} ({})", self.ordinal, self.name)
    }
}

impl Device {
    /// Open GPU `ordinal`.
    ///
    /// # Errors
    /// When the driver or a library is missing, there is no such GPU, or it is older than Ampere.
    pub fn open(ordinal: usize) -> Result<Self, CudaError> {
        library::require()?;
        let count = CudaContext::device_count()?;
        if usize::try_from(count).is_ok_and(|n| ordinal >= n) {
            return Err(CudaError::Missing(format!("there is no GPU {ordinal}: the driver shows {count}")));
        }
        let context = CudaContext::new(ordinal)?;
        // SAFETY: with it off, what is used on several streams must be kept in order by us. Weights are written once and the device is waited for before
        // anything reads them (`Gpu::ready`); everything else belongs to one lane, whose work is in the order of its stream.
        unsafe { context.disable_event_tracking() };
        let (name, capability) = (context.name()?, context.compute_capability()?);
        if capability < OLDEST {
            let (major, minor) = capability;
            return Err(CudaError::Unsupported(format!(
                "cuda:{ordinal} ({name}) has compute capability {major}.{minor}; bf16 needs 8.0 or newer"
            )));
        }
        Ok(Self { context, ordinal, name, capability })
    }

    /// What kernels are compiled for: the device's own architecture, unless [`ARCH_ENV`] says otherwise.
    #[must_use]
    pub fn arch(&self) -> String {
        match std::env::var(ARCH_ENV) {
            Ok(arch) if !arch.is_empty() => arch,
            _ => format!("sm_{}{}", self.capability.0, self.capability.1),
        }
    }

    /// Bytes of its memory that are free, and all of them.
    ///
    /// # Errors
    /// When the driver does not say.
    pub fn memory(&self) -> Result<(usize, usize), CudaError> {
        Ok(self.context.mem_get_info()?)
    }
}

/// What there is of CUDA on this machine, a line a thing: driver, libraries, devices, and why a device cannot be used. For `grens doctor`.
#[must_use]
pub fn report() -> Vec<String> {
    let found = library::find();
    if !found.driver {
        return vec!["off: the NVIDIA driver (libcuda) is not on this machine".to_owned()];
    }
    let word = |is_there| if is_there { "found" } else { "MISSING" };
    let mut lines = vec![format!(
        "driver {}, libnvrtc {}, libcublasLt {}",
        driver_version().map_or_else(|| "of unknown version".to_owned(), |(a, b)| format!("for CUDA {a}.{b}")),
        word(found.nvrtc),
        word(found.cublas_lt)
    )];
    match CudaContext::device_count() {
        Ok(0) => lines.push("off: the driver shows no GPU".to_owned()),
        Ok(count) => {
            for ordinal in 0..usize::try_from(count).unwrap_or(0) {
                lines.push(match Device::open(ordinal) {
                    Ok(device) => {
                        let gib = |bytes: usize| bytes >> 30;
                        let memory = device.memory().map_or_else(
                            |e| e.to_string(),
                            |(free, all)| format!("{} of {} GiB free", gib(free), gib(all)),
                        );
                        format!("cuda:{ordinal} {}, {}, {memory}", device.name, device.arch())
                    }
                    Err(error) => format!("cuda:{ordinal} off: {error}"),
                });
            }
        }
        Err(error) => lines.push(format!("off: {}", CudaError::from(error))),
    }
    lines
}

/// The newest CUDA that the driver knows.
fn driver_version() -> Option<(i32, i32)> {
    let mut version = 0;
    // SAFETY: the driver's library is there (`report` looked), and `version` is written before it is read.
    unsafe { sys::cuDriverGetVersion(&raw mut version) }.result().ok()?;
    Some((version / 1000, version % 1000 / 10))
}
