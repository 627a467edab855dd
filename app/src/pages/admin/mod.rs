//! The admin's desk.

pub mod account;
pub mod accounts;
pub mod audit;
pub mod bulk;
pub mod code_batch;
pub mod codes;
pub mod grant_form;
pub mod links;
pub mod next_request;
pub mod overview;
pub mod requests;
mod role_form;
