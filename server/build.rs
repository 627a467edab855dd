//! Lays out the vocabulary of `o200k_base` so that the server can read it where it
//! lies in the binary: nothing is unpacked, and what is not asked for is not loaded.
//! `src/tokens/vocabulary.rs` says what each table is.

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;
use std::{env, fs, iter};

#[path = "src/tokens/pairs.rs"]
mod pairs;

/// What stands where there is no token.
const NONE: u32 = u32::MAX;

fn main() -> Result<(), Box<dyn Error>> {
    // From here and from the fuzz targets' folder, which builds with this script too.
    println!("cargo::rerun-if-changed=../server/build.rs");
    println!("cargo::rerun-if-changed=../server/src/tokens/pairs.rs");
    let vocabulary = &bpe_openai::o200k_base().bpe;
    let tokens: Vec<&[u8]> = (0..u32::try_from(vocabulary.num_tokens())?)
        .map(|token| vocabulary.token_bytes(token))
        .collect();
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    fs::write(out.join("o200k.bytes"), tokens.concat())?;
    for (name, table) in tables(&tokens)? {
        let bytes: Vec<u8> = table
            .into_iter()
            .flat_map(|number: u32| number.to_le_bytes())
            .collect();
        fs::write(out.join(format!("o200k.{name}")), bytes)?;
    }
    Ok(())
}

/// A table, and its name.
type Table = (&'static str, Vec<u32>);

fn tables(tokens: &[&[u8]]) -> Result<Vec<Table>, Box<dyn Error>> {
    let mut ids = HashMap::new();
    for (id, token) in (0..).zip(tokens) {
        ids.insert(*token, id);
    }
    let prefixes: Vec<u32> = tokens.iter().map(|token| prefix(token, &ids)).collect();
    let (halves, merges) = halves(tokens, &prefixes, &ids);
    let (sorted, buckets) = sorted(tokens)?;
    let (merges_from, merges) = by_left(tokens.len(), merges)?;
    Ok(vec![
        ("starts", starts(tokens)?),
        ("prefixes", prefixes),
        ("halves", halves),
        ("sorted", sorted),
        ("buckets", buckets),
        ("merges_from", merges_from),
        ("merges", merges),
    ])
}

fn starts(tokens: &[&[u8]]) -> Result<Vec<u32>, Box<dyn Error>> {
    let mut starts = vec![0];
    let mut end = 0;
    for token in tokens {
        end += u32::try_from(token.len())?;
        starts.push(end);
    }
    Ok(starts)
}

/// The longest token that a token begins with, other than itself.
fn prefix(token: &[u8], ids: &HashMap<&[u8], u32>) -> u32 {
    (1..token.len())
        .rev()
        .find_map(|length| ids.get(&token[..length]).copied())
        .unwrap_or(NONE)
}

/// The two tokens that each was merged from, itself twice if it was not; and all
/// such merges as left, right and merged. A token's rank is its id, so those that
/// it could be merged from come before it.
fn halves(
    tokens: &[&[u8]],
    prefixes: &[u32],
    ids: &HashMap<&[u8], u32>,
) -> (Vec<u32>, Vec<[u32; 3]>) {
    let mut halves: Vec<(u32, u32)> = Vec::with_capacity(tokens.len());
    let mut made: HashMap<(u32, u32), u32> = HashMap::new();
    for (id, token) in (0..).zip(tokens) {
        let lefts = iter::successors(Some(prefixes[id as usize]), |left| {
            prefixes.get(*left as usize).copied()
        });
        let found = lefts.take_while(|left| *left != NONE).find_map(|left| {
            let right = *ids.get(&token[tokens[left as usize].len()..])?;
            let could = left < id
                && right < id
                && pairs::stays_apart(
                    left,
                    right,
                    |token| halves[token as usize],
                    |left, right| made.get(&(left, right)).copied(),
                );
            could.then_some((left, right))
        });
        if let Some(pair) = found {
            made.insert(pair, id);
        }
        halves.push(found.unwrap_or((id, id)));
    }
    let merges = made
        .into_iter()
        .map(|((left, right), id)| [left, right, id])
        .collect();
    let halves = halves
        .into_iter()
        .flat_map(|(left, right)| [left, right])
        .collect();
    (halves, merges)
}

/// The tokens in the order of their bytes, and where in it those begin that start
/// with each two bytes. A token of one byte stands with those whose second is zero,
/// first of them: each byte must be a token.
fn sorted(tokens: &[&[u8]]) -> Result<(Vec<u32>, Vec<u32>), Box<dyn Error>> {
    let mut sorted: Vec<u32> = (0..u32::try_from(tokens.len())?).collect();
    sorted.sort_unstable_by_key(|id| tokens[*id as usize]);
    let bucket = |id: &u32| match tokens[*id as usize] {
        [] => 0,
        [first] => usize::from(*first) << 8,
        [first, second, ..] => usize::from(*first) << 8 | usize::from(*second),
    };
    let mut buckets = Vec::with_capacity((1 << 16) + 1);
    for wanted in 0..=1 << 16 {
        let start = sorted.partition_point(|id| bucket(id) < wanted);
        buckets.push(u32::try_from(start)?);
    }
    for byte in 0..=u8::MAX {
        let first = sorted[buckets[usize::from(byte) << 8] as usize];
        if tokens[first as usize] != [byte] {
            return Err(format!("the byte {byte} is not a token").into());
        }
    }
    Ok((sorted, buckets))
}

/// The merges by their left token, then their right: where those of each left
/// begin, and right and merged of each.
fn by_left(
    tokens: usize,
    mut merges: Vec<[u32; 3]>,
) -> Result<(Vec<u32>, Vec<u32>), Box<dyn Error>> {
    merges.sort_unstable();
    let mut from = Vec::with_capacity(tokens + 1);
    for wanted in 0..=u32::try_from(tokens)? {
        let start = merges.partition_point(|[left, ..]| *left < wanted);
        from.push(u32::try_from(start)?);
    }
    let merges = merges
        .into_iter()
        .flat_map(|[_, right, merged]| [right, merged])
        .collect();
    Ok((from, merges))
}
