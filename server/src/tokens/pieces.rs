//! Cuts text into the pieces that are encoded each for itself.

use regex_automata::meta::{BuildError, Regex};
use regex_automata::{Anchored, Input};

/// The pattern of `o200k_base` up to its `\s+(?!\S)`, which looks ahead and so
/// would cost linear time. That one is written in two: at the text's end, where
/// nothing follows, and as spaces of which the last is given back.
const WORDS: &str = concat!(
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"|\p{N}{1,3}",
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*",
    r"|\s*[\r\n]+",
    r"|\s+$",
);
const SPACES_BEFORE_ONE: &str = r"\s+\s";
const SPACES: &str = r"\s+";
/// The place of [`SPACES_BEFORE_ONE`] among the patterns.
const GIVES_BACK: usize = 1;

/// A pattern was refused by the library that reads it.
#[derive(Debug, thiserror::Error)]
#[error("the tokenizer's pattern cannot be read: {0}")]
pub struct PatternError(Box<BuildError>);

/// The patterns, ready to be searched for.
#[derive(Debug, Clone)]
pub(super) struct Pieces(Regex);

impl Pieces {
    /// # Errors
    /// None: the patterns are constant, and a test reads them.
    pub(super) fn new() -> Result<Self, PatternError> {
        let patterns = [WORDS, SPACES_BEFORE_ONE, SPACES];
        Regex::new_many(&patterns)
            .map(Self)
            .map_err(|error| PatternError(Box::new(error)))
    }

    /// The pieces of a text; together they are the text.
    pub(super) fn of<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> {
        let mut rest = text;
        std::iter::from_fn(move || {
            let found = self.0.find(Input::new(rest).anchored(Anchored::Yes))?;
            let mut end = found.end();
            if found.pattern().as_usize() == GIVES_BACK {
                end = rest[..end].char_indices().next_back()?.0;
            }
            let (piece, after) = rest.split_at(end);
            rest = after;
            Some(piece)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_signs_and_spaces_are_pieces() {
        let pieces = Pieces::new().expect("constant patterns");
        let of = |text| pieces.of(text).collect::<Vec<_>>();
        assert_eq!(of("Hello, world!"), ["Hello", ",", " world", "!"]);
        assert_eq!(of("a  b"), ["a", " ", " b"]);
        assert_eq!(of("a \u{3000}b"), ["a", " ", "\u{3000}b"]);
        assert_eq!(of("don't 1234"), ["don't", " ", "123", "4"]);
        assert_eq!(of(" \n x  "), [" \n", " x", "  "]);
        assert_eq!(of("CamelCase://"), ["Camel", "Case", "://"]);
        assert_eq!(of(""), [""; 0]);
    }

    #[test]
    fn nothing_of_a_text_is_lost() {
        let pieces = Pieces::new().expect("constant patterns");
        for code in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let text = format!("x{code} {code}{code}9");
            assert_eq!(pieces.of(&text).collect::<String>(), text);
        }
    }
}
