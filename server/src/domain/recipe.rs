//! A first call of an API: the least that its catalogue entry asks for.

use super::catalogue::{Api, Shape};
use serde_json::{Value, json};

/// The API that a call is tried on: a search, which changes nothing, else the
/// catalogue's first.
pub fn tried<'a>(apis: impl Iterator<Item = &'a Api> + Clone) -> Option<&'a Api> {
    apis.clone()
        .find(|api| api.name == "searchMemory")
        .or_else(|| apis.clone().next())
}

/// Names and JSON values of a body that the gateway accepts.
#[must_use]
pub fn fields(api: &Api) -> Vec<(String, String)> {
    api.required
        .iter()
        .map(|field| (field.name.clone(), sample(&field.name, field.shape)))
        .collect()
}

/// The same as one JSON object.
#[must_use]
pub fn body(api: &Api) -> String {
    let fields: Vec<_> = fields(api)
        .into_iter()
        .map(|(name, value)| format!("{}:{value}", Value::String(name)))
        .collect();
    format!("{{{}}}", fields.join(","))
}

fn sample(name: &str, shape: Shape) -> String {
    match shape {
        Shape::Id if name.contains("conversation") => json!("first").to_string(),
        Shape::Id => json!("ann").to_string(),
        Shape::Text => json!("What does Ann like?").to_string(),
        // Written out: spaces make it a line that people can read.
        Shape::Messages => r#"[{"role": "user", "content": "I like tea."}]"#.to_owned(),
        Shape::Count => "1".to_owned(),
        Shape::List => r#"["first"]"#.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;
    use crate::domain::limits::{self, CountTokens};

    /// A word is a token.
    struct Words;

    impl CountTokens for Words {
        fn count_up_to(&self, text: &str, limit: usize) -> Option<usize> {
            let words = text.split_whitespace().count();
            (words <= limit).then_some(words)
        }
    }

    #[test]
    fn the_gateway_accepts_every_recipe() {
        for api in &Catalogue::default() {
            let json: Value = serde_json::from_str(&body(api)).unwrap();
            limits::check(api, &json, &Words).unwrap();
        }
    }

    #[test]
    fn a_call_is_tried_on_the_search_or_on_what_there_is() {
        let seed = Catalogue::default();
        assert_eq!(tried(seed.iter()).unwrap().name, "searchMemory");
        let other = Api {
            name: "translate".into(),
            ..seed.iter().next().unwrap().clone()
        };
        assert_eq!(tried([&other].into_iter()).unwrap().name, "translate");
    }
}
