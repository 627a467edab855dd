//! `allowance admin code …`: codes that support sends in a chat.

use super::CliError;
use crate::actions::{Actions, CreateCodes};
use crate::config::Config;
use crate::domain::authority::By;
use crate::domain::zones;
use chrono_tz::Tz;
use clap::Subcommand;

/// Batches that a list shows.
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
    /// Show the newest batches of codes
    List,
    /// Take codes back; what was redeemed stays
    Revoke {
        /// The id of a batch, `cob_…`, or of a code, `cod_…`
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
            let asked = CreateCodes {
                label: "",
                api: &api,
                count: "1",
                calls: &calls,
                uses: &uses,
                expires: &expires,
            };
            let made = actions.create_codes(&By::command_line(), asked).await?;
            for code in made.codes {
                println!("{code}");
            }
            eprintln!(
                "It is redeemed on {}/request-more, and shown only this once.",
                config.public_url()
            );
        }
        CodeCommand::List => {
            let by = By::command_line();
            for batch in actions.code_batches(&by, None, LISTED).await? {
                let day = |at| zones::date(at, Tz::UTC).to_string();
                let state = match (batch.revoked_at, batch.expires_at) {
                    (Some(at), _) => format!("revoked {}", day(at)),
                    (None, Some(at)) => format!("until {}", day(at - 1)),
                    (None, None) => "no expiry".to_owned(),
                };
                println!(
                    "{}  {} calls  {} of {} redeemed  {state}",
                    batch.public_id,
                    batch.calls,
                    batch.redeemed,
                    batch.redeemable()
                );
            }
        }
        CodeCommand::Revoke { id } => {
            let by = By::command_line();
            if id.starts_with("cob_") {
                actions.revoke_batch(&by, &id).await?;
            } else {
                actions.revoke_code(&by, &id).await?;
            }
            println!("Revoked {id}.");
        }
    }
    Ok(())
}
