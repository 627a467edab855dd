//! What ends by the time alone (`product.md` §2 and §4): no call has to come, and the
//! ledger says when it was due, whenever it was written.

use crate::meter::Metered;
use allowance::actions::AskedGrant;
use allowance::clock::Clock;
use allowance::domain::accounts::Role;
use allowance::domain::grants::EntryKind;
use allowance::domain::store::{Grants, Reservations};
use serde_json::json;
use std::time::Duration;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// The first instant of 25 November 2026, UTC.
const MIDNIGHT: i64 = crate::support::NOW - 38_400_000 + 24 * HOUR;

/// Waits for what the server does by itself. Nothing here asks it for anything but
/// what is so.
async fn until<T: PartialEq + std::fmt::Debug>(wanted: T, look: impl AsyncFn() -> T) {
    let mut found = look().await;
    for _ in 0..1_200 {
        if found == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
        found = look().await;
    }
    panic!("{found:?} is not {wanted:?}");
}

async fn reserve(it: &Metered) -> String {
    let (status, said) = it.post("reserve", &it.event()).await;
    assert_eq!(status, 200, "{said}");
    said["reservation"].as_str().unwrap().to_owned()
}

/// Calls that are held, as memory has it: what is due is not looked for on the way.
async fn held(it: &Metered) -> i64 {
    it.it.server.metering.quota(it.ann.id).await.unwrap()[1].reserved
}

/// What was written of grants that lapsed.
async fn lapsed(it: &Metered) -> Vec<(i64, i64)> {
    let entries = it.it.store.grant_entries(it.ann.id).await.unwrap();
    entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::Expired)
        .map(|entry| (entry.calls, entry.at))
        .collect()
}

/// A grant of so many calls that ends at midnight, a second from now.
async fn ending_soon(it: &Metered, calls: &str) {
    let root = it.it.account("root@example.com", Role::Owner).await;
    it.it.clock.advance(MIDNIGHT - 1_000 - it.it.clock.now());
    let trial = AskedGrant {
        api: "searchMemory",
        calls,
        reason: "trial",
        expires: "2026-11-24",
        ..Default::default()
    };
    let by = (&root).into();
    let actions = &it.it.server.actions;
    actions.grant(&by, &it.ann.public_id, trial).await.unwrap();
}

#[tokio::test]
async fn a_reservation_that_nobody_settles_lapses_though_no_call_comes() {
    let it = Metered::start().await;
    it.leave(1).await;
    let reservation = reserve(&it).await;
    it.it.clock.advance(600_000 - 1);
    assert_eq!(held(&it).await, 1);
    it.it.clock.advance(1);
    until(0, async || held(&it).await).await;
    // On disk as in memory: a start holds it no more.
    until(0, async || it.it.store.held_calls().await.unwrap().len()).await;
    assert_eq!(it.left().await, 1);
    assert_eq!(it.it.search(&it.secret).await["code"], json!(0));
    let end = json!({ "reservation": reservation });
    let (_, late) = it.post("settle", &end).await;
    assert_eq!(late["status"], "overage");
    it.it.assert_verified().await;
}

#[tokio::test]
async fn a_grant_that_ends_while_no_call_comes_is_entered_at_its_time() {
    let it = Metered::start().await;
    it.leave(0).await;
    ending_soon(&it, "3").await;
    assert_eq!(it.left().await, 3);
    // It is seen hours late, and said of midnight all the same.
    it.it.clock.advance(5 * HOUR);
    until(vec![(3, MIDNIGHT)], async || lapsed(&it).await).await;
    assert_eq!(it.left().await, 0);
    it.it.assert_verified().await;
}

#[tokio::test]
async fn a_call_that_is_held_beyond_its_grant_is_entered_when_it_lapses_though_none_comes() {
    let it = Metered::start().await;
    it.leave(0).await;
    ending_soon(&it, "3").await;
    let reservation = reserve(&it).await;
    it.it.clock.advance(MINUTE);
    // Two were free at midnight; the third is still somebody's.
    until(vec![(2, MIDNIGHT)], async || lapsed(&it).await).await;
    assert_eq!(it.it.store.held_calls().await.unwrap().len(), 1);
    it.it.clock.advance(10 * MINUTE);
    // It lapsed when it came home.
    let both = vec![(2, MIDNIGHT), (1, it.it.clock.now())];
    until(both, async || lapsed(&it).await).await;
    assert_eq!(it.it.store.held_calls().await.unwrap().len(), 0);
    assert_eq!(it.left().await, 0);
    let end = json!({ "reservation": reservation });
    let (_, late) = it.post("settle", &end).await;
    assert_eq!(late["status"], "overage");
    it.it.assert_verified().await;
}
