//! A small real provider of OpenID Connect. Whoever comes is the person that the test
//! says, and consents at once.

use allowance::config::{OpenIdConfig, Secret};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use parking_lot::Mutex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::net::TcpListener;

const CLIENT_ID: &str = "allowance";
pub const CLIENT_SECRET: &str = "client-secret-of-the-test";

type Fields = BTreeMap<String, String>;
type Twist = Arc<dyn Fn(&mut Value) + Send + Sync>;

/// What the provider does, until the test says otherwise.
struct Ways {
    /// Claims about who signs in.
    person: Value,
    /// What is done to the claims of an ID token before it is signed.
    twist: Twist,
    /// The header of ID tokens.
    header: Value,
    /// Number of the key that signs, and of the one that is published.
    keys: (u8, u8),
    denies: bool,
    down: bool,
    /// E-mail and name are told by the userinfo endpoint only.
    tells_later: bool,
    now: i64,
    /// What was asked for each code that can still be used.
    codes: BTreeMap<String, Fields>,
    /// All codes and tokens that were handed out.
    secrets: Vec<String>,
}

#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    ways: Arc<Mutex<Ways>>,
}

impl Provider {
    pub async fn start(now: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let provider = Self {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            ways: Arc::new(Mutex::new(Ways {
                person: json!({ "sub": "ann-1" }),
                twist: Arc::new(|_| {}),
                header: json!({ "alg": "ES256", "kid": "key-1" }),
                keys: (1, 1),
                denies: false,
                down: false,
                tells_later: false,
                now,
                codes: BTreeMap::new(),
                secrets: Vec::new(),
            })),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub fn config(&self) -> OpenIdConfig {
        OpenIdConfig {
            issuer: self.issuer.clone(),
            client_id: CLIENT_ID.into(),
            client_secret: Some(Secret::new(CLIENT_SECRET)),
            label: "Example ID".into(),
            allowed_domains: Vec::new(),
        }
    }

    /// Who signs in from now on, with an e-mail that is proven.
    pub fn person(&self, subject: &str, email: &str) {
        self.claims(json!({
            "sub": subject, "email": email, "email_verified": true, "name": "Ann of Example",
        }));
    }

    pub fn claims(&self, person: Value) {
        self.ways.lock().person = person;
    }

    pub fn twist(&self, twist: impl Fn(&mut Value) + Send + Sync + 'static) {
        self.ways.lock().twist = Arc::new(twist);
    }

    pub fn header(&self, header: Value) {
        self.ways.lock().header = header;
    }

    pub fn keys(&self, signs: u8, published: u8) {
        self.ways.lock().keys = (signs, published);
    }

    pub fn deny(&self, denies: bool) {
        self.ways.lock().denies = denies;
    }

    pub fn down(&self, down: bool) {
        self.ways.lock().down = down;
    }

    pub fn tell_later(&self) {
        self.ways.lock().tells_later = true;
    }

    /// Codes and tokens that were handed out.
    pub fn secrets(&self) -> Vec<String> {
        self.ways.lock().secrets.clone()
    }

    fn hand_out(&self, what: &str) -> String {
        let mut ways = self.ways.lock();
        let secret = format!("{what}-{}-of-the-provider", ways.secrets.len());
        ways.secrets.push(secret.clone());
        secret
    }

    /// An ID token about the person, for whoever asked.
    fn id_token(&self, asked: &Fields) -> String {
        let ways = self.ways.lock();
        let now = ways.now / 1_000;
        let mut claims = json!({
            "iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"],
        });
        let told = ways.person.as_object().unwrap();
        for (name, value) in told {
            if name == "sub" || !ways.tells_later {
                claims[name] = value.clone();
            }
        }
        (ways.twist)(&mut claims);
        let head = base64(ways.header.to_string().as_bytes());
        let body = format!("{head}.{}", base64(claims.to_string().as_bytes()));
        let signature = match ways.header["alg"].as_str() {
            Some("none") => String::new(),
            Some("HS256") => hs256(&body),
            _ => {
                let signature: Signature = key(ways.keys.0).sign(body.as_bytes());
                base64(&signature.to_bytes())
            }
        };
        format!("{body}.{signature}")
    }
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_slice(&[number; 32]).unwrap()
}

/// Signed by the secret that this site shares with the provider.
fn hs256(body: &str) -> String {
    use hmac::{Hmac, Mac};
    let mut mac = Hmac::<Sha256>::new_from_slice(CLIENT_SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    base64(&mac.finalize().into_bytes())
}

/// Of the alphabet for URLs, without padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let mut bits = [0; 4];
        bits[1..=three.len()].copy_from_slice(three);
        let bits = u32::from_be_bytes(bits);
        for digit in 0..=three.len() {
            let value = bits >> (18 - 6 * digit) & 63;
            text.push(char::from(DIGITS[usize::try_from(value).unwrap()]));
        }
    }
    text
}

async fn discovery(State(it): State<Provider>) -> Response {
    if it.ways.lock().down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let at = |path: &str| format!("{}{path}", it.issuer);
    Json(json!({
        "issuer": it.issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // A provider that says too much of what it could do is not believed more.
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
    }))
    .into_response()
}

async fn jwks(State(it): State<Provider>) -> Json<Value> {
    let number = it.ways.lock().keys.1;
    let point = key(number).verifying_key().to_encoded_point(false);
    Json(json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256",
        "kid": format!("key-{number}"),
        "x": base64(point.x().unwrap()), "y": base64(point.y().unwrap()),
    }] }))
}

async fn authorize(State(it): State<Provider>, Query(asked): Query<Fields>) -> Response {
    for (field, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("code_challenge_method", "S256"),
        ("scope", "openid email profile"),
    ] {
        assert_eq!(asked[field], value);
    }
    let (back, state) = (&asked["redirect_uri"], &asked["state"]);
    if it.ways.lock().denies {
        let denied = "error=access_denied&error_description=%3Cb%3Eno";
        return Redirect::to(&format!("{back}?{denied}&state={state}")).into_response();
    }
    let code = it.hand_out("code");
    let address = format!("{back}?code={code}&state={state}");
    it.ways.lock().codes.insert(code, asked);
    Redirect::to(&address).into_response()
}

async fn token(
    State(it): State<Provider>,
    headers: HeaderMap,
    Form(posted): Form<Fields>,
) -> Response {
    let refused = |error: &str| {
        let body = Json(json!({ "error": error, "error_description": posted["code"] }));
        (StatusCode::BAD_REQUEST, body).into_response()
    };
    let basic = format!("{CLIENT_ID}:{CLIENT_SECRET}");
    let basic = format!("Basic {}", base64(basic.as_bytes()));
    let shown = headers["authorization"].to_str().unwrap();
    let shown = shown.replace('+', "-").replace('/', "_");
    if shown.trim_end_matches('=') != basic {
        return refused("invalid_client");
    }
    let Some(asked) = it.ways.lock().codes.remove(&posted["code"]) else {
        return refused("invalid_grant");
    };
    let challenge = base64(&Sha256::digest(&posted["code_verifier"]));
    if challenge != asked["code_challenge"] || posted["redirect_uri"] != asked["redirect_uri"] {
        return refused("invalid_grant");
    }
    let access = it.hand_out("access");
    let id_token = it.id_token(&asked);
    it.ways.lock().secrets.push(id_token.clone());
    Json(json!({
        "access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": id_token,
    }))
    .into_response()
}

async fn userinfo(State(it): State<Provider>, headers: HeaderMap) -> Response {
    let ways = it.ways.lock();
    let shown = headers["authorization"].to_str().unwrap();
    let known = ways
        .secrets
        .iter()
        .any(|secret| shown == format!("Bearer {secret}"));
    if known {
        Json(ways.person.clone()).into_response()
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}
