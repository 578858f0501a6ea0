//! Which instructions to use.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

/// A level of instructions that the kernels are compiled for, slowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// What the compiler makes of plain Rust on any processor.
    Plain,
    /// 64-bit Arm with NEON, which all of them have.
    Neon,
    /// The same with dot products of bytes: Cortex-A75 and A55, Neoverse, Apple's M1 and all after them.
    NeonDot,
    /// x86-64 with AVX2 and FMA.
    Avx2,
    /// The same with AVX-VNNI, 8-bit products of 256 bits: processors without AVX-512 from Alder Lake on.
    AvxVnni,
    /// x86-64 with AVX-512 F, BW, DQ and VL.
    Avx512,
    /// The same with VNNI, whose 8-bit products take a quarter of the time.
    Avx512Vnni,
    /// The same with AMX, whose tiles multiply 8-bit matrices eight times as fast again: Xeons from Sapphire Rapids on.
    Amx,
}

/// A tier that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TierError {
    /// No tier of this name.
    Unknown(String),
    /// The processor lacks it.
    NotHere(Tier),
}

impl fmt::Display for TierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => {
                let names: Vec<String> = Tier::ALL.iter().map(Tier::to_string).collect();
                write!(f, "no kernel tier is called {name:?}: choose one of {}", names.join(", "))
            }
            Self::NotHere(tier) => write!(f, "this processor cannot run the kernel tier {tier}"),
        }
    }
}

impl std::error::Error for TierError {}

impl Tier {
    /// All tiers, slowest first.
    pub const ALL: [Self; 8] =
        [Self::Plain, Self::Neon, Self::NeonDot, Self::Avx2, Self::AvxVnni, Self::Avx512, Self::Avx512Vnni, Self::Amx];

    /// Environment variable that forces a tier.
    pub const ENV: &'static str = "GRENS_KERNEL";

    /// Whether this processor can run the tier.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Plain => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni => Self::Avx2.is_available() && is_x86_feature_detected!("avxvnni"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                Self::Avx2.is_available()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => Self::Avx512.is_available() && is_x86_feature_detected!("avx512vnni"),
            #[cfg(target_arch = "x86_64")]
            Self::Amx => Self::Avx512Vnni.is_available() && crate::amx::is_available(),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => std::arch::is_aarch64_feature_detected!("neon"),
            #[cfg(target_arch = "aarch64")]
            Self::NeonDot => Self::Neon.is_available() && std::arch::is_aarch64_feature_detected!("dotprod"),
            // The tiers of other processors.
            _ => false,
        }
    }

    /// The fastest tier of this processor.
    #[must_use]
    pub fn fastest() -> Self {
        static FASTEST: OnceLock<Tier> = OnceLock::new();
        *FASTEST.get_or_init(|| Self::ALL.into_iter().rev().find(|t| t.is_available()).unwrap_or(Self::Plain))
    }

    /// Whether 8-bit products are the fastest that this tier has: then a model whose weights are kept in 8 bits runs in them.
    #[must_use]
    pub const fn prefers_int8(self) -> bool {
        matches!(self, Self::NeonDot | Self::AvxVnni | Self::Avx512Vnni | Self::Amx)
    }

    /// Whether kernels of 512 bits run on it.
    #[cfg(any(target_arch = "x86_64", test))]
    pub(crate) const fn has_avx512(self) -> bool {
        matches!(self, Self::Avx512 | Self::Avx512Vnni | Self::Amx)
    }

    /// The tier for the same model in f32.
    #[must_use]
    pub const fn in_f32(self) -> Self {
        match self {
            Self::NeonDot => Self::Neon,
            Self::AvxVnni => Self::Avx2,
            Self::Avx512Vnni | Self::Amx => Self::Avx512,
            other => other,
        }
    }

    /// The tier that [`Tier::ENV`] forces, else the fastest of this processor.
    ///
    /// # Errors
    /// When the variable names no tier, or one that this processor cannot run.
    pub fn detect() -> Result<Self, TierError> {
        match std::env::var(Self::ENV) {
            Ok(name) if !name.is_empty() => name.parse::<Self>()?.checked(),
            _ => Ok(Self::fastest()),
        }
    }

    /// This tier, if the processor can run it.
    ///
    /// # Errors
    /// [`TierError::NotHere`] if it cannot.
    pub fn checked(self) -> Result<Self, TierError> {
        if self.is_available() { Ok(self) } else { Err(TierError::NotHere(self)) }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Neon => "neon",
            Self::NeonDot => "neon-dot",
            Self::Avx2 => "avx2",
            Self::AvxVnni => "avx-vnni",
            Self::Avx512 => "avx512",
            Self::Avx512Vnni => "avx512-vnni",
            Self::Amx => "amx",
        })
    }
}

impl FromStr for Tier {
    type Err = TierError;

    fn from_str(name: &str) -> Result<Self, TierError> {
        Self::ALL.into_iter().find(|t| t.to_string() == name).ok_or_else(|| TierError::Unknown(name.to_owned()))
    }
}

/// Panics if `tier` cannot run here. Every kernel that takes a tier calls this before it dispatches, which is what
/// makes the dispatch sound whatever a caller passes.
#[inline]
pub(crate) fn assert_available(tier: Tier) {
    assert!(tier.is_available(), "kernel tier {tier} is not available on this processor");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        for tier in Tier::ALL {
            assert_eq!(tier.to_string().parse(), Ok(tier));
        }
        let error = "sse9".parse::<Tier>().map_err(|e| e.to_string());
        assert!(error.is_err_and(|e| e.contains("sse9") && e.contains("avx512")));
    }

    #[test]
    fn the_fastest_runs_and_so_does_its_f32_twin() {
        assert!(Tier::fastest().is_available() && Tier::fastest().in_f32().is_available());
        assert!(Tier::ALL.into_iter().all(|t| !t.in_f32().prefers_int8()));
    }
}
