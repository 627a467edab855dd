//! First calls as programs write them. Each works as it is pasted, once the
//! key stands in the environment: no secret is ever part of a snippet.

use crate::view::Recipe;

/// The variable that snippets read the key from.
pub(super) const VARIABLE: &str = "ALLOWANCE_API_KEY";

/// A language that snippets are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Curl,
    Python,
    JavaScript,
}

impl Language {
    pub(super) const ALL: [Self; 3] = [Self::Curl, Self::Python, Self::JavaScript];

    /// The value of `?lang=`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "python",
            Self::JavaScript => "javascript",
        }
    }

    /// What people call it: a name, the same in every language.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
        }
    }

    /// The language of that name; `curl` for any other.
    pub(super) fn named(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|language| language.name() == name)
            .unwrap_or(Self::Curl)
    }

    /// A call of the recipe.
    pub(super) fn call(self, base_url: &str, recipe: &Recipe) -> String {
        match self {
            Self::Curl => curl(base_url, recipe),
            Self::Python => python(base_url, recipe),
            Self::JavaScript => javascript(base_url, recipe),
        }
    }
}

/// Puts the key where snippets find it.
pub(super) fn export() -> String {
    format!("export {VARIABLE}='YOUR_API_KEY'")
}

/// The official Python client, which needs its base URL and nothing else.
pub(super) fn official_client(base_url: &str) -> String {
    format!(
        "import os\n\
         from memos.api.client import MemOSClient\n\
         \n\
         client = MemOSClient(\n    \
         api_key=os.environ[\"{VARIABLE}\"],\n    \
         base_url={},\n\
         )\n\
         answer = client.search_memory(query=\"What does Ann like?\", user_id=\"ann\", conversation_id=\"first\")\n\
         print(answer.code, answer.message, answer.data)",
        quoted(base_url)
    )
}

fn curl(base_url: &str, recipe: &Recipe) -> String {
    let body = object(recipe, "  ").replace('\'', r"'\''");
    format!(
        "curl '{base_url}{}' \\\n  \
         -H \"Authorization: Token ${VARIABLE}\" \\\n  \
         -H 'Content-Type: application/json' \\\n  \
         -d '{body}'",
        recipe.path
    )
}

fn python(base_url: &str, recipe: &Recipe) -> String {
    format!(
        "import os\n\
         import requests\n\
         \n\
         response = requests.post(\n    \
         {},\n    \
         headers={{\"Authorization\": \"Token \" + os.environ[\"{VARIABLE}\"]}},\n    \
         json={},\n    \
         timeout=30,\n\
         )\n\
         answer = response.json()\n\
         print(answer[\"code\"], answer[\"message\"], answer[\"data\"])",
        quoted(&format!("{base_url}{}", recipe.path)),
        object(recipe, "    ")
    )
}

fn javascript(base_url: &str, recipe: &Recipe) -> String {
    format!(
        "const response = await fetch({}, {{\n  \
         method: \"POST\",\n  \
         headers: {{\n    \
         Authorization: `Token ${{process.env.{VARIABLE}}}`,\n    \
         \"Content-Type\": \"application/json\",\n  \
         }},\n  \
         body: JSON.stringify({}),\n\
         }});\n\
         const answer = await response.json();\n\
         console.log(answer.code, answer.message, answer.data);",
        quoted(&format!("{base_url}{}", recipe.path)),
        object(recipe, "  ")
    )
}

/// The body, a field a line. Its JSON is a literal of Python and JavaScript too.
fn object(recipe: &Recipe, indent: &str) -> String {
    let fields: Vec<_> = recipe
        .body
        .iter()
        .map(|(name, value)| format!("{indent}  {}: {value}", quoted(name)))
        .collect();
    format!("{{\n{}\n{indent}}}", fields.join(",\n"))
}

/// A text in double quotes, as JSON, Python and JavaScript have it. Addresses
/// and field names hold nothing that needs more than this.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe() -> Recipe {
        Recipe {
            api: "searchMemory".into(),
            title: "Search memory".into(),
            path: "/search/memory".into(),
            body: vec![
                ("user_id".into(), "\"ann\"".into()),
                ("query".into(), "\"What is Ann's?\"".into()),
            ],
        }
    }

    #[test]
    fn a_shell_reads_the_body_whole_whatever_quotes_are_in_it() {
        let text = Language::Curl.call("http://a.example/v1", &recipe());
        assert!(text.contains(r"Ann'\''s"), "{text}");
        assert!(
            text.starts_with("curl 'http://a.example/v1/search/memory' \\\n"),
            "{text}"
        );
        assert!(text.contains("\"Authorization: Token $ALLOWANCE_API_KEY\""));
    }

    #[test]
    fn no_snippet_holds_a_key() {
        for language in Language::ALL {
            let text = language.call("http://a.example/v1", &recipe());
            assert!(!text.contains("mpg-"), "{text}");
            assert!(text.contains(VARIABLE), "{text}");
        }
    }

    #[test]
    fn an_unknown_language_is_curl() {
        assert_eq!(Language::named("python"), Language::Python);
        assert_eq!(Language::named("cobol"), Language::Curl);
    }
}
