//! Finding CUDA's libraries at run time.
//!
//! `cudarc` asks the system's loader for a library by name. The loader knows those of an installed toolkit, not those that lie in a folder of Python
//! wheels; but it takes one that is loaded already for the one that is asked for. So what is found in the folders of [`LIBS_ENV`] is loaded from there first.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use libloading::Library;

use super::error::CudaError;

/// Environment variable: folders to look for libnvrtc and libcublasLt in, separated by colons, before the system is asked.
pub const LIBS_ENV: &str = "GRENS_CUDA_LIBS";

/// Where a toolkit lies that the loader was not told of.
const USUAL: [&str; 2] = ["/usr/local/cuda/lib64", "/usr/local/cuda/targets/x86_64-linux/lib"];

/// Beginnings of file names, each before those that need it.
const FILES: [&str; 3] = ["libnvrtc-builtins.so", "libnvrtc.so", "libcublasLt.so"];

/// Which libraries are there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) driver: bool,
    pub(super) nvrtc: bool,
    pub(super) cublas_lt: bool,
}

/// Look once a process.
pub(super) fn find() -> Found {
    static FOUND: OnceLock<Found> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let given = std::env::var_os(LIBS_ENV).unwrap_or_default();
        let folders: Vec<PathBuf> = std::env::split_paths(&given).filter(|p| !p.as_os_str().is_empty()).collect();
        load(&folders);
        let found = ask_loader();
        if found.nvrtc && found.cublas_lt {
            return found;
        }
        load(&USUAL.map(PathBuf::from));
        ask_loader()
    })
}

fn ask_loader() -> Found {
    use cudarc::{cublaslt, driver, nvrtc};
    // SAFETY: asking loads a library and lets it go again. These are NVIDIA's; what they do when they are loaded is what any CUDA program relies on.
    unsafe {
        Found {
            driver: driver::sys::is_culib_present(),
            nvrtc: nvrtc::sys::is_culib_present(),
            cublas_lt: cublaslt::sys::is_culib_present(),
        }
    }
}

/// Load what these folders have of CUDA, the first of each, and keep it loaded.
fn load(folders: &[PathBuf]) {
    for begins in FILES {
        for file in folders.iter().flat_map(|folder| named(folder, begins)) {
            // SAFETY: as for `ask_loader`; the folder was named by whoever runs this, or is the toolkit's own.
            if let Ok(library) = unsafe { Library::new(&file) } {
                // Kept to the end of the process, so that the loader goes on finding it.
                std::mem::forget(library);
                break;
            }
        }
    }
}

/// Files of a folder whose name begins so, in a fixed order.
fn named(folder: &Path, begins: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with(begins)))
        .collect();
    files.sort();
    files
}

/// That all is there, or the error that names what is not.
pub(super) fn require() -> Result<(), CudaError> {
    let found = find();
    if !found.driver {
        return Err(CudaError::Missing("the NVIDIA driver (libcuda) is not on this machine".to_owned()));
    }
    let missing: Vec<&str> = [("libnvrtc", found.nvrtc), ("libcublasLt", found.cublas_lt)]
        .into_iter()
        .filter(|(_, is_there)| !is_there)
        .map(|(name, _)| name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(CudaError::Missing(format!(
        "the driver is there, but {} cannot be loaded: install the CUDA toolkit, or name their folders in {LIBS_ENV} (scripts/cuda_env.py makes one)",
        missing.join(" and ")
    )))
}
