//! A deterministic simulation of engine and ledger writer: random commands over
//! accounts, APIs, grants, keys and caps; a disk that fails, lies, tears and
//! dies; a clock that jumps both ways. After each step a simple model must agree.
//!
//! A failure prints its seed; `ALLOWANCE_SIM_SEED` plays it again, and
//! `make simulate` runs for as many steps as `ALLOWANCE_SIM_STEPS` says.

mod disk;
mod model;

use super::books::Books;
use super::levels::Levels;
use super::till::Till;
use super::{Changes, CommitError, Hold, ReserveError};
use crate::clock::ManualClock;
use crate::domain::audit::{Actor, Change};
use crate::domain::caps::{CapOwner, Limit, Period};
use crate::domain::grants::{NewGrant, Recurs, Terms};
use crate::domain::quota::{Call, Engine, Pacing};
use crate::domain::store::{CapChange, Caps, Grants};
use crate::domain::usage::{Outcome, UsageRow};
use crate::domain::zones::zone;
use crate::domain::{AccountId, ApiId, KeyId, Millis, ProjectId, StoreError};
use disk::{Disk, Fault};
use model::{Holding, Model, Verdict};
use parking_lot::Mutex;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

const HOUR: Millis = 3_600_000;
const DAY: Millis = 24 * HOUR;
/// Steps of one world: a new one begins before its lists get long.
const STEPS: usize = 1_000;
/// In the normal test run.
const USUAL: usize = 100_000;
const ACCOUNTS: i64 = 3;
const APIS: i64 = 2;
/// How far the clock is set back at most, from the latest it ever showed.
const BACK: Millis = 2 * DAY;
const ZONES: [&str; 6] = [
    "UTC",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Kiritimati",
    "Europe/Berlin",
];

/// Where the randomness comes from.
pub(super) struct World {
    random: ChaCha8Rng,
}

impl World {
    fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end)
    }

    fn number(&mut self, from: i64, to: i64) -> i64 {
        self.random.random_range(from..to)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn account(&mut self) -> AccountId {
        AccountId(self.number(1, ACCOUNTS + 1))
    }

    fn api(&mut self) -> ApiId {
        ApiId(self.number(1, APIS + 1))
    }

    fn fault(&mut self) -> Fault {
        [
            Fault::Fails,
            Fault::Lies,
            Fault::DiesBefore,
            Fault::Tears,
            Fault::DiesAfter,
        ][self.below(5)]
    }
}

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
    held: Vec<(Hold, Holding)>,
}

impl Life {
    async fn start(disk: &Arc<Disk>, clock: &Arc<ManualClock>) -> Self {
        *disk.died.lock() = false;
        *disk.fault.lock() = None;
        *disk.unreadable.lock() = false;
        let ended_until = disk.ended_until().await.unwrap();
        let engine = Engine::new(Pacing::default(), ended_until);
        let engine = Arc::new(Mutex::new(engine));
        let books = Books {
            store: disk::books(disk),
            engine: Arc::clone(&engine),
            clock: Arc::clone(clock) as _,
            changes: Arc::<Changes>::default(),
            levels: Arc::new(Levels::deaf(engine)),
        };
        Self {
            till: Arc::new(Till::open(books)),
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
    charged: usize,
    crashes: usize,
    faults: usize,
    grants: usize,
}

struct Simulation {
    world: World,
    disk: Arc<Disk>,
    clock: Arc<ManualClock>,
    model: Model,
    life: Life,
    /// The latest that the clock ever showed.
    latest: Millis,
    next_id: usize,
    /// Request ids whose callers were told that they are charged.
    acknowledged: Vec<String>,
    tally: Tally,
}

impl Simulation {
    async fn new(seed: u64) -> Self {
        let mut world = World {
            random: ChaCha8Rng::seed_from_u64(seed),
        };
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
        let life = Life::start(&disk, &clock).await;
        Self {
            world,
            disk,
            clock,
            model,
            life,
            latest: now,
            next_id: 0,
            acknowledged: Vec::new(),
            tally: Tally::default(),
        }
    }

    fn now(&self) -> Millis {
        crate::clock::Clock::now(self.clock.as_ref())
    }

    async fn step(&mut self) {
        self.tally.steps += 1;
        match self.world.below(100) {
            0..45 => self.reserve().await,
            45..66 => self.settle().await,
            66..72 => self.settle_many().await,
            72..79 => self.move_clock(),
            79..83 => self.turn().await,
            83..87 => self.grant(None).await,
            87..89 => self.revoke(None).await,
            89..92 => self.cap().await,
            92 => self.move_account().await,
            93..96 => self.charge_badly().await,
            96 => self.change_badly().await,
            97 => self.blind().await,
            98 => self.crash().await,
            _ => self.settle_all().await,
        }
        self.compare().await;
    }

    fn call(&mut self) -> Call {
        let account = self.world.account();
        let key = self.world.number(1, 3);
        Call {
            account,
            project: ProjectId(account.0),
            key: KeyId(account.0 * 10 + key),
            api: self.world.api(),
            at: self.now() - self.world.number(0, HOUR),
        }
    }

    async fn reserve(&mut self) {
        let call = self.call();
        let (verdict, holding) = self.model.reserve(call, self.now());
        let decided = self.life.till.reserve(call).await;
        let found = match &decided {
            Ok(_) => Verdict::Held,
            Err(ReserveError::Capped(_)) => Verdict::Capped,
            Err(ReserveError::Exhausted { .. }) => Verdict::Exhausted,
            Err(other) => panic!("{other}"),
        };
        assert_eq!(found, verdict, "{call:?}");
        match (decided, holding) {
            (Ok(hold), Some(holding)) => {
                self.life.held.push((hold, holding));
                self.tally.held += 1;
            }
            _ => self.tally.refused += 1,
        }
    }

    fn row(&mut self, call: Call) -> UsageRow {
        self.next_id += 1;
        UsageRow {
            request_id: format!("req_{}", self.next_id),
            account: call.account,
            project: call.project,
            key: call.key,
            api: call.api,
            at: call.at,
            outcome: Outcome::Succeeded,
            code: 0,
            burnt: None,
            tokens: 1,
            latency_ms: 1,
            end_user: None,
        }
    }

    fn some_held(&mut self) -> Option<(Hold, Holding)> {
        let held = self.life.held.len();
        (held > 0).then(|| {
            let place = self.world.below(held);
            self.life.held.swap_remove(place)
        })
    }

    async fn settle(&mut self) {
        let Some((hold, holding)) = self.some_held() else {
            return;
        };
        if self.world.one_in(3) {
            drop(hold);
            self.model.settle(holding, false);
        } else {
            let row = self.row(holding.call);
            let id = row.request_id.clone();
            self.life.till.charge(hold, row).await.unwrap();
            self.charged(holding, id);
        }
    }

    fn charged(&mut self, holding: Holding, id: String) {
        self.model.settle(holding, true);
        self.acknowledged.push(id);
        self.tally.charged += 1;
    }

    /// Several at once, in a slow commit, while others go on.
    async fn settle_many(&mut self) {
        *self.disk.slow.lock() = u32::try_from(self.world.below(4)).unwrap();
        let mut waiting = Vec::new();
        for _ in 0..self.world.below(5) {
            let Some((hold, holding)) = self.some_held() else {
                break;
            };
            let row = self.row(holding.call);
            let id = row.request_id.clone();
            let till = Arc::clone(&self.life.till);
            let charge = tokio::spawn(async move { till.charge(hold, row).await });
            waiting.push((charge, holding, id));
        }
        tokio::task::yield_now().await;
        for _ in 0..self.world.below(3) {
            self.reserve().await;
        }
        for (charge, holding, id) in waiting {
            charge.await.unwrap().unwrap();
            self.charged(holding, id);
        }
        *self.disk.slow.lock() = 0;
    }

    async fn settle_all(&mut self) {
        while !self.life.held.is_empty() {
            self.settle().await;
        }
    }

    fn move_clock(&mut self) {
        let now = self.now();
        let to = match self.world.below(10) {
            0..6 => now + self.world.number(0, 3 * HOUR),
            6..8 => now + self.world.number(0, 3 * DAY),
            8 => now + self.world.number(0, 40 * DAY),
            _ => (now - self.world.number(0, DAY)).max(self.latest - BACK),
        };
        self.clock.advance(to - now);
        self.latest = self.latest.max(to);
    }

    async fn turn(&mut self) {
        self.life.till.turn().await.unwrap();
        self.model.turn(None, self.now());
    }

    fn new_grant(&mut self) -> NewGrant {
        self.next_id += 1;
        let now = self.now();
        let world = &mut self.world;
        let starts_at = world.one_in(3).then(|| now + world.number(1, 2 * DAY));
        let start = starts_at.unwrap_or(now);
        let expires_at = world.one_in(2).then(|| start + world.number(1, 5 * DAY));
        let recurs = world.one_in(3).then(|| Recurs {
            period: [Period::Day, Period::Week, Period::Month][world.below(3)],
            roll_over: world.number(0, 10).saturating_sub(3).max(0),
        });
        NewGrant {
            public_id: format!("grant {}", self.next_id),
            account: world.account(),
            api: world.api(),
            calls: world.number(1, 8),
            terms: Terms {
                priority: world.number(-1, 2),
                starts_at,
                expires_at,
                recurs,
            },
            reason: String::new(),
            given_by: None,
            created_at: now,
        }
    }

    async fn grant(&mut self, fault: Option<Fault>) {
        let new = self.new_grant();
        self.tally.grants += 1;
        let (till, disk) = (Arc::clone(&self.life.till), Arc::clone(&self.disk));
        let asked = new.clone();
        let told = self
            .under(fault, async move {
                let account = asked.account;
                let given = disk.create_grant(asked, change());
                till.changing(account, given).await.map(|_| ())
            })
            .await;
        let there = {
            let state = self.disk.state.lock();
            let mut grants = state.grants.values();
            grants.any(|grant| grant.public_id == new.public_id)
        };
        assert!(there || told != Told::Done, "a grant was lost");
        if there {
            self.model.give(&new);
        }
        self.crash_if_died(told).await;
    }

    async fn revoke(&mut self, fault: Option<Fault>) {
        let Some((account, name)) = self.model.some_grant(&mut self.world) else {
            return;
        };
        let (till, id) = (Arc::clone(&self.life.till), name.clone());
        let told = self
            .under(fault, async move {
                till.revoke(account, id, change()).await.map(|_| ())
            })
            .await;
        if told == Told::Done || matches!(fault, Some(Fault::Lies | Fault::DiesAfter)) {
            self.model.revoke(account, &name);
        }
        self.crash_if_died(told).await;
    }

    async fn cap(&mut self) {
        let account = self.world.account();
        let owner = match self.world.below(3) {
            0 => CapOwner::Project(ProjectId(account.0)),
            _ => CapOwner::Key(KeyId(account.0 * 10 + self.world.number(1, 3))),
        };
        let api = self.world.api();
        let limit = (!self.world.one_in(3)).then(|| Limit {
            calls: self.world.number(0, 12),
            period: Period::ALL[self.world.below(4)],
        });
        let set = CapChange {
            account,
            owner,
            api,
            was: None,
            limit,
        };
        let set = self.disk.set_cap(set, change());
        self.life.till.changing(account, set).await.unwrap();
        let caps = &mut self.model.caps;
        caps.retain(|(_, of, on, _)| (*of, *on) != (owner, api));
        caps.extend(limit.map(|limit| (account, owner, api, limit)));
    }

    async fn move_account(&mut self) {
        let account = self.world.account();
        let zone = zone(ZONES[self.world.below(ZONES.len())]);
        // What came due before the move was due in the old zone.
        self.compare().await;
        self.disk.move_account(account, zone);
        self.model.zones.insert(account, zone);
        let moved = async { Ok::<_, StoreError>(()) };
        self.life.till.changing(account, moved).await.unwrap();
    }

    async fn charge_badly(&mut self) {
        let fault = self.world.fault();
        self.charge_under(fault).await;
    }

    /// The commit's fate is unknown, and then the disk cannot be asked.
    async fn blind(&mut self) {
        *self.disk.unreadable.lock() = true;
        let accounts = self.charge_under(Fault::Lies).await;
        *self.disk.unreadable.lock() = false;
        // The disk is asked before the next call of the account in doubt, and what
        // is due of it is written by the way.
        if let Some(first) = accounts.iter().min() {
            self.compare_one(*first, true).await;
        }
    }

    /// Charges some calls in one batch that goes wrong. Answers whose they were.
    async fn charge_under(&mut self, fault: Fault) -> Vec<AccountId> {
        let mut charges = Vec::new();
        let mut waiting = Vec::new();
        for _ in 0..=self.world.below(3) {
            let Some((hold, holding)) = self.some_held() else {
                break;
            };
            let row = self.row(holding.call);
            waiting.push((holding, row.request_id.clone()));
            let till = Arc::clone(&self.life.till);
            charges.push(async move { till.charge(hold, row).await });
        }
        if charges.is_empty() {
            return Vec::new();
        }
        let told = self
            .under(Some(fault), async move {
                let all = futures::future::join_all(charges).await;
                all.into_iter().collect::<Result<(), CommitError>>()
            })
            .await;
        assert_ne!(told, Told::Done);
        let mut accounts = Vec::new();
        for (holding, id) in waiting {
            let there = self.disk.state.lock().has(&id);
            assert_eq!(there, matches!(fault, Fault::Lies | Fault::DiesAfter));
            self.model.settle(holding, there);
            accounts.push(holding.call.account);
        }
        self.crash_if_died(told).await;
        accounts
    }

    async fn change_badly(&mut self) {
        let fault = self.world.fault();
        match self.world.below(3) {
            0 => self.grant(Some(fault)).await,
            1 => self.revoke(Some(fault)).await,
            _ => self.turn_badly(fault).await,
        }
    }

    async fn turn_badly(&mut self, fault: Fault) {
        let till = Arc::clone(&self.life.till);
        let told = self
            .under(Some(fault), async move { till.turn().await })
            .await;
        match told {
            Told::Done => self.model.turn(None, self.now()),
            Told::Failed => self.turn().await,
            Told::Died if fault == Fault::DiesAfter => self.model.turn(None, self.now()),
            Told::Died => {}
        }
        self.crash_if_died(told).await;
    }

    /// Does something while the disk has a fault, until it is done or all is dead.
    async fn under<E: Send + 'static>(
        &mut self,
        fault: Option<Fault>,
        work: impl Future<Output = Result<(), E>> + Send + 'static,
    ) -> Told {
        self.tally.faults += usize::from(fault.is_some());
        *self.disk.fault.lock() = fault;
        let task = tokio::spawn(work);
        let told = loop {
            if *self.disk.died.lock() {
                break Told::Died;
            }
            if task.is_finished() {
                break match task.await.unwrap() {
                    Ok(()) => Told::Done,
                    Err(_) => Told::Failed,
                };
            }
            tokio::task::yield_now().await;
        };
        *self.disk.fault.lock() = None;
        told
    }

    async fn crash_if_died(&mut self, told: Told) {
        if told == Told::Died {
            self.crash().await;
        }
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
        self.life = Life::start(&self.disk, &self.clock).await;
        self.model.ended_until = self.disk.ended_until().await.unwrap();
    }

    async fn compare(&mut self) {
        self.disk.state.lock().check();
        for account in 1..=ACCOUNTS {
            self.compare_one(AccountId(account), false).await;
        }
    }

    async fn compare_one(&mut self, account: AccountId, in_doubt: bool) {
        let now = self.now();
        if in_doubt {
            self.model.turn(Some(account), now);
        } else {
            self.model.look_at(account, now);
        }
        for api in 1..=APIS {
            let api = ApiId(api);
            let quota = self
                .life
                .till
                .read(account, |engine, now| engine.quota(account, api, now))
                .await
                .unwrap();
            let expected = self.model.remaining(account, api, now);
            assert_eq!(
                quota.remaining(),
                expected,
                "{account:?} {api:?}: {quota:?}"
            );
        }
        let used = self
            .life
            .till
            .read(account, |engine, now| engine.caps(account, now))
            .await
            .unwrap();
        for used in used {
            let call = Call {
                account,
                project: ProjectId(0),
                key: KeyId(0),
                api: used.cap.api,
                at: now,
            };
            let (owner, limit) = (used.cap.owner, used.cap.limit);
            let call = match owner {
                CapOwner::Key(key) => Call { key, ..call },
                CapOwner::Project(project) => Call { project, ..call },
            };
            let expected = self.model.counted(&call, owner, limit, false);
            assert_eq!(used.charged, expected, "{used:?}");
        }
    }
}

/// What came of something that was done under a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Done,
    Failed,
    Died,
}

/// Says which seed failed.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("\nplay it again: ALLOWANCE_SIM_SEED={}\n", self.0);
        }
    }
}

/// Plays worlds from a seed on, each in a runtime of its own.
fn play(first: u64, steps: usize) -> Tally {
    let mut all = Tally::default();
    for seed in first.. {
        if all.steps >= steps {
            break;
        }
        let named = Seed(seed);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let tally = runtime.block_on(async {
            let mut it = Simulation::new(seed).await;
            for _ in 0..STEPS.min(steps - all.steps) {
                it.step().await;
            }
            it.settle_all().await;
            it.crash().await;
            it.compare().await;
            it.tally
        });
        drop(named);
        all.steps += tally.steps;
        all.held += tally.held;
        all.refused += tally.refused;
        all.charged += tally.charged;
        all.crashes += tally.crashes;
        all.faults += tally.faults;
        all.grants += tally.grants;
    }
    all
}

fn asked<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whatever_fails_engine_and_ledger_do_as_a_simple_model_says() {
    let tally = match asked("ALLOWANCE_SIM_SEED") {
        Some(seed) => play(seed, STEPS),
        None => play(1, USUAL),
    };
    println!("{tally:?}");
    // A simulation in which nothing happens proves nothing.
    assert!(tally.charged * 20 > tally.steps && tally.refused * 20 > tally.steps);
    assert!(tally.crashes * 200 > tally.steps && tally.faults * 50 > tally.steps);
}

/// `make simulate`.
#[test]
#[ignore = "runs for as long as it is asked to"]
fn for_hours() {
    let first = asked("ALLOWANCE_SIM_SEED").unwrap_or(1_000_000);
    let tally = play(first, asked("ALLOWANCE_SIM_STEPS").unwrap_or(10_000_000));
    println!("{tally:#?}");
}
