//! Where a value lies in a JSON body: `query`, `messages[].content`.

use serde_json::Value;
use std::fmt;
use std::str::FromStr;

/// Deepest path, in steps.
const MOST_STEPS: usize = 16;

/// A path of field names. A name with `[]` stands for every item of its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPath {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    name: String,
    each: bool,
}

/// A text that is no path of fields.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no field: write it as `query` or `messages[].content`")]
pub struct FieldPathError(pub String);

/// The walk met a value of another kind than the path says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detour {
    /// The part of the path that it had come to.
    pub field: String,
    /// What should have been there.
    pub expected: &'static str,
}

impl FieldPath {
    /// The path of these steps, unchecked: for paths that the program itself names.
    #[must_use]
    pub fn of(steps: &[&str]) -> Self {
        Self {
            steps: steps.iter().map(|part| Step::read(part)).collect(),
        }
    }

    /// Every value that lies at this path. What is missing or `null` is left out.
    ///
    /// # Errors
    /// Something on the way is neither missing nor what the path says: an object,
    /// or a list before `[]`.
    pub fn values<'a>(&self, body: &'a Value) -> Result<Vec<&'a Value>, Detour> {
        let mut found = vec![body];
        for (depth, step) in self.steps.iter().enumerate() {
            let mut next = Vec::with_capacity(found.len());
            for value in found {
                let Some(fields) = value.as_object() else {
                    return Err(self.detour(depth, "an object"));
                };
                match fields.get(&step.name) {
                    None | Some(Value::Null) => {}
                    Some(Value::Array(items)) if step.each => next.extend(items),
                    Some(_) if step.each => return Err(self.detour(depth + 1, "a list")),
                    Some(value) => next.push(value),
                }
            }
            found = next;
        }
        Ok(found)
    }

    /// The one value at a path without `[]`. What is `null`, missing, or lies
    /// within something that is no object, is nothing.
    #[must_use]
    pub fn value<'a>(&self, body: &'a Value) -> Option<&'a Value> {
        let mut steps = self.steps.iter();
        let found = steps.try_fold(body, |found, step| found.get(&step.name))?;
        Some(found).filter(|value| !value.is_null())
    }

    /// The names of its steps, from the top.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.steps.iter().map(|step| step.name.as_str())
    }

    /// Whether the path fans out over a list.
    #[must_use]
    pub fn has_each(&self) -> bool {
        self.steps.iter().any(|step| step.each)
    }

    fn detour(&self, depth: usize, expected: &'static str) -> Detour {
        let way: Vec<_> = self.steps[..depth].iter().map(Step::to_string).collect();
        let field = way.join(".");
        // A list that is none is named without its brackets.
        let field = match expected {
            "a list" => field.trim_end_matches("[]").to_owned(),
            _ => field,
        };
        Detour { field, expected }
    }
}

impl Step {
    fn read(part: &str) -> Self {
        let (name, each) = part
            .strip_suffix("[]")
            .map_or((part, false), |name| (name, true));
        Self {
            name: name.to_owned(),
            each,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let brackets = if self.each { "[]" } else { "" };
        write!(f, "{}{brackets}", self.name)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.steps.iter().enumerate() {
            let dot = if place == 0 { "" } else { "." };
            write!(f, "{dot}{step}")?;
        }
        Ok(())
    }
}

impl FromStr for FieldPath {
    type Err = FieldPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let steps: Vec<_> = text.split('.').map(Step::read).collect();
        let fits = |step: &Step| !step.name.is_empty() && step.name.chars().all(plain);
        if steps.len() > MOST_STEPS || !steps.iter().all(fits) {
            return Err(FieldPathError(text.to_owned()));
        }
        Ok(Self { steps })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn path(text: &str) -> FieldPath {
        text.parse().unwrap()
    }

    #[test]
    fn a_path_reads_as_it_was_written() {
        for text in [
            "query",
            "messages[].content",
            "data.memory_detail_list",
            "a[].b[].c-d_1",
        ] {
            assert_eq!(path(text).to_string(), text);
        }
    }

    #[test]
    fn what_names_no_field_is_refused() {
        let deep = vec!["a"; MOST_STEPS + 1].join(".");
        for text in [
            "", ".", "a.", ".a", "[]", "a[", "a[0]", "a b", "a..b", "$.a", &deep,
        ] {
            assert_eq!(
                text.parse::<FieldPath>(),
                Err(FieldPathError(text.to_owned()))
            );
        }
    }

    #[test]
    fn values_are_found_and_gaps_left_out() {
        let body = json!({
            "query": "q", "nothing": null,
            "messages": [{"content": "a"}, {"content": null}, {}, {"content": ["b"]}],
        });
        let at = |text| path(text).values(&body).unwrap();
        assert_eq!(at("query"), [&json!("q")]);
        assert_eq!(at("messages[].content"), [&json!("a"), &json!(["b"])]);
        assert_eq!(at("messages").len(), 1);
        assert!(at("missing[].content").is_empty());
        assert!(at("nothing.more").is_empty());
    }

    #[test]
    fn a_value_of_another_kind_is_named() {
        let table = [
            (json!([]), "query", "", "an object"),
            (
                json!({"messages": {}}),
                "messages[].content",
                "messages",
                "a list",
            ),
            (
                json!({"messages": ["a"]}),
                "messages[].content",
                "messages[]",
                "an object",
            ),
            (json!({"a": {"b": 1}}), "a.b.c", "a.b", "an object"),
        ];
        for (body, text, field, expected) in table {
            let detour = Detour {
                field: field.to_owned(),
                expected,
            };
            assert_eq!(path(text).values(&body), Err(detour), "{text} in {body}");
        }
    }

    #[test]
    fn one_value_is_found_or_nothing() {
        let body = json!({"a": {"b": 1, "c": null}, "d": [1]});
        assert_eq!(path("a.b").value(&body), Some(&json!(1)));
        assert_eq!(path("d").value(&body), Some(&json!([1])));
        for text in ["a.c", "a.c.d", "a.x", "a.b.c", "d.b", "x.y"] {
            assert_eq!(path(text).value(&body), None, "{text}");
        }
    }
}
