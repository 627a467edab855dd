//! Keys, projects and their caps.

use super::choices::project_choice;
use super::{Reader, title, unavailable};
use crate::domain::caps::{CapOwner, CapUse, Period};
use crate::domain::keys::{self, Key, KeyIdentity};
use crate::domain::projects::ProjectSummary;
use crate::domain::{AccountId, Millis, StoreError, zones};
use allowance_app::ports::PortError;
use allowance_app::view::{
    ApiChoice, CapPeriod, CapRow, CapSetting, KeyRow, KeyState, KeyView, KeysQuery, KeysView,
    OldSecret, ProjectRow, ProjectView, Viewer,
};
use chrono_tz::Tz;

impl Reader {
    pub(super) async fn keys_view(
        &self,
        viewer: &Viewer,
        query: KeysQuery,
    ) -> Result<KeysView, PortError> {
        let account = AccountId(viewer.account);
        let keys = self.key_rows(viewer).await.map_err(unavailable)?;
        let projects = self.store.projects(account).await.map_err(unavailable)?;
        Ok(KeysView {
            all: keys.len(),
            keys: keys
                .into_iter()
                .filter(|key| is_asked_for(key, &query))
                .collect(),
            query,
            projects: projects.iter().map(project_choice).collect(),
            apis: self.api_choices(viewer),
        })
    }

    pub(super) async fn key_view(&self, viewer: &Viewer, id: &str) -> Result<KeyView, PortError> {
        let account = AccountId(viewer.account);
        let zone = zones::zone(&viewer.time_zone);
        let keys = self.store.keys(account).await.map_err(unavailable)?;
        let key = keys
            .iter()
            .find(|key| key.public_id == id)
            .ok_or(PortError::NotFound)?;
        let caps = self.metering.caps(account).await.map_err(unavailable)?;
        let row = KeyRow {
            caps: self.cap_rows(&caps, CapOwner::Key(key.id), viewer),
            ..key_row(key, self.clock.now(), zone)
        };
        Ok(KeyView {
            caps: self.cap_settings(&row.caps, viewer),
            project_caps: self.cap_rows(&caps, CapOwner::Project(key.project), viewer),
            last_day: keys::last_day(key.expires_at, zone),
            key: row,
        })
    }

    pub(super) async fn project_view(
        &self,
        viewer: &Viewer,
        id: &str,
    ) -> Result<ProjectView, PortError> {
        let projects = self.project_rows(viewer).await.map_err(unavailable)?;
        let is_only = projects.len() == 1;
        let project = projects
            .into_iter()
            .find(|project| project.id == id)
            .ok_or(PortError::NotFound)?;
        let keys = self.key_rows(viewer).await.map_err(unavailable)?;
        Ok(ProjectView {
            caps: self.cap_settings(&project.caps, viewer),
            keys: keys
                .into_iter()
                .filter(|key| key.project_id == id)
                .collect(),
            project,
            is_only,
        })
    }

    pub(super) async fn project_rows(
        &self,
        viewer: &Viewer,
    ) -> Result<Vec<ProjectRow>, StoreError> {
        let account = AccountId(viewer.account);
        let now = self.clock.now();
        let summaries = self.store.project_summaries(account, now).await?;
        let caps = self.metering.caps(account).await?;
        Ok(summaries
            .into_iter()
            .map(|summary| self.project_row(summary, &caps, viewer))
            .collect())
    }

    fn project_row(&self, summary: ProjectSummary, caps: &[CapUse], viewer: &Viewer) -> ProjectRow {
        let zone = zones::zone(&viewer.time_zone);
        let project = summary.project;
        ProjectRow {
            caps: self.cap_rows(caps, CapOwner::Project(project.id), viewer),
            id: project.public_id,
            name: project.name,
            description: project.description,
            created_at: zones::local(project.created_at, zone),
            active_keys: summary.active_keys,
            charged: summary.charged,
        }
    }

    async fn key_rows(&self, viewer: &Viewer) -> Result<Vec<KeyRow>, StoreError> {
        let account = AccountId(viewer.account);
        let zone = zones::zone(&viewer.time_zone);
        let now = self.clock.now();
        let keys = self.store.keys(account).await?;
        let caps = self.metering.caps(account).await?;
        Ok(keys
            .iter()
            .map(|key| KeyRow {
                caps: self.cap_rows(&caps, CapOwner::Key(key.id), viewer),
                ..key_row(key, now, zone)
            })
            .collect())
    }

    /// The caps of one owner, in the order of the catalogue.
    fn cap_rows(&self, caps: &[CapUse], owner: CapOwner, viewer: &Viewer) -> Vec<CapRow> {
        let zone = zones::zone(&viewer.time_zone);
        self.metering
            .apis()
            .iter()
            .filter_map(|metered| {
                let used = caps
                    .iter()
                    .find(|used| used.cap.owner == owner && used.cap.api == metered.id)?;
                Some(CapRow {
                    api: metered.api.name.clone(),
                    api_title: title(&metered.api, viewer.language),
                    calls: used.cap.limit.calls,
                    period: period(used.cap.limit.period),
                    charged: used.charged,
                    renews_at: used.window.renews_at().map(|at| zones::local(at, zone)),
                })
            })
            .collect()
    }

    /// Every API of the catalogue, with its cap among these.
    fn cap_settings(&self, caps: &[CapRow], viewer: &Viewer) -> Vec<CapSetting> {
        self.api_choices(viewer)
            .into_iter()
            .map(|api| CapSetting {
                cap: caps.iter().find(|cap| cap.api == api.api).cloned(),
                api,
            })
            .collect()
    }

    pub(super) fn api_choices(&self, viewer: &Viewer) -> Vec<ApiChoice> {
        self.metering
            .apis()
            .iter()
            .map(|metered| ApiChoice {
                api: metered.api.name.clone(),
                title: title(&metered.api, viewer.language),
            })
            .collect()
    }
}

const fn period(period: Period) -> CapPeriod {
    match period {
        Period::Total => CapPeriod::Total,
        Period::Day => CapPeriod::Day,
        Period::Week => CapPeriod::Week,
        Period::Month => CapPeriod::Month,
    }
}

/// A key as people see it: `mpg-…EBIf`.
pub(super) fn masked(hint: &str) -> String {
    format!("mpg-…{hint}")
}

/// A key without its caps.
pub(super) fn key_row(key: &Key, now: Millis, zone: Tz) -> KeyRow {
    let at = |at| zones::local(at, zone);
    KeyRow {
        id: key.public_id.clone(),
        name: key.name.clone(),
        hint: masked(&key.hint),
        project_id: key.project_public_id.clone(),
        project_name: key.project_name.clone(),
        state: key_state(key, now),
        created_at: at(key.created_at),
        last_used_at: key.last_used_at.map(at),
        // The last instant at which it works lies in its last day.
        expires_at: key.expires_at.map(|end| at(end - 1)),
        charged: key.charged,
        old_secret: key
            .previous
            .as_ref()
            .filter(|previous| previous.until > now)
            .map(|previous| OldSecret {
                hint: masked(&previous.hint),
                until: at(previous.until),
            }),
        caps: Vec::new(),
    }
}

/// The gateway's own rule, so that the page never says otherwise.
fn key_state(key: &Key, now: Millis) -> KeyState {
    let identity = KeyIdentity {
        key: key.id,
        project: key.project,
        account: key.account,
        expires_at: key.expires_at,
        rotated_at: None,
        disabled: key.disabled_at.is_some(),
        deleted: key.deleted_at.is_some(),
        account_disabled: false,
    };
    match identity.check(now) {
        Ok(()) => KeyState::Active,
        Err(_) if identity.disabled => KeyState::Disabled,
        Err(_) => KeyState::Expired,
    }
}

/// A state that does not exist leaves nothing out.
fn is_asked_for(key: &KeyRow, query: &KeysQuery) -> bool {
    let search = query.search.trim().to_lowercase();
    let state = match query.state.as_str() {
        "active" => key.state == KeyState::Active,
        "disabled" => key.state == KeyState::Disabled,
        "expired" => key.state == KeyState::Expired,
        _ => true,
    };
    // A whole key that somebody pastes is found by its end, and never kept.
    let end = search
        .strip_prefix("mpg-")
        .filter(|rest| rest.len() >= 4)
        .map(|rest| rest.trim_start_matches('…'))
        .map(|rest| rest.get(rest.len().saturating_sub(4)..).unwrap_or(rest));
    let found = search.is_empty()
        || key.name.to_lowercase().contains(&search)
        || key.id == search
        || key.hint.to_lowercase().contains(&search)
        || end.is_some_and(|end| key.hint.to_lowercase().ends_with(end));
    let project = query.project.is_empty() || key.project_id == query.project;
    state && found && project
}
