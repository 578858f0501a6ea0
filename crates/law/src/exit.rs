//! What the process says by its exit code. One table, printed by `grens --help`.

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All done. Also when the reader of stdout went away.
    Ok = 0,
    /// Something that the other codes do not name.
    Failure = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// Some input lines could not be used; all others were scored.
    SomeRejected = 3,
    /// There was nothing to score: no input, an unreadable input, or no usable line.
    NoInput = 4,
    /// The model is missing, damaged or of a kind that cannot be run.
    Model = 5,
    /// The output could not be written.
    Output = 6,
    /// The device that was asked for is not built in or not there.
    Device = 7,
    /// A self-test or check did not pass.
    CheckFailed = 8,
    /// More input records were unusable than `--max-rejects` allows.
    TooManyRejects = 9,
    /// A figure is on the wrong side of a bound that the command line set.
    BoundMissed = 10,
    /// Records wait for a later delivery; they are kept.
    Undelivered = 11,
    /// A receiver refused records or lets nobody in, or records were given up; they are kept, and a person must look.
    Refused = 12,
    /// Stopped by Ctrl-C or SIGTERM.
    Interrupted = 130,
}

/// A row of the table of exit codes.
#[derive(Debug, Clone, Copy)]
pub struct ExitRow {
    /// The code.
    pub exit: Exit,
    /// What it means, in English.
    pub meaning: &'static str,
}

/// All exit codes.
pub const EXIT_CODES: [ExitRow; 14] = [
    ExitRow { exit: Exit::Ok, meaning: "done; also when the reader of stdout closed the pipe" },
    ExitRow { exit: Exit::Failure, meaning: "an error that no other code names" },
    ExitRow { exit: Exit::Usage, meaning: "the command line makes no sense" },
    ExitRow {
        exit: Exit::SomeRejected,
        meaning: "some input lines could not be used and are listed; all others were scored",
    },
    ExitRow { exit: Exit::NoInput, meaning: "nothing to score: no input, an unreadable input, or no usable line" },
    ExitRow { exit: Exit::Model, meaning: "the model is missing, damaged, or of a kind that cannot be run" },
    ExitRow { exit: Exit::Output, meaning: "the output could not be written" },
    ExitRow { exit: Exit::Device, meaning: "the device asked for is not built in or not there" },
    ExitRow { exit: Exit::CheckFailed, meaning: "a self-test or check did not pass" },
    ExitRow {
        exit: Exit::TooManyRejects,
        meaning: "more input records could not be used than --max-rejects allows; the run ended there",
    },
    ExitRow { exit: Exit::BoundMissed, meaning: "a figure is below --fail-under or above --fail-over" },
    ExitRow { exit: Exit::Undelivered, meaning: "records wait for a later delivery; they are kept" },
    ExitRow { exit: Exit::Refused, meaning: "refused by the receiver, or given up; all is kept, a person must look" },
    ExitRow { exit: Exit::Interrupted, meaning: "stopped by Ctrl-C or SIGTERM; what was written is whole" },
];

impl Exit {
    /// The number for the operating system.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_sorted() {
        assert!(EXIT_CODES.windows(2).all(|w| w[0].exit.code() < w[1].exit.code()));
    }
}
