//! Where the arithmetic runs.

use std::fmt;
use std::str::FromStr;

use grens_kernels::Tier;

use crate::error::{InferError, Result};

/// What `--device` may say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// The fastest that is built in and there: a GPU where there is one, else the CPU.
    #[default]
    Auto,
    /// This processor.
    Cpu,
    /// NVIDIA GPUs, by number; at least one, none twice.
    Cuda(Vec<usize>),
    /// Apple's GPU.
    Metal,
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "metal" => Ok(Self::Metal),
            "cuda" => Ok(Self::Cuda(vec![0])),
            _ => text.strip_prefix("cuda:").and_then(gpu_numbers).map(Self::Cuda).ok_or_else(|| {
                format!("no device is called {text:?}: write auto, cpu, cuda, cuda:N, cuda:N,M or metal")
            }),
        }
    }
}

/// Numbers separated by commas, none of them twice.
fn gpu_numbers(text: &str) -> Option<Vec<usize>> {
    let numbers: Vec<usize> = text.split(',').map(str::parse).collect::<std::result::Result<_, _>>().ok()?;
    let is_once = |(i, n): (usize, &usize)| !numbers[..i].contains(n);
    numbers.iter().enumerate().all(is_once).then_some(numbers)
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
                write!(f, "cuda:{}", numbers.join(","))
            }
            Self::Metal => f.write_str("metal"),
        }
    }
}

/// A device that was found.
#[derive(Debug, Clone)]
pub enum Device {
    /// This processor, with the kernel tier that runs.
    Cpu(Tier),
    /// A device that candle drives.
    Accelerator(candle_core::Device),
    /// NVIDIA GPUs.
    #[cfg(feature = "cuda")]
    Cuda(Vec<grens_kernels::cuda::Device>),
}

impl Device {
    /// Find what was asked for.
    ///
    /// # Errors
    /// When it is not built in or not there, or `GRENS_KERNEL` forces a tier that is not.
    pub fn find(choice: &DeviceChoice) -> Result<Self> {
        match choice {
            DeviceChoice::Cpu => Ok(Self::Cpu(Tier::detect()?)),
            DeviceChoice::Cuda(numbers) => cuda(numbers),
            DeviceChoice::Metal => metal(),
            DeviceChoice::Auto => match cuda(&[0]).or_else(|_| metal()) {
                Ok(device) => Ok(device),
                Err(_) => Self::find(&DeviceChoice::Cpu),
            },
        }
    }

    /// The device in candle's words.
    pub(crate) fn candle(&self) -> candle_core::Device {
        match self {
            Self::Cpu(_) => candle_core::Device::Cpu,
            Self::Accelerator(device) => device.clone(),
            // candle is built without CUDA.
            #[cfg(feature = "cuda")]
            Self::Cuda(_) => candle_core::Device::Cpu,
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu(_) => f.write_str("cpu"),
            Self::Accelerator(device) => write!(f, "{:?}", device.location()),
            #[cfg(feature = "cuda")]
            Self::Cuda(devices) => write!(f, "{devices:?}"),
        }
    }
}

#[cfg(feature = "cuda")]
fn cuda(numbers: &[usize]) -> Result<Device> {
    let open = |&number: &usize| {
        let opened = grens_kernels::cuda::Device::open(number);
        opened.map_err(|e| {
            InferError::Device(format!(
                "cuda:{number} cannot be used: {e}; grens doctor shows what is there, --device cpu always works"
            ))
        })
    };
    numbers.iter().map(open).collect::<Result<_>>().map(Device::Cuda)
}

#[cfg(not(feature = "cuda"))]
fn cuda(numbers: &[usize]) -> Result<Device> {
    Err(InferError::Device(format!(
        "{} was asked for, but this grens was built without it; build with `--features cuda`, or use --device cpu",
        DeviceChoice::Cuda(numbers.to_vec())
    )))
}

#[cfg(feature = "metal")]
fn metal() -> Result<Device> {
    candle_core::Device::new_metal(0)
        .map(Device::Accelerator)
        .map_err(|e| InferError::Device(format!("metal is not there ({e}); use --device cpu")))
}

#[cfg(not(feature = "metal"))]
fn metal() -> Result<Device> {
    Err(InferError::Device(
        "metal was asked for, but this grens was built without it; build with `--features metal`, or use --device cpu"
            .to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read() {
        assert_eq!("cuda:3".parse(), Ok(DeviceChoice::Cuda(vec![3])));
        assert_eq!("cuda".parse(), Ok(DeviceChoice::Cuda(vec![0])));
        assert_eq!("cuda:0,2".parse(), Ok(DeviceChoice::Cuda(vec![0, 2])));
        assert_eq!(DeviceChoice::Cuda(vec![0, 2]).to_string(), "cuda:0,2");
        for wrong in ["cuda:", "cuda:1,", "cuda:1,1"] {
            assert!(wrong.parse::<DeviceChoice>().is_err(), "{wrong}");
        }
        assert!("cuda:x".parse::<DeviceChoice>().is_err_and(|e| e.contains("cuda:x")));
        assert!("tpu".parse::<DeviceChoice>().is_err());
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn a_device_that_is_not_built_in_is_refused_with_advice() {
        let error = Device::find(&DeviceChoice::Cuda(vec![0])).map_err(|e| e.to_string());
        assert!(error.is_err_and(|e| e.contains("--features cuda") && e.contains("--device cpu")));
    }
}
