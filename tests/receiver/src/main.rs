//! `grens-receiver`: the reference receiver as a program, for trying `grens deliver` by hand and for tests that kill it.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use grens_receiver::{Faults, Options, start};

/// Reference receiver of `grens deliver`; prints its address and serves until it is killed.
#[derive(Debug, Parser)]
struct Args {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// SQLite file for what was received.
    #[arg(long)]
    store: PathBuf,
    /// File with the shared secret.
    #[arg(long)]
    secret_file: PathBuf,
    /// Seconds that a timestamp may be off.
    #[arg(long, default_value_t = 300)]
    window: u64,
    /// Share of requests that are met with a fault, 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    faults: f64,
    /// Seed of the faults.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Milliseconds that a late answer takes.
    #[arg(long, default_value_t = 1000)]
    late_ms: u64,
}

fn main() -> std::io::Result<()> {
    let args = Args::parse();
    let secret = std::fs::read(&args.secret_file)?;
    // A line break at the end, and nothing else, is no part of the secret: both sides have to agree on it.
    let secret = secret.strip_suffix(b"\n").unwrap_or(&secret);
    let secret = secret.strip_suffix(b"\r").unwrap_or(secret);
    let running = start(Options {
        listen: args.listen,
        secret: secret.to_owned(),
        store: args.store,
        window: Duration::from_secs(args.window),
        faults: Faults::new(args.faults, args.seed),
        late: Duration::from_millis(args.late_ms),
    });
    writeln!(std::io::stdout(), "http://{}/v1/records", running.addr)?;
    running.join();
    Ok(())
}
