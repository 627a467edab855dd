//! The only place with SQL.

mod sqlite;

pub use sqlite::{OpenError, SqliteStore};
