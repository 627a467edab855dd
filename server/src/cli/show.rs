//! The words for what the admin API answered. What a script may want goes to
//! standard output, remarks to standard error.

use super::tables::{cell, day, items, table};
use serde_json::Value;

pub(super) fn opened(account: &Value, _: &str) -> String {
    format!(
        "Opened {} ({}) for {}.\n",
        cell(account, "id"),
        cell(account, "role"),
        cell(account, "email")
    )
}

pub(super) fn overview(desk: &Value, _: &str) -> String {
    let mut text = format!(
        "Calls in 24 hours{}: {}, charged {}, failed {}\nAccounts: {}, new {}, disabled {}\n",
        if desk["more"] == true {
            ", of the newest"
        } else {
            ""
        },
        cell(desk, "calls"),
        cell(desk, "charged"),
        cell(desk, "failed"),
        cell(desk, "accounts"),
        cell(desk, "new_accounts"),
        cell(desk, "disabled")
    );
    text = if desk["waiting_since"].is_null() {
        text + "Requests: none open\n"
    } else {
        format!(
            "{text}Requests: {} open, the oldest since {}\n",
            cell(desk, "open_requests"),
            cell(desk, "waiting_since")
        )
    };
    text += &section(desk, "errors", &["ERROR", "CALLS"], |error| {
        ["code", "calls"].map(|of| cell(error, of)).to_vec()
    });
    let near = ["NEAR A LIMIT", "API", "PERCENT", "SINCE"];
    text += &section(desk, "near_limit", &near, |near| {
        vec![
            cell(&near["account"], "email"),
            cell(near, "api"),
            cell(near, "percent"),
            cell(near, "at"),
        ]
    });
    text
}

pub(super) fn accounts(found: &Value, _: &str) -> String {
    let accounts = items(found, "accounts");
    if accounts.is_empty() {
        eprintln!("No account matches.");
        return String::new();
    }
    let rows: Vec<_> = accounts
        .iter()
        .map(|account| {
            vec![
                cell(account, "id"),
                cell(account, "reference_code"),
                cell(account, "email"),
                cell(account, "role"),
                if account["disabled_at"].is_null() {
                    "open"
                } else {
                    "disabled"
                }
                .to_owned(),
                remaining(account),
            ]
        })
        .collect();
    if !found["next_page"].is_null() {
        eprintln!("There are more: --page {}", cell(found, "next_page"));
    }
    let head = ["ID", "REFERENCE", "E-MAIL", "ROLE", "STATE", "REMAINING"];
    table(&head, &rows)
}

/// What is left of each API, in one cell.
fn remaining(account: &Value) -> String {
    let left: Vec<_> = items(account, "quota")
        .iter()
        .map(|quota| format!("{}={}", cell(quota, "api"), cell(quota, "remaining")))
        .collect();
    left.join(" ")
}

pub(super) fn account(account: &Value, _: &str) -> String {
    let mut text = format!(
        "{}  {}  {}  {}\n{} since {}, time zone {}\n",
        cell(account, "email"),
        cell(account, "name"),
        cell(account, "id"),
        cell(account, "reference_code"),
        cell(account, "role"),
        day(account, "created_at"),
        cell(account, "time_zone")
    );
    if !account["disabled_at"].is_null() {
        text = format!("{text}disabled on {}\n", day(account, "disabled_at"));
    }
    let quota = ["API", "GRANTED", "CHARGED", "REMAINING"];
    text += &section(account, "quota", &quota, |quota| {
        ["api", "granted", "charged", "remaining"]
            .map(|of| cell(quota, of))
            .to_vec()
    });
    let grants = ["GRANT", "API", "CALLS", "USED", "STATE", "UNTIL", "REASON"];
    text += &section(account, "grants", &grants, |grant| {
        vec![
            cell(grant, "id"),
            cell(grant, "api"),
            cell(grant, "calls"),
            cell(grant, "used"),
            cell(grant, "state"),
            day(grant, "expires_at"),
            cell(grant, "reason"),
        ]
    });
    let keys = ["KEY", "NAME", "ENDS IN", "CHARGED", "LAST USED"];
    text += &section(account, "keys", &keys, |key| {
        vec![
            cell(key, "id"),
            cell(key, "name"),
            cell(key, "hint"),
            cell(key, "charged"),
            day(key, "last_used_at"),
        ]
    });
    text += &section(account, "requests", &REQUEST, request);
    text += &section(account, "notes", &["NOTE OF", "BY", "TEXT"], |note| {
        vec![
            day(note, "created_at"),
            cell(note, "written_by"),
            cell(note, "text"),
        ]
    });
    text
}

/// A table of an account's page; nothing, if it would be empty.
pub(super) fn section(
    of: &Value,
    field: &str,
    head: &[&str],
    row: fn(&Value) -> Vec<String>,
) -> String {
    let rows: Vec<_> = items(of, field).iter().map(row).collect();
    if rows.is_empty() {
        String::new()
    } else {
        format!("\n{}", table(head, &rows))
    }
}

const REQUEST: [&str; 6] = ["REQUEST", "OF", "API", "CALLS", "STATE", "WHY"];

fn request(request: &Value) -> Vec<String> {
    vec![
        cell(request, "id"),
        cell(&request["account"], "email"),
        cell(request, "api"),
        cell(request, "calls"),
        cell(request, "state"),
        cell(request, "reason"),
    ]
}

pub(super) fn requests(found: &Value, _: &str) -> String {
    let rows: Vec<_> = items(found, "requests").iter().map(request).collect();
    if rows.is_empty() {
        eprintln!("No such requests.");
        return String::new();
    }
    table(&REQUEST, &rows)
}

pub(super) fn answered(request: &Value, _: &str) -> String {
    let calls = if request["granted"].is_null() {
        String::new()
    } else {
        format!(
            ", {} {} calls",
            cell(request, "granted"),
            cell(request, "api")
        )
    };
    format!(
        "{} is {}{calls}, for {}.\n",
        cell(request, "id"),
        cell(request, "state"),
        cell(&request["account"], "email")
    )
}

pub(super) fn granted(done: &Value, _: &str) -> String {
    format!(
        "Gave {} to {}. It has left: {}\n",
        cell(done, "id"),
        cell(&done["account"], "email"),
        remaining(&done["account"])
    )
}

pub(super) fn revoked(done: &Value, _: &str) -> String {
    format!("Revoked {}.\n", cell(done, "id"))
}

pub(super) fn state(account: &Value, _: &str) -> String {
    let email = cell(account, "email");
    if account["disabled_at"].is_null() {
        format!("{email} is open.\n")
    } else {
        format!("{email} is disabled.\n")
    }
}

pub(super) fn role(account: &Value, _: &str) -> String {
    let (email, role) = (cell(account, "email"), cell(account, "role"));
    format!("{email} has the role {role} from now on.\n")
}

pub(super) fn unlocked(account: &Value, _: &str) -> String {
    format!(
        "{} signs in with the password alone now.\n",
        cell(account, "email")
    )
}

pub(super) fn noted(note: &Value, _: &str) -> String {
    format!("Noted for {}.\n", cell(note, "account"))
}

pub(super) fn list_looked_at(list: &Value, _: &str) -> String {
    let text = effect(list);
    if !list["same_file_confirmed_at"].is_null() {
        eprintln!(
            "The same file was given on {}.",
            day(list, "same_file_confirmed_at")
        );
    }
    eprintln!(
        "{} calls in {} lines to {} accounts. Nothing is given yet: add --confirm to give.",
        cell(list, "calls"),
        cell(list, "lines"),
        cell(list, "accounts")
    );
    text
}

pub(super) fn list_given(list: &Value, _: &str) -> String {
    format!(
        "Gave {} of {} lines: {} calls to {} accounts, as {}.\n",
        cell(list, "given"),
        cell(list, "lines"),
        cell(list, "calls"),
        cell(list, "accounts"),
        cell(list, "id")
    )
}

/// The first lines of a list, and what each does.
fn effect(list: &Value) -> String {
    let shown = items(list, "shown");
    let rows: Vec<_> = shown
        .iter()
        .map(|line| {
            vec![
                cell(line, "line"),
                cell(&line["account"], "email"),
                cell(line, "api"),
                cell(line, "calls"),
                cell(line, "remaining"),
                cell(line, "remaining_then"),
            ]
        })
        .collect();
    if !list["next_after"].is_null() {
        eprintln!("The first {} lines:", rows.len());
    }
    table(
        &["LINE", "ACCOUNT", "API", "CALLS", "LEFT NOW", "LEFT THEN"],
        &rows,
    )
}

pub(super) fn audit(found: &Value, _: &str) -> String {
    let rows: Vec<_> = items(found, "entries")
        .iter()
        .map(|entry| {
            vec![
                cell(entry, "id"),
                cell(entry, "at"),
                cell(entry, "actor"),
                cell(entry, "action"),
                cell(entry, "subject"),
                cell(&entry["account"], "email"),
                cell(entry, "after"),
            ]
        })
        .collect();
    if rows.is_empty() {
        eprintln!("No entry matches.");
        return String::new();
    }
    if !found["next_before"].is_null() {
        eprintln!(
            "There are older ones: --before {}",
            cell(found, "next_before")
        );
    }
    let head = ["ENTRY", "AT", "BY", "ACTION", "SUBJECT", "ACCOUNT", "AFTER"];
    table(&head, &rows)
}
