//! The way to a flagger gateway: records of candidates, drafts of notices and corrections, an outbox, and their delivery.
//!
//! A program finds, a person confirms, another person completes and signs: what leaves here is at most a draft. [`draft_notice`] makes it of a finding and a
//! verdict, [`Outbox`] keeps it until it has arrived, [`deliver`] brings it there. What may go out at all is the policy's word
//! ([`grens_law::SendRule`]), asked when a record is put in and again before it leaves. The contract with receivers is docs/gateway.md.

pub mod database;
mod deliver;
mod draft;
mod dsa;
mod error;
#[cfg(test)]
mod example;
mod explanation;
pub mod key;
mod night;
mod offer;
mod outbox;
mod record;
mod retention;
#[cfg(feature = "schema")]
pub mod schema;
mod verdicts;

pub use deliver::{
    Answer, Backoff, DeliverOptions, Delivered, Folder, HttpOptions, KEY_HEADER, Receiver, SIGNATURE_HEADER, Secret,
    TIMESTAMP_HEADER, Target, deliver, sign,
};
pub use draft::{DraftError, Found, draft_candidate, draft_correction, draft_notice};
pub use dsa::Statement;
pub use error::{GatewayError, Result};
pub use night::{List, Night, finished_scan, found_at};
pub use offer::{Texts, offer};
pub use outbox::{Added, Adding, DeadLetter, Entry, Exported, Next, Outbox, Purged, State, StateCount, Status};
pub use record::{
    CANDIDATE_SCHEMA, CORRECTION_SCHEMA, CandidateRecord, Cluster, CorrectionAction, CorrectionRecord, Elsewhere,
    Explanation, NOTICE_SCHEMA, NoticeDraftRecord, Notifier, Part, RECEIPT_SCHEMA, Receipt, ReceiptStatus, Standing,
    Thresholds,
};
pub use retention::{DAYS_REVIEWED, DAYS_UNREVIEWED, Moment};
pub use verdicts::Verdicts;
