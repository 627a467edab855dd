//! The server as a whole. One binary, so that it is linked once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod admin_api;
mod architecture;
mod bulk;
mod caps;
mod catalogue;
mod codes;
mod codes_desk;
mod command_line;
mod console;
mod crash;
mod design;
mod desk;
mod doors;
mod exports;
mod faults;
mod gateway;
mod grants;
mod guide;
mod headers;
mod hostile;
mod keys;
mod keys_twice;
mod language;
mod live;
mod meter;
mod metering_docs;
mod notices;
mod palette;
mod python_client;
mod requests;
mod reservations;
mod retries;
mod second_factor;
mod settings;
mod soak;
mod stopping;
mod streams;
mod support;
mod throttle;
mod unsent_forms;
mod usage;
mod visit;
mod webhook_docs;
mod webhooks;
