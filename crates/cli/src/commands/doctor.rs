//! `grens doctor`: what this machine offers, and whether the model gives the scores that it gave where it was made.

use std::io::Write as _;

use grens_batch::BatchError;
use grens_infer::{Arithmetic, ModelDir, Scorer, compare_with_golden};
use grens_kernels::Tier;
use grens_law::{Exit, Statute};

use crate::args::ModelArgs;
use crate::failure::Outcome;
use crate::printer::Printer;

pub(super) fn run(args: &ModelArgs, printer: &Printer) -> Outcome {
    let (dir, scorer) = super::load_scorer(args)?;
    let info = scorer.info();
    let tiers: Vec<String> =
        Tier::ALL.iter().map(|t| if t.is_available() { t.to_string() } else { format!("({t} is not here)") }).collect();
    let why = match std::env::var(Tier::ENV) {
        Ok(name) if !name.is_empty() => format!("{} is set", Tier::ENV),
        _ => "the fastest of this processor".to_owned(),
    };
    let tier = Tier::detect().map_or_else(|e| e.to_string(), |t| t.to_string());
    let (mut passed, test) = self_test(&dir, &scorer)?;
    let mut tests = vec![("self-test", test)];
    if info.in_int8 {
        // Rounding to 8 bits hides small changes of a model; f32 shows them.
        let (_, exact) = super::load_scorer_in(args, Arithmetic::F32)?;
        let (exact_passed, test) = self_test(&dir, &exact)?;
        passed &= exact_passed;
        tests.push(("in f32", test));
    }
    let rows = [
        ("grens", format!("{} on {}-{}", env!("CARGO_PKG_VERSION"), std::env::consts::ARCH, std::env::consts::OS)),
        ("cpu", cpu_features()),
        ("kernels", format!("{tier}: {why}; of {}", tiers.join(", "))),
        ("threads", format!("{} (processors: {})", info.threads, processors())),
        ("device", info.runs_on.clone()),
        ("cuda", cuda()),
        ("model", format!("{} {}", info.reference.name, info.reference.hash)),
        ("law", Statute::shipped().version.clone()),
    ];
    let rows = rows.into_iter().chain(tests);
    let mut out = printer.data();
    for (name, value) in rows {
        writeln!(out, "{name:<10} {value}").map_err(|e| BatchError::output("stdout", e))?;
    }
    Ok(if passed { Exit::Ok } else { Exit::CheckFailed })
}

/// What there is of CUDA, and why it is not used where it is not.
#[cfg(feature = "cuda")]
fn cuda() -> String {
    grens_kernels::cuda::report().join("; ")
}

#[cfg(not(feature = "cuda"))]
fn cuda() -> String {
    "off: this grens was built without it (--features cuda)".to_owned()
}

fn processors() -> String {
    std::thread::available_parallelism().map_or_else(|_| "unknown".to_owned(), |n| n.to_string())
}

/// The instruction sets that matter here and are there.
#[cfg(target_arch = "x86_64")]
fn cpu_features() -> String {
    let all = [
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512bw", is_x86_feature_detected!("avx512bw")),
        ("avx512dq", is_x86_feature_detected!("avx512dq")),
        ("avx512vl", is_x86_feature_detected!("avx512vl")),
        ("avx512vnni", is_x86_feature_detected!("avx512vnni")),
        ("avxvnni", is_x86_feature_detected!("avxvnni")),
        ("amx", Tier::Amx.is_available()),
    ];
    all.into_iter().filter(|f| f.1).map(|f| f.0).collect::<Vec<_>>().join(" ")
}

/// The same on Arm.
#[cfg(target_arch = "aarch64")]
fn cpu_features() -> String {
    let all = [("neon", Tier::Neon.is_available()), ("dotprod", Tier::NeonDot.is_available())];
    all.into_iter().filter(|f| f.1).map(|f| f.0).collect::<Vec<_>>().join(" ")
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn cpu_features() -> String {
    std::env::consts::ARCH.to_owned()
}

/// Whether the golden posts come out right, and a line on it.
fn self_test(dir: &ModelDir, scorer: &Scorer) -> Outcome<(bool, String)> {
    let Some(path) = dir.golden_path() else {
        return Ok((true, "skipped: the model brings no golden.json".to_owned()));
    };
    let report = compare_with_golden(scorer, path)?;
    let verdict = if report.passes() { "passed" } else { "FAILED" };
    let tokens = if report.other_tokens.is_empty() {
        String::new()
    } else {
        format!("; other tokens in posts {:?}", report.other_tokens)
    };
    let text = format!(
        "{verdict}: {} golden posts, largest difference of a {} {:.1e} (allowed {:.0e}){tokens}",
        report.posts, report.compared, report.largest_difference, report.tolerance
    );
    Ok((report.passes(), text))
}
