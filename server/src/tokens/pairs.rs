//! Which tokens may stand beside each other. The build script asks it too, while
//! it lays out the vocabulary.

/// Whether an encoding that has one token before another leaves the two apart.
///
/// The merges that made both are taken back one by one, the last first. If what
/// then touches could have been merged before the merge that was taken back, the
/// encoding would have merged it, and these two would not stand here. (The method
/// is that of the `bpe` crate.)
///
/// `halves` are the two tokens that one was merged from, itself twice if it was
/// not; `merged` is the token that two become. Of two merges the one with the
/// smaller token comes first.
pub fn stays_apart(
    mut left: u32,
    mut right: u32,
    halves: impl Fn(u32) -> (u32, u32),
    merged: impl Fn(u32, u32) -> Option<u32>,
) -> bool {
    let mut before = u32::MAX;
    loop {
        if merged(left, right).is_some_and(|token| token < before) {
            return false;
        }
        // Of two equal merges the left one came first: the right is taken back.
        let (inner_left, inner_right) = (halves(left).1, halves(right).0);
        let (whole_left, whole_right) = (inner_left == left, inner_right == right);
        if whole_left && whole_right {
            return true;
        }
        if whole_right || (left > right && !whole_left) {
            before = left;
            left = inner_left;
        } else {
            before = right + 1;
            right = inner_right;
        }
    }
}
