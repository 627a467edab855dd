//! Hostile forms (`product.md` §7 and "Bad input, everywhere"): the pages are walked
//! as everybody, their forms are read, and every route that takes a form is sent what
//! an attacker would type. A route whose form no page shows gets the names of all
//! fields that there are.

use crate::support::{Browser, Mailbox, PASSWORD, TestServer};
use crate::visit::{ANN, House};
use allowance::domain::accounts::Role;
use allowance::domain::links::SignUp;
use allowance::domain::store::{Accounts, Audit, AuditFilter};
use reqwest::{Method, RequestBuilder, Response, Url};
use std::collections::{BTreeMap, BTreeSet};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const OWNER: &str = "olive@example.com";
const NOBODY: &str = "nobody";

/// Opens a tag of its own, and ends an attribute: as text it does neither.
const MARKUP: &str = "\" onfocus=a '></textarea><xss-probe>";

type Fields = BTreeMap<String, String>;

/// A form as a page shows it.
#[derive(Debug, Clone)]
struct Form {
    /// The route that takes it.
    route: String,
    path: String,
    fields: Fields,
}

struct Site {
    house: House,
    forms: Vec<Form>,
}

/// Whose browser sends a form.
fn sender(route: &str) -> &'static str {
    let is_open = ["/sign-in", "/sign-up", "/join", "/reset", "/confirm-email"]
        .iter()
        .any(|open| route == *open || route.starts_with(&format!("{open}/")));
    if route.starts_with("/admin") {
        OWNER
    } else if is_open || matches!(route, "/theme" | "/language") {
        NOBODY
    } else {
        ANN
    }
}

/// Whether a path is one of a route.
fn is_of(route: &str, path: &str) -> bool {
    let (route, path) = (route.split('/'), path.split('?').next().unwrap().split('/'));
    let (route, path): (Vec<_>, Vec<_>) = (route.collect(), path.collect());
    route.len() == path.len()
        && route
            .iter()
            .zip(&path)
            .all(|(part, at)| part == at || part.starts_with('{') && !at.is_empty())
}

/// What stands in an attribute of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let rest = tag.split_once(&format!("{name}=\""))?.1;
    rest.split('"').next()
}

/// The forms of a page that change something: where they go, and their fields.
fn forms_on(page: &str) -> Vec<(String, Fields)> {
    let mut found = Vec::new();
    for form in page.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap();
        let head = form.split('>').next().unwrap();
        if attribute(head, "method") != Some("post") {
            continue;
        }
        let mut fields = Fields::new();
        for start in ["<input", "<textarea", "<select"] {
            for rest in form.split(start).skip(1) {
                let tag = rest.split('>').next().unwrap();
                let Some(name) = attribute(tag, "name") else {
                    continue;
                };
                let value = match start {
                    "<select" => attribute(rest, "value").unwrap_or_default(),
                    _ => attribute(tag, "value").unwrap_or_default(),
                };
                fields.insert(name.into(), value.into());
            }
        }
        let action = attribute(head, "action").unwrap_or_default();
        found.push((action.to_owned(), fields));
    }
    found
}

impl Site {
    /// Walks all pages, and reads their forms.
    async fn walk() -> Self {
        let mut house = House::build().await;
        let entries = house.it.server.entries.clone();
        let mut shown: Vec<(String, Fields)> = Vec::new();
        let nobody = Browser::new(&house.it.address);
        for entry in entries.iter().filter(|entry| entry.method == "GET") {
            if entry.path == "/usage/live" {
                continue;
            }
            let path = house.path(&entry.path).await;
            for browser in [&nobody, &house.browsers[ANN], &house.browsers[OWNER]] {
                let answer = browser.request(Method::GET, &path).send().await.unwrap();
                shown.extend(forms_on(&answer.text().await.unwrap()));
            }
        }
        let all: BTreeSet<_> = shown
            .iter()
            .flat_map(|(_, fields)| fields.keys().cloned())
            .collect();
        let mut forms = Vec::new();
        for entry in entries.iter().filter(|entry| entry.method == "POST") {
            let route = entry.path.clone();
            if route.starts_with("/v1/") {
                continue;
            }
            let form = shown.iter().find(|(action, _)| is_of(&route, action));
            let (path, fields) = if let Some(shown) = form {
                shown.clone()
            } else {
                let fields = all.iter().map(|name| (name.clone(), "x".into()));
                (house.path(&route).await, fields.collect())
            };
            forms.push(Form {
                route,
                path,
                fields,
            });
        }
        // Ends the session with which the others are sent.
        forms.sort_by_key(|form| form.route == "/sign-out");
        Self { house, forms }
    }

    fn request(&self, form: &Form) -> RequestBuilder {
        let nobody = Browser::new(&self.house.it.address);
        let browser = match sender(&form.route) {
            NOBODY => &nobody,
            email => &self.house.browsers[email],
        };
        browser.request(Method::POST, &form.path)
    }

    /// Sends a form as its page does.
    async fn send(&self, form: &Form, fields: &Fields) -> Response {
        let request = self.request(form).header("sec-fetch-site", "same-origin");
        let answer = request.form(fields).send().await.unwrap();
        let status = answer.status();
        assert!(!status.is_server_error(), "{}: {status}", form.route);
        self.assert_stays(form, &answer);
        answer
    }

    /// An answer leads nowhere else, and sets nothing that we did not.
    fn assert_stays(&self, form: &Form, answer: &Response) {
        let (route, headers) = (&form.route, answer.headers());
        if let Some(to) = headers.get("location") {
            let here = Url::parse(&self.house.it.address).unwrap();
            let to = to.to_str().unwrap();
            let there = here.join(to).unwrap();
            assert_eq!(there.origin(), here.origin(), "{route} leads to {to}");
        }
        assert!(!headers.contains_key("x-probe"), "{route}");
        for cookie in headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(!cookie.contains("probe"), "{route} sets {cookie}");
        }
    }

    /// Each form with each of its fields, one at a time, holding something else.
    fn spoiled(&self, with: &str) -> Vec<(&Form, Fields)> {
        let mut all = Vec::new();
        for form in self.forms.iter().filter(|form| form.route != "/sign-out") {
            for name in form.fields.keys() {
                let mut fields = form.fields.clone();
                fields.insert(name.clone(), with.to_owned());
                // Of each a form of its own: none is taken for one that was sent before.
                if name != "once" {
                    fields.remove("once");
                }
                all.push((form, fields));
            }
        }
        all
    }
}

#[track_caller]
fn assert_is_text(at: &str, page: &str) {
    assert!(!page.contains("<xss-probe"), "markup on {at}:\n{page}");
    for tag in page.split('<').skip(1) {
        // Between the tag's name and its end, without what stands in quotes.
        let (mut quoted, mut plain) = (false, String::new());
        for c in tag.chars() {
            match c {
                '"' => quoted = !quoted,
                '>' if !quoted => break,
                _ if !quoted => plain.push(c),
                _ => {}
            }
        }
        let is_tag = plain.starts_with(|c: char| c.is_ascii_alphabetic());
        assert!(
            !is_tag || !plain.contains("onfocus"),
            "an attribute on {at}: <{tag}"
        );
    }
}

fn is_page(answer: &Response) -> bool {
    let kind = answer.headers().get("content-type");
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

#[test]
fn markup_is_seen_where_it_is_and_text_is_not_taken_for_it() {
    let is_text =
        |page: &'static str| std::panic::catch_unwind(|| assert_is_text("a page", page)).is_ok();
    assert!(is_text(
        "<p title=\"x&quot; onfocus=alert(1)\">x\" onfocus=alert(1) &lt;xss-probe></p>"
    ));
    assert!(!is_text("<p>'><xss-probe onload=alert(1)></p>"));
    assert!(!is_text("<input value=\"x\" onfocus=alert(1) '>"));
}

#[tokio::test]
async fn the_walk_finds_the_forms() {
    let site = Site::walk().await;
    assert!(site.forms.len() > 50, "{}", site.forms.len());
    let fields = |route: &str| {
        let form = site.forms.iter().find(|form| form.route == route);
        let fields = &form.unwrap().fields;
        fields.keys().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(fields("/sign-in"), "email form next password");
    assert!(fields("/keys").contains("cap_calls"), "{}", fields("/keys"));
    assert!(fields("/admin/accounts/{id}/grants").contains("reason"));
    assert!(fields("/sign-in/code").contains("second_code"));
}

#[tokio::test]
async fn what_is_typed_is_text_wherever_it_is_shown() {
    let mut site = Site::walk().await;
    for (form, fields) in site.spoiled(MARKUP) {
        let answer = site.send(form, &fields).await;
        if is_page(&answer) {
            assert_is_text(&form.route, &answer.text().await.unwrap());
        }
    }
    // What was kept of it, on every page; and what an address says.
    let names: BTreeSet<_> = site
        .forms
        .iter()
        .flat_map(|form| form.fields.keys())
        .collect();
    let mut query: Vec<_> = names.iter().map(|name| (name.as_str(), MARKUP)).collect();
    for name in [
        "done", "next", "q", "from", "to", "state", "group", "after", "page", "sort",
    ] {
        query.push((name, MARKUP));
    }
    let entries = site.house.it.server.entries.clone();
    for entry in entries.iter().filter(|entry| entry.method == "GET") {
        if entry.path == "/usage/live" {
            continue;
        }
        let own = site.house.path(&entry.path).await;
        let hostile = entry.path.replace("{id}", "%22%3E%3Cxss-probe%3E");
        for (path, query) in [(&own, &[][..]), (&own, &query[..]), (&hostile, &[][..])] {
            for email in [ANN, OWNER] {
                let browser = &site.house.browsers[email];
                let request = browser.request(Method::GET, path).query(query);
                let answer = request.send().await.unwrap();
                assert!(!answer.status().is_server_error(), "{path}");
                if is_page(&answer) {
                    assert_is_text(path, &answer.text().await.unwrap());
                }
            }
        }
    }
    let audit = AuditFilter::default();
    let kept = site
        .house
        .it
        .store
        .audit(&audit, None, 1_000)
        .await
        .unwrap();
    let probes = kept.iter().filter(|entry| {
        entry
            .after
            .as_deref()
            .unwrap_or_default()
            .contains("xss-probe")
    });
    assert!(probes.count() >= 5, "hardly anything was kept: {kept:?}");
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_whoever_sends_it() {
    let site = Site::walk().await;
    let audit = AuditFilter::default();
    let before = site
        .house
        .it
        .store
        .audit(&audit, None, 1_000)
        .await
        .unwrap()
        .len();
    for form in &site.forms {
        for (header, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "http://127.0.0.1:1"),
        ] {
            let request = site.request(form).header(header, value);
            let answer = request.form(&form.fields).send().await.unwrap();
            assert_eq!(answer.status(), 403, "{} by {header}: {value}", form.route);
            assert!(answer.headers().get("location").is_none());
        }
    }
    let after = site
        .house
        .it
        .store
        .audit(&audit, None, 1_000)
        .await
        .unwrap()
        .len();
    assert_eq!(after, before);
}

#[tokio::test]
async fn no_field_leads_to_another_site() {
    let site = Site::walk().await;
    for next in [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "/%09/evil.example",
        "/\r\nLocation: https://evil.example",
        "/%0d%0aX-Probe: 1",
        "javascript:alert(1)",
        "/.//evil.example",
        "/usage/..//evil.example",
        "@evil.example",
        "usage",
    ] {
        for form in &site.forms {
            let has = form.fields.contains_key("next");
            if !has && next != "//evil.example" || form.route == "/sign-out" {
                continue;
            }
            let mut fields = form.fields.clone();
            fields.remove("once");
            for name in ["next", "back", "return", "redirect_uri"] {
                fields.insert(name.into(), next.into());
            }
            site.send(form, &fields).await;
        }
        // And a sign-in that is a good one.
        let good = [("email", ANN), ("password", PASSWORD), ("next", next)];
        let fields = good.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let form = site.forms.iter().find(|form| form.route == "/sign-in");
        let answer = site.send(form.unwrap(), &Fields::from(fields)).await;
        assert_eq!(answer.status(), 303, "{next:?}");
    }
}

#[tokio::test]
async fn no_field_writes_headers() {
    let site = Site::walk().await;
    for probe in [
        "a\r\nX-Probe: 1\r\nSet-Cookie: probe=1",
        "a\nSet-Cookie: probe=1",
        "a%0d%0aX-Probe:%201",
        "a\u{2028}X-Probe: 1",
        "a\0b",
    ] {
        for (form, fields) in site.spoiled(probe) {
            site.send(form, &fields).await;
        }
    }
}

#[tokio::test]
async fn fields_that_a_form_does_not_have_mean_nothing() {
    let site = Site::walk().await;
    let it = &site.house.it;
    let left = it.remaining(&site.house.ann, "addMessage").await;
    for form in site.forms.iter().filter(|form| form.route != "/sign-out") {
        if sender(&form.route) == OWNER {
            continue;
        }
        let mut fields = form.fields.clone();
        for (name, value) in [
            ("role", "owner"),
            ("account", &*site.house.owner.public_id),
            ("account_id", "1"),
            ("owner", "true"),
            ("calls", "1000000"),
            ("granted", "1000000"),
            ("free_calls", "1000000"),
            ("id", "1"),
            ("email_verified", "true"),
            ("disabled_at", ""),
            ("created_at", "0"),
            ("public_id", "acc_1"),
            ("reference_code", "AL-EVIL-EVIL"),
            ("password_hash", ""),
        ] {
            fields.entry(name.into()).or_insert_with(|| value.into());
        }
        site.send(form, &fields).await;
    }
    let account = |id| it.store.account(id);
    let ann = account(site.house.ann.id).await.unwrap().unwrap();
    assert_eq!(ann.role, Role::Developer);
    assert_eq!(ann.reference_code, site.house.ann.reference_code);
    assert_eq!(ann.public_id, site.house.ann.public_id);
    assert_eq!(ann.disabled_at, None);
    assert_eq!(it.remaining(&ann, "addMessage").await, left);
    let owner = account(site.house.owner.id).await.unwrap().unwrap();
    assert_eq!(owner, site.house.owner);
    let cleo = account(site.house.cleo.id).await.unwrap().unwrap();
    assert_eq!(cleo, site.house.cleo);
    it.assert_verified().await;
}

#[tokio::test]
async fn what_is_too_much_is_refused_and_hurts_nobody() {
    let site = Site::walk().await;
    let large = "a".repeat(100_000);
    // As long as a form may be.
    let long = "ä".repeat(8_000);
    for (form, fields) in site.spoiled(&large) {
        if form.route == "/admin/bulk" {
            continue;
        }
        let answer = site.send(form, &fields).await;
        let status = answer.status();
        // Who is not asked for their form is told so before it is read.
        assert!(status.is_client_error(), "{}: {status}", form.route);
    }
    for (form, fields) in site.spoiled(&long) {
        site.send(form, &fields).await;
    }
    let many: Vec<_> = (0..1_000).map(|n| format!("field{n}=x")).collect();
    let same = vec!["name=a"; 1_000].join("&");
    let deep = format!("name{}=x", "[a]".repeat(1_000));
    let broken = "name=%ff%fe&email=%&=&&&password";
    for form in site.forms.iter().filter(|form| form.route != "/sign-out") {
        for body in [&many.join("&"), &same, &deep, broken, ""] {
            let answer = site
                .request(form)
                .header("sec-fetch-site", "same-origin")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body.to_owned())
                .send()
                .await
                .unwrap();
            assert!(!answer.status().is_server_error(), "{}", form.route);
        }
        for kind in [
            "application/json",
            "text/plain",
            "multipart/form-data; boundary=x",
        ] {
            let answer = site
                .request(form)
                .header("sec-fetch-site", "same-origin")
                .header("content-type", kind)
                .body("{\"role\":\"owner\"}")
                .send()
                .await
                .unwrap();
            assert!(!answer.status().is_server_error(), "{} {kind}", form.route);
        }
    }
    assert_eq!(
        site.house.browsers[ANN]
            .request(Method::GET, "/usage")
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
}

/// Sends a path as it is: clients tidy theirs up.
async fn raw(it: &TestServer, path: &str, cookie: &str) -> String {
    let mut tcp = TcpStream::connect(it.address.trim_start_matches("http://"))
        .await
        .unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: a.example\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    );
    tcp.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A server that closes in the middle has said what it says.
    let _ = tcp.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn no_spelling_of_a_path_leads_around_the_doors() {
    let house = House::build().await;
    let it = &house.it;
    let session = house.browsers[ANN].cookie("allowance_session").unwrap();
    let session = format!("allowance_session={session}");
    let long = format!("/admin/{}", "a".repeat(5_000));
    for path in [
        "/admin/../admin",
        "/usage/../admin",
        "/sign-in/../admin",
        "/./admin",
        "/%2e%2e/admin",
        "/usage/%2e%2e/admin",
        "/sign-in/%2e%2e/admin/audit",
        "/..%2fadmin",
        "//admin",
        "///admin//audit",
        "/admin//audit",
        "//admin/audit",
        "/admin/",
        "/admin/audit/",
        "/ADMIN",
        "/Admin/audit",
        "/%61dmin",
        "/%61dmin/audit",
        "/admin%2faudit",
        "/admin%00",
        "/admin/%00",
        "/admin/audit%00.css",
        "/pkg/../admin/audit",
        "/pkg/%2e%2e/admin/audit",
        "/favicon/../admin/audit",
        "/favicon.ico/../admin/audit",
        "/pkg/../../Cargo.toml",
        "/pkg/%2e%2e/%2e%2e/Cargo.toml",
        "/pkg/..%5c..%5cCargo.toml",
        "/%c0%ae%c0%ae/Cargo.toml",
        "/admin;a=b",
        "/admin?",
        "/admin#",
        "/keys/%0d%0aX-Probe:%201",
        "/keys/%22%3E%3Cxss-probe%3E",
        "/keys/..%2f..%2fadmin",
        "//evil.example/%2e%2e",
        "/\\evil.example",
        "http://evil.example/admin",
        &long,
    ] {
        for cookie in ["", session.as_str()] {
            let answer = raw(it, path, cookie).await;
            let status: u16 = answer
                .split(' ')
                .nth(1)
                .and_then(|status| status.parse().ok())
                .unwrap_or(400);
            assert!(status < 500, "{path}: {answer}");
            let head = answer.split("\r\n\r\n").next().unwrap();
            for line in head.lines() {
                let line = line.to_ascii_lowercase();
                assert!(!line.starts_with("x-probe"), "{path}: {line}");
                if let Some(to) = line.strip_prefix("location: ") {
                    assert!(to.starts_with('/') && !to.starts_with("//"), "{path}: {to}");
                    assert!(!to.contains('\\'), "{path}: {to}");
                }
            }
            assert_is_text(path, &answer);
            // The desk, another's data, a file that is none of the site's.
            for not in [
                "href=\"/admin/audit\"",
                OWNER,
                "cleo@example.com",
                "[workspace]",
            ] {
                assert!(!answer.contains(not), "{path} shows {not}:\n{answer}");
            }
            if cookie.is_empty() {
                assert!(!answer.contains(ANN), "{path}");
            }
        }
    }
}

#[tokio::test]
async fn passwords_and_e_mails_of_every_size_are_answered_with_a_sentence() {
    let mut mailbox = Mailbox::open().await;
    let mail = mailbox.config.clone();
    let it = TestServer::start_with(|config| {
        config.sign_up = SignUp::Open;
        config.mail = Some(mail);
    })
    .await;
    it.account(ANN, Role::Developer).await;
    let mut inside = it.browser(ANN).await;
    let long = "p".repeat(10_000);
    for password in ["a", "", " ", &long] {
        let mut stranger = Browser::new(&it.address);
        let fields = [("email", ANN), ("password", password)];
        let page = stranger.post("/sign-in", &fields).await;
        assert_eq!(page.status, 422);
        page.assert_has("The e-mail or the password is wrong");
        let fields = [
            ("current_password", PASSWORD),
            ("new_password", password),
            ("again_password", password),
        ];
        let page = inside.post("/settings/password", &fields).await;
        assert_eq!(page.status, 422);
        let said = page.text.contains("characters or more") || page.text.contains("at most");
        assert!(said, "{}", page.text);
        let begin = "/settings/second-step/begin";
        let page = inside.post(begin, &[("factor_password", password)]).await;
        assert_eq!(page.status, 422);
        page.assert_has_not(&long);
    }
    // It is still the same.
    it.browser(ANN).await;

    let long = format!("{}@example.com", "a".repeat(300));
    for (email, good) in [
        ("ann+tag@example.com", true),
        ("用户+测试@例子.公司", true),
        ("josé@exämple.de", true),
        ("o'neil@example.com", true),
        ("a@b@c.example", false),
        ("ann@example.com\r\nBcc: all@example.com", false),
        ("ann@example.com,eve@example.com", false),
        ("<ann@example.com>", false),
        ("ann\u{202e}@example.com", false),
        ("", false),
        (&long, false),
    ] {
        let mut stranger = Browser::new(&it.address);
        let page = stranger.post("/sign-up", &[("email", email)]).await;
        let asked = page.at.contains("sent=1");
        assert_eq!(asked, good, "{email}: {}", page.at);
        if good {
            let letter = mailbox.next().await;
            assert_eq!(letter.to, email);
            let link = letter.link("/join");
            let page = stranger.open(&link).await;
            assert_eq!(page.status, 200);
        } else {
            page.assert_has("Enter an e-mail address");
        }
        let fields = [("email", email), ("password", "x")];
        let page = stranger.post("/sign-in", &fields).await;
        assert_eq!(page.status, 422, "{email}");
    }
    assert!(mailbox.rest().is_empty());
}
