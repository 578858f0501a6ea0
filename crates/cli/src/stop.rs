//! Ctrl-C and SIGTERM: the window in hand is finished, then the command ends.

use std::sync::atomic::{AtomicBool, Ordering};

static STOP: AtomicBool = AtomicBool::new(false);

/// The flag that a signal sets. A second signal ends the process at once.
pub(crate) fn flag() -> &'static AtomicBool {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // Without a handler the default action ends the process, which loses nothing that was flushed.
        let _ = ctrlc::set_handler(|| {
            if STOP.swap(true, Ordering::Relaxed) {
                std::process::exit(i32::from(grens_law::Exit::Interrupted.code()));
            }
        });
    });
    &STOP
}
