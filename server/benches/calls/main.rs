//! What a call costs: `make bench`. Each figure stands beside an opponent that
//! runs in the same process and in turns with ours, so that what the machine
//! does meanwhile falls on both. The figure to look at is the ratio, the median
//! of the rounds; all of them go to `target/bench/calls.json` too.

#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a benchmark that cannot go on has failed, and counts are small"
)]

mod callers;
mod comparison;
mod crowd;
mod gateway;
mod growth;
mod ledger;
mod limiter;
mod load;
mod memory;
mod nginx;
mod record;
#[path = "../report/mod.rs"]
mod report;
mod served;

use report::Report;

/// As the binary has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "multi_thread", worker_threads = 4)]
async fn main() {
    let only: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|part| name.contains(part));
    let mut report = Report::new("calls.json");
    if wanted("ledger") {
        ledger::run(&mut report).await;
    }
    if wanted("record") {
        record::run(&mut report).await;
    }
    if wanted("gateway") {
        gateway::run(&mut report).await;
    }
    if wanted("limiter") {
        limiter::run(&mut report).await;
    }
    if wanted("growth") {
        growth::run(&mut report).await;
    }
    if wanted("crowd") {
        crowd::run(&mut report).await;
    }
    if wanted("memory") {
        memory::run(&mut report).await;
    }
    report.finish();
}
