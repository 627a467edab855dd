//! Calls of many accounts whose grants come again at the same instant.

use super::disk::Disk;
use super::world::new_ids;
use super::{DAY, HOUR, Life, change};
use crate::clock::ManualClock;
use crate::domain::caps::Period;
use crate::domain::grants::{NewGrant, Recurs, Terms};
use crate::domain::quota::Call;
use crate::domain::store::Grants;
use crate::domain::{AccountId, ApiId, KeyId, ProjectId};
use futures::future::join_all;
use std::sync::Arc;

const ACCOUNTS: i64 = 1_000;
/// That are brought up to date in one commit.
const AT_ONCE: i64 = 100;

#[tokio::test(start_paused = true)]
async fn at_midnight_calls_of_many_accounts_share_their_commits() {
    let noon = 20_000 * DAY + 12 * HOUR;
    let clock = Arc::new(ManualClock::at(noon));
    let disk = Arc::<Disk>::default();
    let calls: Vec<Call> = (1..=ACCOUNTS)
        .map(|account| Call {
            account: AccountId(account),
            project: ProjectId(account),
            key: KeyId(account),
            api: ApiId(1),
            at: noon + DAY,
        })
        .collect();
    for call in &calls {
        let new = NewGrant {
            public_id: format!("daily {}", call.account.0),
            account: call.account,
            api: call.api,
            calls: 1,
            terms: Terms {
                recurs: Some(Recurs {
                    period: Period::Day,
                    roll_over: 0,
                }),
                ..Terms::default()
            },
            reason: String::new(),
            given_by: None,
            created_at: noon,
        };
        disk.create_grant(new, change()).await.unwrap();
    }
    let life = Life::start(&disk, &clock, &new_ids(1)).await;
    let before = *disk.commits.lock();
    for call in &calls {
        drop(life.till.reserve(*call).await.unwrap());
    }
    assert_eq!(*disk.commits.lock(), before);
    clock.advance(DAY);
    let holds = join_all(calls.iter().map(|call| life.till.reserve(*call))).await;
    assert!(holds.iter().all(Result::is_ok));
    let commits = *disk.commits.lock() - before;
    assert_eq!(commits, ACCOUNTS / AT_ONCE);
}
