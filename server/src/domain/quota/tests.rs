use super::super::grants::GrantBalance;
use super::*;

const ANN: AccountId = AccountId(1);
const ADD: ApiId = ApiId(1);
const SEARCH: ApiId = ApiId(2);

fn grant(id: i64, api: ApiId, calls: i64) -> GrantBalance {
    GrantBalance {
        id: GrantId(id),
        api,
        calls,
        burnt: 0,
        priority: 0,
        starts_at: None,
        expires_at: None,
    }
}

fn once(grants: &[GrantBalance]) -> AccountGrants {
    AccountGrants {
        grants: grants.to_vec(),
        renews_at: None,
    }
}

fn engine(grants: &[GrantBalance]) -> Engine {
    let mut engine = Engine::default();
    load(&mut engine, grants);
    engine
}

fn load(engine: &mut Engine, grants: &[GrantBalance]) {
    let epoch = engine.epoch(ANN);
    engine
        .load(ANN, &once(grants), AccountCaps::none(), epoch)
        .unwrap();
}

fn take_over(engine: &mut Engine, grants: &[GrantBalance]) {
    engine.take_over(ANN, &once(grants), AccountCaps::none());
}

fn call(api: ApiId) -> Call {
    Call {
        account: ANN,
        project: ProjectId(1),
        key: KeyId(1),
        api,
        at: 0,
    }
}

fn reserve(engine: &mut Engine, api: ApiId, now: Millis) -> Option<Reservation> {
    match engine.reserve(call(api), now) {
        Decision::Reserved(reservation, _) => Some(reservation),
        Decision::Exhausted { .. } | Decision::Capped(_) => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn more_calls_than_are_left_get_exactly_what_is_left() {
    let mut engine = engine(&[grant(1, SEARCH, 50)]);
    let held: Vec<_> = (0..200)
        .filter_map(|_| reserve(&mut engine, SEARCH, 0))
        .collect();
    assert_eq!(held.len(), 50);
    for reservation in held {
        engine.burnt(reservation);
    }
    assert_eq!(engine.quota(ANN, SEARCH, 0).unwrap().remaining(), 0);
    assert_eq!(reserve(&mut engine, SEARCH, 0), None);
}

#[test]
fn a_failed_call_gives_its_hold_back_and_charges_nothing() {
    let mut engine = engine(&[grant(1, SEARCH, 1)]);
    for _ in 0..10 {
        let held = reserve(&mut engine, SEARCH, 0).unwrap();
        engine.release(held);
    }
    let quota = engine.quota(ANN, SEARCH, 0).unwrap();
    assert_eq!(
        (quota.charged, quota.reserved, quota.remaining()),
        (0, 0, 1)
    );
}

#[test]
fn an_exhausted_account_is_told_whether_another_api_has_calls() {
    let mut engine = engine(&[grant(1, ADD, 1), grant(2, SEARCH, 0)]);
    assert!(matches!(
        engine.reserve(call(SEARCH), 0),
        Decision::Exhausted { any_left: true, .. }
    ));
    let held = reserve(&mut engine, ADD, 0).unwrap();
    engine.burnt(held);
    assert!(matches!(
        engine.reserve(call(SEARCH), 0),
        Decision::Exhausted {
            any_left: false,
            ..
        }
    ));
}

#[test]
fn calls_of_an_api_that_nobody_serves_are_left_to_nobody() {
    let mut engine = Engine::default().serving(vec![SEARCH]);
    load(&mut engine, &[grant(1, ADD, 1), grant(2, SEARCH, 0)]);
    assert!(matches!(
        engine.reserve(call(SEARCH), 0),
        Decision::Exhausted {
            any_left: false,
            ..
        }
    ));
}

#[test]
fn a_free_quota_made_smaller_than_its_use_is_no_debt_of_other_grants() {
    let smaller = GrantBalance {
        burnt: 7,
        ..grant(1, SEARCH, 2)
    };
    let mut engine = engine(&[smaller, grant(2, SEARCH, 3)]);
    for left in [3, 2, 1] {
        let quota = engine.quota(ANN, SEARCH, 0).unwrap();
        assert_eq!((quota.granted, quota.remaining()), (10, left));
        let held = reserve(&mut engine, SEARCH, 0).unwrap();
        engine.burnt(held);
    }
    assert_eq!(reserve(&mut engine, SEARCH, 0), None);
}

#[test]
fn grants_burn_by_priority_then_soonest_to_expire_then_oldest() {
    let mut engine = engine(&[
        grant(1, SEARCH, 1),
        GrantBalance {
            expires_at: Some(1_000),
            ..grant(2, SEARCH, 1)
        },
        GrantBalance {
            expires_at: Some(500),
            ..grant(3, SEARCH, 1)
        },
        GrantBalance {
            priority: -1,
            ..grant(4, SEARCH, 1)
        },
        grant(5, SEARCH, 1),
    ]);
    let order: Vec<_> = std::iter::from_fn(|| reserve(&mut engine, SEARCH, 0))
        .map(|reservation| reservation.grant.0)
        .collect();
    assert_eq!(order, [4, 3, 2, 1, 5]);
}

#[test]
fn a_grant_counts_from_its_start_and_until_its_expiry() {
    let mut engine = engine(&[GrantBalance {
        starts_at: Some(10),
        expires_at: Some(20),
        ..grant(1, SEARCH, 5)
    }]);
    assert_eq!(reserve(&mut engine, SEARCH, 9), None);
    assert!(reserve(&mut engine, SEARCH, 10).is_some());
    assert!(reserve(&mut engine, SEARCH, 19).is_some());
    assert_eq!(reserve(&mut engine, SEARCH, 20), None);
}

#[test]
fn a_grant_counts_for_the_next_call() {
    let mut engine = engine(&[grant(1, SEARCH, 0)]);
    assert_eq!(reserve(&mut engine, SEARCH, 0), None);
    take_over(&mut engine, &[grant(1, SEARCH, 0), grant(2, SEARCH, 1)]);
    assert!(reserve(&mut engine, SEARCH, 0).is_some());
}

#[test]
fn balances_read_before_a_grant_are_read_again() {
    let mut engine = Engine::default();
    let before = engine.epoch(ANN);
    take_over(&mut engine, &[grant(2, SEARCH, 1)]);
    let stale = engine.load(ANN, &once(&[]), AccountCaps::none(), before);
    assert_eq!(stale, Err(engine.epoch(ANN)));
    assert_eq!(engine.reserve(call(SEARCH), 0), Decision::NotLoaded);
    load(&mut engine, &[grant(2, SEARCH, 1)]);
    assert!(reserve(&mut engine, SEARCH, 0).is_some());
}

#[test]
fn a_second_load_does_not_undo_what_memory_knows() {
    let mut engine = engine(&[grant(1, SEARCH, 1)]);
    let held = reserve(&mut engine, SEARCH, 0).unwrap();
    load(&mut engine, &[grant(1, SEARCH, 1)]);
    assert_eq!(reserve(&mut engine, SEARCH, 0), None);
    engine.burnt(held);
}

#[test]
fn what_the_disk_says_is_taken_over_and_the_holds_stay() {
    let mut engine = engine(&[grant(1, SEARCH, 3)]);
    let _in_flight = reserve(&mut engine, SEARCH, 0).unwrap();
    let on_disk = GrantBalance {
        burnt: 1,
        ..grant(1, SEARCH, 3)
    };
    take_over(&mut engine, &[on_disk]);
    assert!(reserve(&mut engine, SEARCH, 0).is_some());
    assert_eq!(reserve(&mut engine, SEARCH, 0), None);
}

#[test]
fn a_grant_that_ended_finishes_its_calls_in_flight_and_takes_no_others() {
    let mut engine = engine(&[grant(1, SEARCH, 5), grant(2, ADD, 5)]);
    let burns = reserve(&mut engine, SEARCH, 0).unwrap();
    let fails = reserve(&mut engine, SEARCH, 0).unwrap();
    engine.end(ANN, &[GrantId(1)]);
    assert_eq!(reserve(&mut engine, SEARCH, 0), None);
    assert_eq!(engine.quota(ANN, SEARCH, 0).unwrap(), Quota::default());
    assert_eq!(engine.in_flight(ANN, GrantId(1)), 2);
    engine.burnt(burns);
    engine.release(fails);
    assert_eq!(engine.in_flight(ANN, GrantId(1)), 0);
    assert_eq!(reserve(&mut engine, SEARCH, 0), None);
    assert_eq!(engine.quota(ANN, ADD, 0).unwrap().remaining(), 5);
}

#[test]
fn a_grant_whose_end_was_not_written_is_back() {
    let mut engine = engine(&[grant(1, SEARCH, 2)]);
    let held = reserve(&mut engine, SEARCH, 0).unwrap();
    engine.end(ANN, &[GrantId(1)]);
    take_over(&mut engine, &[grant(1, SEARCH, 2)]);
    assert!(reserve(&mut engine, SEARCH, 0).is_some());
    assert_eq!(reserve(&mut engine, SEARCH, 0), None);
    engine.burnt(held);
    assert_eq!(engine.quota(ANN, SEARCH, 0).unwrap().remaining(), 1);
}

#[test]
fn what_lapsed_on_disk_stays_so_when_the_clock_is_set_back() {
    let lapses = GrantBalance {
        expires_at: Some(100),
        ..grant(1, SEARCH, 5)
    };
    let mut engine = engine(&[lapses]);
    assert!(reserve(&mut engine, SEARCH, 99).is_some());
    engine.end_until(100);
    assert_eq!(reserve(&mut engine, SEARCH, 50), None);
    // Also after a restart.
    let mut restarted = Engine::new(Pacing::default(), 100);
    load(&mut restarted, &[lapses]);
    assert_eq!(reserve(&mut restarted, SEARCH, 50), None);
}

#[test]
fn a_call_waits_for_a_grant_that_comes_again() {
    let mut engine = Engine::default();
    let mut grants = once(&[grant(1, SEARCH, 5)]);
    grants.renews_at = Some(100);
    let epoch = engine.epoch(ANN);
    engine
        .load(ANN, &grants, AccountCaps::none(), epoch)
        .unwrap();
    assert!(reserve(&mut engine, SEARCH, 99).is_some());
    assert_eq!(engine.is_up_to_date(ANN, 99), Some(true));
    assert_eq!(engine.reserve(call(SEARCH), 100), Decision::Behind);
    assert_eq!(engine.is_up_to_date(ANN, 100), Some(false));
    grants.renews_at = Some(200);
    engine.take_over(ANN, &grants, AccountCaps::none());
    assert!(reserve(&mut engine, SEARCH, 100).is_some());
}

#[test]
fn nothing_passes_while_it_is_in_doubt_what_the_disk_says() {
    let mut engine = engine(&[grant(1, SEARCH, 5)]);
    engine.doubt(ANN);
    assert_eq!(engine.reserve(call(SEARCH), 0), Decision::Behind);
    take_over(&mut engine, &[grant(1, SEARCH, 5)]);
    assert!(reserve(&mut engine, SEARCH, 0).is_some());
}

#[test]
fn the_pace_is_told_with_the_reservation_and_the_ceiling_refuses() {
    let pacing = Pacing {
        advised: 2,
        ceiling: Some(3),
    };
    let mut engine = Engine::new(pacing, 0);
    load(&mut engine, &[grant(1, SEARCH, 9)]);
    let paces: Vec<_> = (0..4)
        .map(|_| engine.reserve_paced(call(SEARCH), 7))
        .map(|decision| match decision {
            Decision::Reserved(_, pace) => Ok(pace),
            Decision::TooFast { wait } => Err(wait),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        Ok(Pace::Within),
        Ok(Pace::Within),
        Ok(Pace::Above),
        Err(334),
    ];
    assert_eq!(paces, expected);
}
