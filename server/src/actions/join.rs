//! New accounts: asked for by strangers or offered by staff, opened by whoever
//! reads the mailbox. A password exists only from then on, so that nobody can
//! prepare an account for somebody else.

use super::links::{AskedLink, link_over};
use super::{Actions, CreateKey, CreatedKey};
use crate::clock;
use crate::domain::StoreError;
use crate::domain::accounts::{self, Account, NewAccount, Role};
use crate::domain::audit::{Actor, Change};
use crate::domain::authority::{By, Deed};
use crate::domain::error::{DomainError, Problem};
use crate::domain::ids::{Noun, reference_code};
use crate::domain::language::Language;
use crate::domain::links::{LinkHash, LinkKind, SignUp};
use crate::domain::throttle::Gate;
use crate::mail::Occasion;
use chrono_tz::Tz;
use serde_json::json;

/// Longest name of an account, in characters.
const NAME_LENGTH: usize = 80;
/// Name of the key that every account starts with that people open themselves.
const DEFAULT_KEY: &str = "Default key";

/// What opens an account, as it was typed.
#[derive(Debug)]
pub struct Join<'a> {
    pub token: &'a str,
    pub name: &'a str,
    pub password: &'a str,
    pub time_zone: &'a str,
    pub language: Language,
}

impl Actions {
    /// Who may open an account.
    #[must_use]
    pub fn sign_up(&self) -> SignUp {
        self.doors.sign_up
    }

    /// Somebody asks for an account. What becomes of it goes to the mailbox only:
    /// answer and time are the same whether there is an account or not.
    ///
    /// # Errors
    /// [`DomainError::Forbidden`] where strangers cannot; what is no e-mail.
    pub fn ask_to_sign_up(&self, email: &str, language: Language) -> Result<(), DomainError> {
        if self.doors.sign_up != SignUp::Open {
            return Err(DomainError::Forbidden);
        }
        let email = accounts::email(email)?;
        self.try_at(Gate::SignUp, &email)?;
        self.beside(move |actions| async move {
            if let Some((account, _)) = actions.store.account_by_email(&email).await? {
                let known = |link| Occasion::Known { link };
                return actions.send_reset(&account, language, known).await;
            }
            let asked = AskedLink {
                kind: LinkKind::SignUp,
                email: &email,
                account: None,
                language,
                by: None,
            };
            if let Some(link) = actions.make_link(asked, None).await? {
                let letter = Occasion::SignUp { link };
                actions.write(&email, language, letter).await;
            }
            Ok(())
        });
        Ok(())
    }

    /// Staff offer an account. Answers the link where no letters arrive.
    pub async fn invite(
        &self,
        by: &By,
        email: &str,
        language: Language,
    ) -> Result<Option<String>, DomainError> {
        self.allow(by, Deed::Invite)?;
        if self.doors.sign_up == SignUp::Closed {
            return Err(DomainError::invalid("email", Problem::SignUpClosed));
        }
        let email = accounts::email(email)?;
        if self.store.account_by_email(&email).await?.is_some() {
            return Err(DomainError::invalid("email", Problem::EmailTaken));
        }
        let asked = AskedLink {
            kind: LinkKind::Invitation,
            email: &email,
            account: None,
            language,
            by: Some(by),
        };
        let Some(link) = self.make_link(asked, Some("invitation.sent")).await? else {
            return Err(DomainError::invalid("email", Problem::InvitedJustNow));
        };
        if !self.arrives() {
            return Ok(Some(link));
        }
        self.beside(move |actions| async move {
            actions
                .write(&email, language, Occasion::Invitation { link })
                .await;
            Ok(())
        });
        Ok(None)
    }

    /// Opens the account of a link, with its project, the free quota and a first
    /// key, whose secret is answered and stored nowhere. Of two who use a link at
    /// once, one does.
    pub async fn join(
        &self,
        asked: Join<'_>,
    ) -> Result<(Account, Option<CreatedKey>), DomainError> {
        let link = self.opened(asked.token, LinkKind::opens_account).await?;
        let name = accounts::name("name", asked.name, NAME_LENGTH)?;
        accounts::password(asked.password)?;
        asked
            .time_zone
            .parse::<Tz>()
            .map_err(|_| DomainError::invalid("time_zone", Problem::UnknownTimeZone))?;
        let new = NewAccount {
            public_id: self.new_id(Noun::Account),
            email: link.email.clone(),
            name: name.clone(),
            password_hash: self.passwords.hash(asked.password).await?,
            role: Role::Developer,
            reference_code: reference_code(&mut clock::random()),
            time_zone: asked.time_zone.to_owned(),
            created_at: self.now(),
            project_public_id: self.new_id(Noun::Project),
        };
        let change = Change {
            at: self.now(),
            actor: Actor::System,
            action: "account.created",
            subject: new.public_id.clone(),
            account: None,
            before: None,
            after: Some(json!({
                "email": link.email, "name": name, "role": Role::Developer,
                "by": link.kind.name(),
            })),
            form_token: None,
        };
        let joined = self
            .store
            .join(LinkHash::of(asked.token), new, change)
            .await;
        let account = match joined {
            Err(StoreError::Conflict(what)) if what.contains("accounts.email") => {
                return Err(DomainError::invalid("", Problem::AccountThere));
            }
            other => other?.ok_or_else(link_over)?,
        };
        // The form's token is for the key: an account writes it down once.
        let plain = self.of_form("");
        if let Err(error) = plain.choose_language(&account, asked.language).await {
            tracing::warn!(%error, "the language of a new account was not kept");
        }
        let projects = self.store.projects(account.id).await?;
        let first = CreateKey {
            name: DEFAULT_KEY,
            project: projects.first().map_or("", |project| &project.public_id),
            ..CreateKey::default()
        };
        // The account is there, whatever becomes of its first key.
        let key = match self.create_key(&account, first).await {
            Ok(key) => Some(key),
            Err(error) => {
                tracing::error!(%error, "a new account got no key");
                None
            }
        };
        Ok((account, key))
    }

    /// The account that a used link opened or belongs to.
    pub async fn account_of_link(&self, token: &str) -> Result<Option<Account>, StoreError> {
        let link = self.store.link(LinkHash::of(token)).await?;
        match link.and_then(|link| link.account) {
            Some(id) => self.signed_in(id).await,
            None => Ok(None),
        }
    }

    /// Does something beside the request that asks for it.
    pub(super) fn beside<Work>(&self, work: impl FnOnce(Self) -> Work)
    where
        Work: Future<Output = Result<(), DomainError>> + Send + 'static,
    {
        let Some(post) = &self.doors.post else {
            return;
        };
        let work = work(self.clone());
        post.beside(async move {
            if let Err(error) = work.await {
                tracing::error!(%error, "a letter was not written");
            }
        });
    }

    pub(super) async fn write(&self, to: &str, language: Language, letter: Occasion) {
        if let Some(post) = &self.doors.post {
            post.send(to, language, letter).await;
        }
    }
}
