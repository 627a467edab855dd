//! The service behind the gateway.

use crate::domain::catalogue::Api;
use axum::http::StatusCode;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use bytes::{Bytes, BytesMut};
use serde_json::Value;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// An answer larger than this is broken off.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// Failures in a row after which the upstream counts as failing.
const FAILING_AFTER: u32 = 3;

#[derive(Debug, Clone)]
pub struct UpstreamSettings {
    /// Without a trailing slash; an API's path is put behind it.
    pub base_url: String,
    /// Sent as `Authorization`, in place of the client's.
    pub authorization: Option<HeaderValue>,
    /// For the whole call.
    pub timeout: Duration,
    pub connect_timeout: Duration,
}

/// Why an upstream's answer is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the service behind this gateway cannot be reached.")]
    Down,
    #[error("the service behind this gateway did not answer in time.")]
    Slow,
    #[error("the service behind this gateway gave an answer that makes no sense.")]
    Nonsense,
    #[error("the service behind this gateway failed.")]
    Failed,
}

/// What the upstream answered, understood as far as metering needs.
#[derive(Debug)]
pub(super) enum Reply {
    /// HTTP 2xx and `code` 0: the call is charged.
    Success { body: Bytes },
    /// The upstream understood the call and said no.
    Refused {
        code: i64,
        message: String,
        data: Value,
    },
}

/// Whether the upstream answers lately: for the readiness probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpstreamHealth {
    Ok,
    Failing,
}

/// A pool of connections to the upstream.
pub struct Upstream {
    client: reqwest::Client,
    settings: UpstreamSettings,
    failures: AtomicU32,
}

impl Upstream {
    /// # Errors
    /// The machine's TLS or resolver set-up is broken.
    pub fn new(settings: UpstreamSettings) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .timeout(settings.timeout)
            .connect_timeout(settings.connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            client,
            settings,
            failures: AtomicU32::new(0),
        })
    }

    #[must_use]
    pub fn health(&self) -> UpstreamHealth {
        if self.failures.load(Ordering::Relaxed) < FAILING_AFTER {
            UpstreamHealth::Ok
        } else {
            UpstreamHealth::Failing
        }
    }

    /// Forwards a call. The client's own credentials and headers stay behind.
    pub(super) async fn forward(
        &self,
        api: &Api,
        request_id: &str,
        body: Bytes,
    ) -> Result<Reply, Fault> {
        let result = self.send(api, request_id, body).await;
        match result {
            Ok(_) => self.failures.store(0, Ordering::Relaxed),
            Err(fault) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(%request_id, api = %api.name, %fault, "upstream");
            }
        }
        result
    }

    async fn send(&self, api: &Api, request_id: &str, body: Bytes) -> Result<Reply, Fault> {
        let mut request = self
            .client
            .post(format!("{}{}", self.settings.base_url, api.path))
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header("x-request-id", request_id)
            .body(body);
        if let Some(authorization) = &self.settings.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let response = request.send().await.map_err(|error| fault(&error))?;
        let status = response.status();
        let body = read(response).await?;
        understand(status, body)
    }
}

async fn read(mut response: reqwest::Response) -> Result<Bytes, Fault> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| fault(&error))? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(Fault::Nonsense);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn fault(error: &reqwest::Error) -> Fault {
    if error.is_timeout() {
        Fault::Slow
    } else if error.is_connect() {
        Fault::Down
    } else {
        // It broke off, lied about its length, or does not speak HTTP.
        Fault::Nonsense
    }
}

/// Success is HTTP 2xx and, in the envelope, `code` 0 (`product.md` §3).
fn understand(status: StatusCode, body: Bytes) -> Result<Reply, Fault> {
    let unreadable = if status.is_success() {
        Fault::Nonsense
    } else {
        Fault::Failed
    };
    let envelope: Value = serde_json::from_slice(&body).map_err(|_| unreadable)?;
    let code = envelope
        .get("code")
        .and_then(Value::as_i64)
        .ok_or(unreadable)?;
    if code == 0 {
        return if status.is_success() {
            Ok(Reply::Success { body })
        } else {
            Err(Fault::Failed)
        };
    }
    Ok(Reply::Refused {
        code,
        message: envelope
            .get("message")
            .and_then(Value::as_str)
            .unwrap_or("The service behind this gateway refused the call.")
            .to_owned(),
        data: envelope.get("data").cloned().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood(status: u16, body: &str) -> Result<Reply, Fault> {
        understand(
            StatusCode::from_u16(status).unwrap(),
            Bytes::copy_from_slice(body.as_bytes()),
        )
    }

    #[test]
    fn only_2xx_with_code_0_is_a_success() {
        assert!(matches!(
            understood(200, r#"{"code":0}"#),
            Ok(Reply::Success { .. })
        ));
        assert_eq!(understood(500, r#"{"code":0}"#).unwrap_err(), Fault::Failed);
        assert!(matches!(
            understood(200, r#"{"code":40000,"message":"no"}"#),
            Ok(Reply::Refused { code: 40_000, .. })
        ));
        assert!(matches!(
            understood(403, r#"{"code":40300}"#),
            Ok(Reply::Refused { code: 40_300, .. })
        ));
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
}
