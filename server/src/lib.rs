//! Allowance: a console and gateway for a metered API. `docs/ARCHITECTURE.md`
//! tells which room is for what.

pub mod actions;
pub mod assembly;
mod chart;
pub mod cli;
pub mod clock;
pub mod config;
pub mod console;
pub mod demo;
pub mod domain;
pub mod export;
pub mod hooks;
pub mod http;
pub mod mail;
pub mod metering;
pub mod openid;
mod qr;
mod serve;
pub mod storage;
mod tokens;
