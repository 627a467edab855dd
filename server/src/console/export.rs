//! The export of everything that is kept of an account (`product.md` §5): one
//! JSON document, made in parts, of which only one is in memory at a time. It
//! holds no secrets: no hashes of keys, no ids of sessions, no password.

use super::Reader;
use crate::domain::accounts::Account;
use crate::domain::audit::Entry;
use crate::domain::quota_requests::QuotaRequest;
use crate::domain::requests::{CallFilter, CallQuery, Direction, LoggedCall, Position, Rest};
use crate::domain::usage::Outcome;
use crate::domain::{ApiId, StoreError, zones};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// Calls of one part.
const CALLS: usize = 1_000;
/// Entries of the audit log at most; an account's own changes are few.
const MOST_ENTRIES: i64 = 100_000;

enum Stage {
    Head,
    /// After this call; nothing begins at the oldest.
    Calls(Option<Position>),
    Done,
}

/// An export under way.
pub struct Export {
    reader: Reader,
    account: Account,
    stage: Stage,
}

impl Export {
    #[must_use]
    pub fn of(reader: &Reader, account: &Account) -> Self {
        Self {
            reader: reader.clone(),
            account: account.clone(),
            stage: Stage::Head,
        }
    }

    /// The next part of the document's text; nothing after its end.
    pub async fn next(&mut self) -> Result<Option<String>, StoreError> {
        match self.stage {
            Stage::Head => {
                let head = self.head().await?;
                self.stage = Stage::Calls(None);
                Ok(Some(head))
            }
            Stage::Calls(after) => self.calls(after).await.map(Some),
            Stage::Done => Ok(None),
        }
    }

    /// All but the calls: its size follows what people made, not what programs called.
    async fn head(&self) -> Result<String, StoreError> {
        let id = self.account.id;
        let store = &self.reader.store;
        let now = self.reader.clock.now();
        let projects = store.all_projects(id).await?;
        let keys = store.all_keys(id).await?;
        let grants = store.grants(id).await?;
        let entries = store.grant_entries(id).await?;
        let requests = store.quota_requests_of(id).await?;
        let sessions = store.sessions_of(id, now).await?;
        let providers = store.openids_of(id).await?;
        let thresholds = store.thresholds(id).await?;
        let notices = store.notices(id, MOST_ENTRIES).await?;
        let webhooks = store.webhooks(id).await?;
        let mail_notices = store.mail_notices(id).await?;
        let audit = store.audit_of(id, MOST_ENTRIES).await?;
        let at = |at| Value::from(time(at));
        let head = json!({
            "exported_at": time(now),
            "account": {
                "id": self.account.public_id,
                "name": self.account.name,
                "email": self.account.email,
                "role": self.account.role.name(),
                "reference_code": self.account.reference_code,
                "time_zone": self.account.time_zone,
                "language": self.account.language,
                "created_at": time(self.account.created_at),
                "thresholds": thresholds,
                "mail_notices": mail_notices,
            },
            "projects": projects.iter().map(|project| json!({
                "id": project.public_id, "name": project.name,
                "description": project.description, "created_at": time(project.created_at),
                "deleted_at": project.deleted_at.map(at),
            })).collect::<Vec<_>>(),
            "api_keys": keys.iter().map(|key| json!({
                "id": key.public_id, "name": key.name, "hint": key.hint,
                "project": key.project_public_id, "created_at": time(key.created_at),
                "expires_at": key.expires_at.map(at), "disabled_at": key.disabled_at.map(at),
                "last_used_at": key.last_used_at.map(at), "deleted_at": key.deleted_at.map(at),
                "charged": key.charged,
            })).collect::<Vec<_>>(),
            "grants": grants.iter().map(|grant| json!({
                "id": grant.public_id, "api": self.api(grant.balance.api),
                "calls": grant.balance.calls, "used": grant.balance.burnt,
                "reason": grant.reason, "created_at": time(grant.created_at),
                "starts_at": grant.balance.starts_at.map(at),
                "expires_at": grant.balance.expires_at.map(at),
                "priority": grant.balance.priority,
                "every": grant.recurs.map(|recurs| recurs.period.name()),
                "roll_over": grant.recurs.map(|recurs| recurs.roll_over),
                "ended_at": grant.ended.map(|(ended, _)| time(ended)),
                "ended_by": grant.ended.map(|(_, how)| how.name()),
            })).collect::<Vec<_>>(),
            "grant_entries": entries.iter().map(|entry| json!({
                "grant": entry.grant_public_id, "api": self.api(entry.api),
                "kind": entry.kind.name(), "calls": entry.calls, "at": time(entry.at),
            })).collect::<Vec<_>>(),
            "quota_requests": requests.iter().map(|request| self.request(request)).collect::<Vec<_>>(),
            "sessions": sessions.iter().map(|session| json!({
                "device": session.device, "signed_in_at": time(session.signed_in_at),
                "seen_at": time(session.seen_at),
            })).collect::<Vec<_>>(),
            "sign_in_providers": providers.iter().map(|linked| json!({
                "issuer": linked.issuer, "linked_at": time(linked.linked_at),
            })).collect::<Vec<_>>(),
            "notices": notices.iter().map(|notice| json!({
                "api": self.api(notice.api), "percent": notice.percent,
                "charged": notice.charged, "granted": notice.granted, "at": time(notice.at),
            })).collect::<Vec<_>>(),
            "webhooks": webhooks.iter().map(|webhook| json!({
                "id": webhook.public_id, "url": webhook.url,
                "created_at": time(webhook.created_at),
                "disabled_at": webhook.off.map(|(off, _)| time(off)),
            })).collect::<Vec<_>>(),
            "audit": audit.iter().map(entry).collect::<Vec<_>>(),
        });
        let mut text = head.to_string();
        // The calls follow inside the same object.
        text.pop();
        text.push_str(",\"calls\":[\n");
        Ok(text)
    }

    async fn calls(&mut self, after: Option<Position>) -> Result<String, StoreError> {
        let query = CallQuery {
            filter: CallFilter::all(self.account.id),
            position: after,
            direction: Direction::Newer,
            limit: CALLS,
        };
        let page = self.reader.store.calls(&query).await?;
        let mut text = String::with_capacity(page.calls.len() * 256);
        let mut is_first = after.is_none();
        for logged in &page.calls {
            if !is_first {
                text.push_str(",\n");
            }
            is_first = false;
            text.push_str(&call(logged).to_string());
        }
        self.stage = match page.calls.last() {
            Some(last) if page.rest != Rest::Nothing => Stage::Calls(Some(last.position())),
            _ => {
                text.push_str("\n]}\n");
                Stage::Done
            }
        };
        Ok(text)
    }

    fn request(&self, request: &QuotaRequest) -> Value {
        json!({
            "id": request.public_id, "api": self.api(request.api), "calls": request.calls,
            "reason": request.reason, "state": request.state.name(),
            "granted": request.granted, "answer": request.answer,
            "created_at": time(request.created_at),
            "answered_at": request.answered_at.map(time),
        })
    }

    /// An API that left the catalogue has lost its name.
    fn api(&self, id: ApiId) -> Option<&str> {
        self.reader
            .metering
            .apis()
            .iter()
            .find(|metered| metered.id == id)
            .map(|metered| metered.api.name.as_str())
    }
}

fn call(call: &LoggedCall) -> Value {
    json!({
        "request_id": call.request_id, "at": time(call.at), "api": call.api_name,
        "project": call.project_public_id, "api_key": call.key_public_id,
        "succeeded": call.outcome == Outcome::Succeeded, "code": call.code,
        "charged": i64::from(call.grant.is_some()), "tokens": call.tokens,
        "latency_ms": call.latency_ms, "end_user": call.end_user,
    })
}

fn entry(entry: &Entry) -> Value {
    let json = |text: &Option<String>| {
        text.as_deref()
            .and_then(|text| serde_json::from_str::<Value>(text).ok())
    };
    json!({
        "at": time(entry.at), "actor": entry.actor, "action": entry.action,
        "subject": entry.subject, "before": json(&entry.before), "after": json(&entry.after),
    })
}

fn time(at: i64) -> String {
    zones::local(at, Tz::UTC).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
