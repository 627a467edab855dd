//! What is wrong with a configuration file, and where.

use std::fmt;
use std::ops::Range;

/// One fault of a configuration file: `allowance.toml, line 12: …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    file: String,
    /// From 1; nothing if the fault is about the file as a whole.
    line: Option<usize>,
    sentence: String,
}

impl ConfigError {
    /// A fault at a span of the text.
    pub(super) fn at(text: &str, span: Option<Range<usize>>, sentence: impl fmt::Display) -> Self {
        let line = span
            .and_then(|span| text.get(..span.start))
            .map(|before| 1 + before.matches('\n').count());
        Self {
            file: "allowance.toml".into(),
            line,
            sentence: sentence.to_string(),
        }
    }

    /// A fault that the parser found. Its own display would print the line, which
    /// may hold a secret; its message does not.
    pub(super) fn parsed(text: &str, error: &toml::de::Error) -> Self {
        Self::at(
            text,
            error.span(),
            error.message().trim().replace('\n', ", "),
        )
    }

    /// The same fault in a file of another name.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = file.into();
        self
    }

    /// The line, from 1.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        self.line
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.sentence)
    }
}

impl std::error::Error for ConfigError {}
