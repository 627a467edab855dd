//! How to call, and within which limits.

use super::{ApiQuota, GrantRow, KeyRow};

/// What one answer of an API may carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputMost {
    pub most: i64,
    /// What is counted, as the catalogue has it: `memories`.
    pub noun: String,
}

/// One API of the catalogue, with what this account has of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiLimits {
    pub quota: ApiQuota,
    /// Calls that every account has for nothing.
    pub free_calls: i64,
    /// Tokens of one request at most; nothing where they are not counted.
    pub max_input_tokens: Option<i64>,
    /// Nothing where answers are not cut.
    pub max_output: Option<OutputMost>,
}

/// The limits page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitsView {
    /// In the catalogue's order.
    pub apis: Vec<ApiLimits>,
    /// What the account was given, newest first.
    pub grants: Vec<GrantRow>,
    /// Calls a second that the account had better stay below. Advice, no ceiling.
    pub advised_per_second: i64,
}

/// A first call of one API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// Catalogue name: `searchMemory`.
    pub api: String,
    pub title: String,
    /// Below the base URL: `/search/memory`.
    pub path: String,
    /// The body's fields in their order: the name, and the value as JSON.
    pub body: Vec<(String, String)>,
}

/// The quick start page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuickStartView {
    /// The account's keys, newest first.
    pub keys: Vec<KeyRow>,
    /// One for each API, in the catalogue's order.
    pub recipes: Vec<Recipe>,
    /// Catalogue name of the API that a test call goes to.
    pub tried_api: String,
    /// Whether the catalogue is the memory API, whose official client works here.
    pub has_official_client: bool,
}

/// What came back of a test call: a real one, charged like any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestedCall {
    pub key_name: String,
    pub request_id: String,
    /// Of the envelope; 0 is success.
    pub code: i64,
    /// The envelope's words.
    pub message: String,
    pub latency_ms: i64,
    /// The answer, indented, and cut where it is long.
    pub answer: String,
}
