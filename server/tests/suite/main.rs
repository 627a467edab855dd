//! The server as a whole. One binary, so that it is linked once.

mod architecture;
mod console;
mod crash;
mod gateway;
mod python_client;
mod support;
