//! What is left, and how to get more.

use super::LocalTime;

/// What an account has of one API, now. Independent of every filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiQuota {
    /// Catalogue name: `searchMemory`.
    pub api: String,
    /// For people: `Search memory`.
    pub title: String,
    /// Sum of the grants in force.
    pub granted: i64,
    /// Calls charged against them.
    pub charged: i64,
    /// `granted - charged`, never below zero.
    pub remaining: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiChoice {
    pub api: String,
    pub title: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactKind {
    WeChat,
    Discord,
}

/// A way to a human.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactChannel {
    pub kind: ContactKind,
    /// What the QR code encodes.
    pub link: String,
    /// The code as an SVG element, dark modules in `currentColor`; safe to inline.
    pub qr_svg: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaRequestState {
    Open,
    Approved,
    Rejected,
    Withdrawn,
}

/// One request for more quota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaRequestRow {
    /// Public id, `qrq_…`.
    pub id: String,
    pub account_id: String,
    pub account_name: String,
    pub account_email: String,
    pub api: String,
    pub api_title: String,
    /// Calls asked for.
    pub calls: i64,
    pub reason: String,
    pub state: QuotaRequestState,
    /// Calls granted, once approved.
    pub granted: Option<i64>,
    /// What the admin wrote to the developer.
    pub answer: Option<String>,
    pub created_at: LocalTime,
    pub answered_at: Option<LocalTime>,
    /// What the account has left of this API now.
    pub remaining: i64,
}

/// The request-more page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestMoreView {
    /// Identifies the account to support without revealing it: `AL-7K3M-Q9TX`.
    pub reference_code: String,
    pub quota: Vec<ApiQuota>,
    /// Configured ways to a human; may be empty.
    pub channels: Vec<ContactChannel>,
    /// The account's own requests, newest first.
    pub requests: Vec<QuotaRequestRow>,
}
