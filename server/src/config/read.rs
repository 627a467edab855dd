//! From the file's text to a checked configuration. Values keep their place in
//! the text until they are checked, so that a fault can name its line.

use super::api::{self, ApiTable};
use super::mail::{self, MailTable};
use super::openid::{self, OpenIdTable};
use super::{
    Config, ConfigError, ContactConfig, ErrorCodes, ErrorStyle, GatewayConfig, MeterConfig, Secret,
    WebhooksConfig,
};
use crate::domain::grants::MOST_CALLS;
use crate::domain::links::SignUp;
use crate::domain::networks::NoNetwork;
use http::{HeaderValue, Uri};
use serde::Deserialize;
use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use toml::Spanned;

/// Longest link of a contact, in bytes: a code of it is still easy to scan.
const LONGEST_LINK: usize = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<Spanned<String>>,
    public_url: Option<Spanned<String>>,
    database_url: Option<Spanned<String>>,
    max_connections: Option<Spanned<i64>>,
    idle_timeout_ms: Option<Spanned<i64>>,
    trusted_proxies: Option<Spanned<Vec<String>>>,
    hsts_days: Option<Spanned<i64>>,
    #[serde(default)]
    support: SupportTable,
    #[serde(default)]
    gateway: GatewayTable,
    #[serde(default)]
    meter: MeterTable,
    #[serde(default)]
    contact: ContactTable,
    #[serde(default)]
    accounts: AccountsTable,
    mail: Option<Spanned<MailTable>>,
    #[serde(default)]
    webhooks: WebhooksTable,
    openid: Option<Spanned<OpenIdTable>>,
    api: Option<Spanned<Vec<Spanned<ApiTable>>>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct GatewayTable {
    upstream: Option<Spanned<String>>,
    upstream_authorization: Option<Spanned<Secret>>,
    timeout_ms: Option<Spanned<i64>>,
    connect_timeout_ms: Option<Spanned<i64>>,
    max_body_bytes: Option<Spanned<i64>>,
    max_buffered_bytes: Option<Spanned<i64>>,
    body_timeout_ms: Option<Spanned<i64>>,
    max_answer_bytes: Option<Spanned<i64>>,
    stream_timeout_ms: Option<Spanned<i64>>,
    stream_silence_ms: Option<Spanned<i64>>,
    max_stream_bytes: Option<Spanned<i64>>,
    client_stall_ms: Option<Spanned<i64>>,
    errors: Option<ErrorStyle>,
    error_codes: Option<ErrorCodes>,
    max_in_flight: Option<Spanned<i64>>,
    max_per_second: Option<Spanned<i64>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct SupportTable {
    max_calls: Option<Spanned<i64>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct MeterTable {
    remember_hours: Option<Spanned<i64>>,
    reservation_ms: Option<Spanned<i64>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ContactTable {
    wechat: Option<Spanned<String>>,
    discord: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct AccountsTable {
    sign_up: Option<SignUp>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WebhooksTable {
    allow_private: Option<bool>,
}

/// Reads and checks a whole file.
pub(super) fn config(text: &str) -> Result<Config, ConfigError> {
    let file: File = toml::from_str(text).map_err(|error| ConfigError::parsed(text, &error))?;
    let read = Reader { text };
    let default = Config::default();
    let (catalogue, api_upstreams) = match file.api {
        Some(tables) => api::catalogue(&read, tables)?,
        None => (default.catalogue, default.api_upstreams),
    };
    Ok(Config {
        listen: read.value(file.listen, listen)?.unwrap_or(default.listen),
        public_url: read.value(file.public_url, base_url)?,
        database_url: read
            .value(file.database_url, database)?
            .unwrap_or(default.database_url),
        max_connections: read.number(
            "max_connections",
            file.max_connections,
            1..=1_000_000,
            default.max_connections,
        )?,
        idle_timeout_ms: read.number(
            "idle_timeout_ms",
            file.idle_timeout_ms,
            1..=600_000,
            default.idle_timeout_ms,
        )?,
        hsts_days: read.number("hsts_days", file.hsts_days, 0..=3_650, default.hsts_days)?,
        support_max_calls: read.number(
            "max_calls",
            file.support.max_calls,
            0..=MOST_CALLS,
            default.support_max_calls,
        )?,
        trusted_proxies: read
            .value(file.trusted_proxies, |networks| {
                networks
                    .iter()
                    .map(|text| text.parse())
                    .collect::<Result<_, NoNetwork>>()
            })?
            .unwrap_or(default.trusted_proxies),
        gateway: read.gateway(file.gateway)?,
        meter: read.meter(file.meter)?,
        sign_up: file.accounts.sign_up.unwrap_or_default(),
        mail: file
            .mail
            .map(|table| mail::mail(&read, table))
            .transpose()?,
        webhooks: WebhooksConfig {
            allow_private: file.webhooks.allow_private.unwrap_or_default(),
        },
        openid: file
            .openid
            .map(|table| openid::openid(&read, table))
            .transpose()?,
        contact: ContactConfig {
            wechat: read.value(file.contact.wechat, link)?,
            discord: read.value(file.contact.discord, link)?,
        },
        catalogue,
        api_upstreams,
    })
}

pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
}

impl Reader<'_> {
    /// A value that is there, checked and converted.
    pub(super) fn value<T, U, E: Display>(
        &self,
        value: Option<Spanned<T>>,
        check: impl FnOnce(T) -> Result<U, E>,
    ) -> Result<Option<U>, ConfigError> {
        value
            .map(|value| {
                let span = value.span();
                check(value.into_inner())
                    .map_err(|sentence| ConfigError::at(self.text, Some(span), sentence))
            })
            .transpose()
    }

    /// A number within its range.
    pub(super) fn number<N: TryFrom<i64>>(
        &self,
        name: &str,
        value: Option<Spanned<i64>>,
        range: RangeInclusive<i64>,
        default: N,
    ) -> Result<N, ConfigError> {
        let (least, most) = (*range.start(), *range.end());
        let checked = self.value(value, |value| {
            let inside = range
                .contains(&value)
                .then(|| N::try_from(value).ok())
                .flatten();
            inside.ok_or_else(|| format!("{name} is {value}, but must be from {least} to {most}"))
        })?;
        Ok(checked.unwrap_or(default))
    }

    fn gateway(&self, table: GatewayTable) -> Result<GatewayConfig, ConfigError> {
        let default = GatewayConfig::default();
        Ok(GatewayConfig {
            upstream: self.value(table.upstream, base_url)?,
            upstream_authorization: self.value(table.upstream_authorization, header)?,
            timeout_ms: self.number(
                "timeout_ms",
                table.timeout_ms,
                1..=600_000,
                default.timeout_ms,
            )?,
            connect_timeout_ms: self.number(
                "connect_timeout_ms",
                table.connect_timeout_ms,
                1..=60_000,
                default.connect_timeout_ms,
            )?,
            max_body_bytes: self.number(
                "max_body_bytes",
                table.max_body_bytes,
                1_024..=64 * 1024 * 1024,
                default.max_body_bytes,
            )?,
            max_buffered_bytes: self.number(
                "max_buffered_bytes",
                table.max_buffered_bytes,
                1_048_576..=1024 * 1024 * 1024 * 1024,
                default.max_buffered_bytes,
            )?,
            body_timeout_ms: self.number(
                "body_timeout_ms",
                table.body_timeout_ms,
                1..=600_000,
                default.body_timeout_ms,
            )?,
            max_answer_bytes: self.number(
                "max_answer_bytes",
                table.max_answer_bytes,
                1_024..=1024 * 1024 * 1024,
                default.max_answer_bytes,
            )?,
            stream_timeout_ms: self.number(
                "stream_timeout_ms",
                table.stream_timeout_ms,
                1..=86_400_000,
                default.stream_timeout_ms,
            )?,
            stream_silence_ms: self.number(
                "stream_silence_ms",
                table.stream_silence_ms,
                1..=86_400_000,
                default.stream_silence_ms,
            )?,
            max_stream_bytes: self.number(
                "max_stream_bytes",
                table.max_stream_bytes,
                1_024..=1024 * 1024 * 1024 * 1024,
                default.max_stream_bytes,
            )?,
            client_stall_ms: self.number(
                "client_stall_ms",
                table.client_stall_ms,
                1..=600_000,
                default.client_stall_ms,
            )?,
            errors: table.errors.unwrap_or(default.errors),
            error_codes: table.error_codes.unwrap_or(default.error_codes),
            max_in_flight: self.number(
                "max_in_flight",
                table.max_in_flight,
                1..=1_000_000,
                default.max_in_flight,
            )?,
            max_per_second: table
                .max_per_second
                .map(|value| self.number("max_per_second", Some(value), 1..=1_000_000, 0))
                .transpose()?,
        })
    }
}

impl Reader<'_> {
    fn meter(&self, table: MeterTable) -> Result<MeterConfig, ConfigError> {
        let default = MeterConfig::default();
        Ok(MeterConfig {
            remember_hours: self.number(
                "remember_hours",
                table.remember_hours,
                1..=168,
                default.remember_hours,
            )?,
            reservation_ms: self.number(
                "reservation_ms",
                table.reservation_ms,
                1_000..=86_400_000,
                default.reservation_ms,
            )?,
        })
    }
}

fn listen(value: String) -> Result<SocketAddr, String> {
    value.parse().map_err(|_| {
        format!("`{value}` is no address with a port: write it as 127.0.0.1:3000 or [::]:3000")
    })
}

fn database(value: String) -> Result<String, &'static str> {
    // The value may hold a password, so the sentence does not repeat it.
    match value.strip_prefix("sqlite:") {
        Some(file) if !file.trim_start_matches('/').is_empty() => Ok(value),
        _ => Err("database_url must be `sqlite:` and a file, as in sqlite:data/allowance.db"),
    }
}

/// An address that paths are added to; its slash at the end goes.
pub(super) fn base_url(value: String) -> Result<String, &'static str> {
    let uri: Uri = value.parse().map_err(|_| "this is no URL")?;
    let (Some("http" | "https"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err("the URL must start with http:// or https:// and a host");
    };
    if authority.host().is_empty() || authority.as_str().contains('@') {
        return Err("the URL must have a host, and no user or password before it");
    }
    if value.contains(['?', '#']) {
        return Err("the URL must end with its path: no `?` or `#`");
    }
    Ok(value.trim_end_matches('/').to_owned())
}

pub(super) fn header(value: Secret) -> Result<Secret, &'static str> {
    // Not repeated in the sentence: it is a secret.
    match HeaderValue::from_str(value.expose()) {
        Ok(header) if !header.is_empty() => Ok(value),
        _ => Err("upstream_authorization must be one line of plain characters"),
    }
}

/// A link that a person opens by scanning a code.
fn link(value: String) -> Result<String, String> {
    let opens = ["https://", "http://", "weixin://"].iter().any(|scheme| {
        value
            .strip_prefix(scheme)
            .is_some_and(|rest| !rest.is_empty())
    });
    if !opens || value.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(
            "the link must start with https://, http:// or weixin://, without spaces".into(),
        );
    }
    if value.len() > LONGEST_LINK {
        return Err(format!(
            "the link is longer than {LONGEST_LINK} bytes, too long to scan"
        ));
    }
    Ok(value)
}
