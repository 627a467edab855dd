use super::*;
use std::collections::{BTreeMap, HashSet};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 11, 26).unwrap()
}

fn today_ms() -> i64 {
    today()
        .and_time(chrono::NaiveTime::MIN)
        .and_utc()
        .timestamp_millis()
}

fn plan() -> Plan {
    Plan {
        days: 90,
        successes: vec![3_120, 742, 1_460],
        key_weights: vec![5.0, 3.0, 1.0, 0.4],
    }
}

/// Calls of each day, counted from 0.
fn by_day(calls: &[DemoCall], succeeded: bool) -> BTreeMap<i64, i64> {
    let start = today_ms() - 90 * DAY_MS;
    let mut days = BTreeMap::new();
    for call in calls
        .iter()
        .filter(|call| (call.outcome == DemoOutcome::Succeeded) == succeeded)
    {
        *days.entry((call.at_ms - start) / DAY_MS).or_default() += 1;
    }
    days
}

#[test]
fn the_same_seed_gives_the_same_history() {
    let calls = history(7, today(), &plan());
    assert_eq!(calls, history(7, today(), &plan()));
    assert_ne!(calls, history(8, today(), &plan()));
}

#[test]
fn each_api_has_exactly_the_successes_of_the_plan() {
    for seed in 0..5 {
        let calls = history(seed, today(), &plan());
        for (api, &successes) in plan().successes.iter().enumerate() {
            let succeeded = calls
                .iter()
                .filter(|call| call.api == api && call.outcome == DemoOutcome::Succeeded);
            assert_eq!(i64::try_from(succeeded.count()), Ok(successes));
        }
    }
}

#[test]
fn the_history_is_in_order_and_ends_yesterday_evening() {
    for seed in 0..5 {
        let calls = history(seed, today(), &plan());
        assert!(calls.is_sorted_by_key(|call| call.at_ms));
        let (first, last) = (calls[0].at_ms, calls[calls.len() - 1].at_ms);
        assert!(first >= today_ms() - 90 * DAY_MS);
        assert!(last < today_ms() - 2 * HOUR_MS && last >= today_ms() - DAY_MS);
    }
}

#[test]
fn every_key_is_used_and_busier_ones_more() {
    for seed in 0..5 {
        let mut calls_of = [0; 4];
        for call in history(seed, today(), &plan()) {
            calls_of[call.key] += 1;
        }
        assert!(
            calls_of.is_sorted_by(|a, b| a > b) && calls_of[3] > 0,
            "{calls_of:?}"
        );
    }
    let few = Plan {
        successes: vec![40],
        key_weights: vec![1.0, 0.000_001, 0.0],
        ..plan()
    };
    let keys: HashSet<_> = history(1, today(), &few)
        .iter()
        .map(|call| call.key)
        .collect();
    assert_eq!(
        keys,
        HashSet::from([0, 1]),
        "a key without weight makes no calls"
    );
}

#[test]
fn two_to_four_of_a_hundred_calls_fail_for_every_reason() {
    let calls = history(7, today(), &plan());
    let failed: Vec<_> = calls
        .iter()
        .filter(|call| call.outcome != DemoOutcome::Succeeded)
        .collect();
    let per_mille = failed.len() * 1_000 / calls.len();
    assert!((20..=40).contains(&per_mille), "{per_mille} ‰");
    let reasons: HashSet<_> = failed.iter().map(|call| call.outcome).collect();
    assert_eq!(reasons.len(), 3, "{reasons:?}");
}

#[test]
fn the_quarter_has_growth_zero_days_and_an_outage() {
    let calls = history(7, today(), &plan());
    let (succeeded, failed) = (by_day(&calls, true), by_day(&calls, false));
    assert!(
        (5..20).contains(&(90 - succeeded.len())),
        "{} days",
        succeeded.len()
    );
    let between = |days: std::ops::Range<i64>| succeeded.range(days).map(|day| day.1).sum::<i64>();
    assert!(between(60..90) > 3 * between(0..22));
    let (outage, worst) = failed.iter().max_by_key(|day| day.1).unwrap();
    assert!(
        *worst > 30 && (58..=64).contains(outage),
        "{worst} on day {outage}"
    );
    assert!(
        succeeded[outage] < succeeded[&(outage + 7)],
        "and few calls worked"
    );
}

#[test]
fn numbers_are_plausible() {
    for call in history(7, today(), &plan()) {
        assert!((0..=4_000).contains(&call.tokens), "{call:?}");
        assert!((1..31_000).contains(&call.latency_ms), "{call:?}");
        assert!(call.end_user.starts_with("user-"), "{call:?}");
        if call.outcome == DemoOutcome::Succeeded && call.api < 2 {
            assert!(call.tokens > 0, "{call:?}");
        }
    }
}

#[test]
fn a_plan_without_days_or_keys_has_no_history() {
    for empty in [
        Plan { days: 0, ..plan() },
        Plan {
            key_weights: vec![],
            ..plan()
        },
        Plan {
            key_weights: vec![0.0],
            ..plan()
        },
        Plan {
            successes: vec![],
            ..plan()
        },
    ] {
        assert!(history(7, today(), &empty).is_empty(), "{empty:?}");
    }
}

#[test]
fn a_short_history_is_complete_whatever_the_day_of_the_week() {
    for today in today().iter_days().take(7) {
        for days in 1..16 {
            let calls = history(7, today, &Plan { days, ..plan() });
            let succeeded = calls
                .iter()
                .filter(|call| call.outcome == DemoOutcome::Succeeded);
            assert_eq!(succeeded.count(), 5_322, "{days} days before {today}");
        }
    }
}
