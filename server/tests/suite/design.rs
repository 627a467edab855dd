//! The page that shows the design system exists where pages are built.

#![cfg(debug_assertions)]

use crate::support::{Browser, TestServer};

#[tokio::test]
async fn the_design_system_is_shown_to_builders_without_a_sign_in() {
    let it = TestServer::start().await;
    let mut browser = Browser::new(&it.address);
    let page = browser.open("/design").await;
    assert_eq!((page.status, page.at.as_str()), (200, "/design"));
    for part in [
        "colours", "contrast", "type", "space", "buttons", "fields", "notices", "marks", "quotas",
        "rows", "icons",
    ] {
        page.assert_has(&format!("<h2 id=\"{part}\""));
    }
    page.assert_has_not("too faint");
    assert_eq!(browser.open("/design.css").await.status, 200);
}
