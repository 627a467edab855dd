//! Time stands still here, and goes on when it is told to.

use super::*;
use futures::FutureExt;
use std::future::Future;

/// What is ready without waiting.
fn now<F: Future>(future: F) -> Option<F::Output> {
    future.now_or_never()
}

async fn pass(time: Duration) {
    tokio::time::advance(time).await;
}

#[test]
fn the_longest_idle_are_found_whatever_their_order() {
    let since = |n: u64| Since::from(Duration::from_millis(n));
    let idle: Vec<_> = [5, 3, 9, 1, 7, 3].map(|n| (since(n), n)).into();
    let found = |most| {
        let mut found: Vec<_> = longest(idle.clone(), most)
            .into_iter()
            .map(|(_, n)| n)
            .collect();
        found.sort_unstable();
        found
    };
    assert_eq!(found(1), [1]);
    assert_eq!(found(3), [1, 3, 3]);
    assert_eq!(found(6), [1, 3, 3, 5, 7, 9]);
    assert_eq!(found(60), [1, 3, 3, 5, 7, 9]);
}

#[tokio::test(start_paused = true)]
async fn a_place_is_made_by_whoever_is_idle_longest() {
    let mut places = Places::new(3);
    let first = places.take().await;
    pass(SETTLED).await;
    let second = places.take().await;
    pass(SETTLED).await;
    let third = places.take().await;
    // The first has just been answered: now the second is idle longest.
    first.presence.ask();
    first.presence.answered();
    first.presence.flushed();
    pass(SETTLED).await;
    assert!(now(places.take()).is_none());
    assert!(second.presence.was_let_go());
    assert!(!first.presence.was_let_go() && !third.presence.was_let_go());
    drop(second);
    assert!(now(places.take()).is_some());
}

#[tokio::test(start_paused = true)]
async fn nobody_who_waits_for_an_answer_is_let_go() {
    let mut places = Places::new(2);
    let (asking, sending) = (places.take().await, places.take().await);
    asking.presence.ask();
    // Its answer is not handed over yet: the client does not read.
    sending.presence.ask();
    sending.presence.answered();
    pass(Duration::from_hours(1)).await;
    assert!(
        timeout(Duration::from_mins(1), places.take())
            .await
            .is_err()
    );
    assert!(!asking.presence.was_let_go() && !sending.presence.was_let_go());
    // When it is, somebody who still waits gets its place.
    sending.presence.flushed();
    let presence = Arc::clone(&sending.presence);
    let leaves = async {
        presence.told().await;
        drop(sending);
    };
    let waited = Instant::now();
    let _ = tokio::join!(places.take(), leaves);
    assert!(waited.elapsed() <= SETTLED + 2 * LOOK);
}

#[tokio::test(start_paused = true)]
async fn whoever_has_just_come_is_left_alone_for_a_moment() {
    let mut places = Places::new(1);
    let place = places.take().await;
    places.make_room();
    assert!(!place.presence.was_let_go());
    pass(SETTLED).await;
    places.make_room();
    assert!(place.presence.was_let_go());
}

#[tokio::test(start_paused = true)]
async fn a_share_goes_at_once_and_nobody_is_asked_twice() {
    let mut places = Places::new(64);
    let mut taken = Vec::new();
    for _ in 0..64 {
        taken.push(places.take().await);
        pass(Duration::from_millis(1)).await;
    }
    pass(SETTLED).await;
    for _ in 0..3 {
        assert!(now(places.take()).is_none());
        let gone = taken.iter().take_while(|it| it.presence.was_let_go());
        assert_eq!(gone.count(), 4);
        assert_eq!(places.leaving, 4);
    }
    taken.drain(..4);
    for _ in 0..4 {
        taken.push(now(places.take()).unwrap());
    }
    assert!(!taken.iter().any(|it| it.presence.was_let_go()));
}

#[tokio::test(start_paused = true)]
async fn those_that_are_gone_are_forgotten() {
    let mut places = Places::new(1_000);
    let kept = places.take().await;
    for _ in 0..10_000 {
        drop(places.take().await);
    }
    assert!(places.presences.len() <= 2 * 2 + SHARE + 1);
    drop(kept);
    assert!(now(places.all_free()).is_some());
}
