//! grens over HTTP: `POST /v1/classify` with the records of `grens score`, `POST /predict` for clients of text-embeddings-inference (TEI),
//! `/health`, `/ready`, `/info`, `/metrics` and `/openapi.json`. `docs/server.md` is for those who run it.
//!
//! # The way a request walks
//!
//! 1. `accept` accepts a connection, when there is room for one. Whoever sends too slowly, or nothing, is cut off.
//! 2. `app` routes, checks the API key (`api_key`), limits the time and counts (`metrics`). All refusals have one shape (`refusal`).
//! 3. `body` reads JSON up to a size, `json` no more of it than is asked for. `classify` and `predict` read posts out of it and name the field that is wrong, never its content.
//! 4. `queue` takes the posts or, when it is full, sends the client away for some seconds (429). They are tokenised beside the scoring.
//! 5. `lanes` cut what waits into batches of so many tokens, whoever sent it, and score them through [`grens_batch::Decider`], as every
//!    command does. While one batch is computed the next one is ready.
//! 6. Each post's answer goes back to the request that brought it. Posts whose client has gone are not scored.
//!
//! Nothing of a post is logged or kept.

mod accept;
mod api_key;
mod app;
mod body;
mod classify;
mod error;
mod health;
mod info;
mod json;
mod lanes;
mod limits;
mod listen;
mod log;
mod metrics;
mod openapi;
mod predict;
mod queue;
mod refusal;
mod scoring;

pub use accept::{Acceptor, Ending, Peer};
pub use api_key::{ApiKey, ApiKeyError};
pub use error::{Result, ServerError};
pub use limits::Limits;
pub use listen::{Listening, listen};
pub use log::Log;
pub use openapi::document;
