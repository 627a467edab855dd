//! `allowance admin code …`: codes that support sends in a chat.

use super::CliError;
use crate::actions::{Actions, CreateCode};
use crate::config::Config;
use crate::domain::authority::By;
use crate::domain::zones;
use chrono_tz::Tz;
use clap::Subcommand;

/// Codes that a list shows.
const LISTED: i64 = 100;

#[derive(Debug, Subcommand)]
pub(super) enum CodeCommand {
    /// Make a code and print it; it is shown this once
    Create {
        /// An API of the catalogue; without it, whoever redeems the code chooses
        #[arg(long, default_value = "")]
        api: String,
        /// Calls that each redemption gives
        #[arg(long)]
        calls: String,
        /// Accounts that may redeem it
        #[arg(long, default_value = "1")]
        uses: String,
        /// Last day on which it can be redeemed, such as 2026-12-31 (UTC)
        #[arg(long, default_value = "")]
        expires: String,
    },
    /// Show the newest codes
    List,
    /// Take a code back; what was redeemed stays
    Revoke {
        /// Its id, `cod_…`
        id: String,
    },
}

pub(super) async fn run(
    config: &Config,
    actions: &Actions,
    command: CodeCommand,
) -> Result<(), CliError> {
    match command {
        CodeCommand::Create {
            api,
            calls,
            uses,
            expires,
        } => {
            let asked = CreateCode {
                api: &api,
                calls: &calls,
                uses: &uses,
                expires: &expires,
            };
            let code = actions.create_code(&By::command_line(), asked).await?;
            println!("{code}");
            eprintln!(
                "It is redeemed on {}/request-more, and shown only this once.",
                config.public_url()
            );
        }
        CodeCommand::List => {
            for code in actions.codes(LISTED).await? {
                let day = |at| zones::date(at, Tz::UTC).to_string();
                let state = match (code.revoked_at, code.expires_at) {
                    (Some(at), _) => format!("revoked {}", day(at)),
                    (None, Some(at)) => format!("until {}", day(at - 1)),
                    (None, None) => "no expiry".to_owned(),
                };
                println!(
                    "{}  …{}  {} calls  {} of {} used  {state}",
                    code.public_id, code.hint, code.calls, code.used, code.uses
                );
            }
        }
        CodeCommand::Revoke { id } => {
            actions.revoke_code(&By::command_line(), &id).await?;
            println!("Revoked {id}.");
        }
    }
    Ok(())
}
