//! What `server/src/http` has that events are read by.

#[path = "../../server/src/http/json.rs"]
mod json;
pub mod meter;
