//! Caps in the engine, against rules and against a simple model.

use super::super::caps::{AccountCaps, Cap, CapOwner, CountedCap, Limit, Period};
use super::super::grants::GrantBalance;
use super::super::zones::zone;
use super::*;
use chrono_tz::Tz;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const ANN: AccountId = AccountId(1);
const SEARCH: ApiId = ApiId(1);
const OTHER: ApiId = ApiId(2);
const KEY: CapOwner = CapOwner::Key(KeyId(1));
const PROJECT: CapOwner = CapOwner::Project(ProjectId(1));
const HOUR: Millis = 3_600_000;
/// 24 November 2026, 10:40 UTC, a Tuesday.
const NOW: Millis = 1_795_516_800_000;

fn call(key: i64, at: Millis) -> Call {
    Call {
        account: ANN,
        project: ProjectId(1),
        key: KeyId(key),
        api: SEARCH,
        at,
    }
}

fn counted(owner: CapOwner, calls: i64, period: Period, charged: &[(Millis, i64)]) -> CountedCap {
    CountedCap {
        cap: Cap {
            owner,
            owner_public_id: "key_1".into(),
            api: SEARCH,
            limit: Limit { calls, period },
        },
        charged: charged.to_vec(),
    }
}

fn caps(zone: Tz, caps: Vec<CountedCap>) -> AccountCaps {
    AccountCaps {
        zone,
        caps,
        known_from: NOW - 48 * HOUR,
    }
}

fn engine(calls: i64, caps: AccountCaps) -> Engine {
    let grant = |id, api| GrantBalance {
        id: GrantId(id),
        api,
        calls,
        burnt: 0,
        priority: 0,
        starts_at: None,
        expires_at: None,
    };
    let mut engine = Engine::default();
    let epoch = engine.epoch(ANN);
    let grants = AccountGrants {
        grants: vec![grant(1, SEARCH), grant(2, OTHER)],
        renews_at: None,
    };
    engine.load(ANN, &grants, caps, epoch).unwrap();
    engine
}

fn capped(engine: &mut Engine, owner: CapOwner, calls: i64, period: Period) {
    engine.recap(ANN, caps(Tz::UTC, vec![counted(owner, calls, period, &[])]));
}

fn reserve(engine: &mut Engine, call: Call) -> Option<Reservation> {
    match engine.reserve(call, call.at) {
        Decision::Reserved(reservation, _) => Some(reservation),
        Decision::Capped(_) | Decision::Exhausted { .. } => None,
        other => panic!("{other:?}"),
    }
}

/// As many successes as there are calls, at most `tries`.
fn succeed(engine: &mut Engine, call: Call, tries: usize) -> usize {
    (0..tries)
        .filter_map(|_| reserve(engine, call).map(|held| engine.burnt(held)))
        .count()
}

#[test]
fn more_calls_than_a_cap_leaves_get_exactly_what_it_leaves() {
    let mut engine = engine(1_000, AccountCaps::none());
    capped(&mut engine, KEY, 50, Period::Day);
    let held: Vec<_> = (0..200)
        .filter_map(|_| reserve(&mut engine, call(1, NOW)))
        .collect();
    assert_eq!(held.len(), 50);
    for held in held {
        engine.burnt(held);
    }
    let Decision::Capped(full) = engine.reserve(call(1, NOW), NOW) else {
        panic!("not capped");
    };
    assert_eq!((full.charged, full.remaining()), (50, 0));
    assert_eq!(full.cap.owner, KEY);
    // Another key, and another API of the same key, go on.
    assert!(reserve(&mut engine, call(2, NOW)).is_some());
    let elsewhere = Call {
        api: OTHER,
        ..call(1, NOW)
    };
    assert!(reserve(&mut engine, elsewhere).is_some());
}

#[test]
fn a_failed_call_gives_its_place_under_the_cap_back() {
    let mut engine = engine(1_000, AccountCaps::none());
    capped(&mut engine, PROJECT, 1, Period::Total);
    for _ in 0..10 {
        let held = reserve(&mut engine, call(1, NOW)).unwrap();
        assert_eq!(reserve(&mut engine, call(2, NOW)), None);
        engine.release(held);
    }
    assert_eq!(engine.caps(ANN, NOW).unwrap()[0].charged, 0);
}

#[test]
fn a_cap_starts_anew_at_local_midnight_monday_and_the_first_of_the_month() {
    let kathmandu = zone("Asia/Kathmandu");
    for (period, renews) in [
        // 18:15 UTC is midnight in Kathmandu.
        (Period::Day, "2026-11-24T18:15:00Z"),
        (Period::Week, "2026-11-29T18:15:00Z"),
        (Period::Month, "2026-11-30T18:15:00Z"),
    ] {
        let renews = chrono::DateTime::parse_from_rfc3339(renews)
            .unwrap()
            .timestamp_millis();
        let mut engine = engine(1_000, caps(kathmandu, vec![counted(KEY, 2, period, &[])]));
        assert_eq!(succeed(&mut engine, call(1, NOW), 5), 2);
        assert_eq!(
            succeed(&mut engine, call(1, renews - 1), 5),
            0,
            "{period:?}"
        );
        assert_eq!(succeed(&mut engine, call(1, renews), 5), 2, "{period:?}");
    }
}

#[test]
fn a_call_counts_in_the_window_in_which_it_came() {
    let mut engine = engine(1_000, AccountCaps::none());
    capped(&mut engine, KEY, 1, Period::Day);
    let midnight = Period::Day.window(NOW, Tz::UTC).end;
    // Held before midnight, succeeded after it: tomorrow's call is not used up.
    let late = reserve(&mut engine, call(1, midnight - 1)).unwrap();
    assert_eq!(succeed(&mut engine, call(1, midnight), 3), 1);
    engine.burnt(late);
    assert_eq!(reserve(&mut engine, call(1, midnight)), None);
    // Nor does one that came before midnight, and waited, get tomorrow's place.
    assert_eq!(reserve(&mut engine, call(1, midnight - 1)), None);
}

#[test]
fn key_and_project_both_hold_and_the_longer_wait_is_told() {
    let mut engine = engine(1_000, AccountCaps::none());
    engine.recap(
        ANN,
        caps(
            Tz::UTC,
            vec![
                counted(KEY, 3, Period::Day, &[]),
                counted(PROJECT, 3, Period::Month, &[]),
            ],
        ),
    );
    assert_eq!(succeed(&mut engine, call(1, NOW), 2), 2);
    assert_eq!(succeed(&mut engine, call(2, NOW), 5), 1);
    let Decision::Capped(full) = engine.reserve(call(1, NOW), NOW) else {
        panic!("not capped");
    };
    assert_eq!(full.cap.owner, PROJECT);
    let allowance = engine.allowance(&call(1, NOW), NOW).unwrap();
    assert_eq!(allowance.remaining(), 0);
    assert_eq!(allowance.quota.remaining(), 997);
}

#[test]
fn a_cap_below_what_is_used_stops_and_a_higher_one_goes_on() {
    let mut engine = engine(1_000, AccountCaps::none());
    let start = Period::Day.window(NOW, Tz::UTC).start;
    let with = |calls| {
        caps(
            Tz::UTC,
            vec![counted(KEY, calls, Period::Day, &[(start, 7)])],
        )
    };
    engine.recap(ANN, with(5));
    assert_eq!(reserve(&mut engine, call(1, NOW)), None);
    assert_eq!(engine.caps(ANN, NOW).unwrap()[0].remaining(), 0);
    engine.recap(ANN, with(9));
    assert_eq!(succeed(&mut engine, call(1, NOW), 5), 2);
    engine.recap(ANN, AccountCaps::none());
    assert!(reserve(&mut engine, call(1, NOW)).is_some());
}

#[test]
fn a_new_cap_knows_of_calls_in_flight() {
    let mut engine = engine(1_000, AccountCaps::none());
    let in_flight: Vec<_> = (0..4)
        .filter_map(|_| reserve(&mut engine, call(1, NOW)))
        .collect();
    capped(&mut engine, KEY, 5, Period::Day);
    let fifth = reserve(&mut engine, call(1, NOW)).unwrap();
    assert_eq!(reserve(&mut engine, call(1, NOW)), None);
    for held in in_flight {
        engine.release(held);
    }
    engine.burnt(fifth);
    assert_eq!(succeed(&mut engine, call(1, NOW), 9), 4);
}

#[test]
fn a_used_up_account_is_told_so_before_a_cap() {
    let mut engine = engine(1, AccountCaps::none());
    capped(&mut engine, KEY, 1, Period::Day);
    assert_eq!(succeed(&mut engine, call(1, NOW), 2), 1);
    assert!(matches!(
        engine.reserve(call(1, NOW), NOW),
        Decision::Exhausted { .. }
    ));
}

#[test]
fn caps_read_before_a_change_are_read_again() {
    let mut engine = Engine::default();
    let before = engine.epoch(ANN);
    engine.recap(ANN, AccountCaps::none());
    let grants = AccountGrants::default();
    let stale = engine.load(ANN, &grants, AccountCaps::none(), before);
    assert!(stale.is_err());
}

/// What the rules say, in the plainest way: every call that succeeded or is in
/// flight is in a list, and a cap counts the list.
#[derive(Default)]
struct Model {
    held: Vec<(Call, i64)>,
    charged: Vec<(Call, i64)>,
    caps: Vec<(CapOwner, Limit)>,
}

impl Model {
    fn lets_through(&self, call: &Call, zone: Tz) -> bool {
        self.caps
            .iter()
            .filter(|(owner, _)| call.cap_owners().contains(owner))
            .all(|(owner, limit)| {
                let window = limit.period.window(call.at, zone);
                let counted = self
                    .held
                    .iter()
                    .chain(&self.charged)
                    .filter(|(other, _)| other.cap_owners().contains(owner))
                    .filter(|(other, _)| (window.start..window.end).contains(&other.at))
                    .count();
                i64::try_from(counted).unwrap() < limit.calls
            })
    }

    fn counted(&self, zone: Tz) -> AccountCaps {
        let caps = self
            .caps
            .iter()
            .map(|(owner, limit)| {
                let mut windows = BTreeMap::<Millis, i64>::new();
                for (call, _) in &self.charged {
                    if call.cap_owners().contains(owner) {
                        *windows
                            .entry(limit.period.window(call.at, zone).start)
                            .or_default() += 1;
                    }
                }
                let windows: Vec<_> = windows.into_iter().collect();
                counted(*owner, limit.calls, limit.period, &windows)
            })
            .collect();
        AccountCaps {
            zone,
            caps,
            known_from: Millis::MIN / 4,
        }
    }
}

#[test]
fn the_engine_decides_as_a_simple_model_does() {
    let zones = [
        "UTC",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/St_Johns",
    ];
    for seed in 0..60 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let zone = zone(zones[usize::try_from(seed).unwrap() % zones.len()]);
        let mut engine = engine(1_000_000, AccountCaps::none());
        let mut model = Model::default();
        let mut reservations: Vec<Reservation> = Vec::new();
        let mut now = NOW;
        for step in 0..400_i64 {
            match random.random_range(0..100) {
                0..60 => {
                    // Calls arrive a little before they are decided.
                    let at = now - random.random_range(0..HOUR);
                    let call = Call {
                        project: ProjectId(random.random_range(1..3)),
                        ..call(random.random_range(1..4), at)
                    };
                    let through = matches!(engine.reserve(call, now), Decision::Reserved(held, _) if {
                        reservations.push(held);
                        true
                    });
                    assert_eq!(
                        through,
                        model.lets_through(&call, zone),
                        "seed {seed}, step {step}"
                    );
                    if through {
                        model.held.push((call, step));
                    }
                }
                60..85 if !reservations.is_empty() => {
                    let place = random.random_range(0..reservations.len());
                    let held = reservations.swap_remove(place);
                    let (call, _) = model.held.swap_remove(place);
                    assert_eq!(call, held.call);
                    if random.random_range(0..3) == 0 {
                        engine.release(held);
                    } else {
                        engine.burnt(held);
                        model.charged.push((call, step));
                    }
                }
                85..93 => now += random.random_range(0..30 * HOUR),
                _ => {
                    let owner = [
                        KEY,
                        CapOwner::Key(KeyId(2)),
                        PROJECT,
                        CapOwner::Project(ProjectId(2)),
                    ][random.random_range(0..4)];
                    model.caps.retain(|(other, _)| *other != owner);
                    if random.random_range(0..4) > 0 {
                        let limit = Limit {
                            calls: random.random_range(0..8),
                            period: Period::ALL[random.random_range(0..4)],
                        };
                        model.caps.push((owner, limit));
                    }
                    engine.recap(ANN, model.counted(zone));
                }
            }
        }
    }
}
