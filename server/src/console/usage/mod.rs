//! The usage report: every figure of the page is a sum of the same buckets, so
//! cards, charts and tables cannot disagree.

mod asked;
mod read;

use super::choices::{key_choice, project_choice};
use super::range::{Cut, Range};
use super::series::{Groups, charged_by_group, largest, series};
use super::{Reader, unavailable};
use crate::domain::keys::Key;
use crate::domain::projects::Project;
use crate::domain::store::RollUps;
use crate::domain::usage::{Grouping, Named, SeriesPoint};
use crate::domain::{AccountId, ApiId, StoreError, zones};
use allowance_app::ports::PortError;
use allowance_app::view::{
    ApiFigures, ApiQuota, ApiUsage, GroupBy, GroupName, NoFigures, Series, Subject, UsageChart,
    UsageQuery, UsageReport, Viewer,
};
use asked::Asked;
use chrono_tz::Tz;
use futures::future::try_join;
use read::{PATIENCE, PaceStart, Read, outlook, read};

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
            .groups(account, &asked, &cut, &quotas, &read)
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

    /// The groups that all charts of a report share.
    async fn groups(
        &self,
        account: AccountId,
        asked: &Asked<'_>,
        cut: &Cut,
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
            Grouping::Project => asked.all_projects.iter().map(named_project).collect(),
            _ => asked.all_keys.iter().map(named_key).collect(),
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
