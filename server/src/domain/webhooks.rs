//! Webhooks: where an account wants to be told of what happens, how each message is
//! signed (Standard Webhooks 1.0), and when it is tried again.

mod address;
mod event;

pub use address::{host, url};
pub use event::{Event, TEST, instant};

use super::Millis;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use rand::{CryptoRng, Rng};
use sha2::Sha256;
use std::fmt;

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/// Webhooks of one account at most.
pub const MOST: i64 = 5;
/// After a rotation the secret before it signs too, so long.
pub const OLD_SECRET: Millis = DAY;
/// How long until a message that did not arrive is tried again; then it is given up.
const PAUSES: [Millis; 6] = [
    5 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    10 * MINUTE,
    HOUR,
    6 * HOUR,
];
/// A webhook that took nothing for so long is switched off.
const PATIENCE: Millis = 3 * DAY;
/// Between two messages that somebody sends by hand.
pub const BY_HAND: Millis = 10 * SECOND;
/// So long what was told is kept, for people to look at.
pub const KEPT: Millis = 30 * DAY;
/// A letter that is older says nothing that is worth telling.
pub const STALE: Millis = 2 * DAY;
/// `410 Gone`: whoever answers so wants nothing any more.
const GONE: u16 = 410;

/// What messages are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub Vec<u8>);

/// It reaches no log.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// 256 bits of chance.
    pub fn new(random: &mut impl CryptoRng) -> Self {
        let mut bytes = vec![0; 32];
        random.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// As receivers take it: `whsec_` and base 64.
    #[must_use]
    pub fn text(&self) -> String {
        format!("whsec_{}", BASE64.encode(&self.0))
    }

    /// The signature of a message; `at` is in seconds.
    #[must_use]
    pub fn sign(&self, id: &str, at: i64, body: &str) -> String {
        // A key of any length is taken.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        mac.update(format!("{id}.{at}.{body}").as_bytes());
        format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
    }
}

/// Who switched a webhook off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Off {
    Account,
    /// The server, after nothing had arrived for days.
    Failing,
    /// The receiver, by its answer.
    Gone,
}

impl Off {
    const ALL: [Self; 3] = [Self::Account, Self::Failing, Self::Gone];

    /// The name in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Failing => "failing",
            Self::Gone => "gone",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|off| off.name() == name)
    }
}

/// Why a message has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the name of the host is not known")]
    Name,
    #[error("the host lies inside a network")]
    Private,
    #[error("nobody listens there")]
    Connect,
    #[error("no secure connection came about")]
    Tls,
    #[error("no answer came in time")]
    Timeout,
    #[error("the answer makes no sense")]
    Broken,
    #[error("no letter leaves here")]
    NoMail,
}

impl Fault {
    const ALL: [Self; 7] = [
        Self::Name,
        Self::Private,
        Self::Connect,
        Self::Tls,
        Self::Timeout,
        Self::Broken,
        Self::NoMail,
    ];

    /// The name in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Private => "private",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Broken => "broken",
            Self::NoMail => "no_mail",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}

/// What came of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// An HTTP status; of a letter, an SMTP server's yes is 250.
    Status(u16),
    Fault(Fault),
}

impl Answer {
    /// Whether the message arrived. A redirect is no arrival: nobody follows it.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Status(200..=299))
    }
}

/// A try, and what follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    pub answer: Answer,
    pub at: Millis,
    /// The next try, if there is one.
    pub next_at: Option<Millis>,
    /// The webhook is to be switched off.
    pub off: Option<Off>,
}

impl Tried {
    /// A try after `before` others, of a webhook that takes nothing since `failing`.
    pub fn of(
        answer: Answer,
        at: Millis,
        before: i64,
        failing: Option<Millis>,
        random: &mut impl Rng,
    ) -> Self {
        let gone = answer == Answer::Status(GONE);
        let again = !answer.is_good() && !gone;
        let pause = again.then(|| pause(before, random)).flatten();
        let given_up = again && pause.is_none();
        let tired = failing.is_some_and(|since| at - since >= PATIENCE);
        Self {
            answer,
            at,
            next_at: pause.map(|pause| at + pause),
            off: match (gone, given_up && tired) {
                (true, _) => Some(Off::Gone),
                (_, true) => Some(Off::Failing),
                _ => None,
            },
        }
    }

    /// The same, and no other try comes after it.
    #[must_use]
    pub fn last(answer: Answer, at: Millis) -> Self {
        Self {
            answer,
            at,
            next_at: None,
            off: None,
        }
    }
}

/// How long to wait after a try that `before` others came before: up to a fifth more
/// than the table says, so that many who failed together do not come together.
fn pause(before: i64, random: &mut impl Rng) -> Option<Millis> {
    let pause = *PAUSES.get(usize::try_from(before).ok()?)?;
    Some(pause + random.random_range(0..=pause / 5))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn a_signature_is_that_of_the_standard() {
        // The example of the specification's own libraries.
        let secret = BASE64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let secret = Secret(secret);
        assert_eq!(secret.text(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assert_eq!(
            secret.sign(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                r#"{"test": 2432232314}"#
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
        assert_eq!(format!("{secret:?}"), "Secret");
    }

    #[test]
    fn a_message_is_tried_seven_times_with_longer_and_longer_pauses() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let failed = Answer::Status(500);
        let mut pauses = Vec::new();
        let mut before = 0;
        while let Some(next) = Tried::of(failed, 0, before, Some(0), &mut random).next_at {
            pauses.push(next);
            before += 1;
        }
        assert_eq!(before, 6);
        for (pause, least) in pauses.iter().zip(PAUSES) {
            assert!((least..=least * 6 / 5).contains(pause), "{pause}");
        }
        assert!(pauses.is_sorted());
    }

    #[test]
    fn what_arrived_or_is_not_wanted_is_not_tried_again() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut of = |status| Tried::of(Answer::Status(status), 5, 0, None, &mut random);
        assert_eq!((of(204).next_at, of(204).off), (None, None));
        assert_eq!((of(410).next_at, of(410).off), (None, Some(Off::Gone)));
        for failed in [199, 301, 302, 400, 404, 429, 500] {
            assert!(of(failed).next_at.is_some(), "{failed}");
        }
    }

    #[test]
    fn a_webhook_is_switched_off_when_nothing_arrived_for_three_days() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let fault = Answer::Fault(Fault::Timeout);
        for (before, since, off) in [
            (6, Some(0), Some(Off::Failing)),
            // Of this message another try comes.
            (5, Some(0), None),
            (6, Some(1), None),
            (6, None, None),
        ] {
            let tried = Tried::of(fault, PATIENCE, before, since, &mut random);
            assert_eq!(tried.off, off, "{before} {since:?}");
        }
    }

    #[test]
    fn names_in_the_store_are_found_again() {
        for fault in Fault::ALL {
            assert_eq!(Fault::named(fault.name()), Some(fault));
        }
        for off in Off::ALL {
            assert_eq!(Off::named(off.name()), Some(off));
        }
    }
}
