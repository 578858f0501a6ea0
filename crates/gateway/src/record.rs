//! The records that go to a flagger gateway, and the receipt that comes back. Their JSON Schemas stand in `schemas/`.

mod candidate;
mod correction;
mod notice;
mod receipt;

pub use candidate::{CANDIDATE_SCHEMA, CandidateRecord, Cluster, Elsewhere, Standing, Thresholds};
pub use correction::{CORRECTION_SCHEMA, CorrectionAction, CorrectionRecord};
pub use notice::{Explanation, NOTICE_SCHEMA, NoticeDraftRecord, Notifier, Part};
pub use receipt::{RECEIPT_SCHEMA, Receipt, ReceiptStatus};
