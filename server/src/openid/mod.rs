//! Sign-in by a provider: the only place that knows OpenID Connect. It leads a
//! visitor to the provider, and finds out whom the provider sends back: by the
//! authorization code flow, with PKCE, a state and a nonce. What becomes of them is
//! for `actions` to say.
//!
//! The provider is asked when somebody wants to sign in by it, never at the start:
//! one that is down keeps nobody else waiting.

mod client;

use crate::clock::{self, Clock};
use crate::config::{OpenIdConfig, Secret};
use crate::domain::Millis;
use crate::domain::ids::link_token;
use crate::domain::openid::{Identity, Introduced, SUBJECT_LENGTH};
use chrono::DateTime;
use client::Http;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims,
    CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreTokenResponse,
    CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    Scope, SignatureVerificationError, TokenResponse,
};
use std::error::Error;
use std::fmt::Display;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Where the provider sends people back to.
pub const CALLBACK: &str = "/sign-in/openid/callback";

/// So long what the provider says of itself is believed.
const KEPT: Millis = 60 * 60 * 1_000;
/// Keys that are not known are asked for at most so often.
const KEYS_AGAIN: Millis = 60 * 1_000;
/// So long a provider that did not answer is left alone: those who wait behind the
/// first are told at once.
const PAUSE: Millis = 5 * 1_000;

/// Signatures that are believed: those that nobody but the provider can make. One by
/// the client's secret is none of these.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The configuration names no provider that could be asked.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoProvider(String);

/// Why nobody was introduced. The texts are for the log: they hold no secret.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    #[error("the provider does not answer as it should: {0}")]
    Down(String),
    #[error("the provider takes the code for no good one: {0}")]
    Refused(String),
    #[error("what the provider says is not to be believed: {0}")]
    Untrue(String),
}

/// A sign-in that goes on at the provider. Whoever comes back has to bring the state.
#[derive(Debug, Clone)]
pub struct Departure {
    /// Where the browser is led.
    pub address: String,
    pub state: String,
    pub nonce: String,
    pub verifier: String,
}

enum Known {
    Nothing,
    Metadata(Arc<CoreProviderMetadata>, Millis),
    /// It did not answer, then.
    Down(Millis),
}

/// A provider of OpenID Connect.
pub struct Provider {
    label: String,
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    back: RedirectUrl,
    http: Http,
    clock: Arc<dyn Clock>,
    known: Mutex<Known>,
}

impl Provider {
    /// A provider that was not asked anything yet.
    ///
    /// # Errors
    /// An address that is none.
    pub fn new(
        config: &OpenIdConfig,
        public_url: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, NoProvider> {
        let none = |error: &dyn Display| NoProvider(error.to_string());
        let secret = config.client_secret.as_ref().map(Secret::expose);
        Ok(Self {
            label: config.label.clone(),
            issuer: IssuerUrl::new(config.issuer.clone()).map_err(|error| none(&error))?,
            client_id: ClientId::new(config.client_id.clone()),
            client_secret: secret.map(|secret| ClientSecret::new(secret.to_owned())),
            back: RedirectUrl::new(format!("{public_url}{CALLBACK}"))
                .map_err(|error| none(&error))?,
            http: Http::new(config.issuer.starts_with("https://")).map_err(|error| none(&error))?,
            clock,
            known: Mutex::new(Known::Nothing),
        })
    }

    /// What the button calls it.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Its name for programs.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Sends somebody to the provider.
    pub async fn depart(&self) -> Result<Departure, ProviderError> {
        let client = self.client(&*self.metadata(false).await?);
        let (state, nonce) = (chance(), chance());
        // Two, because a verifier has 43 characters at least.
        let verifier = PkceCodeVerifier::new(chance() + &chance());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        let (csrf, once) = (CsrfToken::new(state.clone()), Nonce::new(nonce.clone()));
        let (address, ..) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || csrf,
                move || once,
            )
            .add_scope(Scope::new("email".into()))
            .add_scope(Scope::new("profile".into()))
            .set_pkce_challenge(challenge)
            .url();
        Ok(Departure {
            address: address.into(),
            state,
            nonce,
            verifier: verifier.secret().clone(),
        })
    }

    /// Finds out who came back with a code.
    pub async fn arrive(
        &self,
        code: &str,
        nonce: &str,
        verifier: &str,
    ) -> Result<Introduced, ProviderError> {
        let client = self.client(&*self.metadata(false).await?);
        let tokens = self.exchange(&client, code, verifier).await?;
        let id_token = tokens.id_token().ok_or_else(|| untrue(&"no ID token"))?;
        let nonce = Nonce::new(nonce.to_owned());
        let claims = match self.believe(&client, &tokens, id_token, &nonce) {
            Err(Doubt::UnknownKey) => {
                // It may have other keys by now.
                let client = self.client(&*self.metadata(true).await?);
                self.believe(&client, &tokens, id_token, &nonce)
            }
            claims => claims,
        }
        .map_err(|doubt| untrue(&doubt))?;
        let subject = claims.subject().to_string();
        if subject.is_empty() || subject.len() > SUBJECT_LENGTH {
            return Err(untrue(&"the length of the subject"));
        }
        let mut introduced = Introduced {
            identity: Identity {
                issuer: self.issuer.to_string(),
                subject,
            },
            email: claims
                .email()
                .filter(|_| claims.email_verified() == Some(true))
                .map(|email| email.to_string()),
            name: claims
                .name()
                .and_then(|name| name.get(None))
                .map(|name| name.to_string()),
            time_zone: claims.zoneinfo().map(|zone| zone.to_string()),
        };
        let says_all = claims.email().is_some() && claims.email_verified().is_some();
        if !says_all && client.user_info_url().is_some() {
            match self.ask_for_more(&client, &tokens, claims).await {
                Ok(more) => add(&mut introduced, &more),
                // Whoever is known here needs no e-mail.
                Err(error) => tracing::warn!(%error, "the provider said no more of a person"),
            }
        }
        Ok(introduced)
    }

    async fn exchange(
        &self,
        client: &Client,
        code: &str,
        verifier: &str,
    ) -> Result<CoreTokenResponse, ProviderError> {
        client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| down(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()))
            .request_async(&self.http)
            .await
            .map_err(|error| match error {
                // Its description may repeat what it was sent.
                RequestTokenError::ServerResponse(said) => {
                    ProviderError::Refused(said.error().to_string())
                }
                RequestTokenError::Request(error) => down(&chain(&error)),
                RequestTokenError::Parse(error, _) => down(&error.path()),
                RequestTokenError::Other(text) => down(&text),
            })
    }

    /// The claims of an ID token that this provider signed, for this site and this
    /// sign-in, not long ago.
    fn believe<'a>(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        id_token: &'a CoreIdToken,
        nonce: &Nonce,
    ) -> Result<&'a CoreIdTokenClaims, Doubt> {
        let now = DateTime::from_timestamp_millis(self.clock.now()).unwrap_or_default();
        let verifier: CoreIdTokenVerifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || now);
        let claims = id_token.claims(&verifier, nonce)?;
        if let Some(hash) = claims.access_token_hash() {
            let algorithm = id_token.signing_alg().map_err(other)?;
            let key = id_token.signing_key(&verifier).map_err(other)?;
            let token = tokens.access_token();
            if AccessTokenHash::from_token(token, algorithm, key).map_err(other)? != *hash {
                return Err(Doubt::Other("the hash of the access token".into()));
            }
        }
        Ok(claims)
    }

    async fn ask_for_more(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> Result<CoreUserInfoClaims, ProviderError> {
        client
            .user_info(
                tokens.access_token().clone(),
                Some(claims.subject().clone()),
            )
            .map_err(|error| down(&error))?
            .request_async(&self.http)
            .await
            // What lies behind it may repeat what was said of the person.
            .map_err(|error| down(&error))
    }

    /// What the provider says of itself, with its keys. `anew`: those that are known
    /// are not enough.
    async fn metadata(&self, anew: bool) -> Result<Arc<CoreProviderMetadata>, ProviderError> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        let kept = if anew { KEYS_AGAIN } else { KEPT };
        match &*known {
            Known::Metadata(metadata, at) if (0..kept).contains(&(now - at)) => {
                return Ok(Arc::clone(metadata));
            }
            Known::Down(at) if (0..PAUSE).contains(&(now - at)) => {
                return Err(down(&"it did not a moment ago"));
            }
            _ => {}
        }
        match CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *known = Known::Metadata(Arc::clone(&metadata), now);
                Ok(metadata)
            }
            Err(error) => {
                *known = Known::Down(now);
                Err(down(&chain(&error)))
            }
        }
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Client {
        // Basic, unless the provider says that it takes the other only.
        let takes = metadata.token_endpoint_auth_methods_supported();
        let takes = |method| takes.is_some_and(|all| all.contains(&method));
        let in_body = takes(CoreClientAuthMethod::ClientSecretPost)
            && !takes(CoreClientAuthMethod::ClientSecretBasic);
        let secret = self.client_secret.clone();
        CoreClient::from_provider_metadata(metadata.clone(), self.client_id.clone(), secret)
            .set_redirect_uri(self.back.clone())
            .set_auth_type(if in_body {
                AuthType::RequestBody
            } else {
                AuthType::BasicAuth
            })
    }
}

/// Why claims are not believed.
#[derive(Debug, thiserror::Error)]
enum Doubt {
    #[error("signed by a key that the provider does not have")]
    UnknownKey,
    #[error("{0}")]
    Other(String),
}

impl From<ClaimsVerificationError> for Doubt {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            ) => Self::UnknownKey,
            other => Self::Other(chain(&other)),
        }
    }
}

fn other(error: impl Display) -> Doubt {
    Doubt::Other(error.to_string())
}

/// Adds what the userinfo endpoint says. E-mail and whether it is theirs go together.
fn add(introduced: &mut Introduced, more: &CoreUserInfoClaims) {
    introduced.email = more
        .email()
        .filter(|_| more.email_verified() == Some(true))
        .map(|email| email.to_string());
    let name = more.name().and_then(|name| name.get(None));
    introduced.name = introduced
        .name
        .take()
        .or_else(|| name.map(|name| name.to_string()));
    let zone = more.zoneinfo().map(|zone| zone.to_string());
    introduced.time_zone = introduced.time_zone.take().or(zone);
}

fn chance() -> String {
    link_token(&mut clock::random())
}

fn down(why: &dyn Display) -> ProviderError {
    ProviderError::Down(why.to_string())
}

fn untrue(why: &dyn Display) -> ProviderError {
    ProviderError::Untrue(why.to_string())
}

/// An error with all that lies behind it.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
