//! The demo's accounts, with what they did in the last ninety days.

use super::history::{DemoOutcome, Plan, history};
use super::{SEED, key};
use crate::actions::{Actions, CreateKey, OpenAccount};
use crate::clock::ManualClock;
use crate::domain::accounts::{Account, Role};
use crate::domain::audit::Actor;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::DomainError;
use crate::domain::ids::{Noun, api_key, public_id};
use crate::domain::keys::Key;
use crate::domain::language::Language;
use crate::domain::store::Store;
use crate::domain::usage::{Outcome, UsageRow};
use crate::domain::{Millis, StoreError, zones};
use crate::metering::Metering;
use chrono_tz::Tz;
use futures::future::try_join_all;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

const DAY: Millis = 24 * 60 * 60 * 1_000;
/// Days of history.
const DAYS: u32 = 90;
/// Calls that are handed to the ledger at once.
const BATCH: usize = 2_000;

pub(super) struct Person {
    pub email: &'static str,
    pub name: &'static str,
    pub password: &'static str,
}

pub(super) const DEVELOPER: Person = Person {
    email: "dev@example.com",
    name: "Mei Tanaka",
    password: "demo-developer",
};

pub(super) const ADMIN: Person = Person {
    email: "admin@example.com",
    name: "Sam Okafor",
    password: "demo-administrator",
};

/// Others, so that the admin's desk has something to find: name, e-mail, and
/// successful calls of each API of the default catalogue.
const OTHERS: [(&str, &str, [i64; 3]); 12] = [
    (
        "Aisha Rahman",
        "aisha@lantern.example",
        [4_812, 1_000, 2_950],
    ),
    (
        "Léo Fournier",
        "leo@atelier-nord.example",
        [1_204, 311, 480],
    ),
    ("Priya Natarajan", "priya@kitesurf.example", [640, 887, 120]),
    ("王小明", "xiaoming@yunduan.example", [2_206, 540, 1_010]),
    ("Diego Álvarez", "diego@tranvia.example", [38, 9, 0]),
    ("Hanna Lindqvist", "hanna@fjord.example", [0, 0, 0]),
    ("陈静", READS_CHINESE, [366, 148, 92]),
    ("Noor Haddad", "noor@harbour.example", [212, 40, 96]),
    ("Kofi Mensah", "kofi@adinkra.example", [77, 12, 5]),
    ("Tomás Vega", "tomas@pampa.example", [0, 3, 0]),
    ("Vera Novák", "vera@praha.example", [410, 800, 52]),
    ("Wim de Vries", "wim@polder.example", [19, 4, 2]),
];

/// The one whose console speaks Chinese, whatever the browser asks for.
const READS_CHINESE: &str = "jing@chayuan.example";

/// Fills an empty database; does nothing if it has accounts.
pub async fn fill(
    store: &Arc<dyn Store>,
    catalogue: &Catalogue,
    now: Millis,
) -> Result<(), DomainError> {
    if !store.find_accounts("", 1, 0).await?.is_empty() {
        return Ok(());
    }
    tracing::info!("setting the demo up: accounts, keys, and ninety days of calls");
    let stage = Stage::start(store, catalogue, now).await?;
    let admin = stage.open(&ADMIN, Role::Owner).await?;
    let developer = stage.developer().await?;
    for (place, (name, email, successes)) in OTHERS.into_iter().enumerate() {
        let account = stage.other(place, name, email, &successes).await?;
        if email == READS_CHINESE {
            stage
                .actions
                .choose_language(&account, Language::Chinese)
                .await?;
        }
    }
    // After all that is older: the audit log is in the order of its entries.
    stage.ask_and_answer(&developer, &admin).await?;
    stage.metering.drain().await;
    Ok(())
}

/// The demo plays ninety days in order, on a clock of its own.
struct Stage {
    actions: Actions,
    metering: Arc<Metering>,
    store: Arc<dyn Store>,
    clock: Arc<ManualClock>,
    now: Millis,
}

impl Stage {
    async fn start(
        store: &Arc<dyn Store>,
        catalogue: &Catalogue,
        now: Millis,
    ) -> Result<Self, StoreError> {
        let clock = Arc::new(ManualClock::at(now - (i64::from(DAYS) + 1) * DAY));
        let metering = Metering::start(catalogue, Arc::clone(store), clock.clone()).await?;
        let actions = Actions::new(Arc::clone(store), Arc::clone(&metering), clock.clone());
        Ok(Self {
            actions,
            metering,
            store: Arc::clone(store),
            clock,
            now,
        })
    }

    async fn open(&self, person: &Person, role: Role) -> Result<Account, DomainError> {
        let asked = OpenAccount {
            email: person.email,
            name: person.name,
            password: person.password,
            role,
            time_zone: "UTC",
        };
        self.actions.open_account(Actor::System, asked).await
    }

    async fn key(
        &self,
        account: &Account,
        project: &str,
        name: &str,
        secret: String,
    ) -> Result<(), DomainError> {
        let asked = CreateKey {
            name,
            project,
            ..CreateKey::default()
        };
        self.actions.create_key_with(account, asked, secret).await?;
        Ok(())
    }

    async fn developer(&self) -> Result<Account, DomainError> {
        let account = self.open(&DEVELOPER, Role::Developer).await?;
        let mut random = ChaCha8Rng::seed_from_u64(SEED + 1);
        let assistant = self
            .actions
            .create_project(&account, "Chat assistant", "Remembers what people told it")
            .await?
            .public_id;
        let support = self
            .actions
            .create_project(&account, "Support bot", "Answers tickets at night")
            .await?
            .public_id;
        self.key(&account, &assistant, "Production", key()).await?;
        self.key(&account, &assistant, "Staging", api_key(&mut random))
            .await?;
        self.key(&account, &support, "Support bot live", api_key(&mut random))
            .await?;
        self.key(&account, &support, "Notebook", api_key(&mut random))
            .await?;
        let plan = Plan {
            days: DAYS,
            successes: vec![3_120, 742, 1_460],
            key_weights: vec![0.52, 0.13, 0.27, 0.08],
        };
        self.play(&account, SEED, &plan).await?;
        Ok(account)
    }

    /// A request that was approved three weeks ago, and one that was not.
    async fn ask_and_answer(&self, account: &Account, admin: &Account) -> Result<(), DomainError> {
        self.clock.advance(70 * DAY);
        self.actions
            .request_quota(
                account,
                "searchMemory",
                "200",
                "Launch week: about 200 extra searches.",
            )
            .await?;
        self.clock.advance(DAY / 12);
        let open = self.newest_request(account).await?;
        self.actions
            .approve_quota_request(&admin.into(), &open, "200", "Good luck with the launch!")
            .await?;
        self.clock.advance(9 * DAY);
        self.actions
            .request_quota(
                account,
                "addMessage",
                "50000",
                "To import our whole archive.",
            )
            .await?;
        self.clock.advance(DAY / 6);
        let open = self.newest_request(account).await?;
        self.actions
            .reject_quota_request(
                &admin.into(),
                &open,
                "For an import of that size please write to us on Discord first: there is a cheaper way.",
            )
            .await?;
        self.clock.advance(-(79 * DAY + DAY / 12 + DAY / 6));
        Ok(())
    }

    async fn newest_request(&self, account: &Account) -> Result<String, DomainError> {
        let requests = self.store.quota_requests_of(account.id).await?;
        requests
            .into_iter()
            .next()
            .map(|request| request.public_id)
            .ok_or(DomainError::NotFound("request"))
    }

    async fn other(
        &self,
        place: usize,
        name: &'static str,
        email: &'static str,
        successes: &[i64],
    ) -> Result<Account, DomainError> {
        let seed = SEED + 100 + u64::try_from(place).unwrap_or_default();
        let person = Person {
            email,
            name,
            password: "demo-passenger",
        };
        let account = self.open(&person, Role::Developer).await?;
        let projects = self.store.projects(account.id).await?;
        let project = projects.first().map_or("", |project| &project.public_id);
        let secret = api_key(&mut ChaCha8Rng::seed_from_u64(seed));
        self.key(&account, project, "Default key", secret).await?;
        if successes.iter().any(|calls| *calls > 0) {
            let plan = Plan {
                days: DAYS,
                successes: successes.to_vec(),
                key_weights: vec![1.0],
            };
            self.play(&account, seed, &plan).await?;
        }
        // The one who used all searches up is waiting for an answer.
        if successes.get(1) == Some(&1_000) {
            self.clock.advance(i64::from(DAYS) * DAY);
            self.actions
                .request_quota(
                    &account,
                    "searchMemory",
                    "2000",
                    "Our pilot with two schools starts on Monday; we ran out of searches this morning.",
                )
                .await?;
            self.clock.advance(-i64::from(DAYS) * DAY);
        }
        Ok(account)
    }

    /// Plays a history into the ledger, through the quota engine.
    async fn play(&self, account: &Account, seed: u64, plan: &Plan) -> Result<(), DomainError> {
        let mut keys = self.store.keys(account.id).await?;
        keys.reverse();
        let today = zones::date(self.now, Tz::UTC);
        let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x5EED);
        let calls = history(seed, today, plan);
        for batch in calls.chunks(BATCH) {
            let mut writes = Vec::with_capacity(batch.len());
            for call in batch {
                let row = self.row(
                    account,
                    &keys,
                    call,
                    public_id(Noun::Request, call.at_ms, &mut random),
                );
                writes.extend(row.map(|row| self.write(row)));
            }
            try_join_all(writes).await?;
        }
        Ok(())
    }

    async fn write(&self, row: UsageRow) -> Result<(), DomainError> {
        let written = if row.outcome == Outcome::Succeeded {
            let hold = self
                .metering
                .reserve(row.call())
                .await
                .map_err(|error| StoreError::Broken(error.to_string()))?;
            self.metering.charge(hold, row).await
        } else {
            self.metering.log(row).await
        };
        Ok(written.map_err(|error| StoreError::Broken(error.to_string()))?)
    }

    /// Nothing for an API that this catalogue does not have.
    fn row(
        &self,
        account: &Account,
        keys: &[Key],
        call: &super::history::DemoCall,
        request_id: String,
    ) -> Option<UsageRow> {
        let metered = self.metering.apis().get(call.api)?;
        let key = keys.get(call.key)?;
        let (outcome, code) = match call.outcome {
            DemoOutcome::Succeeded => (Outcome::Succeeded, 0),
            DemoOutcome::Rejected => (Outcome::Rejected, 40_000),
            DemoOutcome::InputTooLong => (Outcome::Rejected, 40_302),
            DemoOutcome::UpstreamFailed => (Outcome::UpstreamFailed, 50_000),
        };
        Some(UsageRow {
            request_id,
            account: account.id,
            project: key.project,
            key: key.id,
            api: metered.id,
            at: call.at_ms,
            outcome,
            code,
            burnt: None,
            tokens: call.tokens,
            latency_ms: call.latency_ms,
            end_user: Some(call.end_user.clone()),
        })
    }
}
