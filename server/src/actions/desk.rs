//! What staff do with an account: notes, the door.

use super::Actions;
use crate::domain::accounts::{self, Role};
use crate::domain::audit::Change;
use crate::domain::authority::{By, Deed};
use crate::domain::error::{DomainError, Problem};
use crate::domain::ids::Noun;
use crate::domain::store::{NewNote, Note};
use serde_json::json;

/// Longest note, in characters.
pub const NOTE_LENGTH: usize = 2_000;

impl Actions {
    /// Keeps a note about an account, for staff. Its words are not in the audit log.
    pub async fn add_note(
        &self,
        by: &By,
        account_public_id: &str,
        text: &str,
    ) -> Result<(), DomainError> {
        self.allow(by, Deed::Note)?;
        let account = self.account_of(account_public_id).await?;
        let text = accounts::text("note", text, NOTE_LENGTH)?;
        if text.is_empty() {
            return Err(DomainError::invalid("note", Problem::Required));
        }
        let note = Note {
            public_id: self.new_id(Noun::Note),
            text,
            written_by: by.actor.label().to_owned(),
            created_at: self.now(),
        };
        let change = self.change(
            by.actor.clone(),
            "account.noted",
            &note.public_id,
            account.id,
            json!({}),
        );
        let new = NewNote {
            account: account.id,
            note,
        };
        self.store
            .add_note(new, change)
            .await
            .map_err(super::sent_twice)
    }

    /// Disables an account: nobody signs in to it, and its keys open nothing.
    pub async fn disable_account(
        &self,
        by: &By,
        account_public_id: &str,
        reason: &str,
    ) -> Result<(), DomainError> {
        self.allow(by, Deed::Answer)?;
        let account = self.account_of(account_public_id).await?;
        self.allow(by, Deed::Close { account: &account })?;
        let reason = accounts::name("reason", reason, 200)?;
        let after = json!({ "disabled": true, "reason": reason });
        let change = Change {
            before: Some(json!({ "disabled": false })),
            ..self.change(
                by.actor.clone(),
                "account.disabled",
                account_public_id,
                account.id,
                after,
            )
        };
        if self.metering.set_disabled(account.id, true, change).await? {
            Ok(())
        } else if account.disabled_at.is_some() {
            Err(DomainError::invalid("", Problem::AlreadySo))
        } else {
            Err(DomainError::invalid("", Problem::LastOwner))
        }
    }

    /// Opens a disabled account again.
    pub async fn enable_account(
        &self,
        by: &By,
        account_public_id: &str,
    ) -> Result<(), DomainError> {
        self.allow(by, Deed::Answer)?;
        let account = self.account_of(account_public_id).await?;
        self.allow(by, Deed::Close { account: &account })?;
        let change = Change {
            before: Some(json!({ "disabled": true })),
            ..self.change(
                by.actor.clone(),
                "account.enabled",
                account_public_id,
                account.id,
                json!({ "disabled": false }),
            )
        };
        if self
            .metering
            .set_disabled(account.id, false, change)
            .await?
        {
            Ok(())
        } else {
            Err(DomainError::invalid("", Problem::AlreadySo))
        }
    }

    /// Gives an account another role. Whoever is signed in to it signs in again.
    pub async fn change_role(
        &self,
        by: &By,
        account_public_id: &str,
        role: &str,
    ) -> Result<(), DomainError> {
        self.allow(by, Deed::Open)?;
        let account = self.account_of(account_public_id).await?;
        self.allow(by, Deed::ChangeRole { account: &account })?;
        let role = Role::named(role).ok_or(DomainError::invalid("role", Problem::UnknownChoice))?;
        let change = Change {
            before: Some(json!({ "role": account.role })),
            ..self.change(
                by.actor.clone(),
                "account.role_changed",
                account_public_id,
                account.id,
                json!({ "role": role }),
            )
        };
        if self.store.change_role(account.id, role, change).await? {
            Ok(())
        } else if account.role == role {
            Err(DomainError::invalid("", Problem::AlreadySo))
        } else {
            Err(DomainError::invalid("", Problem::LastOwner))
        }
    }
}
