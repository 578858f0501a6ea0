//! Every environment variable that grens reads, in one place. `GRENS_KERNEL` is read by grens-kernels, `HF_HOME` and
//! `HF_HUB_OFFLINE` by the hub client.

/// Directory or hub name of the model, where `--model` is not given.
pub(crate) const MODEL: &str = "GRENS_MODEL";
/// API key of `grens serve`, where `--api-key-file` is not given.
pub(crate) const API_KEY: &str = "GRENS_API_KEY";
/// Set to anything: no colour on stderr (<https://no-color.org>).
pub(crate) const NO_COLOR: &str = "NO_COLOR";
/// The secret that `grens deliver` signs with, where `--secret-file` is not given.
pub(crate) const DELIVER_SECRET: &str = "GRENS_DELIVER_SECRET";
