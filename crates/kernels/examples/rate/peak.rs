//! What this processor multiplies at most, per tier.

use std::arch::asm;

use grens_kernels::Tier;

use crate::clock;

/// Runs of a chain that are timed; the best counts.
const TRIES: usize = 20;
const STEPS: u64 = 100_000;

/// Time `STEPS` runs of twelve of `$instruction`, each with a sum of its own, as many multiply-adds each as `$products`.
macro_rules! chains {
    ($instruction:literal, $register:literal, $products:literal) => {{
        let best = (0..TRIES)
            .map(|_| {
                let began = clock::now();
                // SAFETY: the caller checked that the processor has the instruction; only registers that are named are written.
                unsafe {
                    asm!(
                        "2:",
                        chains!(@one $instruction, $register, "0"), chains!(@one $instruction, $register, "1"),
                        chains!(@one $instruction, $register, "2"), chains!(@one $instruction, $register, "3"),
                        chains!(@one $instruction, $register, "4"), chains!(@one $instruction, $register, "5"),
                        chains!(@one $instruction, $register, "6"), chains!(@one $instruction, $register, "7"),
                        chains!(@one $instruction, $register, "8"), chains!(@one $instruction, $register, "9"),
                        chains!(@one $instruction, $register, "10"), chains!(@one $instruction, $register, "11"),
                        "dec {steps}",
                        "jnz 2b",
                        steps = inout(reg) STEPS => _,
                        out("xmm0") _, out("xmm1") _, out("xmm2") _, out("xmm3") _, out("xmm4") _, out("xmm5") _,
                        out("xmm6") _, out("xmm7") _, out("xmm8") _, out("xmm9") _, out("xmm10") _, out("xmm11") _,
                        options(nomem, nostack),
                    );
                }
                clock::now() - began
            })
            .fold(f64::INFINITY, f64::min);
        (12 * STEPS * $products) as f64 / best
    }};
    (@one $instruction:literal, $register:literal, $sum:literal) => {
        concat!($instruction, " ", $register, $sum, ", ", $register, "12, ", $register, "13")
    };
}

/// Multiply-adds a second of one thread.
pub(crate) fn products_per_second(tier: Tier) -> f64 {
    match tier {
        Tier::Avx2 => chains!("vfmadd231ps", "ymm", 8),
        Tier::AvxVnni => chains!("{{vex}} vpdpbusd", "ymm", 32),
        Tier::Avx512 => chains!("vfmadd231ps", "zmm", 16),
        Tier::Avx512Vnni => chains!("vpdpbusd", "zmm", 64),
        Tier::Amx => tiles(),
        _ => f64::NAN,
    }
}

/// Four tiles of sums, 16 x 16 x 64 multiply-adds an instruction.
fn tiles() -> f64 {
    let mut shapes = [0_u8; 64];
    shapes[0] = 1;
    for tile in 0..8 {
        shapes[16 + 2 * tile] = 64;
        shapes[48 + tile] = 16;
    }
    let best = (0..TRIES)
        .map(|_| {
            let began = clock::now();
            // SAFETY: that the tier is available shows that AMX is there and allowed.
            unsafe {
                asm!(
                    "ldtilecfg [{shapes}]",
                    "2:",
                    "tdpbusd tmm0, tmm4, tmm6",
                    "tdpbusd tmm1, tmm4, tmm7",
                    "tdpbusd tmm2, tmm5, tmm6",
                    "tdpbusd tmm3, tmm5, tmm7",
                    "dec {steps}",
                    "jnz 2b",
                    "tilerelease",
                    shapes = in(reg) &raw const shapes,
                    steps = inout(reg) STEPS / 4 => _,
                    out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                    options(nostack),
                );
            }
            clock::now() - began
        })
        .fold(f64::INFINITY, f64::min);
    (STEPS * 16 * 16 * 64) as f64 / best
}
