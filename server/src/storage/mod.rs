//! The only place with SQL.

mod sqlite;

pub(crate) use sqlite::make_private_folder;
pub use sqlite::{OpenError, SqliteStore};
