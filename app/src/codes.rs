//! Every code that a call can end with, and what it means: the one place that
//! the request log, a request's page and the list of error codes read. A test of
//! the server holds it against what the gateway answers.

use crate::view::RequestOutcome;

/// A code of the envelope under one outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    pub number: i64,
    pub outcome: RequestOutcome,
    /// The HTTP statuses that go with it under `gateway.errors = "http"`.
    pub statuses: &'static [u16],
    /// Text ids: a few words, what happened, and what to do.
    pub title: &'static str,
    pub meaning: &'static str,
    pub advice: &'static str,
}

impl Code {
    /// Whether it stands in the request log. A call that no account is known for
    /// does not.
    #[must_use]
    pub const fn is_logged(&self) -> bool {
        !matches!(self.number, 40_100 | 40_400)
    }
}

/// In the order of their numbers.
pub const CODES: [Code; 11] = [
    Code {
        number: 0,
        outcome: RequestOutcome::Succeeded,
        statuses: &[200],
        title: "code-0",
        meaning: "code-0-meaning",
        advice: "code-0-advice",
    },
    Code {
        number: 40_000,
        outcome: RequestOutcome::Rejected,
        statuses: &[400, 405, 408, 422],
        title: "code-40000",
        meaning: "code-40000-meaning",
        advice: "code-40000-advice",
    },
    Code {
        number: 40_100,
        outcome: RequestOutcome::Unauthorised,
        statuses: &[401],
        title: "code-40100",
        meaning: "code-40100-meaning",
        advice: "code-40100-advice",
    },
    Code {
        number: 40_132,
        outcome: RequestOutcome::Unauthorised,
        statuses: &[401],
        title: "code-40132",
        meaning: "code-40132-meaning",
        advice: "code-40132-advice",
    },
    Code {
        number: 40_300,
        outcome: RequestOutcome::Blocked,
        statuses: &[429],
        title: "code-40300",
        meaning: "code-40300-meaning",
        advice: "code-40300-advice",
    },
    Code {
        number: 40_301,
        outcome: RequestOutcome::Blocked,
        statuses: &[429],
        title: "code-40301",
        meaning: "code-40301-meaning",
        advice: "code-40301-advice",
    },
    Code {
        number: 40_302,
        outcome: RequestOutcome::Rejected,
        statuses: &[413],
        title: "code-40302",
        meaning: "code-40302-meaning",
        advice: "code-40302-advice",
    },
    Code {
        number: 40_400,
        outcome: RequestOutcome::Rejected,
        statuses: &[404],
        title: "code-40400",
        meaning: "code-40400-meaning",
        advice: "code-40400-advice",
    },
    Code {
        number: 50_000,
        outcome: RequestOutcome::UpstreamFailed,
        statuses: &[502, 504],
        title: "code-50000-upstream",
        meaning: "code-50000-upstream-meaning",
        advice: "code-50000-upstream-advice",
    },
    Code {
        number: 50_000,
        outcome: RequestOutcome::Failed,
        statuses: &[503],
        title: "code-50000-own",
        meaning: "code-50000-own-meaning",
        advice: "code-50000-own-advice",
    },
    Code {
        // Stands for every code of the upstream's own.
        number: -1,
        outcome: RequestOutcome::UpstreamFailed,
        statuses: &[502],
        title: "code-upstream",
        meaning: "code-upstream-meaning",
        advice: "code-upstream-advice",
    },
];

/// What a call's code means under its outcome. A code that is not the gateway's
/// is one of the service behind it.
#[must_use]
pub fn explained(outcome: RequestOutcome, number: i64) -> Code {
    let known = CODES
        .into_iter()
        .find(|code| code.number == number && code.outcome == outcome);
    let [.., foreign] = CODES;
    known.unwrap_or(Code { number, ..foreign })
}

/// Codes that a filter offers: each once, failures only.
pub fn offered() -> impl Iterator<Item = Code> {
    let mut last = 0;
    CODES.into_iter().filter(move |code| {
        let new = code.number > last && code.is_logged();
        last = last.max(code.number);
        new
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Texts;

    #[test]
    fn every_code_has_its_texts() {
        for code in CODES {
            for id in [code.title, code.meaning, code.advice] {
                assert_ne!(Texts::default().text(id), id);
            }
        }
    }

    #[test]
    fn a_code_of_the_service_behind_the_gateway_is_named_as_such() {
        let code = explained(RequestOutcome::UpstreamFailed, 40_000);
        assert_eq!((code.number, code.title), (40_000, "code-upstream"));
        let code = explained(RequestOutcome::Rejected, 40_000);
        assert_eq!(code.title, "code-40000");
    }

    #[test]
    fn a_filter_offers_each_code_of_the_log_once() {
        let offered: Vec<_> = offered().map(|code| code.number).collect();
        assert_eq!(offered, [40_000, 40_132, 40_300, 40_301, 40_302, 50_000]);
    }
}
