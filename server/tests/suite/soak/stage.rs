//! Who takes part: a developer with a key, staff, a service, and a catalogue of two
//! APIs of which one is scarce.

use crate::support::process::Process;
use crate::support::stage::{self, DEVELOPER, STAFF, Stage};
use crate::support::{Browser, sign_in_fields};
use std::path::Path;

/// The cookie of a console session.
pub const COOKIE: &str = "allowance_session";

#[derive(Debug, Clone)]
pub struct Cast {
    pub stage: Stage,
    /// Cookies of the two, signed in to the console.
    pub developer: String,
    pub staff: String,
}

pub async fn set(folder: &Path) -> Cast {
    let stage = stage::set(folder, &[("plenty", 100_000_000), ("scarce", 20)]).await;
    let process = stage::serve(folder).await;
    let [developer, staff] = [
        signed_in(&process, DEVELOPER).await,
        signed_in(&process, STAFF).await,
    ];
    process.kill();
    Cast {
        stage,
        developer,
        staff,
    }
}

async fn signed_in(process: &Process, email: &str) -> String {
    let mut browser = Browser::new(&process.address);
    let page = browser.post("/sign-in", &sign_in_fields(email, "")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    browser.cookie(COOKIE).unwrap().to_owned()
}
