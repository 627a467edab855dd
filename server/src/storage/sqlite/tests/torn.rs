//! A crash in the midst of a write leaves a log that ends anywhere, or in bytes that
//! nobody wrote. What a start finds then is what was committed before.

use super::*;
use std::path::Path;

/// Commits, each of one call.
const COMMITS: usize = 6;

/// The bytes of a database and its log, and how long the log was after each commit.
struct Disk {
    database: Vec<u8>,
    log: Vec<u8>,
    lengths: Vec<usize>,
}

fn bytes(folder: &TempDir, name: &str) -> Vec<u8> {
    std::fs::read(folder.path().join(name)).unwrap()
}

/// A database with its calls in the log alone.
async fn disk() -> Disk {
    let mut it = fixture().await;
    it.store.close().await;
    it.store = open(&it.folder).await;
    let grant = it.search_grant().await;
    let mut lengths = Vec::new();
    for n in 0..COMMITS {
        let row = it.row(&format!("req_{n}"), NOW, Some(grant));
        it.store.append(&[row]).await.unwrap();
        lengths.push(bytes(&it.folder, "test.db-wal").len());
    }
    assert!(lengths.is_sorted_by(|a, b| a < b), "{lengths:?}");
    Disk {
        database: bytes(&it.folder, "test.db"),
        log: bytes(&it.folder, "test.db-wal"),
        lengths,
    }
}

/// How many calls a start finds, once it has found that all is well.
async fn found(database: &[u8], log: &[u8]) -> i64 {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(Path::new(folder.path()).join(name), bytes).unwrap();
    };
    write("test.db", database);
    write("test.db-wal", log);
    let store = open(&folder).await;
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
    let (calls,): (i64,) = sqlx::query_as("SELECT count(*) FROM usage")
        .fetch_one(&store.readers)
        .await
        .unwrap();
    store.close().await;
    calls
}

#[tokio::test]
async fn a_log_that_ends_anywhere_holds_the_commits_that_it_holds_whole() {
    let disk = disk().await;
    // Steps that meet pages, headers of frames and what lies between at many places;
    // and the ends of commits themselves.
    let steps = (0..disk.log.len()).step_by(1_999);
    let ends = disk.lengths.iter().flat_map(|end| [end - 1, *end]);
    for cut in steps.chain(ends) {
        let whole = disk.lengths.iter().filter(|end| **end <= cut).count();
        let calls = found(&disk.database, &disk.log[..cut]).await;
        assert_eq!(calls, i64::try_from(whole).unwrap(), "cut at {cut}");
    }
}

#[tokio::test]
async fn a_last_write_of_which_a_part_is_garbage_did_not_take_place() {
    let disk = disk().await;
    let [.., before, end] = disk.lengths[..] else {
        unreachable!("there are more commits");
    };
    for place in (before..end).step_by(997) {
        let mut log = disk.log.clone();
        log[place] ^= 0x5a;
        let calls = found(&disk.database, &log).await;
        assert_eq!(
            calls,
            i64::try_from(COMMITS - 1).unwrap(),
            "garbage at {place}"
        );
    }
}
