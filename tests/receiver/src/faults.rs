//! Ways to misbehave. Each leaves the sender in doubt in another way.

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Stored, and the answer comes too late.
    LateAfterStoring,
    /// Not stored, and the answer comes too late.
    Late,
    /// Stored, and the connection is cut before an answer.
    CutAfterStoring,
    /// Not stored, and the connection is cut.
    Cut,
    /// HTTP 500, not stored.
    Error,
    /// HTTP 500, though it was stored.
    ErrorAfterStoring,
    /// HTTP 429 with `Retry-After` as seconds.
    TooMany,
    /// HTTP 503 with `Retry-After` as a date.
    Unavailable,
    /// HTTP 200, stored, with something that is no JSON.
    WrongJson,
    /// HTTP 200, stored, with the receipt of another record.
    OtherReceipt,
    /// HTTP 409 with a receipt: stored before.
    Conflict,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::LateAfterStoring,
        Self::Late,
        Self::CutAfterStoring,
        Self::Cut,
        Self::Error,
        Self::ErrorAfterStoring,
        Self::TooMany,
        Self::Unavailable,
        Self::WrongJson,
        Self::OtherReceipt,
        Self::Conflict,
    ];
}

/// Which requests are met with a fault. The same seed gives the same faults.
#[derive(Debug, Clone)]
pub struct Faults {
    /// Share of requests, in 0..=1.
    share: f64,
    state: u64,
}

impl Faults {
    /// Faults in a share of the requests.
    #[must_use]
    pub const fn new(share: f64, seed: u64) -> Self {
        Self { share, state: seed }
    }

    /// The fault of the next request, if any.
    #[allow(clippy::cast_precision_loss, reason = "53 random bits")]
    pub fn draw(&mut self) -> Option<Fault> {
        let chance = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let which = self.next() % Fault::ALL.len() as u64;
        let is_met = chance < self.share;
        is_met.then(|| usize::try_from(which).ok().and_then(|i| Fault::ALL.get(i)).copied()).flatten()
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
