//! Disks that are broken when the process starts: it says in a sentence what is wrong
//! and ends with a code that scripts understand. The next start finds all that was there.

use super::service::{CALLS, Service, charged, restarted, start, told_the_truth};
use super::{CONTROL, compiled};
use crate::support::process::{Process, assert_verified, file, said};
use crate::support::stage::ledger::Deed;
use rusqlite::Connection;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

const SERVE: &[&str] = &["serve", "--upstream", "http://127.0.0.1:9"];

/// A folder on a disk that breaks on command.
struct Place {
    folder: TempDir,
    shim: PathBuf,
}

impl Place {
    fn new() -> Self {
        Self::of(TempDir::new().unwrap())
    }

    fn of(folder: TempDir) -> Self {
        let shim = compiled(folder.path());
        Self { folder, shim }
    }

    fn database(&self) -> PathBuf {
        file(self.folder.path())
    }

    fn breaks(&self, fault: &str) {
        fs::write(self.folder.path().join("fault"), fault).unwrap();
    }

    fn is_mended(&self) {
        fs::remove_file(self.folder.path().join("fault")).unwrap();
    }

    /// Runs a command on this disk to its end, or until it serves.
    async fn attempt(&self, arguments: &[&str]) -> Result<Process, Output> {
        let control = self.folder.path().join("fault");
        let environment: [(&str, &OsStr); 2] = [
            ("LD_PRELOAD", self.shim.as_ref()),
            (CONTROL, control.as_ref()),
        ];
        Process::attempt(self.folder.path(), arguments, &environment).await
    }

    /// A command gives up with a sentence that has these words.
    async fn assert_gives_up(&self, arguments: &[&str], words: &[&str]) {
        let Err(output) = self.attempt(arguments).await else {
            panic!("it serves");
        };
        assert_sentence(&output, words);
    }
}

#[track_caller]
fn assert_sentence(output: &Output, words: &[&str]) {
    let text = said(output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.starts_with("allowance: "), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    for words in words {
        assert!(text.contains(words), "{words:?} is not in {text:?}");
    }
}

/// A database in use: some calls of it are charged.
struct Used {
    place: Place,
    service: Service,
    deeds: Vec<Deed>,
}

impl Used {
    /// Its process was killed, and its log lies beside it.
    async fn and_killed() -> Self {
        let (it, service) = start(CALLS).await;
        let before = charged("before", &service.record("before").await);
        it.process.kill();
        Self {
            place: Place::of(it.folder),
            service,
            deeds: vec![before],
        }
    }

    /// It was closed as it should be: there is no log.
    async fn and_closed() -> Self {
        let it = Self::and_killed().await;
        let output = it.place.attempt(&["migrate"]).await.err().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        let log = it.place.database().with_extension("db-wal");
        assert!(!log.exists());
        it
    }

    /// Its event is sent again, and is known as what it was.
    async fn assert_known(&self) {
        let again = self.service.record("before").await;
        assert_eq!(again.text("status"), "duplicate");
        assert_eq!(charged("before", &again).fate, self.deeds[0].fate);
    }

    /// Nothing of it is lost, and no call more or less is left.
    async fn assert_kept(mut self) {
        let folder = &self.place.folder;
        let process = restarted(folder, &mut self.service).await;
        self.assert_known().await;
        self.deeds.extend(self.service.spend_the_rest().await);
        process.kill();
        told_the_truth(&self.place.folder, &self.deeds);
    }
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap()
}

/// What stops every start on a database in use, whichever way its last process ended.
async fn stopped_by(fault: &str, words: &[&str]) {
    for used in [Used::and_killed().await, Used::and_closed().await] {
        let place = &used.place;
        let before = read(&place.database());
        place.breaks(fault);
        place.assert_gives_up(SERVE, words).await;
        place.assert_gives_up(&["migrate"], words).await;
        assert!(read(&place.database()) == before, "it was touched");
        place.is_mended();
        used.assert_kept().await;
    }
}

#[tokio::test]
async fn a_read_only_disk_stops_the_start_and_nothing_is_touched() {
    stopped_by("read-only", &["process.db", "Read-only file system"]).await;
}

#[tokio::test]
async fn a_database_that_may_not_be_written_to_stops_the_start_and_is_not_touched() {
    stopped_by("protected", &["process.db", "may not be written to"]).await;
}

#[tokio::test]
async fn a_disk_that_cannot_be_read_stops_the_start_and_nothing_is_touched() {
    stopped_by("unreadable", &["process.db", "the disk fails"]).await;
}

/// The log's index finds no room, whatever was there before.
#[tokio::test]
async fn a_full_disk_stops_the_start_and_nothing_is_touched() {
    stopped_by("full", &["process.db", "the disk is full"]).await;
}

#[tokio::test]
async fn a_disk_that_fills_up_at_any_moment_of_the_first_start_leaves_what_the_next_can_use() {
    let mut room = 0;
    loop {
        let place = Place::new();
        place.breaks(&format!("full after {room}"));
        let output = place.attempt(&["migrate"]).await.err().unwrap();
        let is_done = output.status.success();
        if !is_done {
            assert_sentence(&output, &["process.db", "the disk is full"]);
        }
        place.is_mended();
        let output = place.attempt(&["migrate"]).await.err().unwrap();
        assert!(output.status.success(), "{room}: {}", said(&output));
        assert_verified(place.folder.path());
        if is_done {
            assert!(room > 32, "this proves nothing");
            return;
        }
        room = (room * 3 / 2).max(room + 1);
    }
}

/// Another program holds the database for longer than anybody waits for it.
async fn held(how: &str) {
    let used = Used::and_killed().await;
    let place = &used.place;
    let other = Connection::open(place.database()).unwrap();
    other.execute_batch(how).unwrap();
    let words = ["process.db", "another program holds it"];
    place.assert_gives_up(SERVE, &words).await;
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    used.assert_kept().await;
}

#[tokio::test]
async fn a_database_that_another_writes_to_stops_the_start_and_keeps_all() {
    held("BEGIN IMMEDIATE").await;
}

#[tokio::test]
async fn a_database_that_another_has_for_itself_stops_the_start_and_keeps_all() {
    held("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").await;
}

#[tokio::test]
async fn a_file_that_is_no_database_stops_the_start_and_is_left_as_it_is() {
    let place = Place::new();
    let garbage = vec![0xA5; 8_192];
    fs::write(place.database(), &garbage).unwrap();
    for arguments in [SERVE, &["migrate"], &["verify"]] {
        let words = ["process.db", "could not be opened", "not a database"];
        place.assert_gives_up(arguments, &words).await;
    }
    assert!(read(&place.database()) == garbage, "it was touched");
}

#[tokio::test]
async fn a_database_whose_head_is_damaged_stops_the_start_and_has_all_when_it_has_it_again() {
    for used in [Used::and_killed().await, Used::and_closed().await] {
        let path = used.place.database();
        let head = read(&path)[..100].to_vec();
        let begin_with = |bytes: &[u8]| {
            let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.write_all_at(bytes, 0).unwrap();
        };
        begin_with(&[0xA5; 100]);
        let words = ["process.db", "not a database"];
        used.place.assert_gives_up(SERVE, &words).await;
        begin_with(&head);
        used.assert_kept().await;
    }
}

#[tokio::test]
async fn the_database_of_another_program_stops_the_start_and_is_left_as_it_is() {
    let place = Place::new();
    let theirs = Connection::open(place.database()).unwrap();
    let made = "CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('a')";
    theirs.execute_batch(made).unwrap();
    drop(theirs);
    let before = read(&place.database());
    for arguments in [SERVE, &["migrate"]] {
        let words = ["process.db is the database of another program"];
        place.assert_gives_up(arguments, &words).await;
    }
    assert!(read(&place.database()) == before, "it was touched");
}

#[tokio::test]
async fn a_place_where_no_database_can_be_stops_the_start_with_a_sentence() {
    // A folder where the file should be, and a file where its folder should be.
    let place = Place::new();
    fs::create_dir(place.database()).unwrap();
    let words = [
        "process.db",
        "could not be opened",
        "look whether its folder",
    ];
    place.assert_gives_up(SERVE, &words).await;
    let place = Place::new();
    fs::write(place.folder.path().join("data"), "").unwrap();
    let below = [
        "serve",
        "--upstream",
        "http://127.0.0.1:9",
        "--database-url",
        "sqlite:data/a.db",
    ];
    place.assert_gives_up(&below, &["data/a.db"]).await;
}
