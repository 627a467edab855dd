//! The command line.

mod admin;
mod desk;
mod show;
mod tables;

use crate::clock::{Clock, ShiftedClock, SystemClock};
use crate::config::{Config, ConfigError, Secret};
use crate::domain::error::DomainError;
use crate::domain::links::SignUp;
use crate::domain::store::Verify;
use crate::http::admin::AskError;
use crate::mail::MailError;
use crate::serve::{ServeError, lock, serve};
use crate::storage::{OpenError, SqliteStore};
use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};
use std::io::{self, BufRead, IsTerminal};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// A console and gateway for a metered API.
#[derive(Debug, Parser)]
#[command(name = "allowance", version, about)]
pub struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

/// Settings win in this order: flag, environment, file.
#[derive(Debug, Args)]
struct Settings {
    /// The configuration file; ./allowance.toml if it is there
    #[arg(long, global = true, env = "ALLOWANCE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The address to listen on
    #[arg(long, global = true, env = "ALLOWANCE_LISTEN", value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Where people reach this server
    #[arg(long, global = true, env = "ALLOWANCE_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// The database, for instance sqlite:data/allowance.db
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    database_url: Option<String>,
    /// The API behind the gateway
    #[arg(long, global = true, env = "ALLOWANCE_UPSTREAM", value_name = "URL")]
    upstream: Option<String>,
    /// What this site shows the provider of [openid]; hidden, because others see arguments: use the environment
    #[arg(
        long,
        global = true,
        env = "ALLOWANCE_OPENID_CLIENT_SECRET",
        hide = true,
        hide_env_values = true
    )]
    openid_client_secret: Option<Secret>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the console and the gateway
    Serve {
        /// With an upstream, accounts and history of its own, to look around
        #[arg(long)]
        demo: bool,
        /// The instant at which the demo begins, for instance 2026-11-20T14:30:00Z; now, if not given
        #[arg(long, requires = "demo", value_name = "INSTANT")]
        demo_start: Option<DateTime<Utc>>,
    },
    /// Bring the database's schema up to date
    Migrate,
    /// Recompute balances and roll-ups from the ledger, and report any difference; exits with 1 if there is one
    Verify {
        /// Bring what is derived back in line with the ledger, which itself is never changed; the server must be stopped
        #[arg(long)]
        repair: bool,
    },
    /// Look after accounts: the admin's desk in a terminal
    Admin(Box<admin::Admin>),
}

/// Why a command was not done. Each is one sentence for a person.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error("{} cannot be read: {error}", file.display())]
    ReadConfig { file: PathBuf, error: io::Error },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Domain(#[from] DomainError),
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error("[mail]: {0}")]
    Mail(#[from] MailError),
    /// What the admin API said.
    #[error("{0}")]
    Refused(String),
    #[error("{} cannot be read: {error}", file.display())]
    ReadFile { file: PathBuf, error: io::Error },
    #[error("no password: set ALLOWANCE_PASSWORD, or write it into standard input")]
    NoPassword,
}

impl Cli {
    /// Does the command. Failures are told on standard error.
    pub async fn run(self) -> ExitCode {
        match self.execute().await {
            Ok(code) => code,
            Err(error) => {
                eprintln!("allowance: {error}");
                ExitCode::FAILURE
            }
        }
    }

    async fn execute(self) -> Result<ExitCode, CliError> {
        let demo = matches!(self.command, Command::Serve { demo: true, .. });
        let config = self.settings.load(demo)?;
        match self.command {
            Command::Serve { demo, demo_start } => {
                let clock: Arc<dyn Clock> = match demo_start {
                    Some(start) => Arc::new(ShiftedClock::from(start.timestamp_millis())),
                    None => Arc::new(SystemClock),
                };
                serve(config, demo, clock).await?;
            }
            Command::Migrate => {
                let _lock = lock(&config.database_url)?;
                SqliteStore::open(&config.database_url).await?.close().await;
                println!("The database is up to date.");
            }
            Command::Verify { repair } => return verify(&config, repair).await,
            Command::Admin(admin) => admin::run(&config, *admin).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Settings {
    fn load(self, demo: bool) -> Result<Config, CliError> {
        let beside = Path::new("allowance.toml");
        let file = self
            .config
            .or_else(|| beside.is_file().then(|| beside.to_owned()));
        let mut config = match &file {
            Some(file) => {
                let text = std::fs::read_to_string(file).map_err(|error| CliError::ReadConfig {
                    file: file.clone(),
                    error,
                })?;
                Config::from_toml(&text)
                    .map_err(|error| error.in_file(file.display().to_string()))?
            }
            None => Config::default(),
        };
        if demo {
            "sqlite:data/demo.db".clone_into(&mut config.database_url);
            config.contact = crate::demo::contact();
            // It listens on this machine only.
            config.sign_up = SignUp::Open;
        }
        if let Some(listen) = self.listen {
            config.listen = listen;
        }
        if let Some(url) = self.public_url {
            config.public_url = Some(url.trim_end_matches('/').to_owned());
        }
        if let Some(url) = self.database_url {
            config.database_url = url;
        }
        if let Some(url) = self.upstream {
            config.gateway.upstream = Some(url);
        }
        if let (Some(openid), Some(secret)) = (&mut config.openid, self.openid_client_secret) {
            openid.client_secret = Some(secret);
        }
        Ok(config)
    }
}

async fn verify(config: &Config, repair: bool) -> Result<ExitCode, CliError> {
    let store = SqliteStore::open_as_it_is(&config.database_url).await?;
    // Memory that decides would not know of what is repaired on disk.
    let lock = repair.then(|| lock(&config.database_url)).transpose()?;
    let mut found = store.verify().await.map_err(DomainError::from)?;
    for difference in &found {
        println!("{difference}");
    }
    if repair && !found.is_empty() {
        store.repair().await.map_err(DomainError::from)?;
        found = store.verify().await.map_err(DomainError::from)?;
        println!("Repaired: what is derived was made anew from the ledger.");
        for difference in &found {
            println!("This cannot be repaired: {difference}");
        }
    }
    store.close().await;
    drop(lock);
    if found.is_empty() {
        println!("Balances and roll-ups equal the ledger.");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

/// Asked for without showing it; a script writes it into standard input.
fn read_password() -> Result<String, CliError> {
    let mut line = String::new();
    let read = if io::stdin().is_terminal() {
        rpassword::prompt_password("Password: ").map(|typed| line = typed)
    } else {
        io::stdin().lock().read_line(&mut line).map(|_| ())
    };
    let password = line.trim_end_matches(['\r', '\n']);
    match read {
        Ok(()) if !password.is_empty() => Ok(password.to_owned()),
        _ => Err(CliError::NoPassword),
    }
}
