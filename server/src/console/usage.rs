//! The usage report: every figure of the page is a sum of the same buckets, so
//! cards, charts and tables cannot disagree.

use super::range::{Cut, Range};
use super::series::{Groups, charged_by_group, largest, series, unit};
use super::{Reader, incident, title, unavailable};
use crate::domain::forecast::{PACE_DAYS, Pace, forecast};
use crate::domain::keys::Key;
use crate::domain::projects::Project;
use crate::domain::quota::Quota;
use crate::domain::store::RollUps;
use crate::domain::usage::{Grouping, Named, SeriesPoint, SeriesQuery};
use crate::domain::{AccountId, ApiId, Millis, StoreError, forecast, zones};
use crate::metering::MeteredApi;
use allowance_app::i18n::Language;
use allowance_app::ports::PortError;
use allowance_app::view::{
    self, ApiFigures, ApiQuota, ApiUsage, AppliedFilter, COMPARE_PREVIOUS, FilterProblem, GroupBy,
    GroupName, KeyChoice, NoFigures, Outlook, ProjectChoice, Series, Subject, UsageChart,
    UsageQuery, UsageReport, Viewer,
};
use chrono_tz::Tz;
use futures::future::{join_all, try_join};
use std::time::Duration;

/// Longest list of projects or keys in one filter: more is no filter of a person.
const MOST_CHOSEN: usize = 500;
/// How long the page waits for the figures of an API.
const PATIENCE: Duration = Duration::from_secs(2);

/// A filter, checked against what the account has.
struct Asked<'a> {
    range: Range,
    group: GroupBy,
    compare: bool,
    projects: Vec<&'a Project>,
    keys: Vec<&'a Key>,
    problems: Vec<FilterProblem>,
}

/// What the store says of one API: sums by bucket, and calls charged lately.
type Read = Result<(Vec<SeriesPoint>, i64), NoFigures>;

impl Reader {
    pub(super) async fn usage_report(
        &self,
        viewer: &Viewer,
        query: UsageQuery,
    ) -> Result<UsageReport, PortError> {
        let account = AccountId(viewer.account);
        let zone = zones::zone(&viewer.time_zone);
        let now = self.clock.now();
        let today = zones::date(now, zone);
        // Before anything is read: what changes from here on may not be in it.
        let as_of = self.metering.changes().number();
        let (projects, keys) = try_join(self.store.projects(account), self.store.keys(account))
            .await
            .map_err(unavailable)?;
        let asked = Asked::of(&query, &projects, &keys, Range::of(&query, today));
        let cut = asked.range.cut(zone, asked.compare);
        let quotas = self
            .quotas(account, viewer.language)
            .await
            .map_err(unavailable)?;

        let since = PaceStart::of(now, zone);
        let queries = quotas
            .iter()
            .map(|(api, _)| asked.query(account, *api, &cut));
        let rollups: &dyn RollUps = self.store.as_ref();
        let read = read(rollups, queries, since, PATIENCE).await;
        let groups = self
            .groups(account, &asked, &cut, &projects, &keys, &quotas, &read)
            .await
            .map_err(unavailable)?;

        let drawn: Vec<Result<(Series, i64), NoFigures>> = read
            .iter()
            .map(|read| {
                let (points, lately) = read.as_ref().map_err(Clone::clone)?;
                let drawn = series(&cut, zone, asked.compare, &groups, points.iter());
                Ok((drawn, *lately))
            })
            .collect();
        let apis: Vec<ApiUsage> = quotas
            .iter()
            .zip(&drawn)
            .map(|((_, quota), drawn)| ApiUsage {
                quota: quota.clone(),
                figures: drawn
                    .as_ref()
                    .map(|(series, lately)| ApiFigures {
                        totals: series.totals,
                        previous: series.previous,
                        outlook: outlook(quota.remaining, *lately, since, now, zone),
                    })
                    .map_err(Clone::clone),
            })
            .collect();
        let charts = if asked.group == GroupBy::Api {
            let titles = quotas.iter().map(|(_, quota)| quota.title.as_str());
            vec![all_apis(&cut, zone, asked.compare, &groups, titles, &read)]
        } else {
            quotas
                .iter()
                .zip(drawn)
                .map(|((_, quota), drawn)| UsageChart {
                    subject: Subject::Api {
                        api: quota.api.clone(),
                        title: quota.title.clone(),
                    },
                    series: drawn.map(|(series, _)| series),
                })
                .collect()
        };
        Ok(UsageReport {
            as_of,
            unused: keys.iter().all(|key| key.last_used_at.is_none())
                && quotas.iter().all(|(_, quota)| quota.charged == 0),
            filter: asked.applied(&cut, today, viewer),
            problems: asked.problems,
            project_choices: projects.iter().map(project_choice).collect(),
            key_choices: keys.iter().map(key_choice).collect(),
            apis,
            charts,
        })
    }

    /// What an account has of each API, with its number, in the order of the
    /// catalogue and named in the reader's language.
    pub(super) async fn quotas(
        &self,
        account: AccountId,
        language: Language,
    ) -> Result<Vec<(ApiId, ApiQuota)>, StoreError> {
        let quotas = self.metering.quota(account).await?;
        Ok(self
            .metering
            .apis()
            .iter()
            .zip(quotas)
            .map(|(metered, quota)| (metered.id, api_quota(metered, quota, language)))
            .collect())
    }

    /// The groups that all charts of a report share.
    #[allow(clippy::too_many_arguments)] // what the report is made of
    async fn groups(
        &self,
        account: AccountId,
        asked: &Asked<'_>,
        cut: &Cut,
        projects: &[Project],
        keys: &[Key],
        quotas: &[(ApiId, ApiQuota)],
        read: &[Read],
    ) -> Result<Groups, StoreError> {
        let of = match asked.group {
            GroupBy::Outcome => return Ok(Groups::by_outcome()),
            GroupBy::Api => return Ok(by_api(quotas, cut, read)),
            GroupBy::Project | GroupBy::Key => asked.grouping(),
        };
        let points = read.iter().flatten().flat_map(|(points, _)| points);
        let (numbers, others) = largest(&charged_by_group(cut, points));
        let known: Vec<Named> = match of {
            Grouping::Project => projects.iter().map(named_project).collect(),
            _ => keys.iter().map(named_key).collect(),
        };
        let is_known = |number: i64| known.iter().any(|known| known.id == number);
        let gone: Vec<i64> = numbers
            .iter()
            .copied()
            .filter(|number| !is_known(*number))
            .collect();
        let gone = if gone.is_empty() {
            Vec::new()
        } else {
            self.store.names(account, of, &gone).await?
        };
        let named = numbers
            .into_iter()
            .filter_map(|number| {
                let thing = known.iter().chain(&gone).find(|thing| thing.id == number)?;
                Some((number, group_name(thing)))
            })
            .collect();
        Ok(Groups::by_name(named, others))
    }
}

/// Asks for all APIs at once. A slow or failing one keeps its figures to itself.
async fn read(
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
struct PaceStart {
    day: i64,
    at: Millis,
}

impl PaceStart {
    fn of(now: Millis, zone: Tz) -> Self {
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

fn outlook(remaining: i64, charged: i64, since: PaceStart, now: Millis, zone: Tz) -> Outlook {
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

/// The points of each API, told apart by its place in the catalogue.
fn by_place(read: &[Read]) -> Vec<SeriesPoint> {
    (0..)
        .zip(read)
        .filter_map(|(place, read)| Some((place, read.as_ref().ok()?)))
        .flat_map(|(place, (points, _))| {
            points.iter().map(move |point| SeriesPoint {
                group: place,
                ..*point
            })
        })
        .collect()
}

fn by_api(quotas: &[(ApiId, ApiQuota)], cut: &Cut, read: &[Read]) -> Groups {
    let points = by_place(read);
    let (numbers, others) = largest(&charged_by_group(cut, points.iter()));
    let named = numbers
        .into_iter()
        .filter_map(|number| {
            let (_, quota) = quotas.get(usize::try_from(number).ok()?)?;
            let name = GroupName::Api {
                api: quota.api.clone(),
                title: quota.title.clone(),
            };
            Some((number, name))
        })
        .collect();
    Groups::by_name(named, others)
}

fn all_apis<'a>(
    cut: &Cut,
    zone: Tz,
    compare: bool,
    groups: &Groups,
    titles: impl Iterator<Item = &'a str>,
    read: &[Read],
) -> UsageChart {
    let missing: Vec<String> = titles
        .zip(read)
        .filter(|(_, read)| read.is_err())
        .map(|(title, _)| title.to_owned())
        .collect();
    // With nothing at all the chart has nothing to show but the first reason.
    let nothing = read.iter().all(Result::is_err);
    let reason = read.iter().find_map(|read| read.as_ref().err());
    let series = match reason {
        Some(reason) if nothing => Err(reason.clone()),
        _ => Ok(series(cut, zone, compare, groups, by_place(read).iter())),
    };
    UsageChart {
        subject: Subject::AllApis { missing },
        series,
    }
}

impl<'a> Asked<'a> {
    fn of(
        query: &UsageQuery,
        projects: &'a [Project],
        keys: &'a [Key],
        (range, problem): (Range, Option<FilterProblem>),
    ) -> Self {
        let mut problems: Vec<FilterProblem> = problem.into_iter().collect();
        let projects = chosen(&query.projects, projects, |project| &project.public_id)
            .unwrap_or_else(|| {
                problems.push(FilterProblem::UnknownProject);
                Vec::new()
            });
        let keys = chosen(&query.keys, keys, |key| &key.public_id).unwrap_or_else(|| {
            problems.push(FilterProblem::UnknownKey);
            Vec::new()
        });
        let given = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
        let group = match given(&query.group) {
            None => GroupBy::default(),
            Some(name) => GroupBy::named(&name).unwrap_or_else(|| {
                problems.push(FilterProblem::UnknownGroup {
                    value: super::range::short(&name),
                });
                GroupBy::default()
            }),
        };
        let compare = given(&query.compare);
        if let Some(name) = compare.as_ref().filter(|name| *name != COMPARE_PREVIOUS) {
            problems.push(FilterProblem::UnknownCompare {
                value: super::range::short(name),
            });
        }
        Self {
            range,
            group,
            compare: compare.as_deref() == Some(COMPARE_PREVIOUS),
            projects,
            keys,
            problems,
        }
    }

    const fn grouping(&self) -> Grouping {
        match self.group {
            GroupBy::Outcome => Grouping::Outcome,
            GroupBy::Project => Grouping::Project,
            GroupBy::Key => Grouping::Key,
            GroupBy::Api => Grouping::None,
        }
    }

    fn query(&self, account: AccountId, api: ApiId, cut: &Cut) -> SeriesQuery {
        SeriesQuery {
            account,
            api,
            projects: self.projects.iter().map(|project| project.id).collect(),
            keys: self.keys.iter().map(|key| key.id).collect(),
            slot: cut.slot,
            edges: cut.edges.clone(),
            grouping: self.grouping(),
        }
    }

    fn applied(&self, cut: &Cut, today: chrono::NaiveDate, viewer: &Viewer) -> AppliedFilter {
        let previous = self.range.previous();
        AppliedFilter {
            projects: self
                .projects
                .iter()
                .map(|project| project.public_id.clone())
                .collect(),
            keys: self.keys.iter().map(|key| key.public_id.clone()).collect(),
            period: self.range.period,
            from: self.range.from,
            to: self.range.to,
            today,
            time_zone: viewer.time_zone.clone(),
            group: self.group,
            unit: unit(cut),
            previous: self.compare.then_some((previous.from, previous.to)),
        }
    }
}

fn api_quota(metered: &MeteredApi, quota: Quota, language: Language) -> ApiQuota {
    ApiQuota {
        api: metered.api.name.clone(),
        title: title(&metered.api, language),
        granted: quota.granted,
        charged: quota.charged,
        remaining: quota.remaining(),
    }
}

/// The things that a filter names, or nothing if it names one that is not the
/// account's: whose it is, or whether it exists, is not told.
pub(super) fn chosen<'a, T>(
    asked: &[String],
    all: &'a [T],
    id: impl Fn(&T) -> &String,
) -> Option<Vec<&'a T>> {
    if asked.len() > MOST_CHOSEN {
        return None;
    }
    asked
        .iter()
        .filter(|asked| !asked.is_empty())
        .map(|asked| all.iter().find(|thing| id(thing) == asked))
        .collect()
}

fn named_project(project: &Project) -> Named {
    Named {
        id: project.id.0,
        public_id: project.public_id.clone(),
        name: project.name.clone(),
        hint: None,
        deleted: false,
    }
}

fn named_key(key: &Key) -> Named {
    Named {
        id: key.id.0,
        public_id: key.public_id.clone(),
        name: key.name.clone(),
        hint: Some(key.hint.clone()),
        deleted: false,
    }
}

fn group_name(thing: &Named) -> GroupName {
    let (id, name, deleted) = (thing.public_id.clone(), thing.name.clone(), thing.deleted);
    match &thing.hint {
        Some(hint) => GroupName::Key {
            id,
            name,
            hint: super::keys::masked(hint),
            deleted,
        },
        None => GroupName::Project { id, name, deleted },
    }
}

pub(super) fn project_choice(project: &Project) -> ProjectChoice {
    ProjectChoice {
        id: project.public_id.clone(),
        name: project.name.clone(),
    }
}

pub(super) fn key_choice(key: &Key) -> KeyChoice {
    KeyChoice {
        id: key.public_id.clone(),
        name: key.name.clone(),
        hint: super::keys::masked(&key.hint),
        project_id: key.project_public_id.clone(),
        project_name: key.project_name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::store::Stored;
    use crate::domain::usage::Slot;
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
