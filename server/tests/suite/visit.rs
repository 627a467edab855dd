//! The visit (`product.md` §7): every route that the router lists is called as
//! everybody, and lets in exactly whom it should. A route that nobody thought of
//! here fails the test; so does one that is gone. What was seen is kept in
//! `docs/ROUTES.md`.

use crate::support::{Browser, TestServer, search_body};
use allowance::actions::{AskedGrant, CreateCodes, CreateServiceToken};
use allowance::config::ErrorStyle;
use allowance::domain::accounts::{Account, Role};
use allowance::domain::authority::By;
use allowance::domain::language::Language;
use allowance::domain::requests::{CallFilter, CallQuery, Direction};
use allowance::domain::store::{Codes, Grants, Links, QuotaRequests, RequestLog, Webhooks};
use allowance::http::Entry;
use reqwest::{Method, Response};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// Those who come, the least welcome first: what they may not do is still there
/// for those who may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guest {
    /// No cookie, no key, no token.
    Nobody,
    /// A token of the metering API.
    MeterToken,
    /// Tokens of the admin API.
    ReadToken,
    SupportToken,
    WriteToken,
    /// A key of another developer.
    ForeignKey,
    /// Another developer, with the ids of the first one's things.
    Stranger,
    Support,
    Owner,
    /// The developer whose things they are.
    Developer,
}

use Guest::{
    Developer, ForeignKey, MeterToken, Nobody, Owner, ReadToken, Stranger, Support, SupportToken,
    WriteToken,
};

const GUESTS: [Guest; 10] = [
    Nobody,
    MeterToken,
    ReadToken,
    SupportToken,
    WriteToken,
    ForeignKey,
    Stranger,
    Support,
    Owner,
    Developer,
];

/// Whom a route lets in.
const ANYONE: &[Guest] = &GUESTS;
/// Everybody who signed in, to what is their own.
const SIGNED_IN: &[Guest] = &[Stranger, Support, Owner, Developer];
/// Whoever has the thing that is named, and no other.
const ITS_OWNER: &[Guest] = &[Developer];
const STAFF: &[Guest] = &[Support, Owner];
const OWNERS: &[Guest] = &[Owner];
const KEYS: &[Guest] = &[ForeignKey];
const METER: &[Guest] = &[MeterToken];
const READERS: &[Guest] = &[ReadToken, SupportToken, WriteToken];
const HELPERS: &[Guest] = &[SupportToken, WriteToken];
const WRITERS: &[Guest] = &[WriteToken];
/// There is nothing for anybody.
const NOBODY: &[Guest] = &[];

type Expected = (&'static str, &'static str, &'static [Guest]);

const EXPECTED: &[Expected] = &[
    ("GET", "/", SIGNED_IN),
    ("GET", "/sign-in", ANYONE),
    ("POST", "/sign-in", ANYONE),
    ("GET", "/confirm-email", ANYONE),
    ("POST", "/confirm-email", ANYONE),
    ("POST", "/settings/email", SIGNED_IN),
    ("GET", "/sign-in/code", ANYONE),
    // Without the password before it, there is nobody whose code it could be.
    ("POST", "/sign-in/code", NOBODY),
    // This house knows no provider.
    ("GET", "/sign-in/openid", NOBODY),
    ("GET", "/sign-in/openid/callback", NOBODY),
    ("POST", "/settings/openid/unlink", SIGNED_IN),
    ("GET", "/settings/second-step", SIGNED_IN),
    ("POST", "/settings/second-step", SIGNED_IN),
    ("POST", "/settings/second-step/begin", SIGNED_IN),
    ("POST", "/settings/second-step/recovery", SIGNED_IN),
    ("POST", "/settings/second-step/remove", SIGNED_IN),
    ("GET", "/sign-up", ANYONE),
    ("POST", "/sign-up", ANYONE),
    ("GET", "/join", ANYONE),
    ("POST", "/join", ANYONE),
    ("GET", "/welcome", SIGNED_IN),
    ("GET", "/reset", ANYONE),
    ("POST", "/reset", ANYONE),
    ("GET", "/reset/new", ANYONE),
    ("POST", "/reset/new", ANYONE),
    ("POST", "/sign-out", SIGNED_IN),
    ("POST", "/theme", ANYONE),
    ("POST", "/language", ANYONE),
    ("GET", "/usage", SIGNED_IN),
    ("GET", "/usage/live", SIGNED_IN),
    ("GET", "/usage/export.csv", SIGNED_IN),
    ("GET", "/usage/export.json", SIGNED_IN),
    ("GET", "/palette.json", SIGNED_IN),
    ("GET", "/requests", SIGNED_IN),
    ("GET", "/requests/find", SIGNED_IN),
    ("GET", "/requests/export.csv", SIGNED_IN),
    ("GET", "/requests/export.json", SIGNED_IN),
    ("GET", "/requests/{id}", ITS_OWNER),
    ("GET", "/error-codes", SIGNED_IN),
    ("GET", "/limits", SIGNED_IN),
    ("GET", "/quick-start", SIGNED_IN),
    ("POST", "/quick-start", SIGNED_IN),
    ("GET", "/keys", SIGNED_IN),
    ("POST", "/keys", SIGNED_IN),
    ("GET", "/keys/export.csv", SIGNED_IN),
    ("GET", "/keys/export.json", SIGNED_IN),
    ("GET", "/keys/{id}", ITS_OWNER),
    ("POST", "/keys/{id}", ITS_OWNER),
    ("POST", "/keys/{id}/disable", ITS_OWNER),
    ("POST", "/keys/{id}/enable", ITS_OWNER),
    ("POST", "/keys/{id}/rotate", ITS_OWNER),
    ("POST", "/keys/{id}/stop-old", ITS_OWNER),
    ("POST", "/keys/{id}/cap", ITS_OWNER),
    ("POST", "/keys/{id}/delete", ITS_OWNER),
    ("GET", "/projects", SIGNED_IN),
    ("POST", "/projects", SIGNED_IN),
    ("GET", "/projects/export.csv", SIGNED_IN),
    ("GET", "/projects/export.json", SIGNED_IN),
    ("GET", "/projects/{id}", ITS_OWNER),
    ("POST", "/projects/{id}", ITS_OWNER),
    ("POST", "/projects/{id}/cap", ITS_OWNER),
    ("POST", "/projects/{id}/delete", ITS_OWNER),
    ("GET", "/settings", SIGNED_IN),
    ("POST", "/settings/profile", SIGNED_IN),
    ("POST", "/settings/password", SIGNED_IN),
    ("POST", "/settings/time-zone", SIGNED_IN),
    ("POST", "/settings/thresholds", SIGNED_IN),
    ("POST", "/settings/sessions/revoke-others", SIGNED_IN),
    // One's own session of that handle ends; there is no other to be ended.
    ("POST", "/settings/sessions/{handle}/revoke", SIGNED_IN),
    ("POST", "/settings/delete", SIGNED_IN),
    ("GET", "/settings/export.json", SIGNED_IN),
    ("GET", "/settings/webhooks", SIGNED_IN),
    ("POST", "/settings/webhooks", SIGNED_IN),
    ("GET", "/settings/webhooks/{id}", ITS_OWNER),
    ("POST", "/settings/webhooks/{id}/rotate", ITS_OWNER),
    ("POST", "/settings/webhooks/{id}/test", ITS_OWNER),
    ("POST", "/settings/webhooks/{id}/disable", ITS_OWNER),
    ("POST", "/settings/webhooks/{id}/enable", ITS_OWNER),
    ("POST", "/settings/webhooks/{id}/delete", ITS_OWNER),
    (
        "POST",
        "/settings/webhooks/{id}/messages/{event}/again",
        ITS_OWNER,
    ),
    ("POST", "/notices/dismiss", SIGNED_IN),
    ("GET", "/request-more", SIGNED_IN),
    ("POST", "/request-more", SIGNED_IN),
    ("GET", "/request-more/export.csv", SIGNED_IN),
    ("GET", "/request-more/export.json", SIGNED_IN),
    ("POST", "/request-more/redeem", SIGNED_IN),
    ("POST", "/request-more/{id}/withdraw", ITS_OWNER),
    ("GET", "/admin", STAFF),
    ("GET", "/admin/overview", STAFF),
    ("GET", "/admin/export.csv", STAFF),
    ("GET", "/admin/export.json", STAFF),
    ("GET", "/admin/accounts/{id}", STAFF),
    ("POST", "/admin/accounts/{id}/notes", STAFF),
    ("POST", "/admin/accounts/{id}/disable", STAFF),
    ("POST", "/admin/accounts/{id}/enable", STAFF),
    ("POST", "/admin/accounts/{id}/grants", STAFF),
    ("GET", "/admin/accounts/{id}/grants/export.csv", STAFF),
    ("GET", "/admin/accounts/{id}/grants/export.json", STAFF),
    ("POST", "/admin/accounts/{id}/grants/{grant}/revoke", STAFF),
    ("GET", "/admin/bulk", OWNERS),
    ("POST", "/admin/bulk", OWNERS),
    ("GET", "/admin/bulk/{id}", OWNERS),
    ("POST", "/admin/bulk/{id}/confirm", OWNERS),
    ("GET", "/admin/codes", STAFF),
    ("POST", "/admin/codes", STAFF),
    ("POST", "/admin/codes/made.csv", STAFF),
    ("GET", "/admin/codes/export.csv", STAFF),
    ("GET", "/admin/codes/export.json", STAFF),
    ("GET", "/admin/codes/{id}", STAFF),
    ("GET", "/admin/codes/{id}/export.csv", STAFF),
    ("GET", "/admin/codes/{id}/export.json", STAFF),
    ("POST", "/admin/codes/{id}/revoke", STAFF),
    ("POST", "/admin/codes/{id}/codes/{code}/revoke", STAFF),
    ("GET", "/admin/requests", STAFF),
    ("GET", "/admin/requests/next", STAFF),
    ("GET", "/admin/requests/export.csv", STAFF),
    ("GET", "/admin/requests/export.json", STAFF),
    ("POST", "/admin/requests/{id}/approve", STAFF),
    ("POST", "/admin/requests/{id}/reject", STAFF),
    ("GET", "/admin/links", STAFF),
    ("POST", "/admin/links", STAFF),
    ("POST", "/admin/links/{id}/show", STAFF),
    ("POST", "/admin/links/{id}/withdraw", STAFF),
    ("GET", "/admin/audit", STAFF),
    ("GET", "/admin/audit/export.csv", STAFF),
    ("GET", "/admin/audit/export.json", STAFF),
    ("ANY", "/api/openmem/v1", NOBODY),
    ("ANY", "/api/openmem/v1/{*path}", KEYS),
    ("POST", "/v1/meter/record", METER),
    ("POST", "/v1/meter/reserve", METER),
    ("POST", "/v1/meter/settle", METER),
    ("ANY", "/v1/meter/{*path}", NOBODY),
    ("GET", "/v1/admin/accounts", READERS),
    ("POST", "/v1/admin/accounts", WRITERS),
    ("GET", "/v1/admin/accounts/{account}", READERS),
    ("POST", "/v1/admin/accounts/{account}/disable", HELPERS),
    ("POST", "/v1/admin/accounts/{account}/enable", HELPERS),
    ("POST", "/v1/admin/accounts/{account}/unlock", WRITERS),
    ("POST", "/v1/admin/accounts/{account}/notes", HELPERS),
    ("POST", "/v1/admin/accounts/{account}/grants", HELPERS),
    (
        "POST",
        "/v1/admin/accounts/{account}/grants/{grant}/revoke",
        HELPERS,
    ),
    ("GET", "/v1/admin/requests", READERS),
    ("POST", "/v1/admin/requests/{request}/approve", HELPERS),
    ("POST", "/v1/admin/requests/{request}/reject", HELPERS),
    ("GET", "/v1/admin/codes", READERS),
    ("POST", "/v1/admin/codes", HELPERS),
    ("GET", "/v1/admin/codes/{id}", READERS),
    ("POST", "/v1/admin/codes/{id}/revoke", HELPERS),
    ("POST", "/v1/admin/bulk", WRITERS),
    ("GET", "/v1/admin/bulk/{list}", WRITERS),
    ("POST", "/v1/admin/bulk/{list}/confirm", WRITERS),
    ("GET", "/v1/admin/audit", READERS),
    ("GET", "/v1/admin/tokens", WRITERS),
    ("POST", "/v1/admin/tokens", WRITERS),
    ("POST", "/v1/admin/tokens/{token}/revoke", WRITERS),
    ("ANY", "/v1/admin/{*path}", NOBODY),
    ("GET", "/healthz", ANYONE),
    ("GET", "/readyz", ANYONE),
    // Only debug builds show anything there.
    ("GET", "/design", ANYONE),
    ("GET", "/design.css", ANYONE),
];

/// What came of one call.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    In,
    /// To the sign-in page, or with a status.
    Out(String),
}

impl Seen {
    fn of(response: &Response) -> Self {
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

    fn word(&self) -> &str {
        match self {
            Self::In => "✓",
            Self::Out(how) => how,
        }
    }
}

/// The people, and what is theirs.
pub struct House {
    pub it: TestServer,
    pub ann: Account,
    /// Whom staff look at.
    pub cleo: Account,
    pub owner: Account,
    pub browsers: BTreeMap<&'static str, Browser>,
    bobs_key: String,
    anns_call: String,
    /// By what they are for.
    tokens: BTreeMap<&'static str, String>,
}

pub const ANN: &str = "ann@visited.example";

impl House {
    pub async fn build() -> Self {
        // Statuses tell who was let in.
        let it = TestServer::start_with(|config| {
            config.gateway.errors = ErrorStyle::Http;
            config.webhooks.allow_private = true;
        })
        .await;
        let ann = it.account(ANN, Role::Developer).await;
        let bob = it.account("bob@example.com", Role::Developer).await;
        let cleo = it.account("cleo@example.com", Role::Developer).await;
        it.account("sam@example.com", Role::Support).await;
        let owner = it.account("olive@example.com", Role::Owner).await;
        let anns_key = it.key(&ann, "Ann's own").await;
        it.search(&anns_key).await;
        let query = CallQuery {
            filter: CallFilter::all(ann.id),
            position: None,
            direction: Direction::Older,
            limit: 1,
        };
        let anns_call = it.store.calls(&query).await.unwrap().calls[0]
            .request_id
            .clone();
        let mut tokens = BTreeMap::new();
        for scope in ["meter:write", "admin:read", "admin:support", "admin:write"] {
            tokens.insert(scope, service_token(&it, scope).await);
        }
        let mut house = Self {
            bobs_key: it.key(&bob, "Bob's own").await,
            ann,
            cleo,
            owner,
            browsers: BTreeMap::new(),
            anns_call,
            tokens,
            it,
        };
        for email in [
            ANN,
            "bob@example.com",
            "sam@example.com",
            "olive@example.com",
        ] {
            house.sign_in(email).await;
        }
        house
    }

    async fn sign_in(&mut self, email: &'static str) {
        self.browsers.insert(email, self.it.browser(email).await);
    }

    /// The path of a route, with things of Ann's where it names some. Each visit
    /// of a route has new ones.
    pub async fn path(&mut self, route: &str) -> String {
        let id = if route.starts_with("/v1/admin/") {
            return self.admin_path(route).await;
        } else if route.starts_with("/keys/{id}") {
            self.it.key(&self.ann, "Ann's own").await;
            self.it.newest_key(&self.ann).await
        } else if route.starts_with("/projects/{id}") {
            use allowance::domain::store::Projects;
            self.it.store.projects(self.ann.id).await.unwrap()[0]
                .public_id
                .clone()
        } else if route.starts_with("/requests/{id}") {
            self.anns_call.clone()
        } else if route.contains("/links/{id}") {
            self.link(&format!("guest{}@example.com", route.len()))
                .await
        } else if route.contains("/webhooks/{id}") {
            self.webhook().await
        } else if route.contains("/bulk/{id}") {
            self.list().await
        } else if route.contains("/codes/{id}") {
            self.batch().await
        } else if route.contains("/accounts/{id}") {
            self.cleo.public_id.clone()
        } else if route.contains("requests/{id}") || route.contains("/request-more/{id}") {
            self.request().await
        } else {
            String::new()
        };
        let mut path = route.replace("{id}", &id);
        if path.contains("{code}") {
            path = path.replace("{code}", &self.code(&id).await);
        }
        if path.contains("{grant}") {
            path = path.replace("{grant}", &self.grant().await);
        }
        if path.contains("{handle}") {
            // A session of Ann's that no browser of the visit has.
            path = path.replace("{handle}", &self.session().await);
        }
        if path.contains("{event}") {
            path = path.replace("{event}", &self.message(&id).await);
        }
        path.replace("{*path}", "search/memory")
    }

    /// The same of the admin API.
    async fn admin_path(&self, route: &str) -> String {
        let mut path = route
            .replace("{account}", &self.cleo.public_id)
            .replace("{*path}", "nowhere");
        if path.contains("{grant}") {
            path = path.replace("{grant}", &self.grant().await);
        }
        if path.contains("{request}") {
            path = path.replace("{request}", &self.request().await);
        }
        if path.contains("{list}") {
            path = path.replace("{list}", &self.list().await);
        }
        if path.contains("{id}") {
            path = path.replace("{id}", &self.batch().await);
        }
        if path.contains("{token}") {
            service_token(&self.it, "meter:record").await;
            let by = By::command_line();
            let tokens = self.it.server.actions.service_tokens(&by, 1).await;
            path = path.replace("{token}", &tokens.unwrap()[0].public_id);
        }
        path
    }

    /// A list of grants that waits to be given.
    async fn list(&self) -> String {
        let email = &self.cleo.email;
        let file = format!("account,api,calls,reason\n{email},addMessage,5,Visit");
        let by = By::from(&self.owner);
        let actions = &self.it.server.actions;
        actions.upload_bulk(&by, file.as_bytes()).await.unwrap()
    }

    /// An open request of Ann's; she takes back the one that was left open.
    async fn request(&self) -> String {
        let actions = &self.it.server.actions;
        for open in self.it.store.quota_requests_of(self.ann.id).await.unwrap() {
            // One that was answered cannot be taken back, and need not be.
            let _ = actions
                .withdraw_quota_request(&self.ann, &open.public_id)
                .await;
        }
        actions
            .request_quota(&self.ann, "addMessage", "10", "More")
            .await
            .unwrap();
        let all = self.it.store.quota_requests_of(self.ann.id).await.unwrap();
        all[0].public_id.clone()
    }

    /// A batch of codes.
    async fn batch(&self) -> String {
        let asked = CreateCodes {
            count: "1",
            calls: "10",
            uses: "1",
            ..CreateCodes::default()
        };
        let by = By::from(&self.owner);
        let made = self.it.server.actions.create_codes(&by, asked).await;
        made.unwrap().batch.public_id
    }

    /// The first code of a batch.
    async fn code(&self, batch: &str) -> String {
        let codes = self.it.store.codes_of(batch, None, 1).await.unwrap();
        codes[0].public_id.clone()
    }

    /// A webhook of Ann's, in the place of the one before.
    async fn webhook(&self) -> String {
        let actions = &self.it.server.actions;
        for old in self.it.store.webhooks(self.ann.id).await.unwrap() {
            actions
                .delete_webhook(&self.ann, &old.public_id)
                .await
                .unwrap();
        }
        let nowhere = "http://127.0.0.1:1/";
        actions.create_webhook(&self.ann, nowhere).await.unwrap();
        let all = self.it.store.webhooks(self.ann.id).await.unwrap();
        all[0].public_id.clone()
    }

    /// A message to it.
    async fn message(&self, webhook: &str) -> String {
        let actions = &self.it.server.actions;
        actions.test_webhook(&self.ann, webhook).await.unwrap();
        let sent = self.it.store.deliveries(self.ann.id, webhook, 1);
        sent.await.unwrap()[0].event_id.clone()
    }

    /// An invitation.
    async fn link(&self, email: &str) -> String {
        let actions = &self.it.server.actions;
        actions
            .invite(&self.owner, email, Language::English)
            .await
            .unwrap();
        let links = self.it.store.open_links(actions.now(), 1).await.unwrap();
        links[0].public_id.clone()
    }

    async fn grant(&self) -> String {
        let asked = AskedGrant {
            api: "addMessage",
            calls: "10",
            reason: "A visit",
            ..AskedGrant::default()
        };
        let by = By::from(&self.owner);
        let actions = &self.it.server.actions;
        actions
            .grant(&by, &self.cleo.public_id, asked)
            .await
            .unwrap();
        let grants = self.it.store.grants(self.cleo.id).await.unwrap();
        grants[0].public_id.clone()
    }

    async fn session(&mut self) -> String {
        self.it.browser(ANN).await;
        let page = self.browsers.get_mut(ANN).unwrap().open("/settings").await;
        page.between("action=\"/settings/sessions/", "/revoke\"")
            .to_owned()
    }

    async fn call(&self, guest: Guest, method: &str, path: &str) -> Response {
        let method = if method == "GET" {
            Method::GET
        } else {
            Method::POST
        };
        let stranger = Browser::new(&self.it.address);
        let browser = match guest {
            Nobody | MeterToken | ReadToken | SupportToken | WriteToken | ForeignKey => &stranger,
            Stranger => &self.browsers["bob@example.com"],
            Support => &self.browsers["sam@example.com"],
            Owner => &self.browsers["olive@example.com"],
            Developer => &self.browsers[ANN],
        };
        let mut request = browser
            .request(method.clone(), path)
            .header("sec-fetch-site", "same-origin");
        request = match guest {
            MeterToken => request.bearer_auth(&self.tokens["meter:write"]),
            ReadToken => request.bearer_auth(&self.tokens["admin:read"]),
            SupportToken => request.bearer_auth(&self.tokens["admin:support"]),
            WriteToken => request.bearer_auth(&self.tokens["admin:write"]),
            ForeignKey => request.header("authorization", format!("Token {}", self.bobs_key)),
            _ => request,
        };
        if path.starts_with("/v1/admin/") {
            if method == Method::POST {
                request = request.json(&serde_json::json!({}));
            }
        } else if path.starts_with("/api/") || path.starts_with("/v1/") {
            request = request.json(&search_body());
        } else if method == Method::POST {
            request = request.form(&[("nothing", "")]);
        }
        request.send().await.unwrap()
    }

    /// What each guest sees of a route.
    async fn visit(&mut self, entry: &Entry) -> Vec<Seen> {
        let path = self.path(&entry.path).await;
        let mut seen = Vec::new();
        for guest in GUESTS {
            let response = self.call(guest, entry.method, &path).await;
            let at = format!("{} {} as {guest:?}", entry.method, entry.path);
            assert!(!response.status().is_server_error(), "{at}");
            seen.push(Seen::of(&response));
            let kind = response.headers().get("content-type");
            let is_stream = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event"));
            if matches!(guest, Nobody | MeterToken | ForeignKey | Stranger) && !is_stream {
                let text = response.text().await.unwrap();
                for own in [ANN, "Ann&#x27;s own", "Ann's own", &*self.ann.public_id] {
                    assert!(!text.contains(own), "{at} shows {own}");
                }
            }
        }
        seen
    }
}

async fn service_token(it: &TestServer, scopes: &str) -> String {
    let asked = CreateServiceToken {
        name: "Visitor",
        scopes,
        account: "",
        expires: "",
    };
    let by = By::command_line();
    let made = it.server.actions.create_service_token(&by, asked).await;
    made.unwrap()
}

fn expected(entry: &Entry) -> Option<&'static [Guest]> {
    EXPECTED
        .iter()
        .find(|(method, path, _)| *method == entry.method && *path == entry.path)
        .map(|(_, _, guests)| *guests)
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
