//! The rules of the product as plain Rust: no HTTP, no SQL, no screen, no
//! clock. Time and randomness come in as parameters.

pub mod accounts;
pub mod audit;
pub mod authority;
pub mod bulk;
pub mod caps;
pub mod catalogue;
pub mod codes;
pub mod device;
pub mod error;
pub mod figures;
pub mod forecast;
pub mod grants;
pub mod idempotency;
pub mod ids;
pub mod keys;
pub mod language;
pub mod limits;
pub mod links;
pub mod networks;
pub mod openid;
pub mod projects;
pub mod quota;
pub mod quota_requests;
pub mod recipe;
pub mod requests;
pub mod reservations;
pub mod second_factor;
pub mod service_tokens;
pub mod store;
pub mod thresholds;
pub mod throttle;
pub mod usage;
pub mod webhooks;
pub mod zones;

pub use error::{DomainError, StoreError};
pub use ids::{AccountId, ApiId, GrantId, KeyId, ProjectId};

/// Milliseconds since 1970-01-01 UTC, or a number of milliseconds.
pub type Millis = i64;
