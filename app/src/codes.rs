//! Every code that a call can end with, and what it means: the one place that
//! the request log, a request's page and the list of error codes read. A test of
//! the server holds it against what the gateway answers.

use crate::view::RequestOutcome;

/// The published API changed its numbers; a gateway speaks those of one era.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    Seed,
    Y2026,
}

/// How this gateway sends its errors: what the page of the codes depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken {
    pub era: Era,
    /// Whether errors have HTTP statuses of their own.
    pub statuses: bool,
}

/// A code of the envelope under one outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    pub number: i64,
    pub outcome: RequestOutcome,
    /// The era that has it; nothing for what never changed. A log keeps the numbers
    /// of the era in which its calls were made.
    pub era: Option<Era>,
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
        !matches!(self.number, 40_100 | 40_130 | 40_400)
    }

    /// Whether a gateway of that era answers with it.
    #[must_use]
    pub fn is_of(&self, era: Era) -> bool {
        self.era.is_none_or(|own| own == era)
    }
}

const NO_KEY: Code = Code {
    number: 40_100,
    outcome: RequestOutcome::Unauthorised,
    era: Some(Era::Seed),
    statuses: &[401],
    title: "code-40100",
    meaning: "code-40100-meaning",
    advice: "code-40100-advice",
};
const ALL_USED: Code = Code {
    number: 40_301,
    outcome: RequestOutcome::Blocked,
    era: Some(Era::Seed),
    statuses: &[429],
    title: "code-40301",
    meaning: "code-40301-meaning",
    advice: "code-40301-advice",
};
const INPUT_TOO_LONG: Code = Code {
    number: 40_302,
    outcome: RequestOutcome::Rejected,
    era: Some(Era::Seed),
    statuses: &[413],
    title: "code-40302",
    meaning: "code-40302-meaning",
    advice: "code-40302-advice",
};
const UNAVAILABLE: Code = Code {
    number: 50_000,
    outcome: RequestOutcome::UpstreamFailed,
    era: None,
    statuses: &[502, 504],
    title: "code-50000-upstream",
    meaning: "code-50000-upstream-meaning",
    advice: "code-50000-upstream-advice",
};
/// A wrong parameter with a number of its own.
const fn parameter(
    number: i64,
    title: &'static str,
    meaning: &'static str,
    advice: &'static str,
) -> Code {
    Code {
        number,
        outcome: RequestOutcome::Rejected,
        era: Some(Era::Y2026),
        statuses: &[422],
        title,
        meaning,
        advice,
    }
}

/// In the order of their numbers.
pub const CODES: [Code; 19] = [
    Code {
        number: 0,
        outcome: RequestOutcome::Succeeded,
        era: None,
        statuses: &[200],
        title: "code-0",
        meaning: "code-0-meaning",
        advice: "code-0-advice",
    },
    Code {
        number: 40_000,
        outcome: RequestOutcome::Rejected,
        era: None,
        statuses: &[400, 405, 408, 422],
        title: "code-40000",
        meaning: "code-40000-meaning",
        advice: "code-40000-advice",
    },
    parameter(
        40_002,
        "code-40002",
        "code-40002-meaning",
        "code-40002-advice",
    ),
    parameter(
        40_003,
        "code-40003",
        "code-40003-meaning",
        "code-40003-advice",
    ),
    parameter(
        40_010,
        "code-40010",
        "code-40010-meaning",
        "code-40010-advice",
    ),
    parameter(
        40_011,
        "code-40011",
        "code-40011-meaning",
        "code-40010-advice",
    ),
    NO_KEY,
    Code {
        number: 40_130,
        era: Some(Era::Y2026),
        ..NO_KEY
    },
    Code {
        number: 40_132,
        outcome: RequestOutcome::Unauthorised,
        era: None,
        statuses: &[401],
        title: "code-40132",
        meaning: "code-40132-meaning",
        advice: "code-40132-advice",
    },
    Code {
        number: 40_300,
        outcome: RequestOutcome::Blocked,
        era: None,
        statuses: &[429],
        title: "code-40300",
        meaning: "code-40300-meaning",
        advice: "code-40300-advice",
    },
    ALL_USED,
    INPUT_TOO_LONG,
    Code {
        number: 40_304,
        era: Some(Era::Y2026),
        ..ALL_USED
    },
    Code {
        number: 40_305,
        era: Some(Era::Y2026),
        ..INPUT_TOO_LONG
    },
    Code {
        number: 40_400,
        outcome: RequestOutcome::Rejected,
        era: None,
        statuses: &[404],
        title: "code-40400",
        meaning: "code-40400-meaning",
        advice: "code-40400-advice",
    },
    UNAVAILABLE,
    Code {
        number: 50_000,
        outcome: RequestOutcome::Failed,
        era: None,
        statuses: &[503],
        title: "code-50000-own",
        meaning: "code-50000-own-meaning",
        advice: "code-50000-own-advice",
    },
    Code {
        number: 50_004,
        era: Some(Era::Y2026),
        ..UNAVAILABLE
    },
    Code {
        // Stands for every code of the upstream's own.
        number: -1,
        outcome: RequestOutcome::UpstreamFailed,
        era: None,
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

/// Codes that a filter offers: each once, failures only, of the era that is spoken.
pub fn offered(era: Era) -> impl Iterator<Item = Code> {
    let mut last = 0;
    let spoken = CODES.into_iter().filter(move |code| code.is_of(era));
    spoken.filter(move |code| {
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
    fn codes_are_in_order_and_each_era_has_each_meaning_once() {
        let numbered = &CODES[..CODES.len() - 1];
        assert!(numbered.is_sorted_by_key(|code| code.number));
        for era in [Era::Seed, Era::Y2026] {
            let titles = |era: Era| {
                let spoken = CODES.into_iter().filter(move |code| code.is_of(era));
                spoken.map(|code| code.title)
            };
            for title in titles(Era::Seed) {
                assert!(
                    titles(era).any(|known| known == title),
                    "{title} in {era:?}"
                );
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
        let offered = |era| offered(era).map(|code| code.number).collect::<Vec<_>>();
        assert_eq!(
            offered(Era::Seed),
            [40_000, 40_132, 40_300, 40_301, 40_302, 50_000]
        );
        assert_eq!(
            offered(Era::Y2026),
            [
                40_000, 40_002, 40_003, 40_010, 40_011, 40_132, 40_300, 40_304, 40_305, 50_000,
                50_004
            ]
        );
    }
}
