//! `[openid]`: signing in by a provider of OpenID Connect.

use super::read::Reader;
use super::{ConfigError, Secret};
use crate::domain::accounts;
use http::Uri;
use serde::Deserialize;
use std::net::IpAddr;
use toml::Spanned;

/// Longest name of a provider on its button, in characters.
const LABEL_LENGTH: usize = 40;

/// A provider that people may sign in by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIdConfig {
    /// As the provider writes it: compared letter by letter.
    pub issuer: String,
    pub client_id: String,
    /// Without it, this is a public client.
    pub client_secret: Option<Secret>,
    /// What the button calls the provider.
    pub label: String,
    /// Lower case. Who has an e-mail of these needs no invitation.
    pub allowed_domains: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenIdTable {
    issuer: Option<Spanned<String>>,
    client_id: Option<Spanned<String>>,
    client_secret: Option<Secret>,
    label: Option<Spanned<String>>,
    allowed_domains: Option<Spanned<Vec<String>>>,
}

pub(super) fn openid(
    read: &Reader<'_>,
    table: Spanned<OpenIdTable>,
) -> Result<OpenIdConfig, ConfigError> {
    let span = table.span();
    let table = table.into_inner();
    let missing = |sentence: &str| ConfigError::at(read.text, Some(span.clone()), sentence);
    let issuer = read
        .value(table.issuer, issuer)?
        .ok_or_else(|| missing("[openid] needs the issuer, the provider's address"))?;
    let host = |issuer: &str| {
        let uri: Option<Uri> = issuer.parse().ok();
        uri.and_then(|uri| uri.host().map(str::to_owned))
    };
    Ok(OpenIdConfig {
        client_id: read
            .value(table.client_id, client_id)?
            .ok_or_else(|| missing("[openid] needs the client_id that the provider gave you"))?,
        client_secret: table
            .client_secret
            .filter(|secret| !secret.expose().is_empty()),
        label: read
            .value(table.label, label)?
            .or_else(|| host(&issuer))
            .unwrap_or_default(),
        allowed_domains: read
            .value(table.allowed_domains, domains)?
            .unwrap_or_default(),
        issuer,
    })
}

/// Kept as it was written: a slash at the end is part of a provider's name.
fn issuer(value: String) -> Result<String, &'static str> {
    super::read::base_url(value.clone())?;
    let uri: Uri = value.parse().map_err(|_| "this is no URL")?;
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_here = host == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    if uri.scheme_str() != Some("https") && !is_here {
        return Err("openid.issuer must start with https://");
    }
    Ok(value)
}

fn client_id(value: String) -> Result<String, &'static str> {
    if value.trim().is_empty() || value.contains(char::is_control) {
        return Err("openid.client_id must not be empty");
    }
    Ok(value)
}

fn label(value: String) -> Result<String, String> {
    accounts::name("label", &value, LABEL_LENGTH)
        .map_err(|_| format!("openid.label must have 1 to {LABEL_LENGTH} characters"))
}

fn domains(values: Vec<String>) -> Result<Vec<String>, String> {
    values
        .into_iter()
        .map(|value| {
            let domain = value.trim().to_lowercase();
            match accounts::email(&format!("somebody@{domain}")) {
                Ok(_) => Ok(domain),
                Err(_) => Err(format!(
                    "`{value}` is no domain of e-mails: write it as example.org"
                )),
            }
        })
        .collect()
}
