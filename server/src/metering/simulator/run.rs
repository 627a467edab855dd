//! Worlds, one after the other.

use super::{STEPS, Simulation, Tally};

/// In the normal test run.
const USUAL: usize = 100_000;

/// Says which seed failed.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("\nplay it again: ALLOWANCE_SIM_SEED={}\n", self.0);
        }
    }
}

/// Plays worlds from a seed on, each in a runtime of its own.
fn play(first: u64, steps: usize) -> Tally {
    let mut all = Tally::default();
    for seed in first.. {
        if all.steps >= steps {
            break;
        }
        let named = Seed(seed);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let tally = runtime.block_on(async {
            let mut it = Simulation::new(seed).await;
            for _ in 0..STEPS.min(steps - all.steps) {
                it.step().await;
            }
            it.settle_all().await;
            it.crash().await;
            it.compare().await;
            it.tally
        });
        drop(named);
        all.add(&tally);
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
        println!("{:?}", play(seed, STEPS));
        return;
    }
    let tally = play(1, USUAL);
    println!("{tally:?}");
    // A simulation in which nothing happens proves nothing.
    let often = |what: usize, one_in: usize| what * one_in > tally.steps;
    assert!(often(tally.charged, 20) && often(tally.refused, 20) && often(tally.too_fast, 200));
    assert!(often(tally.crashes, 200) && often(tally.faults, 50) && often(tally.again, 20));
    assert!(often(tally.reservations, 50) && often(tally.settled, 50));
    assert!(often(tally.lapsed, 200) && often(tally.overage, 2_000));
    assert!(often(tally.keys_changed, 30) && often(tally.keys_raced, 200));
    assert!(often(tally.keys_refused, 30) && often(tally.keys_unknown, 50));
}

/// `make simulate`.
#[test]
#[ignore = "runs for as long as it is asked to"]
fn for_hours() {
    let first = asked("ALLOWANCE_SIM_SEED").unwrap_or(1_000_000);
    let tally = play(first, asked("ALLOWANCE_SIM_STEPS").unwrap_or(10_000_000));
    println!("{tally:#?}");
}
