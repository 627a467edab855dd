//! `allowance admin …`: the admin's desk in a terminal.

mod codes;
mod links;
mod tokens;

use super::desk::Counter;
use super::show;
use super::{CliError, read_password};
use crate::config::Config;
use clap::{Args, Subcommand, ValueEnum};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::fmt::Display;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Admin {
    /// Print JSON, as /v1/admin answers it
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: AdminCommand,
}

/// An account is named by its e-mail, reference code or id.
#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// The desk at a glance: calls of the last 24 hours, who is near a limit, what waits
    Overview,
    /// Open an account; its password is read from `ALLOWANCE_PASSWORD`, else asked for, or read from standard input
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        #[arg(long, value_enum, default_value = "owner")]
        role: RoleName,
        /// Days are cut in this zone
        #[arg(long, default_value = "UTC")]
        time_zone: String,
        #[arg(long, env = "ALLOWANCE_PASSWORD", hide = true, hide_env_values = true)]
        password: Option<String>,
    },
    /// Find accounts by e-mail, name, id, reference code, a key or its id, or a request id
    Find {
        #[arg(default_value = "")]
        search: String,
        #[arg(long, default_value = "1")]
        page: u32,
    },
    /// Show an account: what it has left, its grants, keys, open requests and notes
    Show { account: String },
    /// Give an account calls; they count for the next call
    Grant {
        account: String,
        /// An API of the catalogue
        #[arg(long)]
        api: String,
        /// How many; of a grant that recurs, in each period
        #[arg(long)]
        calls: String,
        #[arg(long)]
        reason: String,
        /// First day, in the account's zone
        #[arg(long, default_value = "")]
        starts: String,
        /// Last day, in the account's zone
        #[arg(long, default_value = "")]
        expires: String,
        /// day, week or month
        #[arg(long, default_value = "")]
        recurs: String,
        /// Calls of one period that go on into the next, at most
        #[arg(long, default_value = "")]
        roll_over: String,
        /// Lower burns first, from -100 to 100
        #[arg(long, default_value = "", allow_hyphen_values = true)]
        priority: String,
    },
    /// Take back what is left of a grant
    Revoke {
        account: String,
        /// Its id, `grt_…`
        grant: String,
    },
    /// Disable an account: nobody signs in to it, and its keys open nothing
    Disable {
        account: String,
        #[arg(long)]
        reason: String,
    },
    /// Open a disabled account again
    Enable { account: String },
    /// Give an account another role; whoever is signed in to it signs in again
    Role {
        account: String,
        #[arg(value_enum)]
        role: RoleName,
    },
    /// Let somebody in who lost the app of their second step and its recovery codes: the step is taken away
    Unlock { account: String },
    /// Keep a note about an account, for staff
    Note { account: String, text: String },
    /// List requests for quota, the longest waiting first
    Requests {
        /// open, approved, rejected or withdrawn
        #[arg(long, default_value = "open")]
        state: String,
    },
    /// Approve a request
    Approve {
        /// Its id, `qrq_…`
        request: String,
        /// Without it, as many as were asked for
        #[arg(long, default_value = "")]
        calls: String,
        /// A sentence that the developer reads
        #[arg(long, default_value = "")]
        answer: String,
    },
    /// Reject a request
    Reject {
        request: String,
        /// A sentence that the developer reads
        #[arg(long)]
        answer: String,
    },
    /// Offer somebody an account: they are written to, or the link is printed for you to pass on
    Invite {
        email: String,
        /// Of the letter: en or zh
        #[arg(long, default_value = "en")]
        language: String,
    },
    /// Invitations and other links that were sent and are not used yet
    #[command(subcommand, visible_alias = "link")]
    Links(links::LinksCommand),
    /// Redemption codes
    #[command(subcommand, visible_alias = "code")]
    Codes(codes::CodesCommand),
    /// Give calls to a list of accounts: a CSV file with the columns account, api, calls, reason
    Bulk {
        /// The file; `-` reads standard input
        file: PathBuf,
        /// Give. Without it the effect of each line is shown, and nothing is given
        #[arg(long)]
        confirm: bool,
    },
    /// Show the audit log, newest first
    Audit {
        /// Part of who did it
        #[arg(long, default_value = "")]
        actor: String,
        /// What was done, or its beginning, such as grant or grant.created
        #[arg(long, default_value = "")]
        action: String,
        /// The account that it concerns, by e-mail or id
        #[arg(long, default_value = "")]
        account: String,
        /// The whole id of what was changed
        #[arg(long, default_value = "")]
        subject: String,
        /// From this day or instant on, in UTC
        #[arg(long, default_value = "")]
        from: String,
        /// To this day or instant, in UTC
        #[arg(long, default_value = "")]
        to: String,
        /// Entries older than the one of this number
        #[arg(long)]
        before: Option<i64>,
    },
    /// Tokens of programs that call the metering API or the admin API
    #[command(subcommand)]
    Token(tokens::TokenCommand),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleName {
    Developer,
    Support,
    Owner,
}

impl RoleName {
    const fn name(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Support => "support",
            Self::Owner => "owner",
        }
    }
}

/// Does a command.
pub(super) async fn run(config: &Config, admin: Admin) -> Result<(), CliError> {
    let mut counter = Counter::open(config).await?;
    let done = ask(&mut counter, admin.command).await;
    counter.close().await;
    let (answer, words) = done?;
    if admin.json {
        println!("{answer:#}");
    } else {
        print!("{}", words(&answer, &config.public_url()));
    }
    Ok(())
}

/// How an answer is said in a terminal. Remarks go to standard error, so that a
/// script reads only what it asked for.
type Words = fn(&Value, &str) -> String;

async fn ask(counter: &mut Counter, command: AdminCommand) -> Result<(Value, Words), CliError> {
    use AdminCommand as It;
    let done: (Value, Words) = match command {
        It::Create {
            email,
            name,
            role,
            time_zone,
            password,
        } => {
            let password = password.map_or_else(read_password, Ok)?;
            let body = json!({
                "email": email, "name": name, "password": password, "role": role.name(),
                "time_zone": time_zone,
            });
            (counter.post("/accounts", &body).await?, show::opened)
        }
        It::Find { search, page } => {
            let path = format!("/accounts?page={page}&search={}", escape(&search));
            (counter.get(&path).await?, show::accounts)
        }
        It::Show { account } => (counter.get(&of(&account, "")).await?, show::account),
        It::Grant {
            account,
            api,
            calls,
            reason,
            starts,
            expires,
            recurs,
            roll_over,
            priority,
        } => {
            let body = json!({
                "api": api, "calls": calls, "reason": reason, "starts": starts,
                "expires": expires, "recurs": recurs, "roll_over": roll_over,
                "priority": priority,
            });
            let given = counter.post(&of(&account, "/grants"), &body).await?;
            (given, show::granted)
        }
        It::Revoke { account, grant } => {
            let path = of(&account, &format!("/grants/{}/revoke", escape(&grant)));
            (counter.post(&path, &json!({})).await?, show::revoked)
        }
        It::Disable { account, reason } => {
            let body = json!({ "reason": reason });
            (
                counter.post(&of(&account, "/disable"), &body).await?,
                show::state,
            )
        }
        It::Enable { account } => {
            let done = counter.post(&of(&account, "/enable"), &json!({})).await?;
            (done, show::state)
        }
        It::Role { account, role } => {
            let body = json!({ "role": role.name() });
            let done = counter.post(&of(&account, "/role"), &body).await?;
            (done, show::role)
        }
        It::Unlock { account } => {
            let done = counter.post(&of(&account, "/unlock"), &json!({})).await?;
            (done, show::unlocked)
        }
        It::Note { account, text } => {
            let body = json!({ "text": text });
            (
                counter.post(&of(&account, "/notes"), &body).await?,
                show::noted,
            )
        }
        It::Requests { state } => {
            let path = format!("/requests?state={}", escape(&state));
            (counter.get(&path).await?, show::requests)
        }
        It::Approve {
            request,
            calls,
            answer,
        } => {
            let path = format!("/requests/{}/approve", escape(&request));
            let body = json!({ "calls": calls, "answer": answer });
            (counter.post(&path, &body).await?, show::answered)
        }
        It::Reject { request, answer } => {
            let path = format!("/requests/{}/reject", escape(&request));
            let body = json!({ "answer": answer });
            (counter.post(&path, &body).await?, show::answered)
        }
        It::Codes(command) => codes::ask(counter, command).await?,
        It::Bulk { file, confirm } => bulk(counter, file, confirm).await?,
        It::Audit {
            actor,
            action,
            account,
            subject,
            from,
            to,
            before,
        } => {
            let mut path = String::from("/audit?limit=50");
            for (name, value) in [
                ("actor", actor),
                ("action", action),
                ("account", account),
                ("subject", subject),
                ("from", from),
                ("to", to),
                (
                    "before",
                    before.map_or_else(String::new, |id| id.to_string()),
                ),
            ] {
                if !value.is_empty() {
                    path = format!("{path}&{name}={}", escape(&value));
                }
            }
            (counter.get(&path).await?, show::audit)
        }
        It::Token(command) => tokens::ask(counter, command).await?,
        It::Overview => (counter.get("/overview").await?, show::overview),
        It::Invite { email, language } => {
            let body = json!({ "email": email, "language": language });
            (counter.post("/links", &body).await?, links::invited)
        }
        It::Links(command) => links::ask(counter, command).await?,
    };
    Ok(done)
}

async fn bulk(
    counter: &mut Counter,
    file: PathBuf,
    confirm: bool,
) -> Result<(Value, Words), CliError> {
    let read = if file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(&file)
    };
    let bytes = read.map_err(|error| CliError::ReadFile { file, error })?;
    let list = counter.upload("/bulk", bytes).await?;
    if !confirm {
        return Ok((list, show::list_looked_at));
    }
    let id = list["id"].as_str().unwrap_or_default();
    let path = format!("/bulk/{}/confirm", escape(id));
    let given = counter.post(&path, &json!({})).await?;
    Ok((given, show::list_given))
}

/// An address of an account's.
fn of(account: &str, rest: &str) -> String {
    format!("/accounts/{}{rest}", escape(account))
}

/// A part of an address: whatever is no plain character, as its bytes.
fn escape(text: &str) -> impl Display {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}
