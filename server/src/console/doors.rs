//! Links that people were sent, as the pages show them.

use super::desk::{reach, staff};
use super::settings::zone_groups;
use super::{Reader, unavailable};
use crate::domain::accounts::Role;
use crate::domain::links::{Link, LinkHash, LinkKind, LinkState};
use crate::domain::{StoreError, zones};
use allowance_app::ports::{Doors, PortError};
use allowance_app::view::{JoinView, LinkPurpose, LinkRow, LinkView, Viewer};
use async_trait::async_trait;
use chrono_tz::Tz;

/// Links that staff see at once.
const LINKS: i64 = 200;

#[async_trait]
impl Doors for Reader {
    async fn join(&self, token: &str) -> Result<JoinView, PortError> {
        let link = self.link_for(token, LinkKind::opens_account).await?;
        let zones = match link {
            LinkView::Good { .. } => zone_groups(self.clock.now()),
            _ => Vec::new(),
        };
        Ok(JoinView { link, zones })
    }

    async fn link(&self, token: &str, asked: LinkPurpose) -> Result<LinkView, PortError> {
        self.link_for(token, |kind| purpose(kind) == asked).await
    }

    async fn open_links(&self, viewer: &Viewer) -> Result<Vec<LinkRow>, PortError> {
        staff(viewer)?;
        let now = self.clock.now();
        let zone = zones::zone(&viewer.time_zone);
        let links = self.store.open_links(now, LINKS).await;
        let mut rows = Vec::new();
        for link in links.map_err(unavailable)? {
            rows.push(
                self.link_row(viewer, link, zone)
                    .await
                    .map_err(unavailable)?,
            );
        }
        Ok(rows)
    }
}

impl Reader {
    async fn link_for(
        &self,
        token: &str,
        is_kind: impl Fn(LinkKind) -> bool + Send,
    ) -> Result<LinkView, PortError> {
        let link = self.store.link(LinkHash::of(token)).await;
        let link = link.map_err(unavailable)?.filter(|link| is_kind(link.kind));
        Ok(match link {
            None => LinkView::Unknown,
            Some(link) => match link.state(self.clock.now()) {
                LinkState::Good => LinkView::Good { email: link.email },
                LinkState::Used => LinkView::Used,
                LinkState::Late => LinkView::Late,
            },
        })
    }

    async fn link_row(&self, viewer: &Viewer, link: Link, zone: Tz) -> Result<LinkRow, StoreError> {
        let account = match link.account {
            Some(id) => self.store.account(id).await?,
            None => None,
        };
        let to = account
            .as_ref()
            .map_or(Role::Developer, |account| account.role);
        Ok(LinkRow {
            id: link.public_id,
            purpose: purpose(link.kind),
            email: link.email,
            account: account.map(|account| account.public_id),
            created_at: zones::local(link.created_at, zone),
            expires_at: zones::local(link.expires_at, zone),
            may_show: reach(viewer).passes_on(to),
        })
    }
}

const fn purpose(kind: LinkKind) -> LinkPurpose {
    match kind {
        LinkKind::SignUp => LinkPurpose::SignUp,
        LinkKind::Invitation => LinkPurpose::Invitation,
        LinkKind::Reset => LinkPurpose::Reset,
        LinkKind::Email => LinkPurpose::Email,
    }
}
