//! AMX: whether it may be used, and tiles of 16 rows by 16 outputs, of bytes and of bf16. The compiler has no stable intrinsics for it, so that
//! these are the only lines of assembly here.

use std::arch::asm;
use std::sync::OnceLock;

use crate::quantised_rows::TILE_ROWS;

/// Bytes of a tile's row: inputs of one step.
pub(crate) const TILE_BYTES: usize = 64;

/// Whether this processor has 8-bit tiles and the system lets this process use them. Linux wants to be asked once a process,
/// since tiles make every saved context 8 KiB larger; no other system is known here.
pub(crate) fn is_available() -> bool {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    *AVAILABLE.get_or_init(|| has_tiles() && may_use_tiles())
}

/// Whether tiles of bf16 may be used too: every processor with 8-bit tiles has them so far.
pub(crate) fn has_bf16() -> bool {
    const BF16: u32 = 1 << 22;
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    *AVAILABLE.get_or_init(|| is_available() && features() & BF16 != 0)
}

fn has_tiles() -> bool {
    const TILE_AND_INT8: u32 = 0b11 << 24;
    features() & TILE_AND_INT8 == TILE_AND_INT8
}

/// Leaf 7 of CPUID, where the bits of AMX are.
fn features() -> u32 {
    let most = std::arch::x86_64::__cpuid(0).eax;
    if most >= 7 { std::arch::x86_64::__cpuid_count(7, 0).edx } else { 0 }
}

#[cfg(target_os = "linux")]
fn may_use_tiles() -> bool {
    const ARCH_REQ_XCOMP_PERM: libc::c_long = 0x1023;
    const XFEATURE_XTILEDATA: libc::c_long = 18;
    // SAFETY: the call takes two numbers and touches no memory of this process.
    unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0 }
}

#[cfg(not(target_os = "linux"))]
const fn may_use_tiles() -> bool {
    false
}

/// Tiles that are set up on this thread until this is dropped.
pub(crate) struct Tiles(());

/// How `ldtilecfg` wants to be told the shapes of tiles.
#[repr(C, align(64))]
struct Shapes {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    bytes: [u16; 16],
    rows: [u8; 16],
}

impl Tiles {
    /// Set all eight up as 16 rows of 64 bytes.
    ///
    /// # Panics
    /// When AMX may not be used here.
    pub(crate) fn set_up() -> Self {
        assert!(is_available(), "AMX is not available here");
        let mut shapes = Shapes { palette: 1, start_row: 0, reserved: [0; 14], bytes: [0; 16], rows: [0; 16] };
        shapes.bytes[..8].fill(64);
        shapes.rows[..8].fill(16);
        // SAFETY: AMX is there and allowed; the shapes are 64 bytes of palette 1.
        unsafe { asm!("ldtilecfg [{}]", in(reg) &raw const shapes, options(nostack, readonly, preserves_flags)) };
        Self(())
    }
}

/// Sums of a tile: `[rows, outputs]`.
pub(crate) type Sums = [[i32; 16]; TILE_ROWS];

/// The sums of two tiles of rows by a panel: of the first tile with the first and the second 16 outputs, then those of the second.
#[repr(C, align(64))]
pub(crate) struct FourSums(pub(crate) [Sums; 4]);

impl FourSums {
    pub(crate) const fn new() -> Self {
        Self([[[0; 16]; TILE_ROWS]; 4])
    }
}

// Between these blocks of assembly tiles keep what they hold: the compiler itself uses none.
impl Tiles {
    /// Begin four sums.
    #[inline(always)]
    pub(crate) fn clear(&self) {
        // SAFETY: the tiles are set up, as `self` shows.
        unsafe {
            asm!(
                "tilezero tmm0", "tilezero tmm1", "tilezero tmm2", "tilezero tmm3",
                out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                options(nostack, nomem, preserves_flags),
            );
        }
    }

    /// Add the products of two tiles of 16 rows of u8 and a step of a panel, 64 inputs by 32 outputs of i8.
    ///
    /// # Safety
    /// `first` and `second` are each 16 rows of 64 bytes that begin `row_bytes` apart; `panel` holds 16 groups of 128 bytes
    /// (`QuantisedMatrix`).
    #[inline(always)]
    pub(crate) unsafe fn add(&self, first: *const u8, second: *const u8, row_bytes: usize, panel: *const u8) {
        // SAFETY: the caller answers for the reads; the tiles are set up, as `self` shows.
        unsafe {
            asm!(
                "tileloadd tmm6, [{panel} + {panel_row}]",
                "tileloadd tmm7, [{panel} + {panel_row} + 64]",
                "tileloadd tmm4, [{first} + {row}]",
                "tdpbusd tmm0, tmm4, tmm6",
                "tdpbusd tmm1, tmm4, tmm7",
                "tileloadd tmm5, [{second} + {row}]",
                "tdpbusd tmm2, tmm5, tmm6",
                "tdpbusd tmm3, tmm5, tmm7",
                panel = in(reg) panel,
                first = in(reg) first,
                second = in(reg) second,
                row = in(reg) row_bytes,
                panel_row = in(reg) 128_usize,
                out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
                options(nostack, readonly, preserves_flags),
            );
        }
    }

    /// Write the four sums.
    #[inline(always)]
    pub(crate) fn store(&self, sums: &mut FourSums) {
        // SAFETY: `sums` is four tiles of 1024 bytes; the tiles are set up, as `self` shows.
        unsafe {
            asm!(
                "tilestored [{sums} + {row}], tmm0",
                "tilestored [{sums} + {row} + 1024], tmm1",
                "tilestored [{sums} + {row} + 2048], tmm2",
                "tilestored [{sums} + {row} + 3072], tmm3",
                sums = in(reg) sums.0.as_mut_ptr(),
                row = in(reg) 64_usize,
                options(nostack, preserves_flags),
            );
        }
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: AMX is there, as this value shows. Tiles in use would slow every switch of threads.
        unsafe { asm!("tilerelease", options(nostack, nomem, preserves_flags)) };
    }
}

/// What a tile holds: 16 rows of 16 f32, or of 16 pairs of bf16 in their places.
pub(crate) const TILE: usize = 256;

/// Numbers cut in two: a tile of the high terms, bf16 in pairs, and one of the rests.
pub(crate) type Split = [f32; 2 * TILE];

/// The products of 16 rows of `a` with each of `b`, 16 columns of the same pairs, summed up in f32: high by high, rest by high and high by rest.
///
/// # Safety
/// The processor has tiles of bf16.
#[inline(always)]
pub(crate) unsafe fn products(_: &Tiles, a: &Split, b: &[Split], sums: &mut [[f32; TILE]]) {
    assert!(b.len() == sums.len() && !b.is_empty());
    // SAFETY: as much is read and written as the lengths say; the tiles are set up, as `Tiles` shows.
    unsafe {
        asm!(
            "tileloadd tmm0, [{a} + {row}]",
            "tileloadd tmm1, [{a} + {row} + 1024]",
            "2:",
            "tilezero tmm2",
            "tileloadd tmm3, [{b} + {row}]",
            "tdpbf16ps tmm2, tmm0, tmm3",
            "tdpbf16ps tmm2, tmm1, tmm3",
            "tileloadd tmm4, [{b} + {row} + 1024]",
            "tdpbf16ps tmm2, tmm0, tmm4",
            "tilestored [{sums} + {row}], tmm2",
            "add {b}, 2048",
            "add {sums}, 1024",
            "dec {count}",
            "jnz 2b",
            a = in(reg) a.as_ptr(),
            b = inout(reg) b.as_ptr() => _,
            sums = inout(reg) sums.as_mut_ptr() => _,
            count = inout(reg) b.len() => _,
            row = in(reg) 64_usize,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _, out("tmm4") _,
            options(nostack),
        );
    }
}

/// The sum of the products of each of `a`, 16 rows, with its partner of `b`, 16 columns, as [`products`] makes them.
///
/// # Safety
/// The processor has tiles of bf16.
#[inline(always)]
pub(crate) unsafe fn sum_of_products(_: &Tiles, a: &[Split], b: &[Split], sums: &mut [f32; TILE]) {
    assert!(a.len() == b.len() && !b.is_empty());
    // SAFETY: as above.
    unsafe {
        asm!(
            "tilezero tmm0",
            "2:",
            "tileloadd tmm1, [{a} + {row}]",
            "tileloadd tmm2, [{b} + {row}]",
            "tdpbf16ps tmm0, tmm1, tmm2",
            "tileloadd tmm3, [{a} + {row} + 1024]",
            "tdpbf16ps tmm0, tmm3, tmm2",
            "tileloadd tmm4, [{b} + {row} + 1024]",
            "tdpbf16ps tmm0, tmm1, tmm4",
            "add {a}, 2048",
            "add {b}, 2048",
            "dec {count}",
            "jnz 2b",
            "tilestored [{sums} + {row}], tmm0",
            a = inout(reg) a.as_ptr() => _,
            b = inout(reg) b.as_ptr() => _,
            count = inout(reg) b.len() => _,
            sums = in(reg) sums.as_mut_ptr(),
            row = in(reg) 64_usize,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _, out("tmm4") _,
            options(nostack),
        );
    }
}
