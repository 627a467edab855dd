//! The statements of the request log, each in both directions.
//!
//! Parameters 1 to 6 are the account and the filter, as JSON arrays, null where
//! everything is asked for; what follows is each statement's own.

use crate::domain::requests::CallFilter;
use serde_json::json;
use sqlx::query::QueryAs;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Sqlite, encode::Encode, types::Type};

macro_rules! columns {
    () => {
        "SELECT usage.id, usage.request_id, usage.at, usage.api_id, apis.name AS api_name,
                usage.outcome, usage.code,
                projects.public_id AS project_public_id, projects.name AS project_name,
                api_keys.public_id AS key_public_id, api_keys.name AS key_name,
                api_keys.hint AS key_hint,
                usage.end_user, usage.latency_ms, usage.tokens,
                grants.public_id AS grant_public_id,
                coalesce(grants.kind = 'free', 0) AS grant_free,
                coalesce(grants.reason, '') AS grant_reason"
    };
}

/// What belongs to a row that is shown.
macro_rules! joins {
    () => {
        "JOIN apis ON apis.id = usage.api_id
         JOIN projects ON projects.id = usage.project_id
         JOIN api_keys ON api_keys.id = usage.key_id
         LEFT JOIN grants ON grants.id = usage.grant_id"
    };
}

macro_rules! matches {
    () => {
        "($2 IS NULL OR api_id IN (SELECT value FROM json_each($2)))
         AND ($3 IS NULL OR project_id IN (SELECT value FROM json_each($3)))
         AND ($4 IS NULL OR key_id IN (SELECT value FROM json_each($4)))
         AND ($5 IS NULL OR outcome IN (SELECT value FROM json_each($5)))"
    };
}

/// The calls of an account, along the index that is wide enough for every filter.
macro_rules! all {
    () => {
        "usage INDEXED BY usage_by_account WHERE account_id = $1"
    };
}

/// Those that failed.
macro_rules! failed {
    () => {
        "usage INDEXED BY usage_failed WHERE account_id = $1 AND outcome <> 0"
    };
}

/// Those that failed with the code in the last parameter.
macro_rules! of_code {
    ($code:literal) => {
        concat!(
            "usage INDEXED BY usage_failed_code
             WHERE account_id = $1 AND outcome <> 0 AND code = ",
            $code
        )
    };
}

/// Those of the key in the last parameter. All else is read from the ledger, a row for
/// each step: the index is narrow, because every call writes to it.
macro_rules! of_key {
    ($key:literal) => {
        concat!(
            "usage INDEXED BY usage_by_key WHERE account_id = $1 AND key_id = ",
            $key
        )
    };
}

/// A walk along an index from a position, over `$11` calls at most.
macro_rules! walk {
    ($calls:expr, $beyond:literal, $order:literal, $shown:literal) => {
        concat!(
            columns!(),
            " FROM (SELECT id FROM (
                SELECT id, api_id, project_id, key_id, outcome, code FROM ",
            $calls,
            " AND (at, id) ",
            $beyond,
            " ($7, $8) AND at >= $9 AND at < $10
                ORDER BY ",
            $order,
            " LIMIT $11)
              WHERE ",
            matches!(),
            " AND ($6 IS NULL OR code IN (SELECT value FROM json_each($6)))
              LIMIT $12) AS found
              CROSS JOIN usage ON usage.id = found.id ",
            joins!(),
            " ORDER BY ",
            $shown
        )
    };
}

/// The same over windows that lie apart, given as `[[from, to], …]` in `$9`:
/// each is a seek, and only what matches is sorted.
macro_rules! apart {
    ($beyond:literal, $order:literal, $shown:literal) => {
        concat!(
            columns!(),
            " FROM (
                SELECT usage.id FROM json_each($9) AS parts
                CROSS JOIN usage
                WHERE account_id = $1
                  AND at >= parts.value ->> 0 AND at < parts.value ->> 1
                  AND (at, usage.id) ",
            $beyond,
            " ($7, $8) AND ",
            matches!(),
            " AND ($6 IS NULL OR code IN (SELECT value FROM json_each($6)))
                ORDER BY ",
            $order,
            " LIMIT $10) AS found
              CROSS JOIN usage ON usage.id = found.id ",
            joins!(),
            " ORDER BY ",
            $shown
        )
    };
}

/// The call at which a walk ended.
macro_rules! end {
    ($calls:expr, $beyond:literal, $order:literal) => {
        concat!(
            "SELECT at, id, request_id FROM usage WHERE id = (
                SELECT id FROM ",
            $calls,
            " AND (at, id) ",
            $beyond,
            " ($2, $3) AND at >= $4 AND at < $5
                ORDER BY ",
            $order,
            " LIMIT 1 OFFSET $6)"
        )
    };
}

/// Days in `[$7, $8)` that hold matching calls: how many, and in how many roll-ups.
macro_rules! days {
    ($order:literal) => {
        concat!(
            "SELECT day, sum(calls) AS matching, count(*) AS rollups
             FROM apis CROSS JOIN day_rollups
             WHERE account_id = $1 AND api_id = apis.id AND day >= $7 AND day < $8 AND ",
            matches!(),
            " GROUP BY day ORDER BY day ",
            $order,
            " LIMIT $9"
        )
    };
}

/// Quarters of an hour within `$7`, as `[[day, from, to], …]`, that hold matching
/// calls: how many calls there are at all, since those are looked at too, and how
/// many match. What matched on the day is looked for in each of its quarters, so
/// that the roll-ups of everything else are not read.
macro_rules! windows {
    ($order:literal) => {
        concat!(
            "WITH RECURSIVE slots (slot) AS MATERIALIZED (
                 SELECT 0 UNION ALL SELECT slot + 1 FROM slots WHERE slot < 111),
             on_day AS MATERIALIZED (
                 SELECT parts.value ->> 1 AS first, parts.value ->> 2 AS after,
                        api_id, project_id, key_id, outcome
                 FROM json_each($7) AS parts CROSS JOIN apis CROSS JOIN day_rollups
                 WHERE account_id = $1 AND api_id = apis.id AND day = parts.value ->> 0 AND ",
            matches!(),
            "),
             found AS MATERIALIZED (
                 SELECT quarter, sum(calls) AS matching
                 FROM on_day CROSS JOIN slots CROSS JOIN rollups
                 WHERE first + slot < after
                   AND account_id = $1 AND rollups.api_id = on_day.api_id
                   AND quarter = first + slot
                   AND rollups.project_id = on_day.project_id
                   AND rollups.key_id = on_day.key_id
                   AND rollups.outcome = on_day.outcome
                 GROUP BY quarter)
             SELECT quarter,
                    (SELECT sum(calls) FROM apis CROSS JOIN rollups
                     WHERE account_id = $1 AND api_id = apis.id
                       AND rollups.quarter = found.quarter) AS calls,
                    matching
             FROM found ORDER BY quarter ",
            $order
        )
    };
}

/// The zone that the account's days are cut in.
pub(super) const ZONE: &str = "SELECT time_zone FROM accounts WHERE id = $1";

/// The keys of the projects in `$2`, a JSON array; deleted ones too. A key stays in its
/// project, so that all calls of a project are those of its keys.
pub(super) const KEYS_OF_PROJECTS: &str = "
    SELECT id FROM api_keys
    WHERE account_id = $1 AND project_id IN (SELECT value FROM json_each($2))
    ORDER BY id LIMIT $3";

/// A walk along an index, and the call at which it ended.
pub(in super::super) struct Walk {
    pub calls: &'static str,
    pub end: &'static str,
}

macro_rules! older {
    ($walked:expr, $ended:expr) => {
        Walk {
            calls: walk!(
                $walked,
                "<",
                "at DESC, id DESC",
                "usage.at DESC, usage.id DESC"
            ),
            end: end!($ended, "<", "at DESC, id DESC"),
        }
    };
}

macro_rules! newer {
    ($walked:expr, $ended:expr) => {
        Walk {
            calls: walk!($walked, ">", "at, id", "usage.at, usage.id"),
            end: end!($ended, ">", "at, id"),
        }
    };
}

pub(in super::super) const OLDER: Walk = older!(all!(), all!());
pub(in super::super) const NEWER: Walk = newer!(all!(), all!());
pub(in super::super) const OLDER_FAILED: Walk = older!(failed!(), failed!());
pub(in super::super) const NEWER_FAILED: Walk = newer!(failed!(), failed!());
pub(in super::super) const OLDER_OF_CODE: Walk = older!(of_code!("$13"), of_code!("$7"));
pub(in super::super) const NEWER_OF_CODE: Walk = newer!(of_code!("$13"), of_code!("$7"));
pub(in super::super) const OLDER_OF_KEY: Walk = older!(of_key!("$13"), of_key!("$7"));
pub(in super::super) const NEWER_OF_KEY: Walk = newer!(of_key!("$13"), of_key!("$7"));
pub(in super::super) const OLDER_APART: &str = apart!(
    "<",
    "at DESC, usage.id DESC",
    "usage.at DESC, usage.id DESC"
);
pub(in super::super) const NEWER_APART: &str = apart!(">", "at, usage.id", "usage.at, usage.id");
pub(in super::super) const OLDER_WINDOWS: &str = windows!("DESC");
pub(in super::super) const NEWER_WINDOWS: &str = windows!("ASC");
pub(in super::super) const OLDER_DAYS: &str = days!("DESC");
pub(in super::super) const NEWER_DAYS: &str = days!("ASC");

/// The first and the last instant at which an account called.
pub(in super::super) const ENDS: &str = "
    SELECT (SELECT at FROM usage WHERE account_id = $1 ORDER BY at LIMIT 1),
           (SELECT at FROM usage WHERE account_id = $1 ORDER BY at DESC LIMIT 1)";

pub(in super::super) const ONE: &str = concat!(
    columns!(),
    " FROM usage ",
    joins!(),
    " WHERE usage.request_id = $2 AND usage.account_id = $1"
);

/// A filter as the statements take it.
pub(super) struct Filters {
    pub account: i64,
    lists: [Option<String>; 5],
}

impl Filters {
    pub(super) fn of(filter: &CallFilter) -> Self {
        Self {
            account: filter.account.0,
            lists: [
                list(filter.apis.iter().map(|id| id.0)),
                list(filter.projects.iter().map(|id| id.0)),
                list(filter.keys.iter().map(|id| id.0)),
                list(filter.outcomes.iter().map(|outcome| outcome.number())),
                list(filter.codes.iter().copied()),
            ],
        }
    }

    /// Binds parameters 1 to 6.
    pub(super) fn bind<'q, Row>(
        &self,
        query: QueryAs<'q, Sqlite, Row, SqliteArguments>,
    ) -> QueryAs<'q, Sqlite, Row, SqliteArguments>
    where
        Option<String>: Encode<'q, Sqlite> + Type<Sqlite>,
    {
        self.lists
            .iter()
            .fold(query.bind(self.account), |query, list| {
                query.bind(list.clone())
            })
    }
}

/// A JSON array, or nothing where everything is asked for.
fn list(numbers: impl Iterator<Item = i64>) -> Option<String> {
    let numbers: Vec<i64> = numbers.collect();
    (!numbers.is_empty()).then(|| json!(numbers).to_string())
}
