//! Counting tokens the way the models do that read the text.

use crate::domain::limits::CountTokens;

/// The `o200k_base` encoding. Its tables are in the binary, and are unpacked once.
#[derive(Debug, Clone, Copy, Default)]
pub struct O200k;

impl O200k {
    /// Unpacks the tables now rather than at the first call.
    #[must_use]
    pub fn ready() -> Self {
        bpe_openai::o200k_base();
        Self
    }
}

impl CountTokens for O200k {
    fn count_up_to(&self, text: &str, limit: usize) -> Option<usize> {
        let tokenizer = bpe_openai::o200k_base();
        tokenizer.count_till_limit(&tokenizer.normalize(text), limit)
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
        for (text, tokens) in KNOWN {
            assert_eq!(O200k.count_up_to(text, 4_000), Some(tokens), "{text:?}");
        }
    }

    #[test]
    fn the_limit_is_inclusive() {
        assert_eq!(O200k.count_up_to("Hello, world!", 4), Some(4));
        assert_eq!(O200k.count_up_to("Hello, world!", 3), None);
        assert_eq!(O200k.count_up_to("", 0), Some(0));
        assert_eq!(O200k.count_up_to("a", 0), None);
    }

    /// Ten megabytes of the texts that are hardest for such encodings: counting
    /// all of any of them to its end would run into the runner's time-out.
    #[test]
    fn counting_a_huge_text_stops_once_it_is_over_the_limit() {
        for unit in [
            "a", " ", "\n", "x ", "1", "!", "é", "记忆", "a\u{301}", "\t \r",
        ] {
            let text = unit.repeat(10_000_000 / unit.len());
            assert_eq!(O200k.count_up_to(&text, 4_000), None, "{unit:?}");
        }
    }
}
