#![allow(clippy::unwrap_used, clippy::panic)]

mod accounts;
mod desk;
mod export;
mod figures;
mod import;
mod judging;
mod queue;
mod random;
mod retention;
mod verify;
