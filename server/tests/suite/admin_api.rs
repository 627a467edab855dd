//! The admin API: the desk's actions for programs.

use crate::support::TestServer;
use allowance::actions::CreateServiceToken;
use allowance::domain::accounts::{Account, Role};
use allowance::domain::authority::By;
use allowance::domain::store::{Audit, AuditFilter, Grants};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A program with a token.
struct Program<'a> {
    it: &'a TestServer,
    token: String,
}

impl<'a> Program<'a> {
    async fn with(it: &'a TestServer, scope: &str) -> Self {
        let asked = CreateServiceToken {
            name: "Desk",
            scopes: scope,
            account: "",
            expires: "",
        };
        let by = By::command_line();
        let made = it.server.actions.create_service_token(&by, asked).await;
        Self {
            it,
            token: made.unwrap(),
        }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        reqwest::Client::new()
            .request(method, format!("{}/v1/admin{path}", self.it.address))
            .bearer_auth(&self.token)
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        answered(self.request(Method::GET, path)).await
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        answered(self.request(Method::POST, path).json(&body)).await
    }

    /// Under an idempotency key.
    async fn post_once(&self, path: &str, key: &str, body: &Value) -> (u16, Value) {
        let request = self.request(Method::POST, path).json(body);
        answered(request.header("idempotency-key", key)).await
    }

    async fn upload(&self, file: String) -> (u16, Value) {
        answered(self.request(Method::POST, "/bulk").body(file)).await
    }
}

async fn answered(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status();
    let kind = response.headers()["content-type"].to_str().unwrap();
    let expected = if status.is_success() {
        "application/json"
    } else {
        "application/problem+json"
    };
    assert_eq!(kind, expected);
    (status.as_u16(), response.json().await.unwrap())
}

fn grant(calls: &str) -> Value {
    json!({ "api": "searchMemory", "calls": calls, "reason": "Launch week" })
}

async fn ann(it: &TestServer) -> Account {
    it.account("ann@example.com", Role::Developer).await
}

#[tokio::test]
async fn a_grant_by_a_program_counts_for_the_next_call_and_its_name_is_in_the_log() {
    let it = TestServer::start().await;
    let ann = ann(&it).await;
    let key = it.key(&ann, "One").await;
    it.burn(&ann, &key, "searchMemory", 1_000).await;
    assert_eq!(it.search(&key).await["code"], 40_300);
    let owner = Program::with(&it, "admin:write").await;
    let (status, given) = owner
        .post("/accounts/ann@example.com/grants", grant("25"))
        .await;
    assert_eq!(status, 201);
    assert_eq!(it.search(&key).await["code"], 0);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 24);
    let entry = &it.store.audit_of(ann.id, 1).await.unwrap()[0];
    assert_eq!(entry.action, "grant.created");
    assert_eq!(Some(&*entry.subject), given["id"].as_str());
    assert!(entry.actor.starts_with("Desk (svt_"), "{}", entry.actor);

    // By reference code and by id it is the same account.
    for named in [&ann.reference_code, &ann.public_id] {
        let (status, shown) = owner.get(&format!("/accounts/{named}")).await;
        assert_eq!((status, &shown["email"]), (200, &json!("ann@example.com")));
        let quota = &shown["quota"][1];
        assert_eq!(quota["api"], "searchMemory");
        assert_eq!(
            (&quota["granted"], &quota["remaining"]),
            (&json!(1_025), &json!(24))
        );
    }
    let path = format!(
        "/accounts/{}/grants/{}/revoke",
        ann.public_id, entry.subject
    );
    assert_eq!(owner.post(&path, json!({})).await.0, 200);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 0);
    assert_eq!(owner.post(&path, json!({})).await.0, 409);
    it.assert_verified().await;
}

#[tokio::test]
async fn a_scope_reaches_as_far_as_the_role_of_its_name() {
    let it = TestServer::start().await;
    let ann = ann(&it).await;
    let grants = format!("/accounts/{}/grants", ann.public_id);
    let reader = Program::with(&it, "admin:read").await;
    let support = Program::with(&it, "admin:support").await;
    let meter = Program::with(&it, "meter:write").await;
    let (status, problem) = meter.get("/accounts").await;
    assert_eq!((status, &problem["code"]), (403, &json!("scope_missing")));
    assert_eq!(reader.get("/accounts").await.0, 200);
    let (status, problem) = reader.post(&grants, grant("5")).await;
    assert_eq!((status, &problem["code"]), (403, &json!("scope_missing")));
    assert_eq!(support.post(&grants, grant("10000")).await.0, 201);
    let (status, problem) = support.post(&grants, grant("10001")).await;
    assert_eq!((status, &problem["field"]), (403, &json!("calls")));
    let owners_only = [
        ("/bulk", json!({})),
        ("/tokens", json!({ "name": "x", "scope": "admin:write" })),
        (
            "/accounts",
            json!({ "email": "eve@example.com", "name": "Eve", "password": "long enough for it" }),
        ),
    ];
    for (path, body) in owners_only {
        assert_eq!(support.post(path, body).await.0, 403, "{path}");
    }
    assert_eq!(it.remaining(&ann, "searchMemory").await, 11_000);
}

#[tokio::test]
async fn a_retry_under_an_idempotency_key_gives_once() {
    let it = TestServer::start().await;
    let ann = ann(&it).await;
    let owner = Program::with(&it, "admin:write").await;
    let grants = format!("/accounts/{}/grants", ann.public_id);
    let body = grant("25");
    let retries = (0..8).map(|_| owner.post_once(&grants, "night-run-7", &body));
    let answers = futures::future::join_all(retries).await;
    let made = answers.iter().filter(|(status, _)| *status == 201).count();
    assert_eq!(made, 1);
    for (status, problem) in answers {
        if status != 201 {
            assert_eq!((status, &problem["code"]), (409, &json!("already_done")));
        }
    }
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_025);
    // Another key is another grant; so is the same one of another program.
    assert_eq!(owner.post_once(&grants, "night-run-8", &body).await.0, 201);
    let other = Program::with(&it, "admin:write").await;
    assert_eq!(other.post_once(&grants, "night-run-7", &body).await.0, 201);
    let (status, _) = owner.post_once(&grants, &"x".repeat(300), &body).await;
    assert_eq!(status, 422);

    let codes = json!({ "calls": 5, "count": 2 });
    assert_eq!(owner.post_once("/codes", "codes-1", &codes).await.0, 201);
    assert_eq!(owner.post_once("/codes", "codes-1", &codes).await.0, 409);
    let (_, listed) = owner.get("/codes").await;
    assert_eq!(listed["batches"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn bad_input_gets_a_sentence_and_changes_nothing() {
    let it = TestServer::start().await;
    let ann = ann(&it).await;
    let owner = Program::with(&it, "admin:write").await;
    let grants = format!("/accounts/{}/grants", ann.public_id);
    for (body, words) in [
        (grant("1000000000000000000"), "calls must be from 1 to"),
        (
            json!({ "api": "searchMemory", "calls": 1e30, "reason": "x" }),
            "calls must be from 1 to",
        ),
        (grant("-5"), "calls must be from 1 to"),
        (grant("many"), "calls is not a whole number"),
        (
            json!({ "api": "x", "calls": 1, "reason": "x" }),
            "api is not an API",
        ),
        (
            json!({ "api": "searchMemory", "calls": 1 }),
            "reason is required",
        ),
        (
            json!({ "api": "searchMemory", "calls": [1] }),
            "a number or a string",
        ),
        (json!({ "apis": "searchMemory" }), "unknown field `apis`"),
        (json!(["searchMemory", 1]), "a JSON object"),
    ] {
        let (status, problem) = owner.post(&grants, body).await;
        assert_eq!(status, 422, "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{detail}");
    }
    for (path, words) in [
        ("/accounts/nobody@example.com", "no such account"),
        ("/accounts/acc_%2e%2e%2f", "no such account"),
        ("/codes/cob_none", "no such batch"),
        ("/bulk/blk_none", "no such list"),
        ("/nothing/here", "nothing at this address"),
    ] {
        let (status, problem) = owner.get(path).await;
        assert_eq!(status, 404, "{path}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{detail}");
    }
    assert_eq!(owner.get("/audit?from=2026-02-31").await.0, 422);
    assert_eq!(owner.get("/requests?state=lost").await.0, 422);
    assert_eq!(owner.get("/accounts?page=minus").await.0, 422);
    assert_eq!(owner.get("/bulk").await.0, 405);
    let raw = |body: &'static str| owner.request(Method::POST, &grants).body(body);
    let json_type = ("content-type", "application/json");
    assert_eq!(answered(raw("calls=5")).await.0, 415);
    let broken = raw("{\"api\":").header(json_type.0, json_type.1);
    assert_eq!(answered(broken).await.0, 400);
    let twice = raw("{\"api\":\"a\",\"api\":\"b\"}").header(json_type.0, json_type.1);
    assert_eq!(answered(twice).await.0, 422);
    let huge = owner
        .request(Method::POST, &grants)
        .body("x".repeat(200_000));
    assert_eq!(answered(huge).await.0, 413);
    let (status, problem) = owner.upload("account,api\n".into()).await;
    assert_eq!((status, &problem["code"]), (422, &json!("file")));
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_000);
    assert_eq!(it.store.grants(ann.id).await.unwrap().len(), 3);

    let unsigned = reqwest::get(format!("{}/v1/admin/accounts", it.address))
        .await
        .unwrap();
    assert_eq!(unsigned.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn requests_notes_and_doors_are_answered_by_programs_too() {
    let it = TestServer::start().await;
    let ann = ann(&it).await;
    let support = Program::with(&it, "admin:support").await;
    let actions = &it.server.actions;
    for api in ["searchMemory", "addMessage"] {
        actions
            .request_quota(&ann, api, "300", "Launch")
            .await
            .unwrap();
    }
    let (_, queue) = support.get("/requests").await;
    assert_eq!(queue["open"], 2);
    let id = |n: usize| queue["requests"][n]["id"].as_str().unwrap();
    let approve = format!("/requests/{}/approve", id(0));
    let (status, done) = support.post(&approve, json!({ "answer": "Enjoy" })).await;
    assert_eq!((status, &done["granted"]), (200, &json!(300)));
    assert_eq!(support.post(&approve, json!({})).await.0, 409);
    let reject = format!("/requests/{}/reject", id(1));
    assert_eq!(support.post(&reject, json!({})).await.0, 422);
    let (_, done) = support.post(&reject, json!({ "answer": "Not now" })).await;
    assert_eq!(
        (&done["state"], &done["answer"]),
        (&json!("rejected"), &json!("Not now"))
    );
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_300);

    let of = |what: &str| format!("/accounts/{}{what}", ann.public_id);
    assert_eq!(
        support
            .post(&of("/notes"), json!({ "text": "Called" }))
            .await
            .0,
        201
    );
    let (_, closed) = support
        .post(&of("/disable"), json!({ "reason": "Abuse" }))
        .await;
    assert!(closed["disabled_at"].is_string());
    assert_eq!(
        support
            .post(&of("/disable"), json!({ "reason": "x" }))
            .await
            .0,
        409
    );
    let (_, open) = support.post(&of("/enable"), json!({})).await;
    assert!(open["disabled_at"].is_null());
    let (_, shown) = support.get(&of("")).await;
    assert_eq!(shown["notes"][0]["text"], "Called");
    let (_, log) = support.get("/audit?action=account&limit=2").await;
    assert_eq!(log["entries"][0]["action"], "account.enabled");
    assert_eq!(log["entries"][0]["before"], json!({ "disabled": true }));
    let before = log["next_before"].as_i64().unwrap();
    let (_, older) = support
        .get(&format!("/audit?action=account&before={before}"))
        .await;
    assert_eq!(older["entries"][0]["action"], "account.noted");
}

#[tokio::test]
async fn a_list_is_looked_at_first_and_given_once() {
    let it = TestServer::start().await;
    it.strangers(3).await;
    let owner = Program::with(&it, "admin:write").await;
    let mut file = String::from("account,api,calls,reason\n");
    for n in 0..3 {
        writeln!(file, "many{n}@example.com,addMessage,10,Thanks").unwrap();
    }
    let (status, list) = owner.upload(file).await;
    assert_eq!(status, 201, "{list}");
    assert_eq!((&list["lines"], &list["given"]), (&json!(3), &json!(0)));
    let line = &list["shown"][0];
    assert_eq!(
        (&line["remaining"], &line["remaining_then"]),
        (&json!(5_000), &json!(5_010))
    );
    let confirm = format!("/bulk/{}/confirm", list["id"].as_str().unwrap());
    for _ in 0..2 {
        let (status, done) = owner.post(&confirm, json!({})).await;
        assert_eq!((status, &done["given"]), (200, &json!(3)));
        assert_eq!(done["shown"][0]["remaining"], 5_010);
    }
}

#[tokio::test]
async fn a_revoked_token_opens_nothing_and_tokens_are_shown_once() {
    let it = TestServer::start().await;
    let owner = Program::with(&it, "admin:write").await;
    let (status, made) = owner
        .post("/tokens", json!({ "name": "Night", "scope": "admin:read" }))
        .await;
    assert_eq!(status, 201);
    let (_, listed) = owner.get("/tokens").await;
    let secret = made["token"].as_str().unwrap();
    assert!(!listed.to_string().contains(secret));
    let night = Program {
        it: &it,
        token: secret.to_owned(),
    };
    assert_eq!(night.get("/accounts").await.0, 200);
    let id = listed["tokens"][0]["id"].as_str().unwrap();
    assert_eq!(
        owner
            .post(&format!("/tokens/{id}/revoke"), json!({}))
            .await
            .0,
        200
    );
    // What is known of a token is read again after five seconds.
    it.clock.advance(6_000);
    let (status, problem) = night.get("/accounts").await;
    assert_eq!((status, &problem["code"]), (401, &json!("token_revoked")));
}

#[tokio::test]
async fn an_invitation_by_a_program_lets_somebody_in_once_and_can_be_withdrawn() {
    let it = TestServer::start().await;
    let support = Program::with(&it, "admin:support").await;
    let asked = json!({ "email": " New.Person+one@example.com " });
    let (status, invited) = support.post("/links", asked.clone()).await;
    assert_eq!(status, 201, "{invited}");
    // No letters leave here, so the link is answered: this once.
    assert_eq!(invited["sent"], false);
    let first = invited["link"].as_str().unwrap().to_owned();
    assert!(first.contains("/join?token="), "{first}");
    let (_, listed) = support.get("/links").await;
    assert_eq!(listed["links"][0]["email"], "new.person+one@example.com");
    assert_eq!(listed["links"][0]["kind"], "invitation");
    assert_eq!(listed["letters_arrive"], false);
    assert!(!listed.to_string().contains("token="));
    let id = listed["links"][0]["id"].as_str().unwrap();

    let (status, shown) = support.post(&format!("/links/{id}/show"), json!({})).await;
    assert_eq!(status, 200);
    let second = shown["link"].as_str().unwrap();
    assert_ne!(first, second);
    let page = async |link: &str| {
        let path = link.split_once("/join").unwrap().1;
        let page = reqwest::get(format!("{}/join{path}", it.address)).await;
        page.unwrap().text().await.unwrap()
    };
    assert!(page(second).await.contains("new.person+one@example.com"));
    assert!(!page(&first).await.contains("new.person+one@example.com"));

    let withdraw = format!("/links/{id}/withdraw");
    assert_eq!(support.post(&withdraw, json!({})).await.0, 200);
    assert_eq!(support.post(&withdraw, json!({})).await.0, 422);
    assert!(!page(second).await.contains("new.person+one@example.com"));
    let entries = it.store.audit(&AuditFilter::default(), None, 3).await;
    let told: Vec<_> = entries
        .unwrap()
        .into_iter()
        .map(|entry| (entry.action, entry.actor.starts_with("Desk (svt_")))
        .collect();
    let of = |action: &str| (action.to_owned(), true);
    assert_eq!(
        told,
        [
            of("link.withdrawn"),
            of("link.shown"),
            of("invitation.sent")
        ]
    );

    for (asked, what) in [
        (json!({ "email": "nobody" }), "email"),
        (
            json!({ "email": "a@b.example", "language": "xx" }),
            "language",
        ),
    ] {
        let (status, problem) = support.post("/links", asked).await;
        assert_eq!(status, 422);
        assert!(
            problem["detail"].as_str().unwrap().contains(what),
            "{problem}"
        );
    }
    ann(&it).await;
    let taken = json!({ "email": "ann@example.com" });
    assert_eq!(support.post("/links", taken).await.0, 422);
    let reader = Program::with(&it, "admin:read").await;
    assert_eq!(reader.post("/links", asked).await.0, 403);
}

#[tokio::test]
async fn the_overview_counts_what_the_desk_shows() {
    let it = TestServer::start().await;
    let ann = ann(&it).await;
    let key = it.key(&ann, "One").await;
    it.burn(&ann, &key, "searchMemory", 1_000).await;
    assert_eq!(it.search(&key).await["code"], 40_300);
    let reader = Program::with(&it, "admin:read").await;
    let (status, desk) = reader.get("/overview").await;
    assert_eq!(status, 200);
    assert_eq!(desk["charged"], 1_000);
    assert_eq!((&desk["failed"], &desk["more"]), (&json!(1), &json!(false)));
    assert_eq!(desk["errors"], json!([{ "code": 40_300, "calls": 1 }]));
    assert_eq!(desk["accounts"], 1);
    assert_eq!(desk["open_requests"], 0);
    assert_eq!(desk["waiting_since"], Value::Null);
}
