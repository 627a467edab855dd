//! Grants and alerts, as pages list them.

use super::{Reader, title};
use crate::domain::caps::Period;
use crate::domain::grants::{Grant, GrantKind, GrantState};
use crate::domain::limits::ADVISED_PER_SECOND;
use crate::domain::store::Alert;
use crate::domain::{AccountId, ApiId, Millis, StoreError, zones};
use allowance_app::i18n::Language;
use allowance_app::view::{self, AlertRow, CapPeriod, GrantRow, Viewer};
use chrono_tz::Tz;

impl Reader {
    /// The grants of an account, newest first, in a reader's language and zone.
    pub(super) async fn grant_rows(
        &self,
        account: AccountId,
        language: Language,
        zone: Tz,
    ) -> Result<Vec<GrantRow>, StoreError> {
        let now = self.clock.now();
        let grants = self.store.grants(account).await?;
        Ok(grants
            .into_iter()
            .map(|grant| {
                let api = self.api_title(grant.balance.api, language);
                grant_row(grant, api, now, zone)
            })
            .collect())
    }

    /// What is to be said on every page beside thresholds. APIs that left the
    /// catalogue are left out.
    pub(super) async fn alert_rows(&self, viewer: &Viewer) -> Result<Vec<AlertRow>, StoreError> {
        let account = AccountId(viewer.account);
        let zone = zones::zone(&viewer.time_zone);
        let alerts = self.store.open_alerts(account, self.clock.now()).await?;
        Ok(alerts
            .into_iter()
            .filter_map(|alert| match alert {
                Alert::Lapse {
                    grant_public_id,
                    api,
                    calls,
                    expires_at,
                } => Some(AlertRow::Lapse {
                    grant: grant_public_id,
                    api_title: self.api_title(api, viewer.language)?,
                    calls,
                    at: zones::local(expires_at, zone),
                }),
                Alert::Pace { .. } => Some(AlertRow::Pace {
                    advised_per_second: ADVISED_PER_SECOND,
                }),
            })
            .collect())
    }

    fn api_title(&self, api: ApiId, language: Language) -> Option<String> {
        let metered = self.metering.apis().iter().find(|known| known.id == api)?;
        Some(title(&metered.api, language))
    }
}

fn grant_row(grant: Grant, api_title: Option<String>, now: Millis, zone: Tz) -> GrantRow {
    let local = |at| zones::local(at, zone);
    GrantRow {
        state: match grant.state(now) {
            GrantState::InForce => view::GrantState::InForce,
            GrantState::Burnt => view::GrantState::Burnt,
            GrantState::Upcoming => view::GrantState::Upcoming,
            GrantState::Lapsed => view::GrantState::Lapsed,
            GrantState::Revoked => view::GrantState::Revoked,
        },
        // An API that left the catalogue keeps its grants.
        api_title: api_title.unwrap_or_else(|| "—".to_owned()),
        id: grant.public_id,
        calls: grant.balance.calls,
        burnt: grant.balance.burnt,
        priority: grant.balance.priority,
        starts_at: grant.balance.starts_at.map(local),
        expires_at: grant.balance.expires_at.map(local),
        recurs: grant.recurs.map(|recurs| view::Recurs {
            period: match recurs.period {
                Period::Total => CapPeriod::Total,
                Period::Day => CapPeriod::Day,
                Period::Week => CapPeriod::Week,
                Period::Month => CapPeriod::Month,
            },
            roll_over: recurs.roll_over,
        }),
        rolled_over: grant.rolled_over,
        free: grant.kind == GrantKind::Free,
        reason: grant.reason,
        given_by: grant.given_by,
        created_at: local(grant.created_at),
    }
}
