//! Passwords: argon2id with the crate's defaults (19 MiB, 2 passes, OWASP's
//! first choice), off the async threads, and only a few at once.

use crate::clock;
use crate::domain::StoreError;
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use rand::RngCore;
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// Hashes computed at once: each takes 19 MiB and a core for about 20 ms.
const AT_ONCE: usize = 2;

/// A hash of no password: an unknown e-mail takes as long as a wrong password.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash("nobody").unwrap_or_default());

pub(super) struct Passwords {
    turns: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Semaphore::new(AT_ONCE),
        }
    }
}

impl Passwords {
    /// The hash to store, as a PHC string.
    pub(super) async fn hash(&self, password: &str) -> Result<String, StoreError> {
        let password = password.to_owned();
        self.run(move || hash(&password)).await?
    }

    /// Whether the password matches the hash; without one, false after the same time.
    pub(super) async fn verify(
        &self,
        password: &str,
        stored: Option<String>,
    ) -> Result<bool, StoreError> {
        let password = password.to_owned();
        // An account without a password takes as long as one with another.
        let stored = stored.filter(|hash| !hash.is_empty());
        self.run(move || {
            let known = stored.is_some();
            let stored = stored.unwrap_or_else(|| NOBODY.clone());
            let matches = PasswordHash::new(&stored).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            });
            known && matches
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let _turn = self
            .turns
            .acquire()
            .await
            .map_err(|closed| StoreError::Broken(closed.to_string()))?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|stopped| StoreError::Broken(stopped.to_string()))
    }
}

fn hash(password: &str) -> Result<String, StoreError> {
    let mut salt = [0; 16];
    clock::random().fill_bytes(&mut salt);
    SaltString::encode_b64(&salt)
        .and_then(|salt| {
            Ok(Argon2::default()
                .hash_password(password.as_bytes(), &salt)?
                .to_string())
        })
        .map_err(|error| StoreError::Broken(format!("argon2: {error}")))
}
