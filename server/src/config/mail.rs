//! `[mail]`: how letters leave.

use super::read::Reader;
use super::{ConfigError, Secret};
use serde::Deserialize;
use toml::Spanned;

/// An SMTP server that takes our letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailConfig {
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    /// User and password.
    pub credentials: Option<(String, Secret)>,
    /// `Allowance <no-reply@example.org>`.
    pub from: String,
}

/// How the connection to the SMTP server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// Begins in the open, and goes on encrypted or not at all.
    #[default]
    StartTls,
    /// Encrypted from its beginning.
    Tls,
    /// Not at all: for a server on this machine.
    None,
}

impl MailSecurity {
    const fn port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailTable {
    host: Option<Spanned<String>>,
    port: Option<Spanned<i64>>,
    security: Option<MailSecurity>,
    user: Option<String>,
    password: Option<Secret>,
    from: Option<Spanned<String>>,
}

pub(super) fn mail(
    read: &Reader<'_>,
    table: Spanned<MailTable>,
) -> Result<MailConfig, ConfigError> {
    let span = table.span();
    let table = table.into_inner();
    let missing = |sentence: &str| ConfigError::at(read.text, Some(span.clone()), sentence);
    let security = table.security.unwrap_or_default();
    let credentials = match (table.user, table.password) {
        (Some(user), Some(password)) => Some((user, password)),
        (None, None) => None,
        _ => return Err(missing("mail.user and mail.password go together")),
    };
    Ok(MailConfig {
        host: read
            .value(table.host, host)?
            .ok_or_else(|| missing("[mail] needs the host of an SMTP server"))?,
        port: read.number("port", table.port, 1..=65_535, security.port())?,
        security,
        credentials,
        from: read
            .value(table.from, from)?
            .ok_or_else(|| missing("[mail] needs `from`, the address that letters come from"))?,
    })
}

fn host(value: String) -> Result<String, &'static str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    if value.is_empty() || !value.chars().all(plain) {
        return Err("mail.host must be the name or address of a server, without a port");
    }
    Ok(value)
}

fn from(value: String) -> Result<String, &'static str> {
    let address = value
        .strip_suffix('>')
        .and_then(|value| value.rsplit_once('<'))
        .map_or(value.as_str(), |(_, address)| address);
    if crate::domain::accounts::email(address).is_err() || value.contains(char::is_control) {
        return Err("mail.from must be an address, as in Allowance <no-reply@example.org>");
    }
    Ok(value)
}
