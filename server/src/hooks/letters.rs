//! Notices by e-mail.

use super::Hooks;
use crate::domain::language::Language;
use crate::domain::store::DueDelivery;
use crate::domain::webhooks::{Answer, Event, Fault, STALE, Tried};
use crate::domain::zones;
use crate::mail::{Handed, Occasion};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

impl Hooks {
    pub(super) async fn to_mailbox(
        &self,
        due: &DueDelivery,
        email: &str,
        language: Option<Language>,
        time_zone: &str,
    ) -> Tried {
        let now = self.clock.now();
        let no_letter = Tried::last(Answer::Fault(Fault::NoMail), now);
        if now - due.created_at > STALE {
            return no_letter;
        }
        let language = language.unwrap_or(Language::English);
        let occasion = Event::read(&due.body)
            .and_then(|event| self.occasion(event, language, zones::zone(time_zone)));
        let Some(occasion) = occasion else {
            return no_letter;
        };
        match self.post.hand_over(email, language, occasion).await {
            Handed::Taken => self.tried(due, Answer::Status(250), None),
            Handed::NotNow => self.tried(due, Answer::Fault(Fault::Connect), None),
            Handed::Never => Tried::last(Answer::Fault(Fault::Broken), now),
            Handed::NoPost => no_letter,
        }
    }

    /// What a letter says of an event.
    fn occasion(&self, event: Event, language: Language, zone: Tz) -> Option<Occasion> {
        match event {
            Event::Threshold {
                api,
                percent,
                charged,
                granted,
                ..
            } => Some(Occasion::Threshold {
                api: self.title(&api, language),
                percent,
                charged,
                granted,
                link: self.post.address("/usage"),
            }),
            Event::Lapsing {
                api,
                calls,
                expires_at,
                ..
            } => Some(Occasion::Lapsing {
                api: self.title(&api, language),
                calls,
                at: expires_at
                    .parse::<DateTime<Utc>>()
                    .ok()?
                    .with_timezone(&zone)
                    .fixed_offset(),
                link: self.post.address("/usage"),
            }),
            Event::Answered {
                api,
                approved,
                granted,
                answer,
                ..
            } => Some(Occasion::Answered {
                api: self.title(&api, language),
                granted: approved.then_some(granted),
                answer,
                link: self.post.address("/request-more"),
            }),
            Event::Test { .. } => None,
        }
    }

    /// An API that left the catalogue has its name only.
    fn title(&self, api: &str, language: Language) -> String {
        self.metering.api_named(api).map_or_else(
            || api.to_owned(),
            |metered| metered.api.title.in_language(language).to_owned(),
        )
    }
}
