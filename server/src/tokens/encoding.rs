//! How many tokens a piece of text becomes, from its start to its end, so that it
//! need not be read further than the limit reaches.
//!
//! Byte-pair encoding is defined by merges all over the piece. Which tokens may
//! stand beside each other is known without them ([`stays_apart`]), and only one
//! encoding has no forbidden pair. So the longest token is taken at each place; if
//! it may not follow the one before it, a shorter one; if none may, the one before
//! is taken back. (The method is that of the `bpe` crate.)

use super::pairs::stays_apart;
use super::vocabulary::{LONGEST, bytes, halves, longest, merged, shorter};

/// How far a count may be over its limit before the piece's end: tokens at hand may
/// yet be taken back for fewer. As in the `bpe` crate, which has no proof that it is
/// enough, and no text that needs more.
const SLACK: usize = 10;

/// The tokens of a piece, or nothing if they are more than `limit`. Takes time and
/// memory in proportion to the limit, or to the piece if that is shorter.
pub(super) fn count_up_to(piece: &[u8], limit: usize) -> Option<usize> {
    if piece.len() > limit.saturating_mul(LONGEST) {
        return None;
    }
    let mut next = longest(piece);
    // Most pieces are one token.
    if next.is_some_and(|token| bytes(token).len() == piece.len()) {
        return Some(1);
    }
    let mut tokens: Vec<u32> = Vec::new();
    let mut at = 0;
    // Places that no encoding goes through: each is found out but once.
    let mut dead = vec![false; piece.len() + 1];
    while let Some(mut token) = next {
        let last = tokens.last().copied();
        next = loop {
            let end = at + bytes(token).len();
            let fits =
                !dead[end] && last.is_none_or(|last| stays_apart(last, token, halves, merged));
            if fits {
                tokens.push(token);
                at = end;
                break longest(&piece[at..]);
            }
            if let Some(prefix) = shorter(token) {
                token = prefix;
            } else {
                dead[at] = true;
                tokens.pop();
                at -= last.map_or(0, |last| bytes(last).len());
                break last;
            }
        };
        if tokens.len() > limit.saturating_add(SLACK) {
            return None;
        }
    }
    (tokens.len() <= limit).then_some(tokens.len())
}

#[cfg(test)]
mod tests {
    use super::super::vocabulary;
    use super::*;
    use rand::{Rng, SeedableRng};
    use std::collections::HashMap;

    #[test]
    fn every_token_counts_as_one() {
        let mut longest = 0;
        for token in 0..u32::try_from(vocabulary::len()).expect("a small number") {
            let bytes = bytes(token);
            longest = longest.max(bytes.len());
            assert_eq!(count_up_to(bytes, 1), Some(1), "{token}");
        }
        assert_eq!(longest, LONGEST);
    }

    /// The definition: the pair that makes the smallest token is merged, the
    /// leftmost of equals, until no pair makes one.
    fn merge(piece: &[u8], ids: &HashMap<&[u8], u32>) -> usize {
        let mut parts: Vec<&[u8]> = piece.chunks(1).collect();
        let mut ends: Vec<usize> = (1..=piece.len()).collect();
        loop {
            let best = (1..parts.len())
                .filter_map(|right| {
                    let start = ends[right - 1] - parts[right - 1].len();
                    Some((*ids.get(&piece[start..ends[right]])?, right))
                })
                .min();
            let Some((_, right)) = best else {
                return parts.len();
            };
            let start = ends[right - 1] - parts[right - 1].len();
            parts[right - 1] = &piece[start..ends[right]];
            ends[right - 1] = ends[right];
            parts.remove(right);
            ends.remove(right);
        }
    }

    #[test]
    fn counts_are_those_of_the_definition() {
        let ids: HashMap<&[u8], u32> = (0..u32::try_from(vocabulary::len()).expect("small"))
            .map(|token| (bytes(token), token))
            .collect();
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        for _ in 0..3_000 {
            // Pieces of tokens, which is where what may not stand together meets.
            let piece: Vec<u8> = (0..random.random_range(1..12))
                .flat_map(|_| {
                    let token = random.random_range(0..u32::try_from(ids.len()).expect("small"));
                    let bytes = bytes(token >> random.random_range(0..12));
                    &bytes[..random.random_range(1..=bytes.len())]
                })
                .copied()
                .collect();
            let tokens = merge(&piece, &ids);
            assert_eq!(count_up_to(&piece, tokens), Some(tokens), "{piece:?}");
            assert_eq!(count_up_to(&piece, tokens - 1), None, "{piece:?}");
        }
    }

    #[test]
    fn a_long_run_of_one_byte_is_counted_to_its_end() {
        for byte in [b'a', b' ', b'=', 0xe4] {
            let run = vec![byte; 20_000];
            assert!(count_up_to(&run, 20_000).is_some(), "{byte}");
        }
    }
}
