//! Midnight: grants of many accounts come again at the same instant, on a real
//! database.

use super::tests::*;
use super::*;
use crate::domain::store::{Grants, Verify};
use futures::future::join_all;
use std::time::{Duration, Instant};

const HOUR: i64 = 3_600_000;
/// The end of the day of `NOW` (16:00 UTC).
const MIDNIGHT: i64 = NOW + 8 * HOUR;
/// As the statements say.
const AT_ONCE: usize = 200;

/// Accounts that have five calls a day.
async fn crowd(it: &Fixture, accounts: usize) -> Vec<AccountId> {
    it.store.crowd(accounts, it.search(), NOW, MIDNIGHT).await
}

#[tokio::test]
async fn a_turn_takes_so_many_at_most_each_with_all_of_its_period() {
    let it = fixture().await;
    let accounts = crowd(&it, 2 * AT_ONCE + 50).await;
    it.clock.advance(MIDNIGHT - NOW);
    for of in [None, Some(&accounts[..=AT_ONCE])] {
        let due = it.store.due(MIDNIGHT, of).await.unwrap();
        let of_recurrences: Vec<_> = due.recurrences.iter().map(|(account, _)| account).collect();
        let of_grants: Vec<_> = due.grants.iter().map(|due| &due.account).collect();
        assert_eq!(of_recurrences.len(), AT_ONCE);
        assert_eq!(of_grants, of_recurrences);
    }
    it.metering.turn().await.unwrap();
    let due = it.store.due(MIDNIGHT, None).await.unwrap();
    assert!(due.is_empty());
    for account in [accounts[0], accounts[2 * AT_ONCE + 49]] {
        // Five of today, and two that rolled over.
        let call = Call {
            account,
            ..it.search_call()
        };
        let holds = join_all((0..8).map(|_| it.metering.reserve(call))).await;
        assert_eq!(holds.iter().filter(|hold| hold.is_ok()).count(), 7);
    }
    assert_eq!(it.store.verify().await.unwrap(), Vec::<String>::new());
}

/// Longest that calls wait meanwhile; by hand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures"]
async fn ten_thousand_accounts_at_midnight_delay_no_call_beyond_the_writers_patience() {
    let it = fixture().await;
    let it = &it;
    let accounts = crowd(it, 10_000).await;
    for account in &accounts[..3_000] {
        it.metering.quota(*account).await.unwrap();
    }
    it.clock.advance(MIDNIGHT - NOW);
    let started = Instant::now();
    let turn = async {
        it.metering.turn().await.unwrap();
        started.elapsed()
    };
    let crowd = &accounts[1_000..3_000];
    let crowded = async move {
        let calls = crowd.iter().map(move |account| {
            let call = Call {
                account: *account,
                ..it.search_call()
            };
            async move { it.metering.reserve(call).await.map(drop) }
        });
        let answers = join_all(calls).await;
        assert!(answers.iter().all(Result::is_ok));
        started.elapsed()
    };
    let others = async {
        let mut longest = Duration::ZERO;
        let mut calls = 0;
        while started.elapsed() < Duration::from_secs(3) {
            let asked = Instant::now();
            assert!(it.charge(calls).await);
            calls += 1;
            longest = longest.max(asked.elapsed());
        }
        (calls, longest)
    };
    let (turned, crowded, (calls, longest)) = tokio::join!(turn, crowded, others);
    println!(
        "10,000 accounts turned in {turned:?}; 2,000 first calls of theirs in {crowded:?}; \
         {calls} calls of another in 3 s, the slowest in {longest:?}"
    );
    assert!(longest < Duration::from_secs(5) && crowded < Duration::from_secs(5));
}
