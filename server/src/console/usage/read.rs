//! What the store says of each API: bars, and the pace of late.

use super::super::incident;
use crate::domain::forecast::{PACE_DAYS, Pace, forecast};
use crate::domain::store::RollUps;
use crate::domain::usage::{SeriesPoint, SeriesQuery};
use crate::domain::{Millis, forecast, zones};
use allowance_app::view::{self, NoFigures, Outlook};
use chrono_tz::Tz;
use futures::future::{join_all, try_join};
use std::time::Duration;

/// How long the page waits for the figures of an API.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// What the store says of one API: sums by bucket, and calls charged lately.
pub(super) type Read = Result<(Vec<SeriesPoint>, i64), NoFigures>;

/// Asks for all APIs at once. A slow or failing one keeps its figures to itself.
pub(super) async fn read(
    rollups: &dyn RollUps,
    queries: impl Iterator<Item = SeriesQuery>,
    since: PaceStart,
    patience: Duration,
) -> Vec<Read> {
    let reads = queries.map(|query| async move {
        let series = rollups.series(&query);
        let lately = rollups.charged_since(query.account, query.api, since.day);
        let reason = match tokio::time::timeout(patience, try_join(series, lately)).await {
            Ok(Ok(read)) => return Ok(read),
            Ok(Err(error)) => Some(error),
            Err(_) => None,
        };
        let incident = incident();
        let slow = reason.is_none();
        match reason {
            Some(error) => {
                tracing::error!(%error, %incident, api = query.api.0, "figures could not be read");
            }
            None => {
                tracing::error!(%incident, api = query.api.0, "figures took too long to read");
            }
        }
        Err(NoFigures { incident, slow })
    });
    join_all(reads).await
}

/// When the days of the pace began.
#[derive(Debug, Clone, Copy)]
pub(super) struct PaceStart {
    day: i64,
    at: Millis,
}

impl PaceStart {
    pub(super) fn of(now: Millis, zone: Tz) -> Self {
        let today = zones::day_of(now, zone);
        let first = today
            .checked_sub_days(chrono::Days::new(PACE_DAYS - 1))
            .unwrap_or(today);
        Self {
            day: zones::day_number(first),
            at: zones::start_of_day(first, zone),
        }
    }
}

pub(super) fn outlook(
    remaining: i64,
    charged: i64,
    since: PaceStart,
    now: Millis,
    zone: Tz,
) -> Outlook {
    let pace = Pace {
        charged,
        over: now - since.at,
    };
    let forecast = match forecast(remaining, pace, now) {
        forecast::Forecast::UsedUp => view::Forecast::UsedUp,
        forecast::Forecast::Idle => view::Forecast::Idle,
        forecast::Forecast::RunsOut(at) => view::Forecast::RunsOut(zones::date(at, zone)),
        forecast::Forecast::Lasts(at) => view::Forecast::LastsPast(zones::date(at, zone)),
    };
    Outlook { forecast, charged }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::store::Stored;
    use crate::domain::usage::{Grouping, Named, Slot};
    use crate::domain::{AccountId, ApiId, StoreError};
    use async_trait::async_trait;

    /// Answers for API 1, fails for API 2, and never answers for API 3.
    struct Moody;

    #[async_trait]
    impl RollUps for Moody {
        async fn series(&self, query: &SeriesQuery) -> Stored<Vec<SeriesPoint>> {
            match query.api.0 {
                1 => Ok(Vec::new()),
                2 => Err(StoreError::Broken("sabotage".into())),
                _ => std::future::pending().await,
            }
        }

        async fn charged_since(&self, _: AccountId, _: ApiId, _: i64) -> Stored<i64> {
            Ok(7)
        }

        async fn names(&self, _: AccountId, _: Grouping, _: &[i64]) -> Stored<Vec<Named>> {
            Ok(Vec::new())
        }
    }

    #[tokio::test]
    async fn a_slow_or_failing_api_keeps_its_figures_to_itself() {
        let queries = [1, 2, 3].map(|api| SeriesQuery {
            account: AccountId(1),
            api: ApiId(api),
            projects: vec![],
            keys: vec![],
            slot: Slot::Day,
            edges: vec![0, 1],
            grouping: Grouping::None,
        });
        let since = PaceStart { day: 0, at: 0 };
        let patience = Duration::from_millis(50);
        let found = read(&Moody, queries.into_iter(), since, patience).await;
        assert_eq!(found[0], Ok((Vec::new(), 7)));
        let slow = |place: usize| found[place].as_ref().unwrap_err().slow;
        assert_eq!((slow(1), slow(2)), (false, true));
    }
}
