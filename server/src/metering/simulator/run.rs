//! Worlds, one after the other.

use super::trace::Trace;
use super::{STEPS, Simulation, Tally};
use std::collections::BTreeSet;
use std::time::Duration;

/// In the normal test run.
const USUAL: usize = 100_000;
/// Much longer than anything waits for anything. Time stands still while something is to
/// be done, and runs ahead when all wait: a world that hangs is over at once.
const HANGS: Duration = Duration::from_hours(24);

/// Says which seed failed.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("\nplay it again: ALLOWANCE_SIM_SEED={}\n", self.0);
        }
    }
}

/// Plays the world of a seed, in a runtime of its own. Nothing that was played before, and
/// nothing that the machine does beside it, makes it another.
fn world(seed: u64, trace: Option<Trace>) -> Simulation {
    let _named = Seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let played = async {
        let mut it = Simulation::new(seed).await;
        it.trace = trace;
        for _ in 0..STEPS {
            it.step().await;
        }
        it.settle_all().await;
        it.crash().await;
        it.compare().await;
        it.end_step();
        it
    };
    runtime.block_on(async {
        let played = tokio::time::timeout(HANGS, played).await;
        played.expect("a world that does not hang")
    })
}

/// The same, with a trace of all that happens.
fn traced(seed: u64) -> (Tally, Trace) {
    let it = world(seed, Some(Trace::default()));
    (it.tally, it.trace.unwrap())
}

/// Plays whole worlds from a seed on, until there were so many steps.
fn play(first: u64, steps: usize) -> Tally {
    let mut all = Tally::default();
    for seed in first.. {
        if all.steps >= steps {
            break;
        }
        all.add(&world(seed, None).tally);
    }
    all
}

fn asked<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whatever_fails_engine_and_ledger_do_as_a_simple_model_says() {
    if let Some(seed) = asked("ALLOWANCE_SIM_SEED") {
        // One world is too short for all that is rare.
        let (tally, trace) = traced(seed);
        println!("{tally:?}\ndigest {:016x}", trace.digest());
        return;
    }
    let tally = play(1, USUAL);
    println!("{tally:?}");
    // A simulation in which nothing happens proves nothing. Seeds play the same worlds each
    // time, but a change to any command makes them others: there is room for that.
    let often = |what: usize, one_in: usize| what * one_in > tally.steps;
    assert!(often(tally.charged, 20) && often(tally.refused, 20) && often(tally.too_fast, 200));
    assert!(often(tally.crashes, 200) && often(tally.faults, 50) && often(tally.again, 20));
    assert!(often(tally.reservations, 50) && often(tally.settled, 80));
    assert!(often(tally.lapsed, 200) && often(tally.overage, 4_000));
    assert!(often(tally.keys_changed, 30) && often(tally.keys_raced, 200));
    assert!(often(tally.keys_refused, 40) && often(tally.keys_unknown, 50));
}

/// In two threads at once, so that each disturbs the other.
#[test]
fn a_world_that_is_played_again_is_the_same_at_every_step() {
    let mut digests = BTreeSet::new();
    for seed in 1..=3 {
        let ((_, first), (_, second)) = std::thread::scope(|threads| {
            let beside = threads.spawn(|| traced(seed));
            (traced(seed), beside.join().unwrap())
        });
        assert_eq!(first.steps.len(), STEPS + 1);
        let differs = (0..=STEPS).find(|step| first.steps[*step] != second.steps[*step]);
        assert_eq!(differs, None, "step of seed {seed}");
        // A trace in which nothing is seen proves nothing.
        assert!(digests.insert(first.digest()), "as another seed: {seed}");
    }
}

/// `make simulate`.
#[test]
#[ignore = "runs for as long as it is asked to"]
fn for_hours() {
    let first = asked("ALLOWANCE_SIM_SEED").unwrap_or(1_000_000);
    let tally = play(first, asked("ALLOWANCE_SIM_STEPS").unwrap_or(10_000_000));
    println!("{tally:#?}");
}
