//! Grants at their time, on a real database.

use super::tests::*;
use super::*;
use crate::domain::caps::Period;
use crate::domain::grants::{EntryKind, GrantState, NewGrant, Recurs, Terms};
use crate::domain::store::{Alert, Alerts, Grants, Notices, Verify};
use futures::FutureExt;
use futures::future::join_all;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// The end of the day of `NOW` (16:00 UTC).
const MIDNIGHT: i64 = NOW + 8 * HOUR;

async fn give(it: &Fixture, id: &str, calls: i64, terms: Terms) {
    let new = NewGrant {
        public_id: id.into(),
        account: it.account,
        api: it.search(),
        calls,
        terms,
        reason: "asked".into(),
        given_by: None,
        created_at: it.clock.now(),
    };
    it.metering
        .grant(new, change(Some(it.account)))
        .await
        .unwrap();
}

fn until(at: i64) -> Terms {
    Terms {
        expires_at: Some(at),
        ..Terms::default()
    }
}

fn daily(roll_over: i64) -> Terms {
    Terms {
        recurs: Some(Recurs {
            period: Period::Day,
            roll_over,
        }),
        ..Terms::default()
    }
}

/// Entries of grants that people gave: kind, calls, and when, from `NOW`.
async fn entries(it: &Fixture) -> Vec<(EntryKind, i64, i64)> {
    let entries = it.store.grant_entries(it.account).await.unwrap();
    entries
        .into_iter()
        .filter(|entry| !entry.grant_public_id.starts_with("grt_free_"))
        .map(|entry| (entry.kind, entry.calls, entry.at - NOW))
        .collect()
}

async fn verified(it: &Fixture) {
    assert_eq!(it.store.verify().await.unwrap(), Vec::<String>::new());
}

async fn revoke(it: &Fixture, id: &str) -> bool {
    it.metering
        .revoke_grant(it.account, id.into(), change(Some(it.account)))
        .await
        .unwrap()
}

use EntryKind::{Expired, Given, Revoked, RolledOver};

#[tokio::test]
async fn a_grant_lapses_at_its_time_with_an_entry_and_without_a_call() {
    let it = fixture().await;
    it.metering.keep_time();
    let mut watch = it.metering.changes().watch(it.account).unwrap();
    give(&it, "grt_1", 50, until(NOW + HOUR)).await;
    join_all((0..20).map(|id| it.charge(id))).await;
    assert_eq!(it.remaining().await, 1_030);
    it.metering.turn().await.unwrap();
    assert_eq!(entries(&it).await, [(Given, 50, 0)]);
    // The clock is not looked at before the task wakes up; its own numbers are
    // right at once.
    it.clock.advance(HOUR + 7);
    assert_eq!(it.remaining().await, 1_000);
    while watch.changed().now_or_never().is_some() {}
    it.metering.sooner.notify_one();
    watch.changed().await;
    assert_eq!(entries(&it).await, [(Given, 50, 0), (Expired, 30, HOUR)]);
    let grants = it.store.grants(it.account).await.unwrap();
    assert_eq!(grants[0].state(it.clock.now()), GrantState::Lapsed);
    verified(&it).await;
}

#[tokio::test]
async fn what_lapsed_while_the_server_was_down_is_written_at_its_start() {
    let it = fixture().await;
    give(&it, "grt_1", 50, until(NOW + HOUR)).await;
    it.stop().await;
    let it = it.restart_at(NOW + DAY).await;
    it.metering.turn().await.unwrap();
    assert_eq!(entries(&it).await, [(Given, 50, 0), (Expired, 50, HOUR)]);
    assert_eq!(it.remaining().await, 1_000);
    // It stays lapsed when the clock is set back, also after another start.
    it.stop().await;
    let it = it.restart_at(NOW).await;
    assert_eq!(it.remaining().await, 1_000);
    verified(&it).await;
}

#[tokio::test]
async fn calls_in_flight_at_the_end_of_a_grant_finish() {
    let it = fixture().await;
    give(&it, "grt_1", 50, until(NOW + HOUR)).await;
    let hold = || async { it.metering.reserve(it.search_call()).await.unwrap() };
    let (burns, fails) = (hold().await, hold().await);
    it.clock.advance(HOUR);
    let next = it.metering.turn().await.unwrap();
    assert!(next.in_flight);
    assert_eq!(entries(&it).await, [(Given, 50, 0), (Expired, 48, HOUR)]);
    verified(&it).await;
    it.metering.charge(burns, it.row(1)).await.unwrap();
    drop(fails);
    assert_eq!(it.remaining().await, 1_000);
    let next = it.metering.turn().await.unwrap();
    assert!(!next.in_flight);
    assert_eq!(entries(&it).await.last(), Some(&(Expired, 1, HOUR)));
    verified(&it).await;
}

#[tokio::test]
async fn revoking_takes_back_what_is_neither_burnt_nor_held() {
    let it = fixture().await;
    give(&it, "grt_1", 50, until(NOW + DAY)).await;
    join_all((0..10).map(|id| it.charge(id))).await;
    let hold = it.metering.reserve(it.search_call()).await.unwrap();
    assert!(revoke(&it, "grt_1").await);
    assert!(!revoke(&it, "grt_1").await);
    assert!(!revoke(&it, "grt_unknown").await);
    let free = format!("grt_free_{}_{}", it.account.0, it.search().0);
    assert!(!revoke(&it, &free).await);
    assert_eq!(entries(&it).await, [(Given, 50, 0), (Revoked, 39, 0)]);
    assert_eq!(it.remaining().await, 1_000);
    it.metering.charge(hold, it.row(99)).await.unwrap();
    it.metering.turn().await.unwrap();
    assert_eq!(entries(&it).await, [(Given, 50, 0), (Revoked, 39, 0)]);
    let grants = it.store.grants(it.account).await.unwrap();
    assert_eq!(grants[0].state(NOW), GrantState::Revoked);
    assert_eq!(grants[0].balance.burnt, 11);
    verified(&it).await;
}

#[tokio::test]
async fn a_grant_that_comes_again_is_there_for_the_first_call_of_its_period() {
    let it = fixture().await;
    give(&it, "grt_1", 100, daily(30)).await;
    join_all((0..40).map(|id| it.charge(id))).await;
    assert_eq!(it.remaining().await, 1_060);
    it.clock.advance(8 * HOUR - 1);
    assert_eq!(it.remaining().await, 1_060);
    it.clock.advance(1);
    // Nobody wrote it yet: the call waits for it, and burns it.
    let hold = it.metering.reserve(it.search_call()).await.unwrap();
    assert_eq!(it.remaining().await, 1_130);
    drop(hold);
    let midnight = MIDNIGHT - NOW;
    assert_eq!(
        entries(&it).await,
        [
            (Given, 100, 0),
            (Expired, 30, midnight),
            (RolledOver, 30, midnight),
            (Given, 100, midnight),
            (Given, 30, midnight),
        ]
    );
    verified(&it).await;
}

#[tokio::test]
async fn missed_periods_are_written_exactly() {
    let it = fixture().await;
    give(&it, "grt_1", 100, daily(130)).await;
    it.stop().await;
    let it = it.restart_at(MIDNIGHT + 2 * DAY + 5).await;
    assert_eq!(it.remaining().await, 1_230);
    let at = |days: i64| MIDNIGHT - NOW + days * DAY;
    assert_eq!(
        entries(&it).await,
        [
            (Given, 100, 0),
            (RolledOver, 100, at(0)),
            (Given, 100, at(0)),
            (Given, 100, at(0)),
            (RolledOver, 100, at(1)),
            (Expired, 70, at(1)),
            (RolledOver, 30, at(1)),
            (Given, 100, at(1)),
            (Given, 130, at(1)),
            (RolledOver, 100, at(2)),
            (Expired, 100, at(2)),
            (RolledOver, 30, at(2)),
            (Given, 100, at(2)),
            (Given, 130, at(2)),
        ]
    );
    verified(&it).await;
}

#[tokio::test]
async fn revoking_one_that_comes_again_ends_it_whole() {
    let it = fixture().await;
    give(&it, "grt_1", 100, daily(50)).await;
    it.clock.advance(DAY);
    assert_eq!(it.remaining().await, 1_150);
    let current = it.store.grants(it.account).await.unwrap();
    assert!(revoke(&it, &current[0].public_id).await);
    assert_eq!(it.remaining().await, 1_000);
    it.clock.advance(3 * DAY);
    assert_eq!(it.remaining().await, 1_000);
    verified(&it).await;
}

#[tokio::test]
async fn periods_follow_the_accounts_zone() {
    let it = fixture().await;
    give(&it, "grt_1", 100, daily(0)).await;
    let moved = it.metering.set_time_zone(
        it.account,
        "Pacific/Auckland".into(),
        change(Some(it.account)),
    );
    assert!(moved.await.unwrap());
    // The running day ends as it was cut; the next one is no shorter than a day.
    it.clock.advance(8 * HOUR);
    assert_eq!(it.remaining().await, 1_100);
    let next = it.metering.turn().await.unwrap();
    // 24:00 UTC is 13:00 in Auckland: 35 hours to the end of its next day.
    assert_eq!(next.at, Some(MIDNIGHT + 35 * HOUR));
}

/// What the account is told of grants that will lapse, after all that is due now.
async fn told(it: &Fixture) -> Vec<Alert> {
    it.metering.turn().await.unwrap();
    let alerts = it.store.open_alerts(it.account, it.clock.now()).await;
    let mut alerts = alerts.unwrap();
    // Twenty calls at once are told of too.
    alerts.retain(|alert| !matches!(alert, Alert::Pace { .. }));
    alerts
}

#[tokio::test]
async fn owners_are_told_once_a_week_and_once_a_day_before_a_grant_lapses() {
    let it = fixture().await;
    let end = NOW + 30 * DAY;
    give(&it, "grt_1", 50, until(end)).await;
    let told = || told(&it);
    let lapse = |calls| Alert::Lapse {
        grant_public_id: "grt_1".into(),
        api: it.search(),
        calls,
        expires_at: end,
    };
    assert_eq!(told().await, []);
    it.clock.advance(23 * DAY);
    assert_eq!(told().await, [lapse(50)]);
    join_all((0..20).map(|id| it.charge(id))).await;
    assert_eq!(told().await, [lapse(30)]);
    let dismiss = || async {
        it.store
            .dismiss_alert(it.account, Some("grt_1"), NOW, change(Some(it.account)))
            .await
            .unwrap()
    };
    assert!(dismiss().await);
    assert!(!dismiss().await);
    assert_eq!(told().await, []);
    it.clock.advance(6 * DAY);
    assert_eq!(told().await, [lapse(30)]);
    // What is burnt up is no loss.
    join_all((20..50).map(|id| it.charge(id))).await;
    assert_eq!(told().await, []);
    it.clock.advance(DAY);
    assert_eq!(told().await, []);
}

#[tokio::test]
async fn of_a_grant_for_a_day_its_owner_is_told_an_hour_before() {
    let it = fixture().await;
    give(&it, "grt_1", 50, until(MIDNIGHT)).await;
    it.clock.advance(7 * HOUR - 1);
    assert_eq!(told(&it).await, []);
    it.clock.advance(1);
    assert_eq!(told(&it).await.len(), 1);
}

#[tokio::test]
async fn before_a_week_ends_its_owner_is_told_of_what_does_not_roll_over() {
    let it = fixture().await;
    let weekly = |expires_at| Terms {
        recurs: Some(Recurs {
            period: Period::Week,
            roll_over: 30,
        }),
        expires_at,
        ..Terms::default()
    };
    // `NOW` is a Monday; the week ends with Sunday, and the grant with its second.
    let end = MIDNIGHT + 6 * DAY;
    give(&it, "grt_1", 100, weekly(Some(end + 7 * DAY))).await;
    let lost = |alerts: Vec<Alert>| match alerts[..] {
        [] => None,
        [
            Alert::Lapse {
                calls, expires_at, ..
            },
        ] => Some((calls, expires_at)),
        _ => panic!("{alerts:?}"),
    };
    it.clock.advance(end - DAY - NOW - 1);
    assert_eq!(lost(told(&it).await), None);
    it.clock.advance(1);
    assert_eq!(lost(told(&it).await), Some((70, end)));
    join_all((0..70).map(|id| it.charge(id))).await;
    assert_eq!(lost(told(&it).await), None);
    // In the last week, what rolled over lapses too, and nothing rolls on.
    it.clock.advance(DAY);
    assert_eq!(lost(told(&it).await), None);
    it.clock.advance(6 * DAY);
    assert_eq!(lost(told(&it).await), Some((130, end + 7 * DAY)));
    verified(&it).await;
}

#[tokio::test]
async fn what_comes_again_is_revoked_by_the_name_of_any_of_its_periods() {
    let it = fixture().await;
    give(&it, "grt_1", 100, daily(0)).await;
    it.clock.advance(3 * DAY);
    assert_eq!(it.remaining().await, 1_100);
    assert!(revoke(&it, "grt_1").await);
    assert_eq!(it.remaining().await, 1_000);
    it.clock.advance(3 * DAY);
    assert_eq!(it.remaining().await, 1_000);
    assert!(!revoke(&it, "grt_1").await);
    verified(&it).await;
}

#[tokio::test]
async fn at_the_start_of_a_grant_who_watches_is_told_and_notices_are_lifted() {
    let it = fixture().await;
    join_all((0..1_000).map(|id| it.charge(id))).await;
    let later = Terms {
        starts_at: Some(NOW + HOUR),
        ..Terms::default()
    };
    give(&it, "grt_1", 1_000, later).await;
    it.metering.drain().await;
    let used_up = || async { it.store.open_notices(it.account).await.unwrap().len() };
    assert_eq!(used_up().await, 1);
    assert_eq!(it.metering.turn().await.unwrap().at, Some(NOW + HOUR));
    let mut watch = it.metering.changes().watch(it.account).unwrap();
    it.clock.advance(HOUR);
    it.metering.turn().await.unwrap();
    watch.changed().now_or_never().expect("a change");
    it.metering.drain().await;
    assert_eq!(used_up().await, 0);
    assert_eq!(it.metering.turn().await.unwrap().at, None);
}
