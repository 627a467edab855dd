//! The `[[api]]` tables: a catalogue in the words of a file.

use super::read::{Reader, base_url, header};
use super::{ApiUpstream, ConfigError, Secret, Upstreams};
use crate::domain::catalogue::{
    Api, ApiField, Catalogue, CatalogueError, END_USER, FieldPath, InputLimit, LocalText,
    OutputLimit, RequiredField, Shape, Success,
};
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::ops::Range;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiTable {
    name: Spanned<String>,
    path: Spanned<String>,
    free_calls: Spanned<i64>,
    title: Option<Spanned<TitleTable>>,
    input: Option<Spanned<InputTable>>,
    output: Option<Spanned<OutputTable>>,
    end_user: Option<Spanned<String>>,
    success: Option<SuccessName>,
    upstream: Option<Spanned<String>>,
    upstream_authorization: Option<Spanned<Secret>>,
    stream: Option<Spanned<bool>>,
    required: Option<Spanned<Vec<RequiredTable>>>,
    #[serde(default)]
    failure_data: Map<String, Value>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum SuccessName {
    Code,
    Status,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TitleTable {
    en: String,
    zh: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InputTable {
    max_tokens: usize,
    #[serde(deserialize_with = "paths")]
    fields: Vec<FieldPath>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutputTable {
    most: i64,
    #[serde(deserialize_with = "path")]
    request_field: FieldPath,
    #[serde(deserialize_with = "path")]
    response_list: FieldPath,
    noun: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequiredTable {
    field: String,
    #[serde(deserialize_with = "shape")]
    shape: Shape,
}

fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FieldPath, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(D::Error::custom)
}

fn paths<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<FieldPath>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts
        .iter()
        .map(|text| text.parse().map_err(D::Error::custom))
        .collect()
}

fn shape<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Shape, D::Error> {
    const NAMES: [&str; Shape::ALL.len()] = {
        let mut names = [""; Shape::ALL.len()];
        let mut place = 0;
        while place < names.len() {
            names[place] = Shape::ALL[place].name();
            place += 1;
        }
        names
    };
    let name = String::deserialize(deserializer)?;
    let known = Shape::ALL.into_iter().find(|shape| shape.name() == name);
    known.ok_or_else(|| D::Error::unknown_variant(&name, &NAMES))
}

/// The catalogue that the tables describe, and the upstreams of their own that
/// some APIs have, by name.
pub(super) fn catalogue(
    read: &Reader<'_>,
    tables: Spanned<Vec<Spanned<ApiTable>>>,
) -> Result<(Catalogue, Upstreams), ConfigError> {
    let whole = tables.span();
    let mut places = Vec::new();
    let mut apis = Vec::new();
    let mut upstreams = Upstreams::new();
    for table in tables.into_inner() {
        places.push(Places::of(&table));
        let mut table = table.into_inner();
        if let Some(upstream) = upstream(read, &mut table)? {
            upstreams.insert(table.name.get_ref().clone(), upstream);
        }
        apis.push(api(read, table)?);
    }
    let catalogue = Catalogue::new(apis).map_err(|error| {
        let span = match &error {
            CatalogueError::Empty => Some(whole),
            CatalogueError::Api { index, field, .. } => {
                places.get(*index).map(|places| places.of_field(*field))
            }
        };
        ConfigError::at(read.text, span, error)
    })?;
    Ok((catalogue, upstreams))
}

/// An upstream of the API's own. Its authorization is no other's: a secret goes
/// only to the address that it stands beside.
fn upstream(read: &Reader<'_>, table: &mut ApiTable) -> Result<Option<ApiUpstream>, ConfigError> {
    let base_url = read.value(table.upstream.take(), base_url)?;
    let place = table.upstream_authorization.as_ref().map(Spanned::span);
    let authorization = read.value(table.upstream_authorization.take(), header)?;
    match (base_url, authorization) {
        (Some(base_url), authorization) => Ok(Some(ApiUpstream {
            base_url,
            authorization,
        })),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(ConfigError::at(
            read.text,
            place,
            "upstream_authorization needs an upstream beside it",
        )),
    }
}

fn api(read: &Reader<'_>, table: ApiTable) -> Result<Api, ConfigError> {
    let end_user = read.value(table.end_user, |path| path.parse())?;
    let name = table.name.into_inner();
    let title = match table.title.map(Spanned::into_inner) {
        Some(title) => LocalText {
            zh: title.zh.unwrap_or_else(|| title.en.clone()),
            en: title.en,
        },
        None => LocalText {
            en: name.clone(),
            zh: name.clone(),
        },
    };
    let input = table
        .input
        .map(Spanned::into_inner)
        .map(|input| InputLimit {
            max_tokens: input.max_tokens,
            fields: input.fields,
        });
    let output = table
        .output
        .map(Spanned::into_inner)
        .map(|output| OutputLimit {
            most: output.most,
            request_field: output.request_field,
            response_list: output.response_list,
            noun: output.noun,
        });
    let required = table.required.map(Spanned::into_inner).unwrap_or_default();
    Ok(Api {
        name,
        title,
        path: table.path.into_inner(),
        free_calls: table.free_calls.into_inner(),
        input,
        output,
        end_user: end_user.unwrap_or_else(|| FieldPath::of(&[END_USER])),
        success: match table.success {
            Some(SuccessName::Status) => Success::Status,
            Some(SuccessName::Code) | None => Success::Code,
        },
        stream: table.stream.is_some_and(Spanned::into_inner),
        required: required
            .into_iter()
            .map(|required| RequiredField {
                name: required.field,
                shape: required.shape,
            })
            .collect(),
        failure_data: Value::Object(table.failure_data),
    })
}

/// Where the parts of one table stand in the file.
struct Places {
    table: Range<usize>,
    fields: HashMap<ApiField, Range<usize>>,
}

impl Places {
    fn of(table: &Spanned<ApiTable>) -> Self {
        let api = table.get_ref();
        let fields = [
            (ApiField::Name, Some(api.name.span())),
            (ApiField::Path, Some(api.path.span())),
            (ApiField::FreeCalls, Some(api.free_calls.span())),
            (ApiField::Title, api.title.as_ref().map(Spanned::span)),
            (ApiField::Input, api.input.as_ref().map(Spanned::span)),
            (ApiField::Output, api.output.as_ref().map(Spanned::span)),
            (ApiField::EndUser, api.end_user.as_ref().map(Spanned::span)),
            (ApiField::Stream, api.stream.as_ref().map(Spanned::span)),
            (ApiField::Required, api.required.as_ref().map(Spanned::span)),
        ];
        Self {
            table: table.span(),
            fields: fields
                .into_iter()
                .filter_map(|(field, span)| Some((field, span?)))
                .collect(),
        }
    }

    fn of_field(&self, field: ApiField) -> Range<usize> {
        self.fields.get(&field).unwrap_or(&self.table).clone()
    }
}
