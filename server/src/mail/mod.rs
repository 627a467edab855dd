//! Letters: written by the app, carried by an SMTP server. They leave beside the
//! request that asks for them, so that its answer takes as long whether there is
//! one or not.

mod smtp;

pub use smtp::MailError;

use crate::config::MailConfig;
use crate::domain::language::Language;
use allowance_app::i18n;
pub use allowance_app::letters::Occasion;
use allowance_app::letters::{Letter, letter};
use parking_lot::Mutex;
use smtp::Smtp;
use std::future::Future;
use std::time::Duration;
use tokio::task::JoinSet;

/// How long until a letter that could not be handed over is tried again.
const AGAIN: [Duration; 3] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(3),
];

/// How letters leave.
enum Way {
    Smtp(Box<Smtp>),
    /// Into the log: of a demo only.
    Log,
    /// Not at all: staff pass links on.
    Nobody,
}

/// What became of a letter that was handed over once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handed {
    Taken,
    /// The same letter may be taken later.
    NotNow,
    Never,
    /// No letter leaves here.
    NoPost,
}

/// Where letters are handed in.
pub struct Post {
    way: Way,
    /// Where people reach this server, without a slash at its end.
    public_url: String,
    under_way: Mutex<JoinSet<()>>,
}

impl Post {
    /// Letters that leave by SMTP; without a configuration none do, but a demo
    /// writes them into its log.
    ///
    /// # Errors
    /// The configuration makes no sense to an SMTP client.
    pub fn new(
        config: Option<&MailConfig>,
        public_url: &str,
        is_demo: bool,
    ) -> Result<Self, MailError> {
        let way = match config {
            Some(config) => Way::Smtp(Box::new(Smtp::new(config, public_url)?)),
            None if is_demo => Way::Log,
            None => Way::Nobody,
        };
        Ok(Self {
            way,
            public_url: public_url.to_owned(),
            under_way: Mutex::default(),
        })
    }

    /// Whether letters reach people. Where they do not, staff pass links on.
    #[must_use]
    pub const fn arrives(&self) -> bool {
        matches!(self.way, Way::Smtp(_))
    }

    /// Does something beside the request that asks for it.
    pub fn beside(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut under_way = self.under_way.lock();
        while under_way.try_join_next().is_some() {}
        under_way.spawn(work);
    }

    /// Waits for all that was begun beside requests.
    pub async fn settle(&self) {
        let mut under_way = std::mem::take(&mut *self.under_way.lock());
        while under_way.join_next().await.is_some() {}
    }

    /// The whole address of a page of this site.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.public_url)
    }

    /// Writes a letter and hands it over. A server that does not take it is tried
    /// again a few times; after that the log says so, without what it held.
    pub async fn send(&self, to: &str, language: Language, occasion: Occasion) {
        let letter = self.written(language, occasion);
        let mut patience = AGAIN.into_iter();
        while self.hand(to, &letter).await == Handed::NotNow {
            match patience.next() {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return,
            }
        }
    }

    /// The same once: whoever asks tries again.
    pub async fn hand_over(&self, to: &str, language: Language, occasion: Occasion) -> Handed {
        self.hand(to, &self.written(language, occasion)).await
    }

    fn written(&self, language: Language, occasion: Occasion) -> Letter {
        let language = match language {
            Language::English => i18n::Language::English,
            Language::Chinese => i18n::Language::Chinese,
        };
        letter(language, &self.public_url, occasion)
    }

    async fn hand(&self, to: &str, letter: &Letter) -> Handed {
        let smtp = match &self.way {
            Way::Smtp(smtp) => smtp,
            Way::Log => {
                tracing::warn!(%to, "a letter of the demo, \"{}\":\n{}", letter.subject, letter.body);
                return Handed::Taken;
            }
            Way::Nobody => return Handed::NoPost,
        };
        match smtp.send(to, letter).await {
            Ok(()) => Handed::Taken,
            Err(error) if error.may_pass() => {
                tracing::warn!(%error, "a letter was not taken for now");
                Handed::NotNow
            }
            Err(error) => {
                tracing::error!(%error, "a letter was not taken");
                Handed::Never
            }
        }
    }
}
