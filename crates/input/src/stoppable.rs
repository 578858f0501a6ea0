//! A pipe that can be left at any moment, with all that was taken out of it at hand. A read that waits cannot be left: what has come meanwhile is lost with it, as is
//! what a reader above it had gathered of a line. So nothing is read before it is there.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Between two looks at the flag, in milliseconds.
const LOOK: u8 = 50;

/// At its end as soon as a flag is set, whatever would still come.
pub(super) struct Stoppable<R> {
    input: R,
    stop: &'static AtomicBool,
}

impl<R> Stoppable<R> {
    pub(super) const fn new(input: R, stop: &'static AtomicBool) -> Self {
        Self { input, stop }
    }
}

#[cfg(unix)]
impl<R: Read + std::os::fd::AsFd> Read for Stoppable<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use nix::errno::Errno;
        use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
        while !self.stop.load(Ordering::Relaxed) {
            let mut one = [PollFd::new(self.input.as_fd(), PollFlags::POLLIN)];
            match poll(&mut one, PollTimeout::from(LOOK)) {
                Ok(0) | Err(Errno::EINTR) => {}
                Ok(_) => return self.input.read(buffer),
                Err(e) => return Err(e.into()),
            }
        }
        Ok(0)
    }
}

/// Elsewhere a read waits, and the flag counts before the next one.
#[cfg(not(unix))]
impl<R: Read> Read for Stoppable<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) { Ok(0) } else { self.input.read(buffer) }
    }
}

/// Standard input, without the buffer that the standard library puts before it: what stands in there is not to be seen from outside.
#[cfg(unix)]
pub(super) fn stdin(stop: &'static AtomicBool) -> io::Result<Box<dyn Read + Send>> {
    use std::os::fd::AsFd as _;
    Ok(Box::new(Stoppable::new(File::from(io::stdin().as_fd().try_clone_to_owned()?), stop)))
}

/// Standard input.
#[cfg(not(unix))]
pub(super) fn stdin(stop: &'static AtomicBool) -> io::Result<Box<dyn Read + Send>> {
    Ok(Box::new(Stoppable::new(io::stdin(), stop)))
}

/// A named pipe. To open it waits for its writer, which a stop ends too: then nothing comes out of it.
pub(super) fn open(path: &Path, stop: &'static AtomicBool) -> io::Result<Box<dyn Read + Send>> {
    let (sender, opened) = channel();
    let path = path.to_owned();
    std::thread::spawn(move || sender.send(File::open(path)));
    loop {
        match opened.recv_timeout(Duration::from_millis(LOOK.into())) {
            Ok(file) => return Ok(Box::new(Stoppable::new(file?, stop))),
            Err(RecvTimeoutError::Timeout) if !stop.load(Ordering::Relaxed) => {}
            Err(_) => return Ok(Box::new(io::empty())),
        }
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn what_has_come_is_read_and_a_stop_ends_the_wait_for_more() {
        let stop: &'static AtomicBool = Box::leak(Box::default());
        let (mut writer, reader) = UnixStream::pair().unwrap();
        let (mut input, mut bytes) = (Stoppable::new(reader, stop), [0; 100]);
        writer.write_all(b"half a li").unwrap();
        let n = input.read(&mut bytes).unwrap();
        assert_eq!(&bytes[..n], b"half a li");
        // The writer stays; without the flag this never ends.
        let waiting = std::thread::spawn(move || input.read(&mut bytes).unwrap());
        std::thread::sleep(Duration::from_millis(5));
        stop.store(true, Ordering::Relaxed);
        assert_eq!(waiting.join().unwrap(), 0);
        drop(writer);
    }

    #[test]
    fn an_input_that_ends_ends() {
        let (writer, reader) = UnixStream::pair().unwrap();
        drop(writer);
        let mut bytes = vec![];
        Stoppable::new(reader, Box::leak(Box::default())).read_to_end(&mut bytes).unwrap();
        assert!(bytes.is_empty());
    }
}
