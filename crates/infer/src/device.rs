//! Where the arithmetic runs.

use std::fmt;
use std::str::FromStr;

use grens_kernels::Tier;

use crate::error::{InferError, Result};

/// What `--device` may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// The fastest that is built in and there: a GPU where there is one, else the CPU.
    #[default]
    Auto,
    /// This processor.
    Cpu,
    /// An NVIDIA GPU, by number.
    Cuda(usize),
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
            "cuda" => Ok(Self::Cuda(0)),
            _ => text
                .strip_prefix("cuda:")
                .and_then(|n| n.parse().ok())
                .map(Self::Cuda)
                .ok_or_else(|| format!("no device is called {text:?}: write auto, cpu, cuda, cuda:N or metal")),
        }
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(n) => write!(f, "cuda:{n}"),
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
}

impl Device {
    /// Find what was asked for.
    ///
    /// # Errors
    /// When it is not built in or not there, or `GRENS_KERNEL` forces a tier that is not.
    pub fn find(choice: DeviceChoice) -> Result<Self> {
        match choice {
            DeviceChoice::Cpu => Ok(Self::Cpu(Tier::detect()?)),
            DeviceChoice::Cuda(n) => cuda(n),
            DeviceChoice::Metal => metal(),
            DeviceChoice::Auto => match cuda(0).or_else(|_| metal()) {
                Ok(device) => Ok(device),
                Err(_) => Self::find(DeviceChoice::Cpu),
            },
        }
    }

    /// The device in candle's words.
    pub(crate) fn candle(&self) -> candle_core::Device {
        match self {
            Self::Cpu(_) => candle_core::Device::Cpu,
            Self::Accelerator(device) => device.clone(),
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu(_) => f.write_str("cpu"),
            Self::Accelerator(device) => write!(f, "{:?}", device.location()),
        }
    }
}

#[cfg(feature = "cuda")]
fn cuda(n: usize) -> Result<Device> {
    candle_core::Device::new_cuda(n).map(Device::Accelerator).map_err(|e| {
        InferError::Device(format!(
            "cuda:{n} is not there ({e}); check the driver with nvidia-smi, or use --device cpu"
        ))
    })
}

#[cfg(not(feature = "cuda"))]
fn cuda(n: usize) -> Result<Device> {
    Err(InferError::Device(format!(
        "cuda:{n} was asked for, but this grens was built without it; build with `--features cuda`, or use --device cpu"
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
        assert_eq!("cuda:3".parse(), Ok(DeviceChoice::Cuda(3)));
        assert_eq!("cuda".parse(), Ok(DeviceChoice::Cuda(0)));
        assert!("cuda:x".parse::<DeviceChoice>().is_err_and(|e| e.contains("cuda:x")));
        assert!("tpu".parse::<DeviceChoice>().is_err());
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn a_device_that_is_not_built_in_is_refused_with_advice() {
        let error = Device::find(DeviceChoice::Cuda(0)).map_err(|e| e.to_string());
        assert!(error.is_err_and(|e| e.contains("--features cuda") && e.contains("--device cpu")));
    }
}
