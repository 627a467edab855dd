//! People with things of their own, as guests come to see them.

use super::Seen;
use super::welcome::GUESTS;
use super::welcome::Guest::{
    self, Developer, ForeignKey, MeterToken, Nobody, Owner, ReadToken, Stranger, Support,
    SupportToken, WriteToken,
};
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
        if path.contains("/links/{id}") {
            let email = format!("caller{}@example.com", route.len());
            path = path.replace("{id}", &self.link(&email).await);
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
            .invite(&By::from(&self.owner), email, Language::English)
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
    pub async fn visit(&mut self, entry: &Entry) -> Vec<Seen> {
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
