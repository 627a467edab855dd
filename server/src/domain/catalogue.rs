//! The metered APIs: what each is called, where it lies, how many calls are
//! free, and what one call may carry (`product.md` §1). A catalogue exists only
//! if it makes sense.

mod field_path;
mod seed;
#[cfg(test)]
mod tests;

pub use field_path::{FieldPath, FieldPathError};
pub use seed::END_USER;

use super::language::Language;
use serde_json::Value;

/// Longest name of an API, in characters.
const LONGEST_NAME: usize = 64;
/// Longest path of an API, in characters.
const LONGEST_PATH: usize = 200;

/// A text in each language of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalText {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

impl LocalText {
    /// The text in that language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Chinese => &self.zh,
        }
    }
}

/// One metered API.
#[derive(Debug, Clone, PartialEq)]
pub struct Api {
    /// For programs, and the name that history keeps: `searchMemory`.
    pub name: String,
    /// For people.
    pub title: LocalText,
    /// Path below the gateway's base path: `/search/memory`.
    pub path: String,
    /// Calls that each account has for nothing.
    pub free_calls: i64,
    /// What one request may carry; nothing means that it is not counted.
    pub input: Option<InputLimit>,
    /// What one answer may carry; nothing means that it is not cut.
    pub output: Option<OutputLimit>,
    /// Where the end user is named, if at all.
    pub end_user: FieldPath,
    /// How an answer says that the call succeeded.
    pub success: Success,
    /// Whether an answer may come as a stream of server-sent events.
    pub stream: bool,
    /// Fields that every request must have, in the order in which they are checked.
    pub required: Vec<RequiredField>,
    /// The `data` that goes with an error, in the shape that clients of this API
    /// can read (`wire.md`).
    pub failure_data: Value,
}

/// How an answer says that the call succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Success {
    /// HTTP 2xx, and `code` 0 in the envelope of `wire.md`.
    #[default]
    Code,
    /// HTTP 2xx alone: an API with no envelope, whose errors have statuses.
    Status,
}

/// A limit on the input: tokens, summed over all `fields`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputLimit {
    pub max_tokens: usize,
    /// The fields of the request that count.
    pub fields: Vec<FieldPath>,
}

/// A limit on the output: items of one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputLimit {
    /// Items in one answer.
    pub most: i64,
    /// The field of the request that asks for a number of items: `memory_limit_number`.
    pub request_field: FieldPath,
    /// The list in the answer that carries them: `data.memory_detail_list`.
    pub response_list: FieldPath,
    /// What the items are called, in English and plural: `memories`.
    pub noun: String,
}

/// A field that a request must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredField {
    /// Name at the top of the body.
    pub name: String,
    pub shape: Shape,
}

/// The shape of a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A string of 1 to 100 characters.
    Id,
    /// A string that is not empty.
    Text,
    /// A list of at least one message. A message has a `role` and a `content`;
    /// the content is a string, or a list of parts, and may be empty.
    Messages,
    /// A whole number, at least 1.
    Count,
    /// A list of at least one item.
    List,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 5] = [
        Self::Id,
        Self::Text,
        Self::Messages,
        Self::Count,
        Self::List,
    ];

    /// The name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Text => "text",
            Self::Messages => "messages",
            Self::Count => "count",
            Self::List => "list",
        }
    }
}

/// The metered APIs in the order in which people see them: at least one, no two
/// with the same name or path.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    apis: Vec<Api>,
}

impl Catalogue {
    /// A catalogue of these APIs.
    ///
    /// # Errors
    /// The first thing that makes no sense, with the API that it is about.
    pub fn new(apis: Vec<Api>) -> Result<Self, CatalogueError> {
        if apis.is_empty() {
            return Err(CatalogueError::Empty);
        }
        for (index, api) in apis.iter().enumerate() {
            let earlier = &apis[..index];
            check(api, earlier).map_err(|(field, problem)| CatalogueError::Api {
                index,
                name: api.name.clone(),
                field,
                problem,
            })?;
        }
        Ok(Self { apis })
    }

    /// The APIs in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, Api> {
        self.apis.iter()
    }

    /// The API at a path below the gateway's base path.
    pub fn by_path(&self, path: &str) -> Option<&Api> {
        self.apis.iter().find(|api| api.path == path)
    }

    /// The API of a name.
    pub fn by_name(&self, name: &str) -> Option<&Api> {
        self.apis.iter().find(|api| api.name == name)
    }
}

impl<'a> IntoIterator for &'a Catalogue {
    type Item = &'a Api;
    type IntoIter = std::slice::Iter<'a, Api>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A catalogue that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    #[error("the catalogue has no API")]
    Empty,
    #[error("API `{name}`: {problem}")]
    Api {
        /// Place of the API in the catalogue, from 0.
        index: usize,
        name: String,
        /// What the problem is about.
        field: ApiField,
        problem: ApiProblem,
    },
}

/// The part of an API that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApiField {
    Name,
    Title,
    Path,
    FreeCalls,
    Input,
    Output,
    EndUser,
    Stream,
    Required,
    FailureData,
}

/// Why it makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiProblem {
    #[error("a name has 1 to {LONGEST_NAME} letters, digits, `_` or `-`")]
    BadName,
    #[error("another API has this name")]
    NameTaken,
    #[error("the title is empty")]
    NoTitle,
    #[error(
        "the path `{0}` must start with `/`, must not end with it, and has letters, digits and `-._~` between"
    )]
    BadPath(String),
    #[error("the API `{other}` has the path `{path}` already")]
    PathTaken { path: String, other: String },
    #[error("free_calls is {0}, but a quota cannot be negative")]
    NegativeQuota(i64),
    #[error("max_tokens must be at least 1")]
    NoTokens,
    #[error("the input limit names no field to count")]
    NoInputField,
    #[error("`most` is {0}, but must be at least 1")]
    BadMost(i64),
    #[error("the output limit needs a noun")]
    NamelessOutput,
    #[error("`{0}` must name one field: no `[]` in it")]
    ManyFields(FieldPath),
    #[error("response_list `{0}` must name one list: no `[]` in it")]
    ManyLists(FieldPath),
    #[error("a stream cannot be cut to an output limit: leave out `output` or `stream`")]
    StreamWithOutput,
    #[error("a required field has no name")]
    NamelessField,
    #[error("the field `{0}` is required twice")]
    RequiredTwice(String),
    #[error("failure_data must be an object")]
    FailureDataIsNoObject,
}

fn check(api: &Api, earlier: &[Api]) -> Result<(), (ApiField, ApiProblem)> {
    check_name(api, earlier).map_err(|problem| (ApiField::Name, problem))?;
    if api.title.en.trim().is_empty() || api.title.zh.trim().is_empty() {
        return Err((ApiField::Title, ApiProblem::NoTitle));
    }
    check_path(api, earlier).map_err(|problem| (ApiField::Path, problem))?;
    if api.free_calls < 0 {
        return Err((
            ApiField::FreeCalls,
            ApiProblem::NegativeQuota(api.free_calls),
        ));
    }
    if let Some(input) = &api.input {
        check_input(input).map_err(|problem| (ApiField::Input, problem))?;
    }
    if let Some(output) = &api.output {
        check_output(output).map_err(|problem| (ApiField::Output, problem))?;
        if api.stream {
            return Err((ApiField::Stream, ApiProblem::StreamWithOutput));
        }
    }
    if api.end_user.has_each() {
        let problem = ApiProblem::ManyFields(api.end_user.clone());
        return Err((ApiField::EndUser, problem));
    }
    check_required(&api.required).map_err(|problem| (ApiField::Required, problem))?;
    if !api.failure_data.is_object() {
        return Err((ApiField::FailureData, ApiProblem::FailureDataIsNoObject));
    }
    Ok(())
}

fn check_name(api: &Api, earlier: &[Api]) -> Result<(), ApiProblem> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if api.name.is_empty() || api.name.len() > LONGEST_NAME || !api.name.chars().all(plain) {
        return Err(ApiProblem::BadName);
    }
    if earlier.iter().any(|other| other.name == api.name) {
        return Err(ApiProblem::NameTaken);
    }
    Ok(())
}

fn check_path(api: &Api, earlier: &[Api]) -> Result<(), ApiProblem> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    let segment_fits = |part: &str| !matches!(part, "" | "." | "..") && part.chars().all(plain);
    let fits = api.path.len() <= LONGEST_PATH
        && api
            .path
            .strip_prefix('/')
            .is_some_and(|rest| rest.split('/').all(segment_fits));
    if !fits {
        return Err(ApiProblem::BadPath(api.path.clone()));
    }
    match earlier.iter().find(|other| other.path == api.path) {
        Some(other) => Err(ApiProblem::PathTaken {
            path: api.path.clone(),
            other: other.name.clone(),
        }),
        None => Ok(()),
    }
}

fn check_input(input: &InputLimit) -> Result<(), ApiProblem> {
    match input {
        InputLimit { max_tokens: 0, .. } => Err(ApiProblem::NoTokens),
        InputLimit { fields, .. } if fields.is_empty() => Err(ApiProblem::NoInputField),
        InputLimit { .. } => Ok(()),
    }
}

fn check_output(output: &OutputLimit) -> Result<(), ApiProblem> {
    if output.most < 1 {
        return Err(ApiProblem::BadMost(output.most));
    }
    if output.noun.is_empty() {
        return Err(ApiProblem::NamelessOutput);
    }
    if output.request_field.has_each() {
        return Err(ApiProblem::ManyFields(output.request_field.clone()));
    }
    if output.response_list.has_each() {
        return Err(ApiProblem::ManyLists(output.response_list.clone()));
    }
    Ok(())
}

fn check_required(required: &[RequiredField]) -> Result<(), ApiProblem> {
    for (index, field) in required.iter().enumerate() {
        if field.name.is_empty() {
            return Err(ApiProblem::NamelessField);
        }
        if required[..index]
            .iter()
            .any(|other| other.name == field.name)
        {
            return Err(ApiProblem::RequiredTwice(field.name.clone()));
        }
    }
    Ok(())
}
