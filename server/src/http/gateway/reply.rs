//! What an upstream's answer means, or why it is none.

use super::connections::AnswerBody;
use super::envelope::{self, Envelope, List};
use crate::domain::catalogue::OutputLimit;
use axum::http::{HeaderValue, StatusCode};
use bytes::Bytes;
use std::ops::Range;

/// Codes of a key that is missing or refused, in both eras of `wire.md`.
pub(super) const KEY_REFUSED: [i64; 3] = [40_100, 40_130, 40_132];

/// Why an upstream's answer is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the service behind this gateway cannot be reached.")]
    Down,
    #[error("the service behind this gateway did not answer in time.")]
    Slow,
    #[error("the service behind this gateway broke off its answer.")]
    Broken,
    #[error("the service behind this gateway gave an answer that makes no sense.")]
    Nonsense,
    #[error("the service behind this gateway failed.")]
    Failed,
    /// It is the gateway's key that the upstream sees, never a client's.
    #[error("the service behind this gateway does not accept the gateway's own key.")]
    Unwelcome,
}

/// What the upstream answered, understood as far as metering needs.
#[derive(Debug)]
pub(super) enum Reply {
    /// HTTP 2xx and, in the envelope, `code` 0: the call is charged.
    Success(Answer),
    /// The upstream understood the call and said no.
    Declined(Declined),
    /// HTTP 2xx, and how it ends is still to be seen.
    Stream(Stream),
}

/// An answer of success.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub body: Bytes,
    /// Where the items of its list lie that are beyond the output limit.
    pub beyond: Vec<Range<usize>>,
}

/// An upstream's own no.
#[derive(Debug)]
pub(super) struct Declined {
    pub status: StatusCode,
    /// Of its envelope; the status, where an API has none.
    pub code: i64,
    pub body: Bytes,
    pub retry_after: Option<HeaderValue>,
}

/// Server-sent events to come.
#[derive(Debug)]
pub(super) struct Stream {
    /// Its content type.
    pub kind: HeaderValue,
    pub body: AnswerBody,
}

/// Success is HTTP 2xx and, in the envelope, `code` 0 (`product.md` §3).
pub(super) fn understand(
    status: StatusCode,
    body: Bytes,
    limit: Option<&OutputLimit>,
) -> Result<Reply, Fault> {
    let unreadable = if status.is_success() {
        Fault::Nonsense
    } else {
        Fault::Failed
    };
    let text = std::str::from_utf8(&body).map_err(|_| unreadable)?;
    let found = envelope::scan(text, limit.map(list)).ok_or(unreadable)?;
    let code = found.code.ok_or(unreadable)?;
    if code == 0 {
        return if status.is_success() {
            Ok(Reply::Success(Answer {
                status: StatusCode::OK,
                body,
                beyond: found.beyond,
            }))
        } else {
            Err(Fault::Failed)
        };
    }
    if KEY_REFUSED.contains(&code) {
        return Err(Fault::Unwelcome);
    }
    Ok(declined(status, code, body))
}

fn declined(status: StatusCode, code: i64, body: Bytes) -> Reply {
    Reply::Declined(Declined {
        status,
        code,
        body,
        retry_after: None,
    })
}

/// The same for an API with no envelope: success is HTTP 2xx and JSON, or no
/// content at all.
pub(super) fn take_at_its_status(
    status: StatusCode,
    body: Bytes,
    limit: Option<&OutputLimit>,
) -> Result<Reply, Fault> {
    let found = match std::str::from_utf8(&body) {
        Ok("") if status == StatusCode::NO_CONTENT => Some(Envelope::default()),
        Ok(text) => envelope::scan(text, limit.map(list)),
        Err(_) => None,
    };
    match found {
        Some(found) if status.is_success() => Ok(Reply::Success(Answer {
            status,
            body,
            beyond: found.beyond,
        })),
        Some(_) if status.is_client_error() => {
            Ok(declined(status, i64::from(status.as_u16()), body))
        }
        None if status.is_success() => Err(Fault::Nonsense),
        _ => Err(Fault::Failed),
    }
}

fn list(limit: &OutputLimit) -> List<'_> {
    List {
        path: &limit.response_list,
        most: usize::try_from(limit.most).unwrap_or(usize::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood(status: u16, body: &str) -> Result<Reply, Fault> {
        understand(
            StatusCode::from_u16(status).unwrap(),
            Bytes::copy_from_slice(body.as_bytes()),
            None,
        )
    }

    #[test]
    fn only_2xx_with_code_0_is_a_success() {
        assert!(matches!(
            understood(200, r#"{"code":0}"#),
            Ok(Reply::Success(_))
        ));
        assert_eq!(understood(500, r#"{"code":0}"#).unwrap_err(), Fault::Failed);
        assert!(matches!(
            understood(200, r#"{"code":40000,"message":"no"}"#),
            Ok(Reply::Declined(Declined { code: 40_000, .. }))
        ));
        assert!(matches!(
            understood(403, r#"{"code":40300}"#),
            Ok(Reply::Declined(Declined { code: 40_300, .. }))
        ));
    }

    #[test]
    fn a_key_that_the_upstream_refuses_is_the_gateways_own() {
        for code in KEY_REFUSED {
            let answer = format!(r#"{{"code":{code}}}"#);
            assert_eq!(understood(200, &answer).unwrap_err(), Fault::Unwelcome);
        }
    }

    #[test]
    fn nonsense_is_told_from_failure() {
        for body in ["", "<html>", "[]", "{}", r#"{"code":"0"}"#, r#"{"code":0"#] {
            assert_eq!(
                understood(200, body).unwrap_err(),
                Fault::Nonsense,
                "{body}"
            );
            assert_eq!(understood(502, body).unwrap_err(), Fault::Failed, "{body}");
        }
    }

    #[test]
    fn without_an_envelope_the_status_decides() {
        let taken = |status: u16, body: &'static str| {
            let status = StatusCode::from_u16(status).unwrap();
            take_at_its_status(status, Bytes::from_static(body.as_bytes()), None)
        };
        for (status, body) in [(200, "[1]"), (201, r#"{"code":7}"#), (204, "")] {
            assert!(matches!(
                taken(status, body),
                Ok(Reply::Success(answer)) if answer.status == status && answer.body == body
            ));
        }
        assert!(matches!(
            taken(404, r#"{"error":"no"}"#),
            Ok(Reply::Declined(Declined { code: 404, .. }))
        ));
        assert_eq!(taken(200, "<html>").unwrap_err(), Fault::Nonsense);
        assert_eq!(taken(200, "").unwrap_err(), Fault::Nonsense);
        assert_eq!(taken(404, "<html>").unwrap_err(), Fault::Failed);
        assert_eq!(taken(500, "{}").unwrap_err(), Fault::Failed);
        assert_eq!(taken(302, "{}").unwrap_err(), Fault::Failed);
    }
}
