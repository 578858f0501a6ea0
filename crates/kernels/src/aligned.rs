//! Buffers that start on a cache line, so that a panel row is one or two aligned vector loads.

/// One cache line: `N` values of `T` that fill 64 bytes.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line<T, const N: usize>([T; N]);

/// A zeroed buffer aligned to 64 bytes.
#[derive(Clone)]
pub(crate) struct Aligned<T, const N: usize> {
    /// At least as many as `len` values take.
    lines: Vec<Line<T, N>>,
    len: usize,
}

impl<T, const N: usize> Default for Aligned<T, N> {
    fn default() -> Self {
        Self { lines: vec![], len: 0 }
    }
}

pub(crate) type AlignedFloats = Aligned<f32, 16>;
pub(crate) type AlignedBytes = Aligned<u8, 64>;

impl<T: Copy + Default, const N: usize> Aligned<T, N> {
    pub(crate) fn zeroed(len: usize) -> Self {
        const { assert!(size_of::<Line<T, N>>() == 64 && size_of::<T>() * N == 64, "a line is 64 bytes, without padding") }
        Self { lines: vec![Line([T::default(); N]); len.div_ceil(N)], len }
    }

    /// Make it hold `len` values: those that it held before keep what they had, also through a shorter length; the rest is zero.
    pub(crate) fn resize(&mut self, len: usize) {
        let lines = len.div_ceil(N);
        if lines > self.lines.len() {
            self.lines.resize(lines, Line([T::default(); N]));
        }
        self.len = len;
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        // SAFETY: `lines` holds at least `len` initialised values without padding between them.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast::<T>(), self.len) }
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: as in `as_slice`, and `self` is borrowed mutably.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast::<T>(), self.len) }
    }
}
