//! The usage report: every figure of the page is a sum of the same days, so
//! cards, charts and tables cannot disagree.

use super::range::Range;
use super::{Reader, title, unavailable};
use crate::chart;
use crate::domain::keys::Key;
use crate::domain::projects::Project;
use crate::domain::quota::Quota;
use crate::domain::usage::{SeriesPoint, SeriesQuery, quarter};
use crate::domain::{AccountId, ApiId, StoreError, zones};
use crate::metering::MeteredApi;
use allowance_app::i18n::Language;
use allowance_app::ports::PortError;
use allowance_app::view::{
    ApiQuota, ApiUsage, AppliedFilter, DayUsage, FilterProblem, KeyChoice, Plot, ProjectChoice,
    UsageQuery, UsageReport, Viewer,
};
use chrono::NaiveDate;
use chrono_tz::Tz;

/// Longest list of projects or keys in one filter: more is no filter of a person.
const MOST_CHOSEN: usize = 100;

impl Reader {
    pub(super) async fn usage_report(
        &self,
        viewer: &Viewer,
        query: UsageQuery,
    ) -> Result<UsageReport, PortError> {
        let account = AccountId(viewer.account);
        let zone = zones::zone(&viewer.time_zone);
        let today = zones::date(self.clock.now(), zone);
        let projects = self.store.projects(account).await.map_err(unavailable)?;
        let keys = self.store.keys(account).await.map_err(unavailable)?;

        let (range, problem) = Range::of(&query, today);
        let mut problems: Vec<FilterProblem> = problem.into_iter().collect();
        let chosen_projects = chosen(&query.projects, &projects, |project| &project.public_id)
            .unwrap_or_else(|| {
                problems.push(FilterProblem::UnknownProject);
                Vec::new()
            });
        let chosen_keys = chosen(&query.keys, &keys, |key| &key.public_id).unwrap_or_else(|| {
            problems.push(FilterProblem::UnknownKey);
            Vec::new()
        });

        let days: Vec<NaiveDate> = range.days().collect();
        let series = SeriesQuery {
            account,
            apis: self
                .metering
                .apis()
                .iter()
                .map(|metered| metered.id)
                .collect(),
            projects: chosen_projects.iter().map(|project| project.id).collect(),
            keys: chosen_keys.iter().map(|key| key.id).collect(),
            edges: edges(&days, zone),
        };
        let points = self.store.series(&series).await.map_err(unavailable)?;
        let quotas = self
            .quotas(account, viewer.language)
            .await
            .map_err(unavailable)?;
        let apis = quotas
            .into_iter()
            .map(|(api, quota)| usage(quota, &days, points.iter().filter(|point| point.api == api)))
            .collect();

        Ok(UsageReport {
            filter: AppliedFilter {
                projects: chosen_projects
                    .iter()
                    .map(|project| project.public_id.clone())
                    .collect(),
                keys: chosen_keys
                    .iter()
                    .map(|key| key.public_id.clone())
                    .collect(),
                period: range.period,
                from: range.from,
                to: range.to,
                today,
                time_zone: viewer.time_zone.clone(),
            },
            problems,
            project_choices: projects.iter().map(project_choice).collect(),
            key_choices: keys.iter().map(key_choice).collect(),
            apis,
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

/// Slots at which the days begin, and the one at which the last day ends.
fn edges(days: &[NaiveDate], zone: Tz) -> Vec<i64> {
    let after = days.last().and_then(NaiveDate::succ_opt);
    days.iter()
        .copied()
        .chain(after)
        .map(|day| quarter(zones::start_of_day(day, zone)))
        .collect()
}

fn usage<'a>(
    quota: ApiQuota,
    days: &[NaiveDate],
    points: impl Iterator<Item = &'a SeriesPoint>,
) -> ApiUsage {
    let mut days: Vec<DayUsage> = days
        .iter()
        .map(|date| DayUsage {
            date: *date,
            charged: 0,
            failed: 0,
        })
        .collect();
    for point in points {
        if let Some(day) = days.get_mut(point.day) {
            day.charged = point.charged;
            day.failed = point.calls - point.charged;
        }
    }
    let bars: Vec<(i64, i64)> = days.iter().map(|day| (day.charged, day.failed)).collect();
    let chart::Plot { svg, top } = chart::plot(&bars);
    ApiUsage {
        quota,
        charged: days.iter().map(|day| day.charged).sum(),
        failed: days.iter().map(|day| day.failed).sum(),
        days,
        plot: Plot { svg, top },
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
