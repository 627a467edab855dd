//! Is a required field there, and is it what it should be?

use super::{LONGEST_ID, Refusal, present};
use crate::domain::catalogue::{RequiredField, Shape};
use serde_json::{Map, Value};

/// What a content is.
pub(super) const CONTENT: &str = "a string or a list of parts";
const TEXT: &str = "a string";
const COUNT: &str = "a whole number of at least 1";

/// Checks one required field of a body.
pub(super) fn check(required: &RequiredField, fields: &Map<String, Value>) -> Result<(), Refusal> {
    let name = &required.name;
    let value = present(fields, name).ok_or_else(|| missing(name))?;
    match required.shape {
        Shape::Id => check_length(name, text(name, value)?),
        Shape::Text => text(name, value).map(drop),
        Shape::Messages => messages(name, value),
        Shape::Count => count(name, value).map(drop),
        Shape::List => list(name, value, "a list").map(drop),
    }
}

/// An id has up to 100 characters.
pub(super) fn check_length(name: &impl ToString, id: &str) -> Result<(), Refusal> {
    // Bytes first: a megabyte is not counted character by character.
    if id.len() > LONGEST_ID * 4 || id.chars().count() > LONGEST_ID {
        return Err(Refusal::TooLong {
            field: name.to_string(),
            most: LONGEST_ID,
        });
    }
    Ok(())
}

/// A whole number of at least 1.
pub(super) fn count(name: &impl ToString, value: &Value) -> Result<u64, Refusal> {
    value
        .as_u64()
        .filter(|&number| number >= 1)
        .ok_or_else(|| wrong_type(&name.to_string(), COUNT))
}

/// A string that is not empty.
fn text<'a>(name: &str, value: &'a Value) -> Result<&'a str, Refusal> {
    let text = value.as_str().ok_or_else(|| wrong_type(name, TEXT))?;
    if text.trim().is_empty() {
        Err(Refusal::Empty {
            field: name.to_owned(),
        })
    } else {
        Ok(text)
    }
}

/// A list that is not empty.
fn list<'a>(name: &str, value: &'a Value, kind: &'static str) -> Result<&'a [Value], Refusal> {
    let items = value.as_array().ok_or_else(|| wrong_type(name, kind))?;
    if items.is_empty() {
        return Err(Refusal::EmptyList {
            field: name.to_owned(),
        });
    }
    Ok(items)
}

fn messages(name: &str, value: &Value) -> Result<(), Refusal> {
    let messages = list(name, value, "a list of messages")?;
    for (place, message) in messages.iter().enumerate() {
        check_message(message).map_err(|fault| fault.within(&format!("{name}[{place}]")))?;
    }
    Ok(())
}

/// Checks one message; faults name fields of the message.
fn check_message(message: &Value) -> Result<(), Refusal> {
    let fields = message
        .as_object()
        .ok_or_else(|| wrong_type("", "an object"))?;
    let role = present(fields, "role").ok_or_else(|| missing("role"))?;
    text("role", role)?;
    match present(fields, "content").ok_or_else(|| missing("content"))? {
        Value::String(_) => Ok(()),
        Value::Array(parts) => parts.iter().enumerate().try_for_each(|(place, part)| {
            check_part(part).map_err(|fault| fault.within(&format!("content[{place}]")))
        }),
        _ => Err(wrong_type("content", CONTENT)),
    }
}

/// A part of a content says its type; a part of text carries it.
fn check_part(part: &Value) -> Result<(), Refusal> {
    let fields = part
        .as_object()
        .ok_or_else(|| wrong_type("", "an object"))?;
    let kind = present(fields, "type").ok_or_else(|| missing("type"))?;
    if text("type", kind)? == "text" {
        let value = present(fields, "text").ok_or_else(|| missing("text"))?;
        value.as_str().ok_or_else(|| wrong_type("text", TEXT))?;
    }
    Ok(())
}

fn missing(field: &str) -> Refusal {
    Refusal::Missing {
        field: field.to_owned(),
    }
}

fn wrong_type(field: &str, expected: &'static str) -> Refusal {
    Refusal::WrongType {
        field: field.to_owned(),
        expected,
    }
}

impl Refusal {
    /// The same fault, its field below `place`.
    fn within(mut self, place: &str) -> Self {
        if let Self::Missing { field } | Self::WrongType { field, .. } | Self::Empty { field } =
            &mut self
        {
            let dot = if field.is_empty() { "" } else { "." };
            *field = format!("{place}{dot}{field}");
        }
        self
    }
}
