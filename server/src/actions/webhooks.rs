//! Webhooks of an account.

use super::{Actions, actor, sent_twice};
use crate::clock;
use crate::domain::StoreError;
use crate::domain::accounts::Account;
use crate::domain::error::{DomainError, Problem};
use crate::domain::ids::Noun;
use crate::domain::store::{Delivery, NewWebhook, Webhook, WebhookChange};
use crate::domain::webhooks::{self, BY_HAND, Event, MOST, OLD_SECRET, Secret, TEST};
use serde_json::{Value, json};

/// Messages of one webhook that are looked at: all, of the days that they are kept.
const ALL: i64 = 10_000;

impl Actions {
    /// Has an account told of what happens, at an address of its own.
    pub async fn create_webhook(&self, by: &Account, typed: &str) -> Result<(), DomainError> {
        self.first_time(by).await?;
        let url = webhooks::url(typed, self.sends_inside)
            .map_err(|problem| DomainError::invalid("url", problem))?;
        let new = NewWebhook {
            public_id: self.new_id(Noun::Webhook),
            account: by.id,
            secret: Secret::new(&mut clock::random()),
            created_at: self.now(),
            url,
        };
        // What follows the host may be a secret.
        let after = json!({ "host": webhooks::host(&new.url) });
        let change = self.change(actor(by), "webhook.created", &new.public_id, by.id, after);
        match self.store.create_webhook(new, change).await {
            Err(StoreError::Conflict(what)) if what.contains("webhooks.url") => {
                // The one that is there may be this very form's.
                self.first_time(by).await?;
                Err(DomainError::invalid("url", Problem::HookThere))
            }
            other => {
                if other.map_err(sent_twice)? {
                    Ok(())
                } else {
                    Err(DomainError::invalid("", Problem::TooMany { most: MOST }))
                }
            }
        }
    }

    /// A webhook of the account, by its address or by its public id.
    pub async fn webhook(&self, by: &Account, named: &str) -> Result<Webhook, DomainError> {
        let all = self.store.webhooks(by.id).await?;
        all.into_iter()
            .find(|webhook| webhook.public_id == named || webhook.url == named.trim())
            .ok_or(DomainError::NotFound("webhook"))
    }

    /// Gives a webhook another secret. The one that it has signs too, for a day.
    pub async fn rotate_webhook(&self, by: &Account, id: &str) -> Result<(), DomainError> {
        self.first_time(by).await?;
        let old_until = self.now() + OLD_SECRET;
        let what = WebhookChange::Rotate {
            secret: Secret::new(&mut clock::random()),
            old_until,
        };
        let after = json!({ "old_until": old_until });
        let rotated = self.change_webhook(by, id, "webhook.rotated", what, after);
        if rotated.await? {
            Ok(())
        } else {
            Err(DomainError::NotFound("webhook"))
        }
    }

    /// Switches a webhook off, or on again. One that is so already is no mistake.
    pub async fn switch_webhook(
        &self,
        by: &Account,
        id: &str,
        on: bool,
    ) -> Result<(), DomainError> {
        self.webhook(by, id).await?;
        let (what, action) = if on {
            (WebhookChange::Enable, "webhook.enabled")
        } else {
            (WebhookChange::Disable, "webhook.disabled")
        };
        self.change_webhook(by, id, action, what, json!({})).await?;
        Ok(())
    }

    /// Removes a webhook and all that was sent to it.
    pub async fn delete_webhook(&self, by: &Account, id: &str) -> Result<(), DomainError> {
        let what = WebhookChange::Delete;
        let deleted = self.change_webhook(by, id, "webhook.deleted", what, json!({}));
        if deleted.await? {
            Ok(())
        } else {
            Err(DomainError::NotFound("webhook"))
        }
    }

    /// Sends a message that says nothing, to see whether it arrives.
    pub async fn test_webhook(&self, by: &Account, id: &str) -> Result<(), DomainError> {
        self.webhook(by, id).await?;
        self.not_too_often(&self.store.deliveries(by.id, id, ALL).await?)?;
        let event = Event::Test {
            account: by.public_id.clone(),
        };
        let event_id = self.new_id(Noun::Event);
        let after = json!({ "event": event_id });
        let what = WebhookChange::Tell { event_id, event };
        self.send(by, id, "webhook.tested", what, after).await
    }

    /// Sends a message anew that arrived or was given up.
    pub async fn send_again(
        &self,
        by: &Account,
        id: &str,
        event_id: &str,
    ) -> Result<(), DomainError> {
        self.webhook(by, id).await?;
        let sent = self.store.deliveries(by.id, id, ALL).await?;
        let delivery = sent
            .iter()
            .find(|delivery| delivery.event_id == event_id)
            .ok_or(DomainError::NotFound("message"))?;
        if delivery.next_at.is_some() {
            // It is on its way: another tab was faster.
            return Ok(());
        }
        self.not_too_often(&sent)?;
        let what = WebhookChange::Again {
            event_id: event_id.to_owned(),
        };
        let after = json!({ "event": event_id });
        self.send(by, id, "webhook.sent_again", what, after).await
    }

    async fn send(
        &self,
        by: &Account,
        id: &str,
        action: &'static str,
        what: WebhookChange,
        after: Value,
    ) -> Result<(), DomainError> {
        if !self.change_webhook(by, id, action, what, after).await? {
            return Err(DomainError::invalid("", Problem::HookOff));
        }
        self.metering.news().notify_one();
        Ok(())
    }

    /// Nobody makes this server call another one faster than that.
    fn not_too_often(&self, sent: &[Delivery]) -> Result<(), DomainError> {
        let last = sent
            .iter()
            .filter(|delivery| delivery.kind == TEST || delivery.delivered_at.is_some())
            .map(|delivery| delivery.last.map_or(delivery.created_at, |(at, _)| at))
            .max();
        let wait = last.map_or(0, |at| at + BY_HAND - self.now());
        // Not for longer, if the clock was set back since.
        if (1..=BY_HAND).contains(&wait) {
            return Err(DomainError::TooOften(wait));
        }
        Ok(())
    }

    async fn change_webhook(
        &self,
        by: &Account,
        id: &str,
        action: &'static str,
        what: WebhookChange,
        after: Value,
    ) -> Result<bool, DomainError> {
        let change = self.change(actor(by), action, id, by.id, after);
        let changed = self.store.change_webhook(by.id, id, what, change).await;
        changed.map_err(sent_twice)
    }
}
