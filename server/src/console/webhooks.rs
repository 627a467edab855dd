//! Webhooks of the account, and what was sent to them.

use super::{Reader, unavailable};
use crate::domain::store::{Delivery, Webhook};
use crate::domain::webhooks::{Answer, Fault, MOST, Off};
use crate::domain::{AccountId, Millis, zones};
use allowance_app::ports::{PortError, Webhooks};
use allowance_app::view::{
    MessageAnswer, MessageRow, MessageState, Viewer, WebhookRow, WebhookState, WebhookView,
    WebhooksView,
};
use async_trait::async_trait;
use chrono_tz::Tz;

/// Messages that a page lists.
const MESSAGES: i64 = 20;

#[async_trait]
impl Webhooks for Reader {
    async fn webhooks(&self, viewer: &Viewer) -> Result<WebhooksView, PortError> {
        let zone = zones::zone(&viewer.time_zone);
        let now = self.clock.now();
        let webhooks = self
            .store
            .webhooks(AccountId(viewer.account))
            .await
            .map_err(unavailable)?;
        Ok(WebhooksView {
            webhooks: webhooks
                .into_iter()
                .map(|webhook| row(webhook, now, zone))
                .collect(),
            most: MOST,
        })
    }

    async fn webhook(&self, viewer: &Viewer, id: &str) -> Result<WebhookView, PortError> {
        let account = AccountId(viewer.account);
        let zone = zones::zone(&viewer.time_zone);
        let webhooks = self.store.webhooks(account).await.map_err(unavailable)?;
        let webhook = webhooks
            .into_iter()
            .find(|webhook| webhook.public_id == id)
            .ok_or(PortError::NotFound)?;
        let messages = self
            .store
            .deliveries(account, id, MESSAGES)
            .await
            .map_err(unavailable)?;
        Ok(WebhookView {
            webhook: row(webhook, self.clock.now(), zone),
            messages: messages
                .into_iter()
                .map(|message| message_row(message, zone))
                .collect(),
        })
    }
}

fn row(webhook: Webhook, now: Millis, zone: Tz) -> WebhookRow {
    let local = |at| zones::local(at, zone);
    WebhookRow {
        state: match (webhook.off, webhook.failing_since) {
            (Some((_, Off::Account)), _) => WebhookState::Off,
            (Some((at, Off::Failing)), _) => WebhookState::GivenUp(local(at)),
            (Some((at, Off::Gone)), _) => WebhookState::Gone(local(at)),
            (None, Some(since)) => WebhookState::Failing(local(since)),
            (None, None) => WebhookState::On,
        },
        id: webhook.public_id,
        url: webhook.url,
        created_at: local(webhook.created_at),
        old_until: webhook.old_until.filter(|at| *at > now).map(local),
    }
}

fn message_row(message: Delivery, zone: Tz) -> MessageRow {
    let local = |at| zones::local(at, zone);
    let answer = message.last.map(|(_, answer)| match answer {
        Answer::Status(status) => MessageAnswer::Status(status),
        Answer::Fault(fault) => match fault {
            Fault::Name => MessageAnswer::Name,
            Fault::Private => MessageAnswer::Private,
            Fault::Connect => MessageAnswer::Connect,
            Fault::Tls => MessageAnswer::Tls,
            Fault::Timeout => MessageAnswer::Timeout,
            // Letters are not listed here.
            Fault::Broken | Fault::NoMail => MessageAnswer::Broken,
        },
    });
    MessageRow {
        state: match message.next_at {
            Some(_) if message.tries == 0 => MessageState::New,
            Some(at) => MessageState::Waiting(local(at)),
            None if message.last.is_some_and(|(_, last)| last.is_good()) => MessageState::Arrived,
            None => MessageState::GivenUp,
        },
        event: message.event_id,
        kind: message.kind,
        created_at: local(message.created_at),
        tries: message.tries,
        answer,
    }
}
