//! The parts of the server that read what strangers send, without the rest of it:
//! the domain knows nobody, so it stands here alone and builds in seconds.

#![allow(dead_code, reason = "only what reads is fuzzed")]

#[path = "../../server/src/config/mod.rs"]
pub mod config;
#[path = "../../server/src/domain/mod.rs"]
pub mod domain;
#[path = "../../server/src/http/gateway/envelope.rs"]
pub mod envelope;
#[path = "../../server/src/http/gateway/events.rs"]
pub mod events;
pub mod http;
pub mod metering;
#[path = "../../server/src/tokens/mod.rs"]
pub mod tokens;
