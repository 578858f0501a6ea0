//! A stream with what a batch needs on it, and the lanes that are free.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use cudarc::driver::sys::{CU_MEMHOSTALLOC_WRITECOMBINED, CUevent_flags};
use cudarc::driver::{
    CudaContext, CudaEvent, CudaSlice, CudaStream, CudaView, DevicePtr, DevicePtrMut, PinnedHostSlice,
};

use super::error::CudaError;
use super::gemm::{Handle, WORKSPACE};

/// One batch under way. Whoever has it uses its stream alone, so work on it is in the order in which it was asked for.
pub(super) struct Lane {
    pub(super) stream: Arc<CudaStream>,
    pub(super) blas: Handle,
    pub(super) workspace: CudaSlice<u8>,
    /// Recorded when a batch's results are on their way; waiting for it lets the processor sleep.
    done: CudaEvent,
    /// Buffers that no rows are in. Their sizes are powers of two, so that batches of about the same size find what others left.
    spare: Mutex<Vec<CudaSlice<u32>>>,
    /// What a batch brings: page-locked, so that copying needs no processor.
    staging: Mutex<Staging>,
}

struct Staging {
    inputs: PinnedHostSlice<u32>,
    results: PinnedHostSlice<f32>,
}

/// Smallest buffer, in words.
const LEAST_WORDS: usize = 4096;

impl Lane {
    pub(super) fn new(context: &Arc<CudaContext>) -> Result<Self, CudaError> {
        context.bind_to_thread()?;
        let stream = context.new_stream()?;
        // SAFETY: nothing reads it before cuBLASLt has written it.
        let workspace = unsafe { stream.alloc(WORKSPACE)? };
        let staging = Staging { inputs: pinned(context, LEAST_WORDS)?, results: pinned_to_read(context, LEAST_WORDS)? };
        Ok(Self {
            blas: Handle::new()?,
            workspace,
            done: context.new_event(Some(CUevent_flags::CU_EVENT_BLOCKING_SYNC))?,
            spare: Mutex::default(),
            staging: Mutex::new(staging),
            stream,
        })
    }

    /// A buffer of at least so many words; what stands in it is whatever stood there.
    pub(super) fn take(&self, words: usize) -> Result<CudaSlice<u32>, CudaError> {
        let size = words.next_power_of_two().max(LEAST_WORDS);
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = spare.iter().position(|b| b.len() == size) {
            return Ok(spare.swap_remove(at));
        }
        // SAFETY: every kernel writes the whole of its output before anything reads it.
        let fresh = unsafe { self.stream.alloc(size) };
        match fresh.map_err(CudaError::from) {
            Err(CudaError::OutOfMemory) if !spare.is_empty() => {
                // Buffers of other sizes may be in the way.
                spare.clear();
                self.stream.synchronize()?;
                // SAFETY: as above.
                Ok(unsafe { self.stream.alloc(size)? })
            }
            fresh => fresh,
        }
    }

    /// Rows are gone; their buffer serves the next ones, whose work comes after on the stream.
    pub(super) fn give_back(&self, buffer: CudaSlice<u32>) {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }

    /// Give up the buffers that no rows are in, for others to use. Whether there were any.
    fn give_up_spare(&self) -> bool {
        let spare = std::mem::take(&mut *self.spare.lock().unwrap_or_else(PoisonError::into_inner));
        let had_some = !spare.is_empty();
        drop(spare);
        // Only then is the memory anybody's. An error is told by whoever asks for results.
        let _ = self.stream.synchronize();
        had_some
    }

    /// Copy words to the device, through page-locked memory. Called once a batch: what an earlier batch staged has left.
    pub(super) fn upload(&self, words: &[u32]) -> Result<CudaSlice<u32>, CudaError> {
        let mut buffer = self.take(words.len())?;
        let mut staging = self.staging.lock().unwrap_or_else(PoisonError::into_inner);
        if staging.inputs.len() < words.len() {
            staging.inputs = pinned(self.stream.context(), words.len().next_power_of_two())?;
        }
        let Some(staged) = staging.inputs.as_mut_slice()?.get_mut(..words.len()) else {
            return Err(CudaError::Shape("a batch does not fit its staging memory".to_owned()));
        };
        staged.copy_from_slice(words);
        let (to, _written) = buffer.device_ptr_mut(&self.stream);
        // SAFETY: `to` has room for as many words. The staged ones stay as they are until the stream has been waited for, which every batch does at its
        // end (`Session`), and only then does the lane take another.
        unsafe { cudarc::driver::result::memcpy_htod_async(to, staged, self.stream.cu_stream())? };
        drop(_written);
        Ok(buffer)
    }

    /// Wait for everything that was asked of the stream, and read the first `count` values of `from`.
    pub(super) fn read(&self, from: &CudaView<'_, f32>, count: usize) -> Result<Vec<f32>, CudaError> {
        if from.len() < count {
            return Err(CudaError::Shape(format!("{count} results do not fit their buffer")));
        }
        let mut staging = self.staging.lock().unwrap_or_else(PoisonError::into_inner);
        if staging.results.len() < count {
            staging.results = pinned_to_read(self.stream.context(), count.next_power_of_two())?;
        }
        let Some(to) = staging.results.as_mut_slice()?.get_mut(..count) else {
            return Err(CudaError::Shape(format!("{count} results do not fit their staging memory")));
        };
        let (device, _read) = from.device_ptr(&self.stream);
        // SAFETY: both sides have `count` values, and `to` is not looked at before the event behind the copy has passed.
        unsafe { cudarc::driver::result::memcpy_dtoh_async(to, device, self.stream.cu_stream())? };
        drop(_read);
        self.done.record(&self.stream)?;
        self.done.synchronize()?;
        Ok(to.to_vec())
    }

    /// Wait until nothing of a batch is under way.
    pub(super) fn settle(&self) {
        // An error was or will be told by whoever asks for results.
        let _ = self.stream.synchronize();
    }
}

/// Page-locked memory that the processor only writes.
fn pinned(context: &Arc<CudaContext>, len: usize) -> Result<PinnedHostSlice<u32>, CudaError> {
    // SAFETY: any bits are a number, and what is copied was written before.
    Ok(unsafe { context.alloc_pinned_with_flags(len, CU_MEMHOSTALLOC_WRITECOMBINED)? })
}

/// Page-locked memory that the processor reads.
fn pinned_to_read(context: &Arc<CudaContext>, len: usize) -> Result<PinnedHostSlice<f32>, CudaError> {
    // SAFETY: as for `pinned`.
    Ok(unsafe { context.alloc_pinned_with_flags(len, 0)? })
}

/// The lanes of a device.
#[derive(Default)]
pub(super) struct Lanes {
    free: Mutex<Vec<Lane>>,
    freed: Condvar,
    count: AtomicUsize,
}

impl Lanes {
    /// Make lanes: up to `wanted`, as many as there is memory for with a batch of `least_batch` bytes on each, at least one.
    pub(super) fn make(&self, context: &Arc<CudaContext>, wanted: usize, least_batch: usize) -> Result<(), CudaError> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while free.len() < wanted {
            let (left, _) = context.mem_get_info()?;
            if !free.is_empty() && left < WORKSPACE + (free.len() + 1) * least_batch {
                break;
            }
            match Lane::new(context) {
                Ok(lane) => free.push(lane),
                Err(CudaError::OutOfMemory) if !free.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        self.count.store(free.len(), Ordering::Relaxed);
        Ok(())
    }

    /// 0 before they are made.
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Have lanes that nobody uses give up the memory that they keep for later. Whether there was any.
    pub(super) fn give_up_spare(&self) -> bool {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.iter().filter(|lane| lane.give_up_spare()).count() > 0
    }

    /// A free lane; waits for one where there is none.
    pub(super) fn acquire(&self) -> Lane {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match free.pop() {
                Some(lane) => return lane,
                None => free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    pub(super) fn release(&self, lane: Lane) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(lane);
        self.freed.notify_one();
    }
}
