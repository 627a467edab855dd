//! Much that is done between commits, and a call that comes meanwhile.

use super::Life;
use super::disk::Disk;
use super::world::new_ids;
use crate::clock::ManualClock;
use crate::domain::usage::{Outcome, UsageRow};
use crate::domain::{AccountId, ApiId, KeyId, ProjectId};
use futures::future::join_all;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Work between commits takes so long.
const PIECE: Duration = Duration::from_millis(15);
const PIECES: u32 = 10;

#[tokio::test(start_paused = true)]
async fn a_call_has_its_turn_while_much_is_done_between_commits() {
    let clock = Arc::new(ManualClock::at(1_700_000_000_000));
    let life = Life::start(&Arc::<Disk>::default(), &clock, &new_ids(1)).await;
    let row = UsageRow {
        request_id: "req_1".into(),
        account: AccountId(1),
        project: ProjectId(1),
        key: KeyId(1),
        api: ApiId(1),
        at: 1_700_000_000_000,
        outcome: Outcome::UpstreamFailed,
        code: 0,
        burnt: None,
        tokens: 1,
        latency_ms: 1,
        end_user: None,
    };
    let started = Instant::now();
    let work = (0..PIECES).map(|_| {
        life.till.writer.between(async {
            sleep(PIECE).await;
            Ok(())
        })
    });
    let work = async {
        join_all(work).await;
        started.elapsed()
    };
    let call = async {
        // Until the writer is at work.
        sleep(PIECE / 2).await;
        life.till.log(row).await.unwrap();
        started.elapsed()
    };
    let (worked, written) = tokio::join!(work, call);
    assert_eq!(worked, PIECE * PIECES);
    // It began when a slice of 20 ms was not over, and the next would have been.
    assert_eq!(written, PIECE * 2);
}
