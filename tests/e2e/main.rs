//! End-to-end tests over the binary: what a user types, what comes out of stdout and stderr, and the exit code.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod bad_input;
mod doctor;
mod eval;
mod gateway;
mod http;
mod inputs;
mod models;
mod night;
mod purge;
mod review;
mod review_desk;
mod review_site;
mod review_web;
mod scan;
mod scan_disturbed;
mod scan_results;
mod scan_resume;
mod schemas;
mod score;
mod serve;
mod serve_hostile;
mod stage;
mod support;
mod systems;
