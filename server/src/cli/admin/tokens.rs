//! `allowance admin token …`: what programs show to the metering and the admin API.

use super::super::CliError;
use super::super::desk::Counter;
use super::super::show::revoked;
use super::super::tables::{cell, day, items, table};
use super::{Words, escape};
use clap::Subcommand;
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token and print it; it is shown this once
    Create {
        /// What it is for, so that it is known again
        #[arg(long)]
        name: String,
        /// What it may do: meter:record or meter:write; admin:read, admin:support or admin:write
        #[arg(long, default_value = "meter:write")]
        scope: String,
        /// E-mail or id of the only account whose calls it may touch; without it, all
        #[arg(long, default_value = "")]
        account: String,
        /// Last day on which it works, such as 2026-12-31 (UTC)
        #[arg(long, default_value = "")]
        expires: String,
    },
    /// Show the newest tokens
    List,
    /// Take a token back; it stops within seconds
    Revoke {
        /// Its id, `svt_…`
        id: String,
    },
}

pub(super) async fn ask(
    counter: &mut Counter,
    command: TokenCommand,
) -> Result<(Value, Words), CliError> {
    let done: (Value, Words) = match command {
        TokenCommand::Create {
            name,
            scope,
            account,
            expires,
        } => {
            let body = json!({
                "name": name, "scope": scope, "account": account, "expires": expires,
            });
            let words: Words = if scope.contains("admin:") {
                admin_token_made
            } else {
                meter_token_made
            };
            (counter.post("/tokens", &body).await?, words)
        }
        TokenCommand::List => (counter.get("/tokens").await?, tokens),
        TokenCommand::Revoke { id } => {
            let path = format!("/tokens/{}/revoke", escape(&id));
            (counter.post(&path, &json!({})).await?, revoked)
        }
    };
    Ok(done)
}

fn meter_token_made(made: &Value, console: &str) -> String {
    token_made(made, &format!("{console}/v1/meter"))
}

fn admin_token_made(made: &Value, console: &str) -> String {
    token_made(made, &format!("{console}/v1/admin"))
}

fn token_made(made: &Value, at: &str) -> String {
    eprintln!("It opens {at}, and is shown only this once.");
    format!("{}\n", cell(made, "token"))
}

fn tokens(found: &Value, _: &str) -> String {
    let rows: Vec<_> = items(found, "tokens")
        .iter()
        .map(|token| {
            let state = match (&token["revoked_at"], &token["expires_at"]) {
                (Value::Null, Value::Null) => "no expiry".to_owned(),
                (Value::Null, _) => format!("until {}", day(token, "expires_at")),
                _ => format!("revoked {}", day(token, "revoked_at")),
            };
            let used = if token["last_used_at"].is_null() {
                "never used".to_owned()
            } else {
                day(token, "last_used_at")
            };
            let account = if token["account"].is_null() {
                "any account".to_owned()
            } else {
                cell(token, "account")
            };
            vec![
                cell(token, "id"),
                format!("svc-…{}", cell(token, "hint")),
                cell(token, "name"),
                cell(token, "scope"),
                account,
                used,
                state,
            ]
        })
        .collect();
    if rows.is_empty() {
        eprintln!("No tokens were made yet.");
        return String::new();
    }
    table(
        &[
            "TOKEN",
            "ENDS IN",
            "NAME",
            "SCOPE",
            "ACCOUNT",
            "LAST USED",
            "STATE",
        ],
        &rows,
    )
}
