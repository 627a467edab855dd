//! The configuration: one TOML file, checked as a whole before anything starts.
//!
//! Every setting has a default, so an empty file is a good one. A setting that
//! nobody knows, a value of the wrong kind or out of its range, and a catalogue
//! that makes no sense stop the start with a sentence that names the line.
//! `allowance.example.toml` shows every setting with its default.
//!
//! | setting | default | range, meaning |
//! |---|---|---|
//! | `listen` | `127.0.0.1:3000` | address and port of the console and the gateway |
//! | `public_url` | `http://` + `listen` | `http(s)://…`: where people and clients reach it; links are made of it |
//! | `database_url` | `sqlite:data/allowance.db` | `sqlite:` and a file |
//! | `max_connections` | 8192 | 1 – 1000000: connections at the same time; for more, the longest idle close |
//! | `idle_timeout_ms` | 30000 | 1 – 600000: how long a connection may be idle, or take for a request's head |
//! | `hsts_days` | 0 | 0 – 3650: for so long browsers come by HTTPS only, if `public_url` is `https://…` |
//! | `support.max_calls` | 10000 | 0 – 1000000000: most calls that support may give at once; owners may give any |
//! | `trusted_proxies` | this machine | networks, as in `["10.0.0.0/8"]`: whose `X-Forwarded-For` is believed |
//! | `gateway.upstream` | none | `http(s)://…`: base URL that calls are forwarded to |
//! | `gateway.upstream_authorization` | none | `Authorization` header for the upstream; a secret |
//! | `gateway.timeout_ms` | 30000 | 1 – 600000: the whole of one forwarded call |
//! | `gateway.connect_timeout_ms` | 3000 | 1 – 60000: reaching the upstream |
//! | `gateway.max_body_bytes` | 1048576 | 1024 – 67108864: longest request body |
//! | `gateway.max_buffered_bytes` | 268435456 | 1048576 – 1099511627776: memory for all large bodies and answers together |
//! | `gateway.body_timeout_ms` | 15000 | 1 – 600000: how long a request's body may take to arrive |
//! | `gateway.max_answer_bytes` | 16777216 | 1024 – 1073741824: longest answer that is no stream |
//! | `gateway.stream_timeout_ms` | 600000 | 1 – 86400000: the whole of one stream |
//! | `gateway.stream_silence_ms` | 60000 | 1 – 86400000: longest silence of the upstream in it |
//! | `gateway.max_stream_bytes` | 67108864 | 1024 – 1099511627776: longest stream |
//! | `gateway.client_stall_ms` | 30000 | 1 – 600000: how long, in all, a stream waits for a client that does not read |
//! | `gateway.errors` | `envelope` | `envelope`: errors ride on HTTP 200; `http`: true statuses |
//! | `gateway.error_codes` | `seed` | `seed` or `2026`: which era's numbers errors have (`wire.md`) |
//! | `gateway.max_in_flight` | 4096 | 1 – 1000000: calls at the same time, over all accounts |
//! | `gateway.max_per_second` | none | 1 – 1000000: calls a second of one account; more are refused with `Retry-After` |
//! | `meter.remember_hours` | 24 | 1 – 168: for so long a retry is known by its key or event id |
//! | `meter.reservation_ms` | 600000 | 1000 – 86400000: a reservation that nobody settles ends after it |
//! | `contact.wechat`, `contact.discord` | none | `http(s)://…` (or `weixin://…`): what the QR code opens |
//! | `accounts.sign_up` | `invitation` | `open`, `invitation` or `closed`: who may open an account |
//! | `webhooks.allow_private` | `false` | `true`: messages may go to addresses inside a network, and by `http` |
//! | `mail.host` | none | the SMTP server that letters leave by; without `[mail]` none do |
//! | `mail.security` | `starttls` | `starttls`, `tls`, or `none` for a server on this machine |
//! | `mail.port` | 587, 465 or 25 | 1 – 65535, by what `security` says |
//! | `mail.user`, `mail.password` | none | both or neither; the password is a secret |
//! | `mail.from` | none | needed: `Allowance <no-reply@example.org>` |
//! | `openid.issuer`, `openid.client_id` | none | the provider's `https://…`, and what it calls this site; without `[openid]` nobody signs in by a provider |
//! | `openid.client_secret` | none | a secret; without it this is a public client |
//! | `openid.label` | the issuer's host | 1 – 40 characters: what the button calls the provider |
//! | `openid.allowed_domains` | none | as in `["example.org"]`: who has an e-mail there needs no invitation |
//! | `[[api]]` | the memory API's three | the catalogue; one table is enough to replace the default |
//!
//! A table `[[api]]`:
//!
//! | field | | meaning |
//! |---|---|---|
//! | `name` | needed | 1 – 64 letters, digits, `_`, `-`: for programs; history keeps it |
//! | `path` | needed | below the gateway's base path: `/search/memory` |
//! | `free_calls` | needed | calls that each account has for nothing, 0 or more |
//! | `title` | the name | `{ en = "…", zh = "…" }`: for people |
//! | `input` | no limit | `{ max_tokens = 4000, fields = ["messages[].content"] }` |
//! | `output` | no limit | `{ most = 10, request_field = "…", response_list = "data.…", noun = "memories" }` |
//! | `end_user` | `user_id` | where the body names the end user |
//! | `success` | `code` | `code`: HTTP 2xx and `code` 0; `status`: HTTP 2xx alone |
//! | `upstream`, `upstream_authorization` | `gateway`'s | an upstream of its own |
//! | `stream` | `false` | whether an answer may come as server-sent events |
//! | `required` | none | `[{ field = "user_id", shape = "id" }, …]`; shapes: `id`, `text`, `messages`, `count`, `list` |
//! | `failure_data` | `{}` | the `data` that goes with an error |

mod api;
mod error;
mod mail;
mod openid;
mod read;
mod secret;
#[cfg(test)]
mod tests;

pub use error::ConfigError;
pub use mail::{MailConfig, MailSecurity};
pub use openid::OpenIdConfig;
pub use secret::Secret;

use crate::domain::authority::Authority;
use crate::domain::catalogue::Catalogue;
use crate::domain::idempotency::Retention;
use crate::domain::links::SignUp;
use crate::domain::networks::Network;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Everything that an operator can set. See the module for ranges and meanings.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub listen: SocketAddr,
    /// Without a slash at its end. See [`Config::public_url`].
    pub public_url: Option<String>,
    pub database_url: String,
    /// Connections at the same time.
    pub max_connections: usize,
    /// How long a connection may be idle, or take for a request's head.
    pub idle_timeout_ms: u64,
    /// For so long browsers come by HTTPS only; 0 says nothing of it.
    pub hsts_days: u32,
    /// Most calls that support may give at once.
    pub support_max_calls: i64,
    /// Whose word about the addresses of clients is taken.
    pub trusted_proxies: Vec<Network>,
    pub gateway: GatewayConfig,
    pub meter: MeterConfig,
    pub contact: ContactConfig,
    /// Who may open an account.
    pub sign_up: SignUp,
    /// How letters leave; without it none do.
    pub mail: Option<MailConfig>,
    pub webhooks: WebhooksConfig,
    /// By whom people may sign in, beside their passwords.
    pub openid: Option<OpenIdConfig>,
    pub catalogue: Catalogue,
    pub api_upstreams: Upstreams,
}

/// The APIs that are not at the gateway's upstream, by name.
pub type Upstreams = BTreeMap<String, ApiUpstream>;

/// Where the calls of one API go, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUpstream {
    /// Without a slash at its end.
    pub base_url: String,
    pub authorization: Option<Secret>,
}

/// How calls reach the upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayConfig {
    /// Base URL, without a slash at its end.
    pub upstream: Option<String>,
    /// Value of the `Authorization` header that the upstream is sent.
    pub upstream_authorization: Option<Secret>,
    pub timeout_ms: u64,
    pub connect_timeout_ms: u64,
    pub max_body_bytes: usize,
    /// Memory for the large bodies and answers of all calls together.
    pub max_buffered_bytes: usize,
    /// Time that a request's body may take to arrive.
    pub body_timeout_ms: u64,
    /// Longest answer that is no stream.
    pub max_answer_bytes: usize,
    /// For the whole of one stream.
    pub stream_timeout_ms: u64,
    /// Longest silence of the upstream within a stream.
    pub stream_silence_ms: u64,
    pub max_stream_bytes: usize,
    /// How long, in all, a stream waits for a client that does not read.
    pub client_stall_ms: u64,
    pub errors: ErrorStyle,
    pub error_codes: ErrorCodes,
    /// Calls that may be under way at the same time.
    pub max_in_flight: usize,
    /// Calls a second that one account may make at most, if that is limited.
    pub max_per_second: Option<i64>,
}

/// What the metering API keeps, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterConfig {
    pub remember_hours: u32,
    pub reservation_ms: i64,
}

impl MeterConfig {
    /// How long keys of retries are remembered, the gateway's too.
    #[must_use]
    pub fn retention(&self) -> Retention {
        Retention::hours(self.remember_hours)
    }
}

impl Default for MeterConfig {
    fn default() -> Self {
        Self {
            remember_hours: 24,
            reservation_ms: 600_000,
        }
    }
}

/// Where messages of accounts may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WebhooksConfig {
    /// Also to addresses that are not of the open internet, and by `http`.
    pub allow_private: bool,
}

/// How errors of the gateway travel (`wire.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorStyle {
    /// On HTTP 200, in the envelope: what published clients can read.
    #[default]
    Envelope,
    /// With true HTTP statuses.
    Http,
}

/// Which numbers errors have (`wire.md`): the published API changed them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum ErrorCodes {
    /// 40300, 40301 and 40302 for the limits; one code for all wrong parameters.
    #[default]
    #[serde(rename = "seed")]
    Seed,
    /// 40300, 40304 and 40305 for the limits; empty and long fields have their own.
    #[serde(rename = "2026")]
    Y2026,
}

/// Where a person reaches a person. The links become QR codes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactConfig {
    pub wechat: Option<String>,
    pub discord: Option<String>,
}

impl Config {
    /// Reads a file's text.
    ///
    /// # Errors
    /// The first thing that is wrong with it, and its line.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        read::config(text)
    }

    /// Who may do what.
    #[must_use]
    pub const fn authority(&self) -> Authority {
        Authority {
            support_calls: self.support_max_calls,
        }
    }

    /// Where people and clients reach this server, without a slash at its end.
    #[must_use]
    pub fn public_url(&self) -> String {
        self.public_url
            .clone()
            .unwrap_or_else(|| format!("http://{}", self.listen))
    }
}

impl GatewayConfig {
    /// Time that one forwarded call may take.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// Time that a request's body may take to arrive.
    #[must_use]
    pub const fn body_timeout(&self) -> Duration {
        Duration::from_millis(self.body_timeout_ms)
    }

    /// Time that reaching the upstream may take.
    #[must_use]
    pub const fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 3000)),
            public_url: None,
            database_url: "sqlite:data/allowance.db".into(),
            max_connections: 8_192,
            idle_timeout_ms: 30_000,
            hsts_days: 0,
            support_max_calls: Authority::default().support_calls,
            trusted_proxies: Network::loopback(),
            gateway: GatewayConfig::default(),
            meter: MeterConfig::default(),
            contact: ContactConfig::default(),
            sign_up: SignUp::default(),
            mail: None,
            webhooks: WebhooksConfig::default(),
            openid: None,
            catalogue: Catalogue::default(),
            api_upstreams: Upstreams::new(),
        }
    }
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            upstream: None,
            upstream_authorization: None,
            timeout_ms: 30_000,
            connect_timeout_ms: 3_000,
            max_body_bytes: 1024 * 1024,
            max_buffered_bytes: 256 * 1024 * 1024,
            body_timeout_ms: 15_000,
            max_answer_bytes: 16 * 1024 * 1024,
            stream_timeout_ms: 600_000,
            stream_silence_ms: 60_000,
            max_stream_bytes: 64 * 1024 * 1024,
            client_stall_ms: 30_000,
            errors: ErrorStyle::default(),
            error_codes: ErrorCodes::default(),
            max_in_flight: 4_096,
            max_per_second: None,
        }
    }
}
