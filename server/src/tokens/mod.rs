//! Counting tokens the way the models do that read the text: the encoding
//! `o200k_base`, exactly. The tables lie in the binary as they are read, because
//! every library that does the same holds tens of megabytes unpacked.

mod encoding;
mod pairs;
mod pieces;
mod vocabulary;

use crate::domain::limits::CountTokens;
use pieces::Pieces;

pub use pieces::PatternError;

/// The `o200k_base` encoding.
#[derive(Debug, Clone)]
pub struct O200k {
    pieces: Pieces,
}

impl O200k {
    /// Compiles its patterns.
    ///
    /// # Errors
    /// None: the patterns are constant.
    pub fn new() -> Result<Self, PatternError> {
        Ok(Self {
            pieces: Pieces::new()?,
        })
    }
}

impl CountTokens for O200k {
    fn count_up_to(&self, text: &str, limit: usize) -> Option<usize> {
        self.pieces.of(text).try_fold(0, |before, piece| {
            encoding::count_up_to(piece.as_bytes(), limit - before).map(|tokens| before + tokens)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts that `tiktoken` gives for `o200k_base`.
    const KNOWN: [(&str, usize); 9] = [
        ("Hello, world!", 4),
        ("The quick brown fox jumps over the lazy dog.", 10),
        ("What do you know about my travel plans for next week?", 12),
        ("我喜欢在周末去公园散步。", 11),
        (" \n\n  indented\t\ttext \n", 7),
        ("naïve café 🙂👩\u{200d}💻", 10),
        ("1234567 + 89 = ?", 8),
        ("<|endoftext|>", 7),
        ("don't WE'LL", 4),
    ];

    #[test]
    fn counts_agree_with_the_reference() {
        let o200k = O200k::new().expect("constant patterns");
        for (text, tokens) in KNOWN {
            assert_eq!(o200k.count_up_to(text, 4_000), Some(tokens), "{text:?}");
        }
    }

    #[test]
    fn the_limit_is_inclusive() {
        let o200k = O200k::new().expect("constant patterns");
        assert_eq!(o200k.count_up_to("Hello, world!", 4), Some(4));
        assert_eq!(o200k.count_up_to("Hello, world!", 3), None);
        assert_eq!(o200k.count_up_to("", 0), Some(0));
        assert_eq!(o200k.count_up_to("a", 0), None);
    }

    /// Ten megabytes of the texts that are hardest for such encodings: counting
    /// all of any of them to its end would run into the runner's time-out.
    #[test]
    fn counting_a_huge_text_stops_once_it_is_over_the_limit() {
        let o200k = O200k::new().expect("constant patterns");
        for unit in [
            "a", " ", "\n", "x ", "1", "!", "é", "记忆", "a\u{301}", "\t \r",
        ] {
            let text = unit.repeat(10_000_000 / unit.len());
            assert_eq!(o200k.count_up_to(&text, 4_000), None, "{unit:?}");
        }
    }
}
