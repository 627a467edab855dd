//! The demo: an upstream in the process, a developer and an admin, and a
//! quarter of plausible history, so that the very first run shows a living
//! console. It goes through the same doors as everything else.

mod history;
mod people;
mod upstream;

pub use people::fill;

use crate::clock::{Clock, SystemClock};
use crate::config::ContactConfig;
use crate::domain::ids::api_key;
use crate::http::console::curl;
use allowance_app::view::{DemoSignIn, Role};
use axum::serve::ListenerExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tokio::net::TcpListener;

/// Everything that looks like chance in the demo comes from this number.
const SEED: u64 = 20_261_124;

/// Starts the demo's upstream on a port of its own, and answers its address.
pub async fn start_upstream() -> std::io::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let router = upstream::router(|| SystemClock.now());
    let listener = listener.tap_io(|tcp| drop(tcp.set_nodelay(true)));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the demo's upstream stopped");
        }
    });
    Ok(format!("http://{address}"))
}

/// The key that the demo prints: the same on every run.
#[must_use]
pub fn key() -> String {
    api_key(&mut ChaCha8Rng::seed_from_u64(SEED))
}

/// The sign-ins that the demo prints, and offers on its sign-in page.
#[must_use]
pub fn sign_ins() -> Vec<DemoSignIn> {
    [people::DEVELOPER, people::ADMIN]
        .into_iter()
        .zip([Role::Developer, Role::Owner])
        .map(|(person, role)| DemoSignIn {
            role,
            email: person.email.to_owned(),
            password: person.password.to_owned(),
        })
        .collect()
}

/// Where the demo's QR codes lead: to nobody.
#[must_use]
pub fn contact() -> ContactConfig {
    ContactConfig {
        wechat: Some("https://work.weixin.qq.com/kfid/demo-allowance-support".into()),
        discord: Some("https://discord.gg/demo-allowance".into()),
    }
}

/// What the terminal shows when the demo is up.
#[must_use]
pub fn welcome(public_url: &str) -> String {
    let [developer, admin] = [people::DEVELOPER, people::ADMIN];
    format!(
        "
  Allowance demo   {public_url}

  Developer        {}   {}
  Admin            {}   {}

  A first call, as often as you like:

{}
",
        developer.email,
        developer.password,
        admin.email,
        admin.password,
        curl(public_url, &key())
    )
}
