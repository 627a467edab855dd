//! `allowance admin links …`: what lets people in, and is not used yet.

use super::super::CliError;
use super::super::desk::Counter;
use super::super::tables::{cell, day, items, table};
use super::{Words, escape};
use clap::Subcommand;
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(super) enum LinksCommand {
    /// List them, newest first
    List,
    /// Print a link to pass it on, where no letters leave; the one before stops
    Show {
        /// Its id, `lnk_…`
        id: String,
    },
    /// Take a link back
    Withdraw {
        /// Its id, `lnk_…`
        id: String,
    },
}

pub(super) async fn ask(
    counter: &mut Counter,
    command: LinksCommand,
) -> Result<(Value, Words), CliError> {
    let done: (Value, Words) = match command {
        LinksCommand::List => (counter.get("/links").await?, links),
        LinksCommand::Show { id } => {
            let path = format!("/links/{}/show", escape(&id));
            (counter.post(&path, &json!({})).await?, invited)
        }
        LinksCommand::Withdraw { id } => {
            let path = format!("/links/{}/withdraw", escape(&id));
            (counter.post(&path, &json!({})).await?, withdrawn)
        }
    };
    Ok(done)
}

/// The link goes to standard output alone, so that a script can pass it on.
pub(super) fn invited(link: &Value, _: &str) -> String {
    let email = cell(link, "email");
    if link["link"].is_null() {
        return format!("A letter is on its way to {email}.\n");
    }
    eprintln!("Pass this on to {email}; it is shown only this once, and works once.");
    format!("{}\n", cell(link, "link"))
}

fn withdrawn(link: &Value, _: &str) -> String {
    format!("Withdrew {}.\n", cell(link, "id"))
}

fn links(found: &Value, _: &str) -> String {
    let rows: Vec<_> = items(found, "links")
        .iter()
        .map(|link| {
            vec![
                cell(link, "id"),
                cell(link, "kind"),
                cell(link, "email"),
                day(link, "created_at"),
                cell(link, "expires_at"),
            ]
        })
        .collect();
    if rows.is_empty() {
        eprintln!("Nobody has an open link.");
        return String::new();
    }
    table(&["LINK", "KIND", "FOR", "SENT", "UNTIL"], &rows)
}
