//! May this body go to this API? Shape, tokens and the number of items asked
//! for (`product.md` §1, `wire.md`). Pure: the tokenizer is handed in.

mod read;
mod shape;
#[cfg(test)]
mod tests;

pub use read::{DEEPEST, Unreadable, read};

use super::catalogue::{Api, FieldPath, InputLimit, OutputLimit};
use super::figures::grouped;
use serde_json::{Map, Value};

/// Longest id of a user or conversation, in characters.
pub const LONGEST_ID: usize = 100;

/// Calls a second that an account had better stay below (`product.md` §2.9).
pub const ADVISED_PER_SECOND: i64 = 10;

/// Something that counts tokens.
pub trait CountTokens {
    /// The tokens of a text, or nothing if they are more than `limit`. Must not
    /// take much longer than the limit asks for, however long the text is.
    fn count_up_to(&self, text: &str, limit: usize) -> Option<usize>;
}

/// What is known of a body that may pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Tokens of the metered input; 0 where the API has no input limit.
    pub tokens: i64,
    /// The end user, if one is named.
    pub end_user: Option<String>,
    /// The most items that the answer may carry, if the API has such a limit.
    pub output_limit: Option<i64>,
}

/// Why a body may not pass. The text is for developers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("The body must be a JSON object.")]
    NotAnObject,
    #[error("The field `{field}` is required.")]
    Missing { field: String },
    #[error("The field `{field}` must be {expected}.")]
    WrongType {
        field: String,
        expected: &'static str,
    },
    #[error("The field `{field}` must not be empty.")]
    Empty { field: String },
    #[error("The field `{field}` must not be empty.")]
    EmptyList { field: String },
    #[error("The field `{field}` has more than {most} characters.")]
    TooLong { field: String, most: usize },
    #[error("The input has more than {} tokens, counted over {fields}.", grouped(*most))]
    InputTooLong {
        /// Tokens allowed.
        most: i64,
        /// The fields that count, for people: `` `query` ``.
        fields: String,
    },
    #[error("`{field}` asks for {asked} {noun}; one call returns at most {most}.")]
    TooMuchOutput {
        field: String,
        asked: u64,
        most: i64,
        noun: String,
    },
}

impl Refusal {
    /// Whether the input was too long, which has a code of its own on the wire.
    /// All else is a parameter error.
    #[must_use]
    pub const fn is_input_limit(&self) -> bool {
        matches!(self, Self::InputTooLong { .. })
    }
}

/// Checks a body against an API's limits.
///
/// # Errors
/// The first rule that it breaks: shape first, tokens last, as they cost most.
pub fn check(api: &Api, body: &Value, tokens: &dyn CountTokens) -> Result<Accepted, Refusal> {
    let fields = body.as_object().ok_or(Refusal::NotAnObject)?;
    for required in &api.required {
        shape::check(required, fields)?;
    }
    let end_user = end_user(&api.end_user, body)?;
    let output_limit = api
        .output
        .as_ref()
        .map(|output| output_limit(output, body))
        .transpose()?;
    let tokens = match &api.input {
        Some(input) => input_tokens(input, body, tokens)?,
        None => 0,
    };
    Ok(Accepted {
        tokens,
        end_user,
        output_limit,
    })
}

/// The value of a field; `null` counts as absent.
fn present<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    fields.get(name).filter(|value| !value.is_null())
}

/// The end user, for APIs that require one and for those that do not.
fn end_user(field: &FieldPath, body: &Value) -> Result<Option<String>, Refusal> {
    match field.value(body).and_then(Value::as_str) {
        None | Some("") => Ok(None),
        Some(id) => {
            shape::check_length(field, id)?;
            Ok(Some(id.to_owned()))
        }
    }
}

fn output_limit(output: &OutputLimit, body: &Value) -> Result<i64, Refusal> {
    let field = &output.request_field;
    if let Some(value) = field.value(body) {
        let asked = shape::count(field, value)?;
        if i64::try_from(asked).map_or(true, |asked| asked > output.most) {
            return Err(Refusal::TooMuchOutput {
                field: field.to_string(),
                asked,
                most: output.most,
                noun: output.noun.clone(),
            });
        }
    }
    Ok(output.most)
}

/// Tokens over all fields of the limit. Stops at the first text that goes over.
fn input_tokens(
    input: &InputLimit,
    body: &Value,
    tokens: &dyn CountTokens,
) -> Result<i64, Refusal> {
    let mut left = input.max_tokens;
    for path in &input.fields {
        let values = path.values(body).map_err(|detour| Refusal::WrongType {
            field: detour.field,
            expected: detour.expected,
        })?;
        for value in values {
            for text in texts(value).ok_or_else(|| Refusal::WrongType {
                field: path.to_string(),
                expected: shape::CONTENT,
            })? {
                left = tokens
                    .count_up_to(text, left)
                    .and_then(|count| left.checked_sub(count))
                    .ok_or_else(|| too_long(input))?;
            }
        }
    }
    Ok(i64::try_from(input.max_tokens - left).unwrap_or(i64::MAX))
}

/// The texts of a content: the string itself, or the `text` of each of its
/// parts, whatever a part says that it is. Nothing if it is no content.
fn texts(content: &Value) -> Option<Vec<&str>> {
    match content {
        Value::String(text) => Some(vec![text]),
        Value::Array(parts) => Some(parts.iter().filter_map(part_text).collect()),
        _ => None,
    }
}

fn part_text(part: &Value) -> Option<&str> {
    part.as_str()
        .or_else(|| part.get("text").and_then(Value::as_str))
}

fn too_long(input: &InputLimit) -> Refusal {
    let fields: Vec<_> = input
        .fields
        .iter()
        .map(|field| format!("`{field}`"))
        .collect();
    Refusal::InputTooLong {
        most: i64::try_from(input.max_tokens).unwrap_or(i64::MAX),
        fields: fields.join(", "),
    }
}
