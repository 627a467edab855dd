//! What a form says back when it could not do what was asked: the page is shown
//! again with the reason beside the field, and nothing that was typed is lost.

use std::{collections::BTreeMap, sync::Arc};

/// A text for people, by its id in the translation files, with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub id: &'static str,
    pub args: Vec<(&'static str, String)>,
}

impl Message {
    #[must_use]
    pub const fn new(id: &'static str) -> Self {
        Self {
            id,
            args: Vec::new(),
        }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.args.push((name, value.into()));
        self
    }
}

/// The answer to a form that was posted to this page. Handed in by context;
/// a page that was merely opened has none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormReply {
    /// Which form of the page: `create-key`, or with the id of its row, `approve:qrq_…`.
    pub form: String,
    /// What was typed, by field name. Never a password.
    pub values: BTreeMap<String, String>,
    /// What is wrong, by field name; the empty name stands for the form as a whole.
    pub problems: Vec<(&'static str, Message)>,
    /// A key that was just made: shown by this answer and never again.
    pub created_key: Option<super::CreatedKey>,
    /// The form was sent after its session had ended: nothing was done with it yet.
    pub unsent: bool,
    /// What came back of a test call.
    pub tested: Option<super::TestedCall>,
    /// Recovery codes that were just made: shown by this answer and never again.
    pub recovery: Vec<String>,
    /// Redemption codes that were just made: shown by this answer and never again.
    /// Shared, because every field of a form has a copy of its reply.
    pub codes: Option<Arc<super::MadeCodes>>,
    /// A link to pass on: shown by this answer and never again.
    pub link: Option<super::ShownLink>,
    /// A webhook's secret that was just made: shown by this answer and never again.
    pub new_secret: Option<super::NewSecret>,
}

impl FormReply {
    /// What was typed into `field`, or nothing.
    #[must_use]
    pub fn value(&self, field: &str) -> String {
        self.values.get(field).cloned().unwrap_or_default()
    }

    /// The first problem of `field`.
    #[must_use]
    pub fn problem(&self, field: &str) -> Option<&Message> {
        self.problems
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, message)| message)
    }
}

/// A one-time token that forms carry: the server does what they ask for once,
/// however often they are sent. New on every page that is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormToken(pub String);
