//! A quarter of plausible calls for the demo: a launch, growth, weeks and days,
//! an outage. The same for the same seed.

mod shape;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use rand::Rng;
use rand::SeedableRng;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand_chacha::ChaCha8Rng;
use shape::{DAY_MS, Days, HOUR_MS};

/// What the history is to hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Days, the last of them yesterday.
    pub days: u32,
    /// Successful calls of each API, exactly, in the order of the catalogue.
    pub successes: Vec<i64>,
    /// How busy each key is, as shares of any sum. None may be negative.
    pub key_weights: Vec<f64>,
}

/// How a call of the history ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DemoOutcome {
    Succeeded,
    /// A parameter was wrong.
    Rejected,
    InputTooLong,
    UpstreamFailed,
}

/// One call of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoCall {
    /// Milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// Place in the catalogue.
    pub api: usize,
    /// Place among the demo's keys.
    pub key: usize,
    pub outcome: DemoOutcome,
    /// Tokens of the input; 0 for calls that are refused before they are counted.
    pub tokens: i64,
    pub latency_ms: i64,
    pub end_user: String,
}

/// End users of the demo's applications.
const END_USERS: u32 = 48;
/// Successes for each failed call on an ordinary day.
const SUCCESSES_PER_FAILURE: i64 = 40;
/// Successes for each call that fails on the day of the outage.
const SUCCESSES_PER_OUTAGE: i64 = 90;

/// The calls, in the order of their time: all before the UTC day `today`.
///
/// Empty if the plan has no days, no keys, or only keys of weight zero.
#[must_use]
pub fn history(seed: u64, today: NaiveDate, plan: &Plan) -> Vec<DemoCall> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let Some(days) = Days::new(today, plan.days, &mut random) else {
        return Vec::new();
    };
    let Some(keys) = Keys::of(plan) else {
        return Vec::new();
    };
    let mut calls = Vec::new();
    for (api, &successes) in plan.successes.iter().enumerate() {
        let mut scene = Scene {
            days: &days,
            keys: &keys,
            api,
            random: &mut random,
        };
        calls.extend((0..successes).map(|_| scene.call(DemoOutcome::Succeeded)));
        calls.extend((0..successes / SUCCESSES_PER_FAILURE).map(|_| scene.failure()));
        calls.extend((0..successes / SUCCESSES_PER_OUTAGE).map(|_| scene.outage()));
    }
    calls.sort_by_key(|call| call.at_ms);
    keys.use_all(&mut calls);
    calls
}

/// Who calls.
struct Keys {
    weights: Vec<f64>,
    shares: WeightedIndex<f64>,
    /// Days of the whole history.
    days: u32,
}

impl Keys {
    fn of(plan: &Plan) -> Option<Self> {
        let shares = WeightedIndex::new(&plan.key_weights).ok()?;
        Some(Self {
            weights: plan.key_weights.clone(),
            shares,
            days: plan.days,
        })
    }

    /// A key for a call on a day, counted from 0. Later keys were made later.
    fn on_day(&self, day: u32, random: &mut ChaCha8Rng) -> usize {
        let key = self.shares.sample(random);
        if day < self.first_day(key) {
            self.first_key()
        } else {
            key
        }
    }

    /// The first key that is in use at all.
    fn first_key(&self) -> usize {
        self.weights
            .iter()
            .position(|&weight| weight > 0.0)
            .unwrap_or(0)
    }

    /// Day of a key's first call: keys start one after the other over the first half.
    fn first_day(&self, key: usize) -> u32 {
        if key == self.first_key() {
            return 0;
        }
        let count = u32::try_from(self.weights.len()).unwrap_or(u32::MAX);
        let key = u32::try_from(key).unwrap_or(count);
        u32::try_from(u64::from(self.days) * u64::from(key) / (2 * u64::from(count.max(1))))
            .unwrap_or(0)
    }

    /// Gives one late call to each key that chance left out.
    fn use_all(&self, calls: &mut [DemoCall]) {
        let unused: Vec<_> = (0..self.weights.len())
            .filter(|&key| self.weights[key] > 0.0 && calls.iter().all(|call| call.key != key))
            .collect();
        for (call, key) in calls.iter_mut().rev().step_by(7).zip(unused) {
            call.key = key;
        }
    }
}

/// What a call is made of.
struct Scene<'a> {
    days: &'a Days,
    keys: &'a Keys,
    api: usize,
    random: &'a mut ChaCha8Rng,
}

impl Scene<'_> {
    /// A call at an ordinary time.
    fn call(&mut self, outcome: DemoOutcome) -> DemoCall {
        let slot = self.days.slot(self.random);
        let at_ms = self.days.start_ms + slot + self.random.random_range(0..HOUR_MS);
        self.call_at(at_ms, outcome)
    }

    /// A failed call at an ordinary time.
    fn failure(&mut self) -> DemoCall {
        let outcome = match self.random.random_range(0..100) {
            0..45 => DemoOutcome::Rejected,
            45..70 => DemoOutcome::InputTooLong,
            _ => DemoOutcome::UpstreamFailed,
        };
        self.call(outcome)
    }

    /// A call during the outage.
    fn outage(&mut self) -> DemoCall {
        let (from, to) = self.days.outage_ms();
        let at_ms = self.random.random_range(from..to);
        self.call_at(at_ms, DemoOutcome::UpstreamFailed)
    }

    fn call_at(&mut self, at_ms: i64, outcome: DemoOutcome) -> DemoCall {
        let day = u32::try_from((at_ms - self.days.start_ms) / DAY_MS).unwrap_or(0);
        DemoCall {
            at_ms,
            api: self.api,
            key: self.keys.on_day(day, self.random),
            outcome,
            tokens: self.tokens(outcome),
            latency_ms: self.latency(outcome),
            end_user: self.end_user(),
        }
    }

    fn tokens(&mut self, outcome: DemoOutcome) -> i64 {
        match outcome {
            DemoOutcome::Rejected | DemoOutcome::InputTooLong => 0,
            // The first call writes texts, the second asks short questions, and
            // others carry none.
            _ => match self.api {
                0 => self.spread(24, 900),
                1 => self.spread(4, 60),
                _ => 0,
            },
        }
    }

    fn latency(&mut self, outcome: DemoOutcome) -> i64 {
        match outcome {
            DemoOutcome::Rejected | DemoOutcome::InputTooLong => self.random.random_range(1..6),
            // Some wait for the time-out, others are turned away.
            DemoOutcome::UpstreamFailed if self.random.random_bool(0.3) => {
                30_000 + self.random.random_range(0..12)
            }
            DemoOutcome::UpstreamFailed => self.spread(20, 300),
            DemoOutcome::Succeeded => match self.api {
                0 => self.spread(60, 400),
                1 => self.spread(140, 1_200),
                _ => self.spread(25, 160),
            },
        }
    }

    /// Few users are busy, many are seen now and then.
    fn end_user(&mut self) -> String {
        let user = self
            .random
            .random_range(0..=END_USERS)
            .min(self.random.random_range(0..END_USERS));
        format!("user-{:03}", user * 37 % 1_000)
    }

    /// A number in a range, mostly near its start.
    fn spread(&mut self, least: i64, most: i64) -> i64 {
        let mut near = most;
        for _ in 0..3 {
            near = near.min(self.random.random_range(least..=most));
        }
        near
    }
}
