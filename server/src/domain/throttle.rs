//! Tries that are counted, at the doors that strangers push: after a few that
//! failed, each waits longer than the one before (`product.md` §7). Nobody is kept
//! out for ever: waits have an end, tries are forgotten, and others who try an
//! account in vain hold its owner up for a minute at the most.

use super::Millis;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;

/// Counters that are kept at most: about four megabytes.
const MOST: usize = 50_000;

/// A door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    SignIn,
    /// A sign-in that goes on at a provider: nobody knows yet who it is.
    Provider,
    /// The second step of a sign-in.
    Code,
    /// The password again, of somebody who is signed in.
    Password,
    SignUp,
    Reset,
    Redeem,
}

/// Who tries, or what is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject<'a> {
    /// One account or mailbox, from one address: a person who mistypes.
    Pair(&'a str, Network),
    /// One account or mailbox, from anywhere.
    Whole(&'a str),
    /// Anything, from one address.
    From(Network),
}

/// An address as far as it tells people apart: of IPv6, a household has a /64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network(u128);

impl Network {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self(v4.to_ipv6_mapped().to_bits()),
            IpAddr::V6(v6) => Self(v6.to_bits() >> 64 << 64),
        }
    }
}

/// How tries of a subject are counted.
#[derive(Debug, Clone, Copy)]
struct Rule {
    /// Tries that wait for nothing.
    free: u32,
    /// After the first that is not; it doubles with each.
    first: Millis,
    longest: Millis,
    /// After so long without a try, there were none.
    forgotten: Millis,
}

const fn rule(free: u32, first: Millis, longest: Millis) -> Rule {
    Rule {
        free,
        first,
        longest,
        forgotten: longest * 4,
    }
}

impl Gate {
    fn rule(self, subject: Subject<'_>) -> Rule {
        match (self, subject) {
            (Self::SignIn, Subject::Pair(..)) => rule(5, 2 * SECOND, 15 * MINUTE),
            // Strangers can make it grow, so it stays short.
            (Self::SignIn, Subject::Whole(_)) => rule(30, 5 * SECOND, MINUTE),
            (Self::Code, _) => rule(5, 15 * SECOND, 15 * MINUTE),
            (Self::Password, _) => rule(10, 10 * SECOND, 15 * MINUTE),
            (Self::SignUp | Self::Reset, Subject::From(_)) => rule(20, 30 * SECOND, HOUR),
            (Self::SignUp | Self::Reset, _) => rule(3, MINUTE, HOUR),
            (Self::Redeem, Subject::From(_)) => rule(60, MINUTE, HOUR),
            (Self::Redeem, _) => rule(10, MINUTE, HOUR),
            (Self::SignIn, Subject::From(_)) | (Self::Provider, _) => {
                rule(40, 5 * SECOND, 15 * MINUTE)
            }
        }
    }
}

impl Rule {
    /// How long the next try waits after the last of so many.
    fn wait(self, tries: u32) -> Millis {
        let Some(over) = tries.checked_sub(self.free + 1) else {
            return 0;
        };
        if over >= 32 {
            return self.longest;
        }
        (self.first << over).min(self.longest)
    }
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    last: Millis,
    forgotten: Millis,
}

/// The counters. Time comes in.
#[derive(Debug, Default)]
pub struct Throttle(HashMap<[u8; 16], Tries>);

impl Throttle {
    /// Counts a try, before it is known what becomes of it: many at once are
    /// counted one by one. `whole` is an account or a mailbox.
    ///
    /// # Errors
    /// How long to wait; then nothing is counted.
    pub fn begin(
        &mut self,
        gate: Gate,
        whole: &str,
        from: Option<IpAddr>,
        now: Millis,
    ) -> Result<(), Millis> {
        let subjects = subjects(gate, whole, from);
        let subjects = || subjects.iter().flatten();
        let wait = subjects()
            .map(|subject| self.wait(gate, *subject, now))
            .max()
            .unwrap_or(0);
        if wait > 0 {
            return Err(wait);
        }
        for subject in subjects() {
            self.count(gate, *subject, now);
        }
        Ok(())
    }

    /// The last try was a good one. What others tried is not forgotten by it.
    pub fn forgive(&mut self, gate: Gate, whole: &str, from: Option<IpAddr>) {
        for subject in subjects(gate, whole, from).into_iter().flatten() {
            let key = key(gate, subject);
            let own = matches!(subject, Subject::Pair(..)) || gate != Gate::SignIn;
            if own && !matches!(subject, Subject::From(_)) {
                self.0.remove(&key);
            } else if let Some(tries) = self.0.get_mut(&key) {
                tries.count = tries.count.saturating_sub(1);
            }
        }
    }

    /// Whoever proved otherwise who they are, tries the account anew.
    pub fn forget(&mut self, gate: Gate, whole: &str) {
        self.0.remove(&key(gate, Subject::Whole(whole)));
    }

    fn wait(&mut self, gate: Gate, subject: Subject<'_>, now: Millis) -> Millis {
        let Some(tries) = self.0.get_mut(&key(gate, subject)) else {
            return 0;
        };
        // A clock that was set back makes nobody wait longer.
        tries.last = tries.last.min(now);
        if now - tries.last >= tries.forgotten {
            tries.count = 0;
        }
        let until = tries.last + gate.rule(subject).wait(tries.count);
        (until - now).max(0)
    }

    fn count(&mut self, gate: Gate, subject: Subject<'_>, now: Millis) {
        if self.0.len() >= MOST {
            self.make_room(now);
        }
        let tries = self.0.entry(key(gate, subject)).or_insert(Tries {
            count: 0,
            last: now,
            forgotten: gate.rule(subject).forgotten,
        });
        tries.count = tries.count.saturating_add(1);
        tries.last = now;
    }

    /// What is forgotten goes; if that is little, so does the quarter that tried least.
    fn make_room(&mut self, now: Millis) {
        self.0.retain(|_, tries| now - tries.last < tries.forgotten);
        if self.0.len() * 4 <= MOST * 3 {
            return;
        }
        let mut all: Vec<_> = self
            .0
            .iter()
            .map(|(key, tries)| (tries.count, tries.last, *key))
            .collect();
        let quarter = all.len() / 4;
        all.select_nth_unstable(quarter);
        for (_, _, key) in &all[..=quarter] {
            self.0.remove(key);
        }
    }
}

fn subjects(gate: Gate, whole: &str, from: Option<IpAddr>) -> [Option<Subject<'_>>; 3] {
    let from = from.map(Network::of);
    let pair = match gate {
        Gate::SignIn => Some(Subject::Pair(whole, from.unwrap_or(Network(0)))),
        _ => None,
    };
    let whole = (gate != Gate::Provider).then_some(Subject::Whole(whole));
    [pair, whole, from.map(Subject::From)]
}

fn key(gate: Gate, subject: Subject<'_>) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update([gate as u8]);
    match subject {
        Subject::Pair(whole, Network(from)) => {
            hash.update([0]);
            hash.update(from.to_be_bytes());
            hash.update(whole);
        }
        Subject::Whole(whole) => {
            hash.update([1]);
            hash.update(whole);
        }
        Subject::From(Network(from)) => {
            hash.update([2]);
            hash.update(from.to_be_bytes());
        }
    }
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize()[..16]);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: &str = "ann@example.com";

    #[expect(clippy::unnecessary_wraps, reason = "as requests have it")]
    fn address(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    /// Tries as soon as that is allowed, in vain; answers the waits.
    fn waits(throttle: &mut Throttle, from: Option<IpAddr>, tries: usize) -> Vec<Millis> {
        let mut now = 0;
        let mut waits = Vec::new();
        for _ in 0..tries {
            if let Err(wait) = throttle.begin(Gate::SignIn, ANN, from, now) {
                waits.push(wait / SECOND);
                now += wait;
                throttle.begin(Gate::SignIn, ANN, from, now).unwrap();
            }
        }
        waits
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour_and_no_further() {
        let mut throttle = Throttle::default();
        let waits = waits(&mut throttle, address(1), 18);
        assert_eq!(waits[..6], [2, 4, 8, 16, 32, 64], "{waits:?}");
        assert_eq!(waits.last(), Some(&900));
        let most = waits.iter().max();
        assert_eq!(most, Some(&900));
    }

    #[test]
    fn a_try_during_the_wait_does_not_lengthen_it() {
        let mut throttle = Throttle::default();
        for _ in 0..6 {
            throttle.begin(Gate::SignIn, ANN, address(1), 0).unwrap();
        }
        for now in 0..2_000 {
            assert_eq!(
                throttle.begin(Gate::SignIn, ANN, address(1), now),
                Err(2_000 - now)
            );
        }
        assert!(throttle.begin(Gate::SignIn, ANN, address(1), 2_000).is_ok());
    }

    #[test]
    fn others_hold_the_owner_up_for_a_minute_at_the_most() {
        let mut throttle = Throttle::default();
        let mut now = 0;
        // A thousand addresses, a day long, as fast as they may.
        for n in 0..20_000_u32 {
            let last = u16::try_from(n % 1_000).unwrap().to_be_bytes();
            let from = Some(IpAddr::from([10, 0, last[0], last[1]]));
            if throttle.begin(Gate::SignIn, ANN, from, now).is_err() {
                now += SECOND;
            }
        }
        let wait = throttle.begin(Gate::SignIn, ANN, address(9), now);
        assert!(
            wait.is_ok() || wait.is_err_and(|wait| wait <= MINUTE),
            "{wait:?}"
        );
        now += MINUTE;
        assert!(throttle.begin(Gate::SignIn, ANN, address(9), now).is_ok());
        throttle.forgive(Gate::SignIn, ANN, address(9));
        // Whoever has set a new password by a letter need not wait at all.
        throttle.forget(Gate::SignIn, ANN);
        assert!(throttle.begin(Gate::SignIn, ANN, address(9), now).is_ok());
    }

    #[test]
    fn a_good_try_forgives_ones_own_and_time_forgives_all() {
        let mut throttle = Throttle::default();
        for _ in 0..5 {
            throttle.begin(Gate::SignIn, ANN, address(1), 0).unwrap();
        }
        throttle.forgive(Gate::SignIn, ANN, address(1));
        for _ in 0..6 {
            throttle.begin(Gate::SignIn, ANN, address(1), 0).unwrap();
        }
        assert!(throttle.begin(Gate::SignIn, ANN, address(1), 0).is_err());
        assert!(throttle.begin(Gate::SignIn, ANN, address(1), HOUR).is_ok());
        let waits = waits(&mut Throttle::default(), address(1), 6);
        assert!(waits.is_empty(), "{waits:?}");
    }

    #[test]
    fn one_address_that_tries_many_accounts_waits_and_its_neighbours_do_not() {
        let mut throttle = Throttle::default();
        let guess = |throttle: &mut Throttle, n: u32, from| {
            throttle.begin(Gate::SignIn, &format!("user{n}@example.com"), from, 0)
        };
        let passed = (0..100)
            .filter(|n| guess(&mut throttle, *n, address(1)).is_ok())
            .count();
        assert_eq!(passed, 41);
        assert!(guess(&mut throttle, 0, address(2)).is_ok());
        // A whole /64 is one.
        let v6 = |last: u16| Some(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]));
        let passed = (0..100)
            .filter(|n| guess(&mut throttle, *n, v6(u16::try_from(*n).unwrap())).is_ok())
            .count();
        assert_eq!(passed, 41);
        // An IPv4 address is the same in the clothes of IPv6.
        let mapped = "::ffff:192.0.2.1".parse().ok();
        assert!(guess(&mut throttle, 500, mapped).is_err());
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nobody_wait_longer() {
        let mut throttle = Throttle::default();
        for _ in 0..6 {
            throttle
                .begin(Gate::SignIn, ANN, address(1), 1_000 * HOUR)
                .unwrap();
        }
        let wait = throttle.begin(Gate::SignIn, ANN, address(1), 0);
        assert_eq!(wait, Err(2 * SECOND));
        assert!(
            throttle
                .begin(Gate::SignIn, ANN, address(1), 2 * SECOND)
                .is_ok()
        );
    }

    #[test]
    fn memory_is_bounded_and_who_tried_most_is_remembered() {
        let mut throttle = Throttle::default();
        for _ in 0..6 {
            throttle.begin(Gate::SignIn, ANN, address(1), 0).unwrap();
        }
        for n in 0..200_000_u32 {
            let from = Some(IpAddr::from((u128::from(n) << 64).to_be_bytes()));
            let _ = throttle.begin(Gate::SignUp, &n.to_string(), from, 1);
            assert!(throttle.0.len() <= MOST);
        }
        assert!(throttle.begin(Gate::SignIn, ANN, address(1), 1).is_err());
    }
}
