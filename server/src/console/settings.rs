//! What people settle about their own account, and what is said of their quotas.

use super::{Reader, title, unavailable};
use crate::domain::second_factor::SITE;
use crate::domain::store::Notice;
use crate::domain::{AccountId, Millis, zones};
use crate::qr::qr_svg;
use allowance_app::ports::{PortError, Settings};
use allowance_app::view::{
    AlertRow, NoticeRow, ProviderRow, SecondStep, SessionRow, SettingsView, Viewer, ZoneChoice,
    ZoneGroup,
};
use async_trait::async_trait;
use chrono_tz::{TZ_VARIANTS, Tz};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Notices that the settings page lists.
const NOTICES: i64 = 10;

/// Where people live. Zones of other names are kept for old programs, but for UTC.
const REGIONS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

#[async_trait]
impl Settings for Reader {
    async fn settings(
        &self,
        viewer: &Viewer,
        session: Option<String>,
    ) -> Result<SettingsView, PortError> {
        let id = AccountId(viewer.account);
        let zone = zones::zone(&viewer.time_zone);
        let now = self.clock.now();
        let account = self
            .store
            .account(id)
            .await
            .map_err(unavailable)?
            .ok_or(PortError::NotFound)?;
        let providers = self.store.openids_of(id).await.map_err(unavailable)?;
        let has_password = self.store.has_password(id).await.map_err(unavailable)?;
        let thresholds = self.store.thresholds(id).await.map_err(unavailable)?;
        let mail_notices = self.store.mail_notices(id).await.map_err(unavailable)?;
        let webhooks = self.store.webhooks(id).await.map_err(unavailable)?;
        let on = webhooks.iter().filter(|webhook| webhook.off.is_none());
        let count = |count| i64::try_from(count).unwrap_or(i64::MAX);
        let sessions = self.store.sessions_of(id, now).await.map_err(unavailable)?;
        let notices = self.store.notices(id, NOTICES).await.map_err(unavailable)?;
        Ok(SettingsView {
            name: account.name,
            email: account.email,
            reference_code: account.reference_code,
            created_at: zones::local(account.created_at, zone),
            time_zone: account.time_zone,
            zones: zone_groups(now),
            has_password,
            providers: providers
                .into_iter()
                .map(|linked| ProviderRow {
                    issuer: linked.issuer,
                    linked_at: zones::local(linked.linked_at, zone),
                })
                .collect(),
            second_step: self.second_step(viewer).await?,
            thresholds,
            mail_notices,
            webhooks: (count(webhooks.len()), count(on.count())),
            sessions: sessions
                .into_iter()
                .map(|row| {
                    let handle = handle(row.id_hash);
                    SessionRow {
                        current: session.as_ref() == Some(&handle),
                        handle,
                        device: row.device,
                        signed_in_at: zones::local(row.signed_in_at, zone),
                        seen_at: zones::local(row.seen_at, zone),
                    }
                })
                .collect(),
            notices: self.notice_rows(viewer, notices),
        })
    }

    async fn second_step(&self, viewer: &Viewer) -> Result<SecondStep, PortError> {
        let id = AccountId(viewer.account);
        let factor = self.store.second_factor(id).await.map_err(unavailable)?;
        let Some(factor) = factor else {
            return Ok(SecondStep::Off);
        };
        Ok(match factor.confirmed_at {
            Some(at) => SecondStep::On {
                since: zones::local(at, zones::zone(&viewer.time_zone)),
                recovery_left: factor.recovery_left,
            },
            None => SecondStep::Waiting {
                // The longest e-mail still fits into the code.
                qr_svg: qr_svg(&factor.secret.address(SITE, &viewer.email)).unwrap_or_default(),
                secret: factor.secret.base32(),
            },
        })
    }

    async fn open_notices(&self, viewer: &Viewer) -> Result<Vec<NoticeRow>, PortError> {
        let notices = self
            .store
            .open_notices(AccountId(viewer.account))
            .await
            .map_err(unavailable)?;
        Ok(self.notice_rows(viewer, notices))
    }

    async fn open_alerts(&self, viewer: &Viewer) -> Result<Vec<AlertRow>, PortError> {
        self.alert_rows(viewer).await.map_err(unavailable)
    }
}

impl Reader {
    /// Notices of APIs that left the catalogue are left out.
    fn notice_rows(&self, viewer: &Viewer, notices: Vec<Notice>) -> Vec<NoticeRow> {
        let zone = zones::zone(&viewer.time_zone);
        notices
            .into_iter()
            .filter_map(|notice| {
                let metered = self
                    .metering
                    .apis()
                    .iter()
                    .find(|metered| metered.id == notice.api)?;
                Some(NoticeRow {
                    api: metered.api.name.clone(),
                    api_title: title(&metered.api, viewer.language),
                    percent: notice.percent,
                    charged: notice.charged,
                    granted: notice.granted,
                    at: zones::local(notice.at, zone),
                    lifted: notice.lifted,
                })
            })
            .collect()
    }
}

/// A session's hash in hexadecimal.
pub(crate) fn handle(hash: [u8; 32]) -> String {
    hash.iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing into a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Every zone of the tz database, by region, with the time there now.
pub(super) fn zone_groups(now: Millis) -> Vec<ZoneGroup> {
    let mut groups: BTreeMap<&str, Vec<ZoneChoice>> = BTreeMap::new();
    for zone in TZ_VARIANTS {
        let name = Tz::name(zone);
        let (region, city) = match name.split_once('/') {
            Some((region, city)) if REGIONS.contains(&region) => (region, city),
            // Behind the regions, but for the one that everybody knows.
            _ if name == "UTC" => ("", name),
            _ => ("~", name),
        };
        groups.entry(region).or_default().push(ZoneChoice {
            name: name.to_owned(),
            city: city.replace('_', " ").replace('/', ", "),
            now: zones::local(now, zone),
        });
    }
    groups
        .into_iter()
        .map(|(region, mut zones)| {
            zones.sort_by(|a, b| a.city.cmp(&b.city));
            ZoneGroup {
                region: region.to_owned(),
                zones,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_of_the_database_can_be_chosen_once() {
        let groups = zone_groups(1_795_516_800_000);
        let names: Vec<_> = groups
            .iter()
            .flat_map(|group| group.zones.iter().map(|zone| zone.name.as_str()))
            .collect();
        assert_eq!(names.len(), TZ_VARIANTS.len());
        let kathmandu = groups
            .iter()
            .flat_map(|group| &group.zones)
            .find(|zone| zone.name == "Asia/Kathmandu")
            .unwrap();
        assert_eq!(kathmandu.now.to_rfc3339(), "2026-11-24T16:25:00+05:45");
        assert_eq!(groups[0].zones[0].name, "UTC");
    }
}
