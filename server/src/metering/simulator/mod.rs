//! A deterministic simulation of engine, ledger writer, reservations and API keys:
//! random commands over accounts, APIs, grants, keys and caps, retries and races; a disk
//! that fails, lies, tears and dies; a clock that jumps both ways. After each step
//! a simple model must agree.
//!
//! All chance comes from the seed of a world, and its time stands still: a failure prints
//! its seed, and `ALLOWANCE_SIM_SEED` plays exactly the same world again. `make simulate`
//! runs for as many steps as `ALLOWANCE_SIM_STEPS` says.

mod api_keys;
mod callers;
mod calls;
mod compare;
mod disk;
mod doubt;
mod events;
mod faults;
mod grants;
mod midnight;
mod model;
mod run;
mod services;
mod settlements;
mod slices;
mod trace;
mod world;

use super::books::{Books as Desk, NewId};
use super::key_ring::KeyRing;
use super::levels::Levels;
use super::retries::KeyDays;
use super::till::Till;
use super::{Changes, Hold, Reservations};
use crate::clock::{Clock, ManualClock};
use crate::domain::audit::{Actor, Change};
use crate::domain::grants::{NewGrant, Terms};
use crate::domain::idempotency::{IdempotencyHash, Known, Retention};
use crate::domain::quota::{Engine, Pacing};
use crate::domain::store::{Books, Grants, Idempotency, Keys};
use crate::domain::zones::zone;
use crate::domain::{AccountId, ApiId, Millis};
use disk::Disk;
use model::{Holding, Model};
use parking_lot::Mutex;
use std::sync::Arc;
use trace::Trace;
use world::World;

const HOUR: Millis = 3_600_000;
const DAY: Millis = 24 * HOUR;
/// Steps of one world: a new one begins before its lists get long.
const STEPS: usize = 700;
const ACCOUNTS: i64 = 3;
const APIS: i64 = 2;
/// How far the clock is set back at most, from the latest it ever showed.
const BACK: Millis = 2 * DAY;
const PACING: Pacing = Pacing {
    advised: 2,
    ceiling: Some(3),
};
const ZONES: [&str; 6] = [
    "UTC",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Kiritimati",
    "Europe/Berlin",
];

fn change() -> Change {
    Change {
        at: 0,
        actor: Actor::System,
        action: "test",
        subject: String::new(),
        account: None,
        before: None,
        after: None,
        form_token: None,
    }
}

/// One run of the process, from a start to a crash.
struct Life {
    till: Arc<Till>,
    keys: Arc<KeyRing>,
    reservations: Arc<Reservations>,
    held: Vec<(Hold, Holding)>,
}

impl Life {
    async fn start(disk: &Arc<Disk>, clock: &Arc<ManualClock>, new_id: &NewId) -> Self {
        *disk.fault.lock() = None;
        *disk.unreadable.lock() = false;
        let ended_until = disk.ended_until().await.unwrap();
        let key_day = disk.last_key_day().await.unwrap();
        let engine = Arc::new(Mutex::new(Engine::new(PACING, ended_until)));
        let till = Arc::new(Till::open(Desk {
            store: disk::books(disk),
            engine: Arc::clone(&engine),
            clock: Arc::clone(clock) as _,
            changes: Arc::<Changes>::default(),
            levels: Arc::new(Levels::deaf(engine)),
            key_days: Arc::new(KeyDays::new(Retention::default(), key_day)),
            new_id: Arc::clone(new_id),
            behind: Arc::default(),
        }));
        let store = Arc::clone(disk) as Arc<dyn Keys>;
        Self {
            keys: Arc::new(KeyRing::open(store, Arc::clone(&till))),
            reservations: Reservations::open(Arc::clone(&till)).await.unwrap(),
            till,
            held: Vec::new(),
        }
    }
}

/// What the numbers of a run add up to.
#[derive(Debug, Default)]
struct Tally {
    steps: usize,
    held: usize,
    refused: usize,
    too_fast: usize,
    charged: usize,
    crashes: usize,
    faults: usize,
    grants: usize,
    /// Requests that came again under their key.
    again: usize,
    reservations: usize,
    settled: usize,
    lapsed: usize,
    overage: usize,
    /// Changes of keys, projects and accounts that are on disk.
    keys_changed: usize,
    /// Looks at a key while what they find is changed.
    keys_raced: usize,
    /// Calls with a key that may not call.
    keys_refused: usize,
    /// Calls with what is nobody's key.
    keys_unknown: usize,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        for (sum, more) in [
            (&mut self.steps, other.steps),
            (&mut self.held, other.held),
            (&mut self.refused, other.refused),
            (&mut self.too_fast, other.too_fast),
            (&mut self.charged, other.charged),
            (&mut self.crashes, other.crashes),
            (&mut self.faults, other.faults),
            (&mut self.grants, other.grants),
            (&mut self.again, other.again),
            (&mut self.reservations, other.reservations),
            (&mut self.settled, other.settled),
            (&mut self.lapsed, other.lapsed),
            (&mut self.overage, other.overage),
            (&mut self.keys_changed, other.keys_changed),
            (&mut self.keys_raced, other.keys_raced),
            (&mut self.keys_refused, other.keys_refused),
            (&mut self.keys_unknown, other.keys_unknown),
        ] {
            *sum += more;
        }
    }
}

struct Simulation {
    world: World,
    disk: Arc<Disk>,
    clock: Arc<ManualClock>,
    new_id: NewId,
    model: Model,
    life: Life,
    /// The latest that the clock ever showed.
    latest: Millis,
    next_id: usize,
    /// Request ids whose callers were told that they are logged.
    acknowledged: Vec<String>,
    tally: Tally,
    trace: Option<Trace>,
}

impl Simulation {
    async fn new(seed: u64) -> Self {
        let mut world = World::of(seed);
        let now = 1_700_000_000_000 + world.number(0, 3 * 365) * DAY;
        let clock = Arc::new(ManualClock::at(now));
        let disk = Arc::<Disk>::default();
        let mut model = Model::default();
        for account in 1..=ACCOUNTS {
            let account = AccountId(account);
            let zone = zone(ZONES[world.below(ZONES.len())]);
            disk.move_account(account, zone);
            model.zones.insert(account, zone);
            for api in 1..=APIS {
                let new = NewGrant {
                    public_id: format!("free {} {api}", account.0),
                    account,
                    api: ApiId(api),
                    calls: world.number(0, 40),
                    terms: Terms::default(),
                    reason: String::new(),
                    given_by: None,
                    created_at: now,
                };
                model.give(&new);
                disk.create_grant(new, change()).await.unwrap();
            }
        }
        let new_id = world::new_ids(seed);
        let life = Life::start(&disk, &clock, &new_id).await;
        let mut it = Self {
            world,
            disk,
            clock,
            new_id,
            model,
            life,
            latest: now,
            next_id: 0,
            acknowledged: Vec::new(),
            tally: Tally::default(),
            trace: None,
        };
        it.open_accounts().await;
        it
    }

    fn now(&self) -> Millis {
        self.clock.now()
    }

    async fn step(&mut self) {
        self.tally.steps += 1;
        self.model.tidy();
        let what = self.world.below(176);
        self.saw(&what);
        match what {
            0..45 => self.reserve().await,
            45..60 => self.settle().await,
            60..64 => self.settle_many().await,
            64..72 => self.move_clock(),
            72..76 => self.turn().await,
            76..80 => self.grant(None).await,
            80 | 81 => self.revoke(None).await,
            82..85 => self.cap().await,
            85 => self.move_account().await,
            86..89 => self.charge_badly().await,
            89 => self.change_badly().await,
            90 => self.blind().await,
            91 | 92 => self.crash().await,
            93 => self.settle_all().await,
            94..106 => self.record().await,
            106..112 => self.record_batch().await,
            112..120 => self.keyed_call().await,
            120..134 => self.reserve_for_service().await,
            134 => self.reserve_blindly().await,
            135..156 => self.settle_for_service().await,
            156..160 => self.lapse().await,
            160 => self.life_sweep().await,
            161 => self.racing_events().await,
            162 => self.racing_services().await,
            163..171 => self.edit_key().await,
            171..175 => self.race_edit().await,
            _ => self.edit_key_blindly().await,
        }
        self.compare().await;
        self.end_step();
    }

    /// What is known of a key, as it must be.
    async fn known(&mut self, account: AccountId, hash: IdempotencyHash) -> Option<Known> {
        let known = self.life.till.remembered(account, hash).await.unwrap();
        let now = self.now();
        self.model.check_known((account, hash), known.as_ref(), now);
        self.tally.again += usize::from(known.is_some());
        known
    }

    /// The process ends, and another starts from what is on disk.
    async fn crash(&mut self) {
        self.tally.crashes += 1;
        for (hold, holding) in self.life.held.drain(..) {
            drop(hold);
            self.model.settle(holding, false);
        }
        {
            let state = self.disk.state.lock();
            for id in &self.acknowledged {
                assert!(state.has(id), "{id} was acknowledged, and is lost");
            }
        }
        self.life = Life::start(&self.disk, &self.clock, &self.new_id).await;
        self.model.ended_until = self.disk.ended_until().await.unwrap();
        self.model.restart();
    }
}
