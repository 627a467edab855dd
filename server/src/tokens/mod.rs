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
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Made of what `bpe-openai` 0.3.2 counts in the random texts.
    const OF_BPE_OPENAI_0_3: u64 = 7_103_142_355_576_421_151;

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

    /// Tokens, signs of every script, and bytes that are none, put together anyhow.
    fn random_texts() -> Vec<String> {
        let mut random = ChaCha8Rng::seed_from_u64(11);
        let tokens = u32::try_from(vocabulary::len()).expect("a small number");
        (0..5_000)
            .map(|_| {
                let mut text = Vec::new();
                for _ in 0..random.random_range(1..40) {
                    let token = random.random_range(0..tokens) >> random.random_range(0..14);
                    text.extend_from_slice(vocabulary::bytes(token));
                    if random.random_bool(0.1) {
                        let code = random.random_range(0..0x3_0000);
                        let sign = char::from_u32(code).unwrap_or(' ');
                        text.extend_from_slice(sign.to_string().repeat(3).as_bytes());
                    }
                }
                String::from_utf8_lossy(&text).into_owned()
            })
            .collect()
    }

    #[test]
    fn random_texts_have_the_tokens_that_the_bpe_crates_count() {
        let o200k = O200k::new().expect("constant patterns");
        let texts = random_texts();
        let counts = texts.iter().map(|text| {
            let tokens = o200k.count_up_to(text, 10_000).expect("short");
            assert_eq!(o200k.count_up_to(text, tokens), Some(tokens), "{text:?}");
            assert_eq!(o200k.count_up_to(text, tokens - 1), None, "{text:?}");
            tokens as u64
        });
        // Each count matters, and its place.
        let digest = counts.fold(0_u64, |digest, tokens| {
            digest.wrapping_mul(0x0100_0000_01B3).wrapping_add(tokens)
        });
        assert_eq!(digest, OF_BPE_OPENAI_0_3);
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
