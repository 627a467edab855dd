//! The filter of the usage page, checked against what the account has.

use super::super::choices::chosen;
use super::super::range::{Cut, Range, short};
use super::super::series::unit;
use crate::domain::keys::Key;
use crate::domain::projects::Project;
use crate::domain::usage::{Grouping, SeriesQuery};
use crate::domain::{AccountId, ApiId};
use allowance_app::view::{
    AppliedFilter, COMPARE_PREVIOUS, FilterProblem, GroupBy, UsageQuery, Viewer,
};

/// A filter, checked against what the account has.
pub(super) struct Asked<'a> {
    pub(super) range: Range,
    pub(super) group: GroupBy,
    pub(super) compare: bool,
    /// The chosen ones; none means all.
    pub(super) projects: Vec<&'a Project>,
    pub(super) keys: Vec<&'a Key>,
    /// Everything that can be chosen.
    pub(super) all_projects: &'a [Project],
    pub(super) all_keys: &'a [Key],
    pub(super) problems: Vec<FilterProblem>,
}

impl<'a> Asked<'a> {
    pub(super) fn of(
        query: &UsageQuery,
        all_projects: &'a [Project],
        all_keys: &'a [Key],
        (range, problem): (Range, Option<FilterProblem>),
    ) -> Self {
        let mut problems: Vec<FilterProblem> = problem.into_iter().collect();
        let projects = chosen(&query.projects, all_projects, |project| &project.public_id)
            .unwrap_or_else(|| {
                problems.push(FilterProblem::UnknownProject);
                Vec::new()
            });
        let keys = chosen(&query.keys, all_keys, |key| &key.public_id).unwrap_or_else(|| {
            problems.push(FilterProblem::UnknownKey);
            Vec::new()
        });
        let given = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
        let group = match given(&query.group) {
            None => GroupBy::default(),
            Some(name) => GroupBy::named(&name).unwrap_or_else(|| {
                problems.push(FilterProblem::UnknownGroup {
                    value: short(&name),
                });
                GroupBy::default()
            }),
        };
        let compare = given(&query.compare);
        if let Some(name) = compare.as_ref().filter(|name| *name != COMPARE_PREVIOUS) {
            problems.push(FilterProblem::UnknownCompare { value: short(name) });
        }
        Self {
            range,
            group,
            compare: compare.as_deref() == Some(COMPARE_PREVIOUS),
            projects,
            keys,
            all_projects,
            all_keys,
            problems,
        }
    }

    pub(super) const fn grouping(&self) -> Grouping {
        match self.group {
            GroupBy::Outcome => Grouping::Outcome,
            GroupBy::Project => Grouping::Project,
            GroupBy::Key => Grouping::Key,
            GroupBy::Api => Grouping::None,
        }
    }

    pub(super) fn query(&self, account: AccountId, api: ApiId, cut: &Cut) -> SeriesQuery {
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

    pub(super) fn applied(
        &self,
        cut: &Cut,
        today: chrono::NaiveDate,
        viewer: &Viewer,
    ) -> AppliedFilter {
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
