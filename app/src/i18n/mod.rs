//! Every text for people, by its id in `locales/<language>/*.ftl`.

mod format;

#[cfg(test)]
mod tests;

pub use format::{date, date_range, day, grouped, moment, moment_to_the_second};

use crate::view::Message;
use fluent_templates::{
    LanguageIdentifier, Loader,
    fluent_bundle::{FluentValue, types::FluentNumber},
    langid,
};
use leptos::prelude::use_context;
use std::{borrow::Cow, collections::HashMap};

fluent_templates::static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        customise: |bundle| {
            // Isolation marks would end up in copied keys and in tests' eyes.
            bundle.set_use_isolating(false);
            bundle.set_formatter(Some(|value, _| match value {
                FluentValue::Number(number) => Some(format_number(number)),
                _ => None,
            }));
        },
    };
}

#[allow(clippy::cast_possible_truncation)] // counts of calls, far below 2^53
fn format_number(number: &FluentNumber) -> String {
    format::grouped(number.value as i64)
}

/// A language that the console speaks. Handed in by context; without it, English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// In the order in which the switch offers them.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// BCP 47: for `<html lang>`, and the name of the folder in `locales`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    fn id(self) -> LanguageIdentifier {
        match self {
            Self::English => langid!("en"),
            Self::Chinese => langid!("zh-CN"),
        }
    }
}

/// An argument of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    Text(String),
    /// Chooses the plural form, and is written with thousands separators.
    Count(i64),
}

impl From<i64> for Arg {
    fn from(count: i64) -> Self {
        Self::Count(count)
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// The texts of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Texts {
    pub language: Language,
}

/// The texts in the reader's language.
pub fn use_texts() -> Texts {
    Texts {
        language: use_context().unwrap_or_default(),
    }
}

impl Texts {
    /// The text of that id. An id that is in no file is returned as it is: a
    /// test keeps that from happening.
    #[must_use]
    pub fn text(self, id: &str) -> String {
        LOCALES
            .try_lookup(&self.language.id(), id)
            .unwrap_or_else(|| id.to_owned())
    }

    /// The text of that id with its arguments filled in.
    #[must_use]
    pub fn with<const N: usize>(self, id: &str, args: [(&'static str, Arg); N]) -> String {
        self.lookup(id, args)
    }

    /// A message from the server. Its arguments that are whole numbers are
    /// written, and choose plural forms, as numbers.
    #[must_use]
    pub fn message(self, message: &Message) -> String {
        let args = message.args.iter().map(|(name, value)| {
            let arg = value
                .parse::<i64>()
                .map_or_else(|_| Arg::Text(value.clone()), Arg::Count);
            (*name, arg)
        });
        self.lookup(message.id, args)
    }

    fn lookup(self, id: &str, args: impl IntoIterator<Item = (&'static str, Arg)>) -> String {
        let args: HashMap<Cow<'static, str>, FluentValue> = args
            .into_iter()
            .map(|(name, arg)| {
                let value = match arg {
                    Arg::Text(text) => FluentValue::from(text),
                    Arg::Count(count) => FluentValue::from(count),
                };
                (Cow::Borrowed(name), value)
            })
            .collect();
        LOCALES
            .try_lookup_with_args(&self.language.id(), id, &args)
            .unwrap_or_else(|| id.to_owned())
    }
}
