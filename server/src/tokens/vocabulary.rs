//! The tokens of `o200k_base`, read where they lie in the binary. The build script
//! lays the tables out; a token is known by its rank, the order of merges.

/// The longest token, in bytes.
pub(super) const LONGEST: usize = 128;

/// The bytes of all tokens, in the order of their ranks.
static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/o200k.bytes"));
/// Where the bytes of each begin, and where the last ends.
static STARTS: Numbers = Numbers(include_bytes!(concat!(env!("OUT_DIR"), "/o200k.starts")));
/// The longest other token that each begins with.
static PREFIXES: Numbers = Numbers(include_bytes!(concat!(env!("OUT_DIR"), "/o200k.prefixes")));
/// The two that each was merged from; itself twice, if it was not.
static HALVES: Numbers = Numbers(include_bytes!(concat!(env!("OUT_DIR"), "/o200k.halves")));
/// All tokens in the order of their bytes.
static SORTED: Numbers = Numbers(include_bytes!(concat!(env!("OUT_DIR"), "/o200k.sorted")));
/// Where those begin in it that start with each two bytes. A token of one byte is
/// the first of those whose second byte is zero.
static BUCKETS: Numbers = Numbers(include_bytes!(concat!(env!("OUT_DIR"), "/o200k.buckets")));
/// Where the merges of each left token begin, and where the last end.
static MERGES_FROM: Numbers = Numbers(include_bytes!(concat!(
    env!("OUT_DIR"),
    "/o200k.merges_from"
)));
/// The right token of each merge and what comes of it; by the left, then the right.
static MERGES: Numbers = Numbers(include_bytes!(concat!(env!("OUT_DIR"), "/o200k.merges")));

/// What stands in a table where there is no token.
const NONE: u32 = u32::MAX;

/// A table of numbers, four bytes each.
struct Numbers(&'static [u8]);

impl Numbers {
    fn at(&self, index: usize) -> u32 {
        let (numbers, _) = self.0.as_chunks();
        u32::from_le_bytes(numbers[index])
    }

    /// A number that is a place in another table.
    fn place(&self, index: usize) -> usize {
        self.at(index) as usize
    }
}

/// How many tokens there are.
#[cfg(test)]
pub(super) fn len() -> usize {
    PREFIXES.0.len() / 4
}

/// The bytes of a token.
pub(super) fn bytes(token: u32) -> &'static [u8] {
    let token = token as usize;
    &BYTES[STARTS.place(token)..STARTS.place(token + 1)]
}

/// The longest token that a text begins with; none if the text is empty.
pub(super) fn longest(text: &[u8]) -> Option<u32> {
    let (first, rest) = text.split_first()?;
    let alone = usize::from(*first) << 8;
    let Some(second) = rest.first() else {
        return Some(SORTED.at(BUCKETS.place(alone)));
    };
    let bucket = alone | usize::from(*second);
    let start = BUCKETS.place(bucket);
    let after = partition(start, BUCKETS.place(bucket + 1), |place| {
        bytes(SORTED.at(place)) <= text
    });
    if after == start {
        return Some(SORTED.at(BUCKETS.place(alone)));
    }
    // What stands last before a text begins with every token that the text begins with.
    let mut token = SORTED.at(after - 1);
    while !text.starts_with(bytes(token)) {
        token = shorter(token)?;
    }
    Some(token)
}

/// The longest other token that a token begins with.
pub(super) fn shorter(token: u32) -> Option<u32> {
    let prefix = PREFIXES.at(token as usize);
    (prefix != NONE).then_some(prefix)
}

/// The two tokens that one was merged from; itself twice, if it was not.
pub(super) fn halves(token: u32) -> (u32, u32) {
    let pair = token as usize * 2;
    (HALVES.at(pair), HALVES.at(pair + 1))
}

/// The token that two become.
pub(super) fn merged(left: u32, right: u32) -> Option<u32> {
    let left = left as usize;
    let end = MERGES_FROM.place(left + 1);
    let found = partition(MERGES_FROM.place(left), end, |merge| {
        MERGES.at(merge * 2) < right
    });
    (found < end && MERGES.at(found * 2) == right).then(|| MERGES.at(found * 2 + 1))
}

/// The first place in `[from, to)` that is not before what is looked for, or `to`.
fn partition(mut from: usize, mut to: usize, before: impl Fn(usize) -> bool) -> usize {
    while from < to {
        let middle = from.midpoint(to);
        if before(middle) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    from
}
