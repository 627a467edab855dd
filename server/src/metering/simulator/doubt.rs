//! What must not be believed, or said, when the disk failed: of a key whose change may be
//! on it, of a batch that is there in part.

use super::disk::{Disk, Fault};
use super::world::new_ids;
use super::{Life, change};
use crate::clock::ManualClock;
use crate::domain::caps::{Limit, Period};
use crate::domain::grants::{NewGrant, Terms};
use crate::domain::idempotency::{Fingerprint, IdempotencyHash, Purpose};
use crate::domain::keys::{KeyHash, KeyRefusal, NewKey};
use crate::domain::store::{Grants, KeyChange};
use crate::domain::usage::{Outcome, UsageRow};
use crate::domain::{AccountId, ApiId, ProjectId};
use crate::metering::{Event, EventId, Verdict};
use std::sync::Arc;

const ANN: AccountId = AccountId(1);
const NOW: i64 = 1_700_000_000_000;

fn secret() -> KeyHash {
    KeyHash::of("secret")
}

/// A process that knows a key, with a cap.
async fn with_a_key() -> (Arc<Disk>, Life) {
    let disk = Arc::<Disk>::default();
    let life = Life::start(&disk, &Arc::new(ManualClock::at(NOW)), &new_ids(1)).await;
    for _ in 0..2 {
        disk.create_project(ANN).await.unwrap();
    }
    let limit = Limit {
        calls: 1,
        period: Period::Total,
    };
    let new = NewKey {
        public_id: "key_1".into(),
        account: ANN,
        project: ProjectId(1),
        name: "First".into(),
        hash: secret(),
        hint: "cret".into(),
        created_at: NOW,
        expires_at: None,
        caps: vec![(ApiId(1), limit)],
    };
    assert!(life.keys.create(new, change()).await.unwrap());
    assert!(life.keys.find(secret()).await.unwrap().is_some());
    assert_eq!(caps(&life).await, 1);
    (disk, life)
}

async fn caps(life: &Life) -> usize {
    let caps = life.till.read(ANN, |engine, now| engine.caps(ANN, now));
    caps.await.unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn a_key_whose_change_may_be_on_disk_is_looked_up_again() {
    let (disk, life) = with_a_key().await;
    *disk.fault.lock() = Some(Fault::Lies);
    let disable = KeyChange::Disable(NOW);
    let told = life.keys.change(ANN, "key_1", disable, change()).await;
    assert!(told.is_err());
    let found = life.keys.find(secret()).await.unwrap().unwrap();
    assert_eq!(found.check(NOW), Err(KeyRefusal::Disabled));
}

#[tokio::test(start_paused = true)]
async fn keys_of_a_project_that_may_be_deleted_are_looked_up_again() {
    let (disk, life) = with_a_key().await;
    *disk.fault.lock() = Some(Fault::Lies);
    let deleted = disk.delete_project(ANN, ProjectId(1));
    let told = life.keys.deleting_project(ANN, deleted).await;
    assert!(told.is_err());
    let found = life.keys.find(secret()).await.unwrap().unwrap();
    assert_eq!(found.check(NOW), Err(KeyRefusal::Deleted));
    assert_eq!(caps(&life).await, 0);
}

#[tokio::test(start_paused = true)]
async fn the_caps_of_a_deleted_key_are_forgotten() {
    let (_disk, life) = with_a_key().await;
    let delete = KeyChange::Delete(NOW);
    assert!(
        life.keys
            .change(ANN, "key_1", delete, change())
            .await
            .unwrap()
    );
    assert_eq!(caps(&life).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_breaks_off_says_what_of_it_is_recorded() {
    let (disk, life) = with_a_key().await;
    let new = NewGrant {
        public_id: "free".into(),
        account: ANN,
        api: ApiId(1),
        calls: 5,
        terms: Terms::default(),
        reason: String::new(),
        given_by: None,
        created_at: NOW,
    };
    let given = disk.create_grant(new, change());
    life.till.changing(ANN, given).await.unwrap();
    let key = life.keys.find(secret()).await.unwrap().unwrap();
    let event = |name: &str| Event {
        row: UsageRow {
            request_id: name.into(),
            account: ANN,
            project: key.project,
            key: key.key,
            api: ApiId(1),
            at: NOW,
            outcome: Outcome::Succeeded,
            code: 0,
            burnt: None,
            tokens: 1,
            latency_ms: 1,
            end_user: None,
        },
        id: Some(EventId {
            hash: IdempotencyHash::of(Purpose::Event, &[name]),
            fingerprint: Fingerprint(7),
        }),
    };
    // The cap leaves one call. Whether the other event came before cannot be read.
    *disk.unreadable.lock() = true;
    let verdicts = life.till.record_all(vec![event("a"), event("b")]).await;
    let recorded = Verdict::Recorded {
        request_id: "a".into(),
    };
    assert_eq!(verdicts.unwrap(), [recorded, Verdict::Unrecorded]);
    assert!(disk.state.lock().has("a"));
}
