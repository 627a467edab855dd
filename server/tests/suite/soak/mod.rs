//! Mixed traffic on the real process, which is killed every so often: calls with and
//! without a key, streams, failures, events that come again, reservations, grants
//! and caps that change. In the end nothing that was acknowledged is missing or there
//! twice, no reservation is stuck, and `allowance verify` finds nothing.
//!
//! The usual test run does it for seconds; `make soak` for as long as
//! `ALLOWANCE_SOAK_SECONDS` says.

mod stage;
mod traffic;

use crate::support::process::assert_verified;
use crate::support::stage::ledger::{self, Deed, Fate};
use crate::support::stage::serve;
use futures::future::join_all;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::{Semaphore, watch};
use traffic::{Common, Sender};

struct Plan {
    senders: u64,
    pause: Duration,
    /// Answers between two kills.
    answers: Range<u32>,
    kills: usize,
    /// Until then, if it comes before so many kills.
    until: Option<Instant>,
    seed: u64,
}

#[derive(Debug, Default)]
struct Summary {
    kills: usize,
    /// Charged, free and unknown deeds by kind.
    deeds: BTreeMap<&'static str, [usize; 3]>,
}

impl Summary {
    fn of(kills: usize, deeds: &[Deed]) -> Self {
        let mut summary = Self {
            kills,
            ..Self::default()
        };
        for deed in deeds {
            let place = match deed.fate {
                Fate::Charged(_) => 0,
                Fate::Free => 1,
                Fate::Unknown => 2,
            };
            summary.deeds.entry(deed.kind).or_default()[place] += 1;
        }
        summary
    }
}

async fn soak(folder: &Path, plan: Plan) -> Summary {
    let cast = stage::set(folder).await;
    let mut process = serve(folder).await;
    let (moved, address) = watch::channel(process.address.clone());
    let common = Arc::new(Common {
        cast,
        address,
        is_over: AtomicBool::new(false),
        answered: Semaphore::new(0),
        pause: plan.pause,
        next: AtomicUsize::new(0),
    });
    let senders: Vec<_> = (0..plan.senders)
        .map(|number| Sender::new(Arc::clone(&common), plan.seed * 1_000 + number))
        .map(|sender| tokio::spawn(sender.run()))
        .collect();
    let changes = Sender::new(Arc::clone(&common), plan.seed).change();
    let changes = tokio::spawn(changes);

    let mut chance = ChaCha8Rng::seed_from_u64(plan.seed);
    let mut kills = 0;
    while kills < plan.kills && plan.until.is_none_or(|until| Instant::now() < until) {
        let answers = chance.random_range(plan.answers.clone());
        let answered = common.answered.acquire_many(answers).await;
        answered.unwrap().forget();
        process.kill();
        kills += 1;
        process = serve(folder).await;
        moved.send_replace(process.address.clone());
    }
    // What nobody knows the end of is asked for once more, of a server that lives on.
    common.is_over.store(true, Ordering::Relaxed);
    let deeds: Vec<Deed> = join_all(senders)
        .await
        .into_iter()
        .flat_map(Result::unwrap)
        .collect();
    changes.await.unwrap();
    ledger::all_lapsed(folder).await;
    process.kill();

    assert_verified(folder);
    ledger::assert_told_the_truth(folder, &deeds);
    Summary::of(kills, &deeds)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_under_mixed_traffic_lose_nothing_acknowledged_and_charge_nothing_twice() {
    let folder = TempDir::new().unwrap();
    let plan = Plan {
        senders: 8,
        pause: Duration::ZERO,
        answers: 40..160,
        kills: 6,
        until: None,
        seed: 4,
    };
    let summary = soak(folder.path(), plan).await;
    println!("{summary:?}");
    // A run in which nothing is charged, or nothing refused, proves nothing.
    assert_eq!((summary.kills, summary.deeds.len()), (6, 5));
    for (kind, [charged, free, _]) in &summary.deeds {
        assert!(*charged > 0 && *free > 0, "{kind}: {summary:?}");
    }
}

/// `make soak`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs for as long as it is asked to"]
async fn for_an_hour() {
    let asked = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let seconds = asked("ALLOWANCE_SOAK_SECONDS").unwrap_or(3_600);
    let folder = TempDir::new().unwrap();
    let plan = Plan {
        senders: 3,
        pause: Duration::from_millis(asked("ALLOWANCE_SOAK_PAUSE_MS").unwrap_or(150)),
        answers: 200..1_200,
        kills: usize::MAX,
        until: Some(Instant::now() + Duration::from_secs(seconds)),
        seed: asked("ALLOWANCE_SOAK_SEED").unwrap_or(1),
    };
    let summary = soak(folder.path(), plan).await;
    println!("{summary:#?}");
}
