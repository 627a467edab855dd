//! The request log, and one request.

use super::choices::{chosen, key_choice, project_choice};
use super::range::{Range, short};
use super::{Reader, title, unavailable};
use crate::domain::keys::Key;
use crate::domain::projects::Project;
use crate::domain::requests::{
    CallFilter, CallPage, CallQuery, Direction, LoggedCall, Place, Position, Rest,
};
use crate::domain::usage::Outcome;
use crate::domain::{AccountId, Millis, zones};
use allowance_app::codes::CODES;
use allowance_app::i18n::Language;
use allowance_app::ports::PortError;
use allowance_app::view::{
    ApiName, BurntGrant, CallRow, DayRange, FilterProblem, PagePlace, RequestBatch, RequestDetail,
    RequestOutcome, RequestsFilter, RequestsProblem, RequestsQuery, RequestsView, UsageQuery,
    Viewer,
};
use chrono_tz::Tz;

/// Calls of one page.
const PAGE: usize = 50;
/// Calls of one batch of a file.
const BATCH: usize = 1_000;
/// Longest id that is looked up.
const LONGEST_ID: usize = 100;

/// A filter, checked: for the store and for the page.
pub(super) struct Checked {
    pub(super) calls: CallFilter,
    pub(super) shown: RequestsFilter,
    pub(super) problems: Vec<RequestsProblem>,
    projects: Vec<Project>,
    keys: Vec<Key>,
}

impl Reader {
    pub(super) async fn request_log(
        &self,
        viewer: &Viewer,
        query: RequestsQuery,
    ) -> Result<RequestsView, PortError> {
        let zone = zones::zone(&viewer.time_zone);
        let mut checked = self.checked(viewer, &query).await?;
        if let Some(id) = &query.sought {
            checked
                .problems
                .push(RequestsProblem::UnknownRequest { id: short(id) });
        }
        let turn = self.turn(&query, &mut checked).await?;
        let (page, turn) = self.page(checked.calls.clone(), turn).await?;
        let any = !page.calls.is_empty() || self.has_called(checked.calls.account).await?;
        let (newer, older) = beside(&page, turn);
        let mut rows: Vec<CallRow> = page
            .calls
            .into_iter()
            .map(|call| self.call_row(call, zone, viewer.language))
            .collect();
        if turn.is_some_and(|(direction, _)| direction == Direction::Newer) {
            rows.reverse();
        }
        Ok(RequestsView {
            problems: checked.problems,
            project_choices: checked.projects.iter().map(project_choice).collect(),
            key_choices: checked.keys.iter().map(key_choice).collect(),
            api_choices: self.api_names(viewer.language),
            rows,
            newest: turn.is_none(),
            newer,
            older,
            any,
            filter: checked.shown,
        })
    }

    pub(super) async fn batch_of_requests(
        &self,
        viewer: &Viewer,
        query: RequestsQuery,
    ) -> Result<RequestBatch, PortError> {
        let zone = zones::zone(&viewer.time_zone);
        let mut checked = self.checked(viewer, &query).await?;
        let position = self.turn(&query, &mut checked).await?;
        let page = CallQuery {
            filter: checked.calls.clone(),
            position: position.map(|(_, position)| position),
            direction: Direction::Older,
            limit: BATCH,
        };
        let page = self.store.calls(&page).await.map_err(unavailable)?;
        let (_, older) = beside(&page, None);
        // A file that is being written at midnight keeps the days it began with.
        let range = checked.shown.range;
        let next = older.map(|place| RequestsQuery {
            period: None,
            from: range.map(|range| range.from.to_string()),
            to: range.map(|range| range.to.to_string()),
            before: Some(place.value),
            ..query
        });
        let rows = page
            .calls
            .into_iter()
            .map(|call| self.call_row(call, zone, viewer.language))
            .collect();
        Ok(RequestBatch { rows, next })
    }

    pub(super) async fn request_detail(
        &self,
        viewer: &Viewer,
        id: &str,
    ) -> Result<RequestDetail, PortError> {
        if id.len() > LONGEST_ID {
            return Err(PortError::NotFound);
        }
        let zone = zones::zone(&viewer.time_zone);
        let call = self
            .store
            .call(AccountId(viewer.account), id)
            .await
            .map_err(unavailable)?
            .ok_or(PortError::NotFound)?;
        Ok(RequestDetail {
            answered_at: zones::local(call.at.saturating_add(call.latency_ms), zone),
            grant: call.grant.clone().map(|grant| BurntGrant {
                id: grant.public_id,
                free: grant.free,
                reason: grant.reason,
            }),
            time_zone: viewer.time_zone.clone(),
            call: self.call_row(call, zone, viewer.language),
        })
    }

    /// The filter of a query. A value that makes no sense is left out, and said so.
    pub(super) async fn checked(
        &self,
        viewer: &Viewer,
        query: &RequestsQuery,
    ) -> Result<Checked, PortError> {
        let account = AccountId(viewer.account);
        let zone = zones::zone(&viewer.time_zone);
        let today = zones::date(self.clock.now(), zone);
        let projects = self.store.projects(account).await.map_err(unavailable)?;
        let keys = self.store.keys(account).await.map_err(unavailable)?;
        let mut problems = Vec::new();
        let mut calls = CallFilter::all(account);

        let chosen_projects = chosen(&query.projects, &projects, |project| &project.public_id)
            .unwrap_or_else(|| {
                problems.push(RequestsProblem::UnknownProject);
                Vec::new()
            });
        calls.projects = chosen_projects.iter().map(|project| project.id).collect();
        let chosen_keys = chosen(&query.keys, &keys, |key| &key.public_id).unwrap_or_else(|| {
            problems.push(RequestsProblem::UnknownKey);
            Vec::new()
        });
        calls.keys = chosen_keys.iter().map(|key| key.id).collect();
        let mut apis = Vec::new();
        for name in first(&query.apis) {
            match self.metering.api_named(name) {
                Some(metered) => {
                    apis.push(name.clone());
                    calls.apis.push(metered.id);
                }
                None => problems.push(RequestsProblem::UnknownApi { value: short(name) }),
            }
        }
        let mut outcomes = Vec::new();
        for name in first(&query.outcomes) {
            match RequestOutcome::named(name) {
                Some(outcome) => outcomes.push(outcome),
                None => problems.push(RequestsProblem::UnknownOutcome { value: short(name) }),
            }
        }
        for code in first(&query.codes) {
            match code.trim().parse() {
                Ok(code) => calls.codes.push(code),
                Err(_) => problems.push(RequestsProblem::NotACode { value: short(code) }),
            }
        }
        calls.outcomes = outcomes_of(&outcomes, &calls.codes);
        let range = range(query, today).unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        if let Some(range) = range {
            calls.from = Some(zones::start_of_day(range.from, zone));
            calls.to = range
                .to
                .succ_opt()
                .map(|day| zones::start_of_day(day, zone));
        }
        Ok(Checked {
            shown: RequestsFilter {
                projects: chosen_projects
                    .iter()
                    .map(|project| project.public_id.clone())
                    .collect(),
                keys: chosen_keys
                    .iter()
                    .map(|key| key.public_id.clone())
                    .collect(),
                apis,
                outcomes,
                codes: calls.codes.clone(),
                range,
                today,
                time_zone: viewer.time_zone.clone(),
            },
            calls,
            problems,
            projects,
            keys,
        })
    }

    /// The page that the address asks for; nothing is the newest.
    async fn turn(
        &self,
        query: &RequestsQuery,
        checked: &mut Checked,
    ) -> Result<Option<(Direction, Position)>, PortError> {
        let (direction, place) = match (&query.before, &query.after) {
            (Some(before), _) => (Direction::Older, before),
            (None, Some(after)) => (Direction::Newer, after),
            (None, None) => return Ok(None),
        };
        let position = if let Ok(at) = place.parse::<Millis>() {
            Some(Position::before(at))
        } else if place.len() <= LONGEST_ID {
            self.store
                .call(checked.calls.account, place)
                .await
                .map_err(unavailable)?
                .map(|call| call.position())
        } else {
            None
        };
        if position.is_none() {
            checked.problems.push(RequestsProblem::UnknownPlace);
        }
        Ok(position.map(|position| (direction, position)))
    }

    /// Reads the page. A page of newer calls that is not full is the newest one.
    async fn page(
        &self,
        filter: CallFilter,
        turn: Option<(Direction, Position)>,
    ) -> Result<(CallPage, Option<(Direction, Position)>), PortError> {
        let query = CallQuery {
            filter,
            position: turn.map(|(_, position)| position),
            direction: turn.map_or(Direction::Older, |(direction, _)| direction),
            limit: PAGE,
        };
        let page = self.store.calls(&query).await.map_err(unavailable)?;
        if query.direction == Direction::Newer && page.rest == Rest::Nothing {
            let newest = CallQuery {
                position: None,
                direction: Direction::Older,
                ..query
            };
            let page = self.store.calls(&newest).await.map_err(unavailable)?;
            return Ok((page, None));
        }
        Ok((page, turn))
    }

    async fn has_called(&self, account: AccountId) -> Result<bool, PortError> {
        let query = CallQuery {
            filter: CallFilter::all(account),
            position: None,
            direction: Direction::Older,
            limit: 1,
        };
        let page = self.store.calls(&query).await.map_err(unavailable)?;
        Ok(!page.calls.is_empty())
    }

    fn api_names(&self, language: Language) -> Vec<ApiName> {
        self.metering
            .apis()
            .iter()
            .map(|metered| ApiName {
                api: metered.api.name.clone(),
                title: title(&metered.api, language),
            })
            .collect()
    }

    pub(super) fn call_row(&self, call: LoggedCall, zone: Tz, language: Language) -> CallRow {
        let known = self
            .metering
            .api_named(&call.api_name)
            .map(|metered| title(&metered.api, language));
        CallRow {
            id: call.request_id,
            at: zones::local(call.at, zone),
            // An API that left the catalogue keeps its calls, and its name.
            api_title: known.unwrap_or_else(|| call.api_name.clone()),
            api: call.api_name,
            outcome: outcome_view(call.outcome),
            code: call.code,
            project_id: call.project_public_id,
            project_name: call.project_name,
            key_id: call.key_public_id,
            key_name: call.key_name,
            key_hint: super::keys::masked(&call.key_hint),
            end_user: call.end_user,
            latency_ms: call.latency_ms,
            tokens: call.tokens,
            charged: call.grant.is_some(),
        }
    }
}

/// Links to what is newer and older than the page.
fn beside(
    page: &CallPage,
    turn: Option<(Direction, Position)>,
) -> (Option<PagePlace>, Option<PagePlace>) {
    let at = |call: Option<&LoggedCall>| {
        call.map(|call| PagePlace {
            value: call.request_id.clone(),
            further: false,
        })
    };
    let onward = match &page.rest {
        Rest::Nothing => None,
        Rest::More => at(page.calls.last()),
        Rest::Unread(place) => Some(PagePlace {
            value: match place {
                Place::Call(id) => id.clone(),
                Place::Instant(at) => at.to_string(),
            },
            further: true,
        }),
    };
    // An empty page lies beside no call: from there only its own way leads on.
    let back = turn.and(at(page.calls.first()));
    match turn {
        Some((Direction::Newer, _)) => (onward, back),
        _ => (back, onward),
    }
}

/// The outcomes that the chosen ones and the chosen codes leave. A code says what
/// outcome it can have, and roll-ups know outcomes; only success has code 0.
fn outcomes_of(chosen: &[RequestOutcome], codes: &[i64]) -> Vec<Outcome> {
    let chosen = chosen.iter().map(|name| outcome_named(*name));
    if codes.is_empty() {
        return chosen.collect();
    }
    let known: Vec<RequestOutcome> = CODES
        .iter()
        .filter(|code| codes.contains(&code.number))
        .map(|code| code.outcome)
        .collect();
    let foreign = codes
        .iter()
        .any(|code| !CODES.iter().any(|known| known.number == *code));
    let possible = |outcome: &Outcome| {
        *outcome == Outcome::UpstreamFailed
            || (foreign && *outcome != Outcome::Succeeded)
            || known.iter().any(|name| outcome_named(*name) == *outcome)
    };
    let chosen: Vec<Outcome> = chosen.collect();
    let left: Vec<Outcome> = Outcome::ALL
        .into_iter()
        .filter(possible)
        .filter(|outcome| chosen.is_empty() || chosen.contains(outcome))
        .collect();
    // Nothing fits both: the chosen outcomes hold, and no call will have the code.
    if left.is_empty() { chosen } else { left }
}

fn range(
    query: &RequestsQuery,
    today: chrono::NaiveDate,
) -> Result<Option<DayRange>, RequestsProblem> {
    let asked = UsageQuery {
        period: query.period.clone(),
        from: query.from.clone(),
        to: query.to.clone(),
        ..UsageQuery::default()
    };
    if asked == UsageQuery::default() {
        return Ok(None);
    }
    let range = Range::asked(&asked, today).map_err(|problem| match problem {
        FilterProblem::NotADate { value } => RequestsProblem::NotADate { value },
        FilterProblem::Reversed { from, to } => RequestsProblem::Reversed { from, to },
        FilterProblem::TooLong { most } => RequestsProblem::TooLong { most },
        // A range has neither groups nor a comparison.
        FilterProblem::UnknownPeriod { value }
        | FilterProblem::UnknownGroup { value }
        | FilterProblem::UnknownCompare { value } => RequestsProblem::UnknownPeriod { value },
        FilterProblem::UnknownProject => RequestsProblem::UnknownProject,
        FilterProblem::UnknownKey => RequestsProblem::UnknownKey,
    })?;
    Ok(Some(DayRange {
        period: range.period,
        from: range.from,
        to: range.to,
    }))
}

/// As many values as a person chooses.
fn first(values: &[String]) -> impl Iterator<Item = &String> {
    values.iter().filter(|value| !value.is_empty()).take(20)
}

pub(super) const fn outcome_view(outcome: Outcome) -> RequestOutcome {
    match outcome {
        Outcome::Succeeded => RequestOutcome::Succeeded,
        Outcome::Blocked => RequestOutcome::Blocked,
        Outcome::Rejected => RequestOutcome::Rejected,
        Outcome::Unauthorised => RequestOutcome::Unauthorised,
        Outcome::UpstreamFailed => RequestOutcome::UpstreamFailed,
        Outcome::Failed => RequestOutcome::Failed,
    }
}

const fn outcome_named(name: RequestOutcome) -> Outcome {
    match name {
        RequestOutcome::Succeeded => Outcome::Succeeded,
        RequestOutcome::Blocked => Outcome::Blocked,
        RequestOutcome::Rejected => Outcome::Rejected,
        RequestOutcome::Unauthorised => Outcome::Unauthorised,
        RequestOutcome::UpstreamFailed => Outcome::UpstreamFailed,
        RequestOutcome::Failed => Outcome::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_narrows_the_outcomes_to_those_it_can_have() {
        use Outcome as O;
        let of = |chosen: &[RequestOutcome], codes: &[i64]| outcomes_of(chosen, codes);
        assert_eq!(of(&[], &[]), []);
        assert_eq!(of(&[], &[40_300]), [O::Blocked, O::UpstreamFailed]);
        assert_eq!(of(&[], &[50_000]), [O::UpstreamFailed, O::Failed]);
        assert_eq!(of(&[RequestOutcome::Blocked], &[40_300]), [O::Blocked]);
        assert_eq!(of(&[RequestOutcome::Succeeded], &[40_300]), [O::Succeeded]);
        // A code that the gateway does not know can come with any failure.
        assert_eq!(of(&[], &[77]).len(), Outcome::ALL.len() - 1);
    }
}
