//! The arrows between the rooms (`docs/ARCHITECTURE.md`): a word that belongs
//! to one room appears in no other.

use std::fs;
use std::path::{Path, PathBuf};

/// A word, and the places that may say it.
const RULES: [(&str, &[&str]); 14] = [
    ("sqlx::", &["src/storage/"]),
    ("rusqlite::", &["src/storage/"]),
    (
        "axum::",
        &["src/http/", "src/assembly.rs", "src/serve.rs", "src/demo/"],
    ),
    // So that the list of routes is whole, and the visit of each.
    ("axum::routing", &["src/http/routes.rs", "src/demo/"]),
    ("tower_sessions::", &["src/http/"]),
    ("hyper_util::client", &["src/http/gateway/"]),
    // Nobody else calls another server.
    (
        "hyper::client",
        &["src/http/gateway/", "src/http/admin/ask.rs", "src/hooks/"],
    ),
    ("lettre::", &["src/mail/"]),
    ("openidconnect::", &["src/openid/"]),
    ("reqwest::", &["src/openid/"]),
    ("plotters::", &["src/chart.rs"]),
    ("leptos", &["src/http/", "src/assembly.rs", "src/main.rs"]),
    (
        "allowance_app::",
        &[
            "src/http/console/",
            "src/console/",
            "src/mail/",
            "src/assembly.rs",
            "src/demo/",
        ],
    ),
    (
        "crate::storage",
        &[
            "src/serve.rs",
            "src/cli.rs",
            "src/cli/desk.rs",
            "src/metering/tests.rs",
        ],
    ),
];

/// The domain knows nobody.
const STRANGERS_TO_THE_DOMAIN: [&str; 6] = [
    "crate::http",
    "crate::storage",
    "crate::metering",
    "crate::actions",
    "crate::console",
    "tokio::",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

fn server_sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    sources(&root.join("src"), &mut found);
    found
        .into_iter()
        .map(|path| {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
fn each_room_keeps_its_words() {
    for (name, text) in server_sources() {
        for (word, rooms) in RULES {
            let at_home = rooms.iter().any(|room| name.starts_with(room));
            assert!(at_home || !text.contains(word), "{name} says {word}");
        }
    }
}

#[test]
fn the_domain_knows_nobody() {
    for (name, text) in server_sources() {
        if name.starts_with("src/domain/") {
            for word in STRANGERS_TO_THE_DOMAIN {
                assert!(!text.contains(word), "{name} says {word}");
            }
        }
    }
}

#[test]
fn every_rule_guards_something() {
    let sources = server_sources();
    for (word, _) in RULES {
        assert!(
            sources.iter().any(|(_, text)| text.contains(word)),
            "nobody says {word}"
        );
    }
}
