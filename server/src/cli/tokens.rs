//! `allowance admin token …`: tokens of services that call the metering API.

use super::CliError;
use crate::actions::{Actions, CreateServiceToken};
use crate::config::Config;
use crate::domain::audit::Actor;
use crate::domain::zones;
use chrono_tz::Tz;
use clap::Subcommand;

/// Tokens that a list shows.
const LISTED: i64 = 100;

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token and print it; it is shown this once
    Create {
        /// What it is for, so that it is known again
        #[arg(long)]
        name: String,
        /// What it may do: meter:record, or meter:write for all of the metering API
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

pub(super) async fn run(
    config: &Config,
    actions: &Actions,
    command: TokenCommand,
) -> Result<(), CliError> {
    match command {
        TokenCommand::Create {
            name,
            scope,
            account,
            expires,
        } => {
            let asked = CreateServiceToken {
                name: &name,
                scopes: &scope,
                account: &account,
                expires: &expires,
            };
            let token = actions
                .create_service_token(Actor::CommandLine, asked)
                .await?;
            println!("{token}");
            eprintln!(
                "It opens {}/v1/meter, and is shown only this once.",
                config.public_url()
            );
        }
        TokenCommand::List => {
            for token in actions.service_tokens(LISTED).await? {
                let day = |at| zones::date(at, Tz::UTC).to_string();
                let state = match (token.revoked_at, token.expires_at) {
                    (Some(at), _) => format!("revoked {}", day(at)),
                    (None, Some(at)) => format!("until {}", day(at - 1)),
                    (None, None) => "no expiry".to_owned(),
                };
                let used = token
                    .last_used_at
                    .map_or_else(|| "never used".to_owned(), |at| format!("used {}", day(at)));
                println!(
                    "{}  svc-…{}  {}  {}  {}  {used}  {state}",
                    token.public_id,
                    token.hint,
                    token.name,
                    token.scopes,
                    token.account.as_deref().unwrap_or("any account"),
                );
            }
        }
        TokenCommand::Revoke { id } => {
            actions
                .revoke_service_token(Actor::CommandLine, &id)
                .await?;
            println!("Revoked {id}.");
        }
    }
    Ok(())
}
