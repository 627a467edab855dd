//! `allowance admin codes …`: redemption codes, in batches.

use super::super::CliError;
use super::super::desk::Counter;
use super::super::show::{revoked, section};
use super::super::tables::{cell, day, items, table};
use super::{Words, escape};
use clap::Subcommand;
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(super) enum CodesCommand {
    /// Make codes and print them; they are shown this once
    Create {
        /// How many
        #[arg(long, default_value = "1")]
        count: String,
        /// What they are for, so that the batch is known again
        #[arg(long, default_value = "")]
        label: String,
        /// An API of the catalogue; without it, whoever redeems a code chooses
        #[arg(long, default_value = "")]
        api: String,
        /// Calls that each redemption gives
        #[arg(long)]
        calls: String,
        /// Accounts that may redeem each code
        #[arg(long, default_value = "1")]
        uses: String,
        /// Last day on which they can be redeemed, such as 2026-12-31 (UTC)
        #[arg(long, default_value = "")]
        expires: String,
    },
    /// List the newest batches
    List,
    /// Show a batch and its codes, by their last characters
    Show {
        /// Its id, `cob_…`
        batch: String,
    },
    /// Take a code (`cod_…`) or a whole batch (`cob_…`) back; what was redeemed stays
    Revoke { id: String },
}

pub(super) async fn ask(
    counter: &mut Counter,
    command: CodesCommand,
) -> Result<(Value, Words), CliError> {
    let done: (Value, Words) = match command {
        CodesCommand::Create {
            count,
            label,
            api,
            calls,
            uses,
            expires,
        } => {
            let body = json!({
                "count": count, "label": label, "api": api, "calls": calls, "uses": uses,
                "expires": expires,
            });
            (counter.post("/codes", &body).await?, codes_made)
        }
        CodesCommand::List => (counter.get("/codes").await?, batches),
        CodesCommand::Show { batch } => {
            let path = format!("/codes/{}", escape(&batch));
            (counter.get(&path).await?, one_batch)
        }
        CodesCommand::Revoke { id } => {
            let path = format!("/codes/{}/revoke", escape(&id));
            (counter.post(&path, &json!({})).await?, revoked)
        }
    };
    Ok(done)
}

fn codes_made(batch: &Value, console: &str) -> String {
    eprintln!(
        "Batch {}: redeemed on {console}/request-more, and shown only this once.",
        cell(batch, "id")
    );
    let codes = items(batch, "made").iter().filter_map(Value::as_str);
    codes.flat_map(|code| [code, "\n"]).collect()
}

const BATCH: [&str; 9] = [
    "BATCH", "LABEL", "API", "CODES", "CALLS", "USES", "REDEEMED", "UNTIL", "STATE",
];

fn batch_row(batch: &Value) -> Vec<String> {
    let state = if batch["revoked_at"].is_null() {
        "good"
    } else {
        "revoked"
    };
    vec![
        cell(batch, "id"),
        cell(batch, "label"),
        if batch["api"].is_null() {
            "any".into()
        } else {
            cell(batch, "api")
        },
        cell(batch, "codes"),
        cell(batch, "calls"),
        cell(batch, "uses"),
        cell(batch, "redeemed"),
        day(batch, "expires_at"),
        state.into(),
    ]
}

fn batches(found: &Value, _: &str) -> String {
    let rows: Vec<_> = items(found, "batches").iter().map(batch_row).collect();
    if rows.is_empty() {
        eprintln!("No codes were made yet.");
        return String::new();
    }
    table(&BATCH, &rows)
}

fn one_batch(batch: &Value, _: &str) -> String {
    let head = table(&BATCH, &[batch_row(batch)]);
    let codes = ["CODE", "ENDS IN", "REDEEMED", "REVOKED"];
    let rest = section(batch, "shown", &codes, |code| {
        vec![
            cell(code, "id"),
            cell(code, "hint"),
            cell(code, "redeemed"),
            day(code, "revoked_at"),
        ]
    });
    head + &rest
}
