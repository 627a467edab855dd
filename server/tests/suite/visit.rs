//! The visit (`product.md` §7): every route that the router lists is called as
//! everybody, and lets in exactly whom it should. A route that nobody thought of
//! here fails the test; so does one that is gone. What was seen is kept in
//! `docs/ROUTES.md`.

mod house;
mod welcome;

pub use house::{ANN, House};

use allowance::http::Entry;
use reqwest::Response;
use std::fmt::Write;
use std::path::Path;
use welcome::{EXPECTED, GUESTS, expected};

/// What came of one call.
#[derive(Debug, PartialEq, Eq)]
pub enum Seen {
    In,
    /// To the sign-in page, or with a status.
    Out(String),
}

impl Seen {
    pub fn of(response: &Response) -> Self {
        let status = response.status().as_u16();
        let to = response.headers().get("location");
        let to = to.map_or("", |to| to.to_str().unwrap());
        match status {
            303 | 307 if to.starts_with("/sign-in") && !to.contains("signed-out") => {
                Self::Out("sign-in".into())
            }
            401 | 403 | 404 => Self::Out(status.to_string()),
            _ => Self::In,
        }
    }

    pub fn word(&self) -> &str {
        match self {
            Self::In => "✓",
            Self::Out(how) => how,
        }
    }
}

fn table(rows: &[(Entry, Vec<Seen>)]) -> String {
    let mut text = String::from(
        "# Who is let in where\n\n\
         Every route of the router, called by `server/tests/suite/visit.rs` as everybody. ✓ is\n\
         let in; `sign-in` is led to the sign-in page; a number is the HTTP status of the\n\
         refusal. A developer's things answer 404 to everybody else, staff too, and so does the\n\
         desk to everybody who is not staff. The file is written by\n\
         `ALLOWANCE_WRITE_ROUTES=1`, and the test fails where it differs.\n\n\
         | | route | nobody | meter token | admin:read | admin:support | admin:write | another's key | another developer | support | owner | developer |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for (entry, seen) in rows {
        write!(text, "| {} | `{}` |", entry.method, entry.path).unwrap();
        for seen in seen {
            write!(text, " {} |", seen.word()).unwrap();
        }
        text.push('\n');
    }
    text
}

#[tokio::test]
async fn every_route_lets_in_whom_it_should_and_nobody_else() {
    let mut house = House::build().await;
    let mut entries = house.it.server.entries.clone();
    // Ends the sessions with which the others are visited.
    entries.sort_by_key(|entry| entry.path == "/sign-out");
    let mut faults = Vec::new();
    let mut rows = Vec::new();
    for entry in entries {
        let Some(welcome) = expected(&entry) else {
            faults.push(format!("nobody expects {} {}", entry.method, entry.path));
            continue;
        };
        let seen = house.visit(&entry).await;
        for (guest, seen) in GUESTS.into_iter().zip(&seen) {
            if (*seen == Seen::In) != welcome.contains(&guest) {
                let (method, path) = (entry.method, &entry.path);
                faults.push(format!("{method} {path} as {guest:?}: {}", seen.word()));
            }
        }
        rows.push((entry, seen));
    }
    for (method, path, _) in EXPECTED {
        let is_there = rows
            .iter()
            .any(|(entry, _)| entry.method == *method && entry.path == *path);
        // The sheet is there in debug builds only.
        if !is_there && (cfg!(debug_assertions) || *path != "/design.css") {
            faults.push(format!("there is no {method} {path} any more"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    let found = table(&rows);
    println!("{found}");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ROUTES.md");
    if std::env::var_os("ALLOWANCE_WRITE_ROUTES").is_some() {
        std::fs::write(&file, &found).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == found, "docs/ROUTES.md is not what the visit saw");
}
