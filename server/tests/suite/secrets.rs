//! Secrets stay where they are shown: every journey that has some, on the real process
//! with its log at `debug`, and then a search of the log, of addresses, pages and the
//! database's files for each of them (`product.md` §7).

use crate::support::process::{Process, command, file, run, said};
use crate::support::{
    Browser, CLIENT_SECRET, Mailbox, Page, Provider, Seen, StubUpstream, search_body,
};
use allowance::clock::{Clock, SystemClock};
use allowance::domain::second_factor::Secret as AppSecret;
use serde_json::json;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::Path;
use tempfile::TempDir;

const OLIVE: &str = "olive@secrets.example";
const ANN: &str = "ann@secrets.example";
const ANNS_NEW: &str = "ann.new@secrets.example";
const CARL: &str = "carl@secrets.example";
const BEA: &str = "bea@secrets.example";
/// Passwords, in the order in which they are used.
const PASSWORDS: [&str; 6] = [
    "olives password of the test",
    "anns first password of the test",
    "anns second password of the test",
    "anns third password of the test",
    "a wrong password of the test",
    "carls password of the test",
];
const UPSTREAM_SECRET: &str = "Token upstream-secret-of-the-test";
/// What a client says to the API.
const SAID: &str = "words that are nobody's business";
const RETRY_KEY: &str = "retry-key-of-the-test";

/// Where a secret may be found.
#[derive(Debug, Clone)]
enum Shown {
    /// Nowhere.
    Never,
    /// In so many answers: that of the form that made it.
    Times(usize),
    /// In the address of a letter's link, and on its page.
    Link,
    /// Between the browser and the provider: in addresses, while one is away.
    Away,
    /// On this page, until a code was typed.
    On(&'static str),
}

struct Secret {
    what: String,
    text: String,
    shown: Shown,
}

/// All that could give a secret away.
struct Evidence {
    log: String,
    seen: Vec<Seen>,
    database: Vec<u8>,
}

impl Evidence {
    /// Where the secret is found, and should not be.
    fn leaks(&self, secret: &Secret) -> Vec<String> {
        let needle = secret.text.as_str();
        let mut found = Vec::new();
        let mut pages = 0;
        for seen in &self.seen {
            let path = seen.at.split('?').next().unwrap();
            let is_link = matches!(path, "/join" | "/reset/new" | "/confirm-email");
            let in_address = seen.at.contains(needle) || seen.location.contains(needle);
            let may_in_address = match secret.shown {
                Shown::Link => is_link,
                Shown::Away => path.contains("openid") || path.contains("/authorize"),
                _ => false,
            };
            if in_address && !may_in_address {
                found.push(format!("the address of {path}, or where it leads"));
            }
            if !seen.text.contains(needle) {
                continue;
            }
            pages += 1;
            let may_on_page = match secret.shown {
                Shown::Never | Shown::Away => false,
                Shown::Times(most) => pages <= most,
                Shown::Link => is_link,
                Shown::On(page) => page == path,
            };
            if !may_on_page {
                found.push(format!("the page of {path}"));
            }
        }
        if let Shown::Times(times) = secret.shown
            && pages < times
        {
            found.push(format!("{pages} pages, not {times}"));
        }
        if self.log.contains(needle) {
            found.push("the log".into());
        }
        // What is agreed on with a provider waits in the session, as it is.
        if !matches!(secret.shown, Shown::Away) && holds(&self.database, needle.as_bytes()) {
            found.push("the database".into());
        }
        found
    }
}

fn holds(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}

/// The database with its log, as they lie on the disk.
fn database(folder: &Path) -> Vec<u8> {
    let main = file(folder);
    let name = main.file_name().unwrap().to_str().unwrap();
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let is_file = entry.file_type().unwrap().is_file();
        if is_file && entry.file_name().to_str().unwrap().starts_with(name) {
            bytes.extend(fs::read(entry.path()).unwrap());
        }
    }
    bytes
}

/// The people, and what they keep to themselves.
struct Journey {
    folder: TempDir,
    process: Process,
    mailbox: Mailbox,
    provider: Provider,
    secrets: Vec<Secret>,
    seen: Vec<Seen>,
}

impl Journey {
    async fn begin() -> Self {
        let folder = TempDir::new().unwrap();
        let mailbox = Mailbox::open().await;
        let provider = Provider::start(SystemClock.now()).await;
        let upstream = StubUpstream::start().await;
        let config = format!(
            "[gateway]\nupstream = '{}'\nupstream_authorization = '{UPSTREAM_SECRET}'\n\
             [accounts]\nsign_up = 'open'\n\
             [mail]\nhost = '127.0.0.1'\nport = {}\nsecurity = 'none'\nfrom = 'a@b.example'\n\
             [openid]\nissuer = '{}'\nclient_id = 'allowance'\nclient_secret = '{CLIENT_SECRET}'",
            upstream.address, mailbox.config.port, provider.issuer
        );
        fs::write(folder.path().join("allowance.toml"), config).unwrap();
        let create = ["admin", "create", "--email", OLIVE, "--name", "Olive"];
        let made = command(folder.path(), &create)
            .env("ALLOWANCE_PASSWORD", PASSWORDS[0])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", said(&made));
        let log = File::create(folder.path().join("log")).unwrap();
        let debug = [("ALLOWANCE_LOG", OsStr::new("debug"))];
        let process = Process::serve_to(folder.path(), &["serve"], &debug, log).await;
        let mut journey = Self {
            folder,
            process,
            mailbox,
            provider,
            secrets: Vec::new(),
            seen: Vec::new(),
        };
        for password in PASSWORDS {
            journey.keep("a password", password, Shown::Never);
        }
        journey.keep("the client's secret", CLIENT_SECRET, Shown::Never);
        journey.keep("the upstream's secret", UPSTREAM_SECRET, Shown::Never);
        journey.keep("what a client says", SAID, Shown::Never);
        journey.keep("a retry's key", RETRY_KEY, Shown::Never);
        journey
    }

    fn keep(&mut self, what: &str, text: &str, shown: Shown) {
        assert!(text.len() >= 12, "{what} is too short to be told apart");
        self.secrets.push(Secret {
            what: what.into(),
            text: text.into(),
            shown,
        });
    }

    fn browser(&self) -> Browser {
        Browser::new(&self.process.address)
    }

    /// The browser is put away; what it saw is kept.
    fn close(&mut self, browser: Browser) {
        for (name, value) in &browser.had {
            if name == "allowance_session" {
                self.keep("a session", value, Shown::Never);
            }
        }
        self.seen.extend(browser.seen);
    }

    /// The link of the next letter.
    async fn link(&mut self, page: &str) -> (String, String) {
        let link = self.mailbox.next().await.link(page);
        let token = link.split_once("token=").unwrap().1.to_owned();
        self.keep("a link", &token, Shown::Link);
        (link, token)
    }

    /// The key that a page shows.
    fn key(&mut self, page: &Page) -> String {
        assert_eq!(page.status, 200, "{}", page.text);
        let key = page.between("class=\"secret\">", "<").to_owned();
        assert!(key.starts_with("mpg-"), "{key}");
        self.keep("a key", &key, Shown::Times(1));
        key
    }

    /// What a command prints first.
    fn printed(&mut self, what: &str, arguments: &[&str]) -> String {
        let output = run(self.folder.path(), arguments);
        assert!(output.status.success(), "{}", said(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        let secret = text.lines().next().unwrap().to_owned();
        self.keep(what, &secret, Shown::Never);
        secret
    }

    async fn call(&self, key: &str) {
        let mut body = search_body();
        body["query"] = json!(SAID);
        let answer = reqwest::Client::new()
            .post(format!(
                "{}/api/openmem/v1/search/memory",
                self.process.address
            ))
            .header("authorization", format!("Token {key}"))
            .header("idempotency-key", format!("{RETRY_KEY}-{}", &key[40..]))
            .json(&body)
            .send()
            .await
            .unwrap();
        let answer: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(answer["code"], 0, "{answer}");
    }

    fn end(self) -> (Vec<Secret>, Evidence) {
        let evidence = Evidence {
            // While it runs: with all that was not moved into the main file yet.
            database: database(self.folder.path()),
            log: fs::read_to_string(self.folder.path().join("log")).unwrap(),
            seen: self.seen,
        };
        self.process.kill();
        (self.secrets, evidence)
    }
}

/// Sign-up, keys, calls, a code, a new password, a new e-mail.
async fn ann(it: &mut Journey) {
    let mut browser = it.browser();
    browser.post("/sign-up", &[("email", ANN)]).await;
    let (link, token) = it.link("/join").await;
    browser.open(&link).await;
    let fields = [
        ("token", token.as_str()),
        ("name", "Ann"),
        ("password", PASSWORDS[1]),
        ("time_zone", "UTC"),
    ];
    let page = browser.post("/join", &fields).await;
    let key = it.key(&page);
    it.call(&key).await;

    let page = browser.open("/projects").await;
    let project = page.between("href=\"/projects/prj_", "\"").to_owned();
    let project = format!("prj_{project}");
    let fields = [("name", "Second"), ("project", project.as_str())];
    let page = browser.post("/keys", &fields).await;
    let key = it.key(&page);
    let id = page.between("/keys/key_", "\"").to_owned();
    let id = id.split(['/', '?']).next().unwrap();
    it.call(&key).await;
    let rotate = format!("/keys/key_{id}/rotate");
    let page = browser.post(&rotate, &[("grace", "1h")]).await;
    let key = it.key(&page);
    it.call(&key).await;

    let create = ["admin", "code", "create", "--calls", "50"];
    let code = it.printed("a code", &create);
    let spare = it.printed("a code", &create);
    let fields = [("code", code.as_str()), ("api", "searchMemory")];
    let page = browser.post("/request-more/redeem", &fields).await;
    assert!(page.at.contains("code-redeemed"), "{}", page.text);
    let token = it.printed(
        "a service's token",
        &["admin", "token", "create", "--name", "worker"],
    );
    let recorded = reqwest::Client::new()
        .post(format!("{}/v1/meter/record", it.process.address))
        .bearer_auth(&token)
        .json(&json!({ "id": "event-1", "key": key, "api": "searchMemory", "tokens": 3 }))
        .send()
        .await
        .unwrap();
    assert_eq!(recorded.status(), 200);

    // A code that was sent after the session had ended.
    let session = browser.cookie("allowance_session").unwrap().to_owned();
    browser.drop_cookie("allowance_session");
    let fields = [
        ("form", "redeem"),
        ("code", spare.as_str()),
        ("api", "searchMemory"),
    ];
    let page = browser.post("/request-more/redeem", &fields).await;
    assert!(page.at.contains("form-kept"), "{}", page.at);
    browser.set_cookie("allowance_session", &session);

    let fields = [("new_email", ANNS_NEW), ("email_password", PASSWORDS[1])];
    browser.post("/settings/email", &fields).await;
    let (link, token) = it.link("/confirm-email").await;
    browser.open(&link).await;
    let page = browser.post("/confirm-email", &[("token", &token)]).await;
    assert!(page.at.contains("email-changed"), "{}", page.text);
    // The old mailbox is told.
    it.mailbox.next().await;
    browser.post("/sign-out", &[]).await;

    let wrong = [("email", ANNS_NEW), ("password", PASSWORDS[4])];
    assert_eq!(browser.post("/sign-in", &wrong).await.status, 422);
    browser.post("/reset", &[("email", ANNS_NEW)]).await;
    let (link, token) = it.link("/reset/new").await;
    browser.open(&link).await;
    let fields = [
        ("token", token.as_str()),
        ("new_password", PASSWORDS[2]),
        ("again_password", PASSWORDS[2]),
    ];
    let page = browser.post("/reset/new", &fields).await;
    assert!(page.at.contains("password-reset"), "{}", page.text);
    it.mailbox.next().await;
    let right = [("email", ANNS_NEW), ("password", PASSWORDS[2])];
    assert_eq!(browser.post("/sign-in", &right).await.at, "/usage");
    let fields = [
        ("current_password", PASSWORDS[2]),
        ("new_password", PASSWORDS[3]),
        ("again_password", PASSWORDS[3]),
    ];
    let page = browser.post("/settings/password", &fields).await;
    assert!(page.at.contains("password-changed"), "{}", page.text);
    it.mailbox.next().await;
    it.close(browser);
}

/// The second step: set up, asked for, and a code on paper instead of it.
async fn second_step(it: &mut Journey) {
    let mut browser = it.browser();
    let right = [("email", ANNS_NEW), ("password", PASSWORDS[3])];
    browser.post("/sign-in", &right).await;
    let begin = "/settings/second-step/begin";
    let page = browser
        .post(begin, &[("factor_password", PASSWORDS[3])])
        .await;
    let secret = page.between("class=\"secret\">", "<").replace(' ', "");
    it.keep(
        "an app's secret",
        &secret,
        Shown::On("/settings/second-step"),
    );
    let code = AppSecret(base32(&secret)).code(SystemClock.now());
    let page = browser
        .post("/settings/second-step", &[("second_code", &code)])
        .await;
    let list = page
        .between("class=\"recovery-codes\">", "</ul>")
        .to_owned();
    let codes: Vec<_> = list.split("<code>").skip(1).collect();
    let codes: Vec<_> = codes
        .into_iter()
        .map(|rest| rest.split('<').next().unwrap())
        .collect();
    assert_eq!(codes.len(), 10, "{}", page.text);
    for code in &codes {
        it.keep("a recovery code", code, Shown::Times(1));
    }
    browser.post("/sign-out", &[]).await;
    let page = browser.post("/sign-in", &right).await;
    assert!(page.at.starts_with("/sign-in/code"), "{}", page.at);
    let page = browser
        .post("/sign-in/code", &[("second_code", codes[0])])
        .await;
    assert_eq!(page.at, "/usage");
    for path in [
        "/settings",
        "/settings/second-step",
        "/settings/export.json",
        "/keys",
        "/requests",
        "/request-more",
        "/quick-start",
        "/welcome",
    ] {
        assert_eq!(browser.open(path).await.status, 200, "{path}");
    }
    it.close(browser);
}

/// Invited by staff; and signed in by the provider.
async fn others(it: &mut Journey) {
    let mut staff = it.browser();
    let right = [("email", OLIVE), ("password", PASSWORDS[0])];
    assert_eq!(staff.post("/sign-in", &right).await.at, "/usage");
    staff.post("/admin/links", &[("email", CARL)]).await;
    let (link, token) = it.link("/join").await;
    let mut carl = it.browser();
    carl.open(&link).await;
    let fields = [
        ("token", token.as_str()),
        ("name", "Carl"),
        ("password", PASSWORDS[5]),
        ("time_zone", "UTC"),
    ];
    let page = carl.post("/join", &fields).await;
    let key = it.key(&page);
    it.call(&key).await;
    it.close(carl);

    it.provider.person("bea-1", BEA);
    let mut bea = it.browser();
    let away = bea.step("/sign-in/openid").await;
    for field in ["state=", "nonce="] {
        let value = away.split(field).nth(1).unwrap().split('&').next().unwrap();
        it.keep("what is agreed on with the provider", value, Shown::Away);
    }
    let back = bea.step(&away).await;
    assert_eq!(bea.open(&back).await.at, "/quick-start");
    let handed_out = it.provider.secrets();
    let [code, tokens @ ..] = handed_out.as_slice() else {
        panic!("nothing was handed out")
    };
    it.keep("a provider's code", code, Shown::Away);
    for token in tokens {
        it.keep("a provider's token", token, Shown::Never);
    }
    it.close(bea);

    for path in [
        "/admin",
        "/admin/overview",
        "/admin/links",
        "/admin/audit",
        "/admin/audit/export.csv",
        "/admin/audit/export.json",
        "/admin/export.json",
    ] {
        assert_eq!(staff.open(path).await.status, 200, "{path}");
    }
    it.close(staff);
}

fn base32(text: &str) -> Vec<u8> {
    let (mut bits, mut held, mut bytes) = (0_u32, 0, Vec::new());
    for digit in text.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            _ => digit - b'2' + 26,
        };
        bits = bits << 5 | u32::from(value);
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xFF).unwrap());
        }
    }
    bytes
}

#[tokio::test]
async fn a_secret_is_found_nowhere_but_where_it_is_shown_once() {
    let mut it = Journey::begin().await;
    ann(&mut it).await;
    second_step(&mut it).await;
    others(&mut it).await;
    let (secrets, evidence) = it.end();

    // The search looks where there is something to be found.
    assert!(evidence.log.contains("DEBUG"), "{}", evidence.log);
    assert!(evidence.seen.len() > 60, "{}", evidence.seen.len());
    for known in [OLIVE, "bea-1", "Second", "account.password_reset"] {
        let is_there = holds(&evidence.database, known.as_bytes());
        assert!(is_there, "{known} is not in the database");
    }
    let kinds: std::collections::BTreeSet<_> = secrets.iter().map(|it| &*it.what).collect();
    assert!(kinds.len() >= 14, "{kinds:?}");
    let mut leaks = Vec::new();
    for secret in &secrets {
        for place in evidence.leaks(secret) {
            leaks.push(format!("{}, {}: {place}", secret.what, secret.text));
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    // Nor who somebody is, into the log.
    for email in [OLIVE, ANN, ANNS_NEW, CARL, BEA] {
        assert!(!evidence.log.contains(email), "{email} is in the log");
    }
}

#[test]
fn the_search_finds_what_was_planted_in_each_place() {
    let plant = |shown| Secret {
        what: "a plant".into(),
        text: "planted-by-the-test".into(),
        shown,
    };
    let none = || Evidence {
        log: "DEBUG nothing".into(),
        seen: Vec::new(),
        database: b"nothing".to_vec(),
    };
    let seen = |at: &str, location: &str, text: &str| Seen {
        at: at.into(),
        location: location.into(),
        text: text.into(),
    };
    assert!(none().leaks(&plant(Shown::Never)).is_empty());
    let page = |path: &str| seen(path, "", "<p>planted-by-the-test</p>");
    for (evidence, shown) in [
        (
            Evidence {
                log: "DEBUG got planted-by-the-test".into(),
                ..none()
            },
            Shown::Link,
        ),
        (
            Evidence {
                database: b"\0\x01planted-by-the-test\xff".to_vec(),
                ..none()
            },
            Shown::Never,
        ),
        (
            Evidence {
                seen: vec![seen("/keys?k=planted-by-the-test", "", "")],
                ..none()
            },
            Shown::Never,
        ),
        (
            Evidence {
                seen: vec![seen("/keys", "/keys?done=planted-by-the-test", "")],
                ..none()
            },
            Shown::Times(0),
        ),
        (
            Evidence {
                seen: vec![page("/keys"), page("/keys")],
                ..none()
            },
            Shown::Times(1),
        ),
        (
            Evidence {
                seen: vec![page("/usage")],
                ..none()
            },
            Shown::Link,
        ),
        (
            Evidence {
                seen: vec![page("/settings")],
                ..none()
            },
            Shown::On("/settings/second-step"),
        ),
        // A secret that was to be shown, and was not: the journey did not take place.
        (none(), Shown::Times(1)),
    ] {
        let found = evidence.leaks(&plant(shown.clone()));
        assert_eq!(found.len(), 1, "{shown:?}: {found:?}");
    }
}
