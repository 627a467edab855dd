//! Links that people are sent: made, looked at, passed on, taken back.

use super::Actions;
use crate::clock;
use crate::domain::StoreError;
use crate::domain::accounts::Account;
use crate::domain::audit::Change;
use crate::domain::authority::{By, Deed};
use crate::domain::error::{DomainError, Problem};
use crate::domain::ids::{Noun, link_token};
use crate::domain::language::Language;
use crate::domain::links::{Link, LinkHash, LinkKind, LinkState, NewLink, SignUp};
use crate::mail::Post;
use serde_json::json;
use std::sync::Arc;

/// How people get in, and how they are written to.
#[derive(Clone)]
pub struct Doors {
    pub sign_up: SignUp,
    /// Domains of e-mails that need no invitation, where a provider vouches for them.
    pub openid_domains: Arc<[String]>,
    /// Without it, nobody is written to: for commands.
    pub post: Option<Arc<Post>>,
}

impl Default for Doors {
    fn default() -> Self {
        Self {
            sign_up: SignUp::Closed,
            openid_domains: Arc::default(),
            post: None,
        }
    }
}

/// A link that is to be made.
pub(super) struct AskedLink<'a> {
    pub kind: LinkKind,
    pub email: &'a str,
    pub account: Option<&'a Account>,
    pub language: Language,
    /// Of staff who offer an account.
    pub by: Option<&'a By>,
}

impl Actions {
    /// Makes a link, and answers its address; nothing if one was sent just now.
    pub(super) async fn make_link(
        &self,
        asked: AskedLink<'_>,
        audited: Option<&'static str>,
    ) -> Result<Option<String>, DomainError> {
        let token = link_token(&mut clock::random());
        let now = self.now();
        let new = NewLink {
            public_id: self.new_id(Noun::Link),
            kind: asked.kind,
            email: asked.email.to_owned(),
            account: asked.account.map(|account| account.id),
            hash: LinkHash::of(&token),
            language: asked.language,
            created_by: asked.by.and_then(By::account),
            created_at: now,
            expires_at: now.saturating_add(asked.kind.life()),
        };
        let change = audited.zip(asked.by).map(|(action, by)| Change {
            at: now,
            actor: by.actor.clone(),
            action,
            subject: new.public_id.clone(),
            account: new.account,
            before: None,
            after: Some(json!({ "email": asked.email, "expires_at": new.expires_at })),
            form_token: None,
        });
        let made = self.store.create_link(new, change).await?;
        Ok(made.then(|| self.address_of(asked.kind, &token)))
    }

    /// What a token of a link opens: nothing for one that is none, or none of these kinds.
    pub(super) async fn opened(
        &self,
        token: &str,
        is_kind: impl Fn(LinkKind) -> bool,
    ) -> Result<Link, DomainError> {
        let link = self.store.link(LinkHash::of(token)).await?;
        let link = link.filter(|link| is_kind(link.kind));
        match link {
            Some(link) if link.state(self.now()) == LinkState::Good => Ok(link),
            _ => Err(link_over()),
        }
    }

    /// Shows staff the mailbox and the address of an open link, so that they can pass it on: a new
    /// secret, because the one before is stored nowhere. Only where no letters
    /// arrive, and of staff's own accounts only to owners: whoever holds the link
    /// can take the account over.
    pub async fn show_link(
        &self,
        by: &By,
        public_id: &str,
    ) -> Result<(String, String), DomainError> {
        let link = self.open_link(by, public_id).await?;
        if self.arrives() {
            return Err(DomainError::NotFound("link that staff pass on"));
        }
        let of = match link.account {
            Some(id) => self.store.account(id).await?,
            None => None,
        };
        self.allow(by, Deed::PassOn { of: of.as_ref() })?;
        let token = link_token(&mut clock::random());
        let now = self.now();
        let renewed = self
            .store
            .renew_link(
                public_id,
                LinkHash::of(&token),
                now,
                now.saturating_add(link.kind.life()),
                self.about_link(by, "link.shown", &link),
            )
            .await?;
        if renewed {
            let address = self.address_of(link.kind, &token);
            Ok((link.email, address))
        } else {
            Err(link_over())
        }
    }

    /// Takes an open link back.
    pub async fn withdraw_link(&self, by: &By, public_id: &str) -> Result<(), DomainError> {
        let link = self.open_link(by, public_id).await?;
        let change = self.about_link(by, "link.withdrawn", &link);
        if self.store.withdraw_link(public_id, change).await? {
            Ok(())
        } else {
            Err(link_over())
        }
    }

    /// Forgets links that ended long ago.
    pub async fn sweep_links(&self) -> Result<u64, StoreError> {
        let before = self.now() - crate::domain::links::REMEMBERED;
        self.store.delete_links(before).await
    }

    /// Whether letters reach people.
    #[must_use]
    pub fn arrives(&self) -> bool {
        self.doors.post.as_ref().is_some_and(|post| post.arrives())
    }

    async fn open_link(&self, by: &By, public_id: &str) -> Result<Link, DomainError> {
        self.allow(by, Deed::Invite)?;
        let link = self.store.link_by_public_id(public_id).await?;
        link.filter(|link| link.state(self.now()) == LinkState::Good)
            .ok_or_else(link_over)
    }

    fn about_link(&self, by: &By, action: &'static str, link: &Link) -> Change {
        Change {
            at: self.now(),
            actor: by.actor.clone(),
            action,
            subject: link.public_id.clone(),
            account: link.account,
            before: None,
            after: Some(json!({ "kind": link.kind.name() })),
            form_token: None,
        }
    }

    fn address_of(&self, kind: LinkKind, token: &str) -> String {
        self.site_address(&format!("{}?token={token}", kind.page()))
    }

    /// The whole address of a page of this site.
    pub(super) fn site_address(&self, path: &str) -> String {
        match &self.doors.post {
            Some(post) => post.address(path),
            None => path.to_owned(),
        }
    }
}

/// A link that is no more, or never was.
pub(super) fn link_over() -> DomainError {
    DomainError::invalid("", Problem::LinkOver)
}
