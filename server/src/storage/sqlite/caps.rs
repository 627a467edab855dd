//! Caps, and what is charged of them: sums of the roll-ups, cut into the
//! windows of the account's zone. Quarter hours divide every local day.

use super::SqliteStore;
use super::audit::record;
use crate::domain::audit::Change;
use crate::domain::caps::{AccountCaps, Cap, CapOwner, CountedCap, Limit, Period};
use crate::domain::store::{CapChange, Caps, Stored};
use crate::domain::usage::{QUARTER_MS, quarter};
use crate::domain::zones::{self, start_of_day};
use crate::domain::{AccountId, ApiId, KeyId, Millis, ProjectId, StoreError};
use async_trait::async_trait;
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::json;
use sqlx::SqliteConnection;
use std::collections::BTreeMap;

const ZONE: &str = "SELECT time_zone FROM accounts WHERE id = $1";

/// Caps of what is deleted stop nothing: no call comes through it.
const OF_ACCOUNT: &str = "
    SELECT caps.project_id, caps.key_id, api_id, calls, period,
           coalesce(api_keys.public_id, projects.public_id)
    FROM caps
    LEFT JOIN api_keys ON api_keys.id = caps.key_id
    LEFT JOIN projects ON projects.id = caps.project_id
    WHERE caps.account_id = $1
      AND api_keys.deleted_at IS NULL AND projects.deleted_at IS NULL
    ORDER BY caps.id";

/// Charged calls by key and stretch of time.
pub(super) const CHARGED: &str = "
    SELECT rollups.api_id, project_id, key_id, days.key, sum(charged)
    FROM json_each($2) AS apis
    CROSS JOIN json_each($3) AS days
    CROSS JOIN rollups
    WHERE account_id = $1
      AND rollups.api_id = apis.value
      AND quarter >= days.value ->> 0 AND quarter < days.value ->> 1
      AND charged > 0
    GROUP BY rollups.api_id, project_id, key_id, days.key";

const OWNER_IS_THERE: &str = "
    SELECT EXISTS (SELECT 1 FROM api_keys
                   WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL)
        OR EXISTS (SELECT 1 FROM projects
                   WHERE account_id = $1 AND id = $3 AND deleted_at IS NULL)";

const CURRENT: &str = "
    SELECT calls, period FROM caps
    WHERE account_id = $1 AND key_id IS $2 AND project_id IS $3 AND api_id = $4";

const REMOVE: &str = "
    DELETE FROM caps
    WHERE account_id = $1 AND key_id IS $2 AND project_id IS $3 AND api_id = $4";

const INSERT: &str = "
    INSERT INTO caps (account_id, key_id, project_id, api_id, calls, period)
    VALUES ($1, $2, $3, $4, $5, $6)";

/// Calls may settle a while after they came, and clocks are set back a little.
const LOOK_BACK: Millis = 2 * 24 * 60 * 60 * 1_000;

type CapRow = (Option<i64>, Option<i64>, i64, i64, String, String);

#[async_trait]
impl Caps for SqliteStore {
    async fn caps(&self, account: AccountId, now: Millis) -> Stored<AccountCaps> {
        // One read transaction: caps and sums are of the same moment.
        let mut tx = self.readers.begin().await?;
        let (zone,): (String,) = sqlx::query_as(ZONE)
            .bind(account.0)
            .fetch_one(&mut *tx)
            .await?;
        let zone = zones::zone(&zone);
        let rows: Vec<CapRow> = sqlx::query_as(OF_ACCOUNT)
            .bind(account.0)
            .fetch_all(&mut *tx)
            .await?;
        let caps = rows.into_iter().map(cap).collect::<Stored<Vec<_>>>()?;
        let counted = count(&mut tx, account, caps, zone, now).await?;
        tx.rollback().await?;
        Ok(counted)
    }

    async fn set_cap(&self, set: CapChange, change: Change) -> Stored<bool> {
        let mut tx = self.write().await?;
        let (key, project) = ids(set.owner);
        let current: Option<(i64, String)> = sqlx::query_as(CURRENT)
            .bind(set.account.0)
            .bind(key)
            .bind(project)
            .bind(set.api.0)
            .fetch_optional(&mut *tx)
            .await?;
        let current = current
            .map(|(calls, period)| limit(calls, &period))
            .transpose()?;
        let (there,): (bool,) = sqlx::query_as(OWNER_IS_THERE)
            .bind(set.account.0)
            .bind(key)
            .bind(project)
            .fetch_one(&mut *tx)
            .await?;
        if current != set.was || !there {
            return Ok(false);
        }
        sqlx::query(REMOVE)
            .bind(set.account.0)
            .bind(key)
            .bind(project)
            .bind(set.api.0)
            .execute(&mut *tx)
            .await?;
        if let Some(limit) = set.limit {
            sqlx::query(INSERT)
                .bind(set.account.0)
                .bind(key)
                .bind(project)
                .bind(set.api.0)
                .bind(limit.calls)
                .bind(limit.period.name())
                .execute(&mut *tx)
                .await?;
        }
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(true)
    }
}

const fn ids(owner: CapOwner) -> (Option<i64>, Option<i64>) {
    match owner {
        CapOwner::Key(id) => (Some(id.0), None),
        CapOwner::Project(id) => (None, Some(id.0)),
    }
}

fn limit(calls: i64, period: &str) -> Stored<Limit> {
    let period = Period::named(period)
        .ok_or_else(|| StoreError::Broken(format!("a cap has the period {period:?}")))?;
    Ok(Limit { calls, period })
}

fn cap((project, key, api, calls, period, owner_public_id): CapRow) -> Stored<Cap> {
    let owner = match (project, key) {
        (Some(project), None) => CapOwner::Project(ProjectId(project)),
        (None, Some(key)) => CapOwner::Key(KeyId(key)),
        _ => return Err(StoreError::Broken("a cap has no one owner".into())),
    };
    Ok(Cap {
        owner,
        owner_public_id,
        api: ApiId(api),
        limit: limit(calls, &period)?,
    })
}

async fn count(
    tx: &mut SqliteConnection,
    account: AccountId,
    caps: Vec<Cap>,
    zone: Tz,
    now: Millis,
) -> Stored<AccountCaps> {
    if caps.is_empty() {
        return Ok(AccountCaps {
            zone,
            ..AccountCaps::none()
        });
    }
    let known_from = caps
        .iter()
        .filter(|cap| cap.limit.period != Period::Total)
        .map(|cap| cap.limit.period.window(now - LOOK_BACK, zone).start)
        .min();
    let before = caps.iter().any(|cap| cap.limit.period == Period::Total);
    let stretches = Stretches::new(known_from, before, now, zone);
    let apis: Vec<i64> = caps.iter().map(|cap| cap.api.0).collect();
    let rows: Vec<(i64, i64, i64, i64, i64)> = sqlx::query_as(CHARGED)
        .bind(account.0)
        .bind(json!(distinct(apis)).to_string())
        .bind(stretches.json())
        .fetch_all(tx)
        .await?;
    let caps = caps
        .into_iter()
        .map(|cap| {
            let mut charged = BTreeMap::<Millis, i64>::new();
            for (api, project, key, stretch, calls) in &rows {
                let own = match cap.owner {
                    CapOwner::Key(id) => id.0 == *key,
                    CapOwner::Project(id) => id.0 == *project,
                };
                let start = stretches.start(*stretch);
                // What is older than the caps of this account look back.
                let old = start == Millis::MIN && cap.limit.period != Period::Total;
                if own && cap.api.0 == *api && !old {
                    let window = cap.limit.period.window(start, zone);
                    *charged.entry(window.start).or_default() += calls;
                }
            }
            CountedCap {
                cap,
                charged: charged.into_iter().collect(),
            }
        })
        .collect();
    Ok(AccountCaps {
        zone,
        caps,
        known_from: known_from.unwrap_or(Millis::MIN),
    })
}

fn distinct(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Local days, of which every window is a whole number, and perhaps one stretch
/// of everything before. The last day has no end: clocks are set back.
struct Stretches(Vec<Millis>);

impl Stretches {
    fn new(known_from: Option<Millis>, before: bool, now: Millis, zone: Tz) -> Self {
        let mut starts = Vec::new();
        if before {
            starts.push(Millis::MIN);
        }
        if let Some(known_from) = known_from {
            let today = zones::date(now, zone);
            let tomorrow = today.succ_opt().unwrap_or(today);
            let days =
                std::iter::successors(Some(zones::date(known_from, zone)), NaiveDate::succ_opt);
            starts.extend(
                days.take_while(|day| *day <= tomorrow)
                    .map(|day| start_of_day(day, zone)),
            );
        }
        Self(starts)
    }

    fn start(&self, place: i64) -> Millis {
        usize::try_from(place)
            .ok()
            .and_then(|place| self.0.get(place))
            .copied()
            .unwrap_or(Millis::MIN)
    }

    /// First slot of each, and the slot after its last.
    fn json(&self) -> String {
        let slot = |at: &Millis| {
            if *at == Millis::MIN {
                Millis::MIN / QUARTER_MS
            } else {
                quarter(*at)
            }
        };
        let ends = self
            .0
            .iter()
            .skip(1)
            .map(slot)
            .chain([Millis::MAX / QUARTER_MS]);
        let pairs: Vec<[i64; 2]> = self
            .0
            .iter()
            .map(slot)
            .zip(ends)
            .map(|(first, end)| [first, end])
            .collect();
        json!(pairs).to_string()
    }
}
