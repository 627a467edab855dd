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

fn engine(grants: &[GrantBalance]) -> Engine {
    let mut engine = Engine::default();
    let epoch = engine.epoch();
    engine
        .load(ANN, grants, AccountCaps::none(), epoch)
        .unwrap();
    engine
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
        Decision::Reserved(reservation) => Some(reservation),
        Decision::Exhausted { .. } | Decision::Capped(_) => None,
        Decision::NotLoaded => panic!("not loaded"),
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
    engine.granted(ANN, grant(2, SEARCH, 1));
    assert!(reserve(&mut engine, SEARCH, 0).is_some());
}

#[test]
fn a_grant_that_a_load_read_already_counts_once() {
    let mut engine = engine(&[grant(1, SEARCH, 0), grant(2, SEARCH, 1)]);
    engine.granted(ANN, grant(2, SEARCH, 1));
    assert_eq!(engine.quota(ANN, SEARCH, 0).unwrap().granted, 1);
}

#[test]
fn balances_read_before_a_grant_are_read_again() {
    let mut engine = Engine::default();
    let before = engine.epoch();
    engine.granted(ANN, grant(2, SEARCH, 1));
    assert!(engine.load(ANN, &[], AccountCaps::none(), before).is_err());
    assert_eq!(engine.reserve(call(SEARCH), 0), Decision::NotLoaded);
    let after = engine.epoch();
    engine
        .load(ANN, &[grant(2, SEARCH, 1)], AccountCaps::none(), after)
        .unwrap();
    assert!(reserve(&mut engine, SEARCH, 0).is_some());
}

#[test]
fn a_second_load_does_not_undo_what_memory_knows() {
    let mut engine = engine(&[grant(1, SEARCH, 1)]);
    let held = reserve(&mut engine, SEARCH, 0).unwrap();
    let epoch = engine.epoch();
    engine
        .load(ANN, &[grant(1, SEARCH, 1)], AccountCaps::none(), epoch)
        .unwrap();
    assert_eq!(reserve(&mut engine, SEARCH, 0), None);
    engine.burnt(held);
}

#[test]
fn a_reload_takes_what_the_disk_says_and_keeps_the_holds() {
    let mut engine = engine(&[grant(1, SEARCH, 3)]);
    let _in_flight = reserve(&mut engine, SEARCH, 0).unwrap();
    engine.reload(
        ANN,
        &[GrantBalance {
            burnt: 1,
            ..grant(1, SEARCH, 3)
        }],
    );
    assert!(reserve(&mut engine, SEARCH, 0).is_some());
    assert_eq!(reserve(&mut engine, SEARCH, 0), None);
}
