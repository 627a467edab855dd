use super::form::{Posted, failed};
use super::visitor::Visitor;
use super::{Web, page};
use crate::domain::error::DomainError;
use crate::domain::recipe;
use crate::http::gateway::{Answered, call_for};
use allowance_app::view::{FormReply, TestedCall};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

const FORM: &str = "test-call";
/// Of an answer, so many characters are shown.
const MOST_SHOWN: usize = 4_000;

/// A real call for a key of the account. Its answer is shown by this response:
/// a redirect would have nowhere to keep it.
pub(super) async fn try_call(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let chosen = posted.typed.get("key").to_owned();
    let page = format!(
        "/quick-start?lang={}&key={}",
        page::query_value(posted.typed.get("lang")),
        page::query_value(&chosen)
    );
    let (name, key) = match web.actions.own_key(&account, &chosen).await {
        Ok(found) => found,
        Err(error) => return failed(&web, posted, &page, FORM.into(), error).await,
    };
    let metering = &web.gateway.metering;
    let Some(api) = recipe::tried(metering.apis().iter().map(|metered| metered.api.as_ref()))
        .and_then(|api| metering.api_named(&api.name))
    else {
        let error = DomainError::NotFound("API");
        return failed(&web, posted, &page, FORM.into(), error).await;
    };
    let answered = call_for(&web.gateway, key, api, recipe::body(&api.api)).await;
    let reply = FormReply {
        form: FORM.into(),
        tested: Some(tested(name, &answered)),
        ..FormReply::default()
    };
    page::reply(&web, posted.request, &page, StatusCode::OK, reply).await
}

fn tested(key_name: String, answered: &Answered) -> TestedCall {
    let envelope: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
    let answer = serde_json::to_string_pretty(&envelope).unwrap_or_default();
    TestedCall {
        key_name,
        request_id: answered.request_id.clone(),
        // An answer without a code is no success.
        code: envelope["code"].as_i64().unwrap_or(-1),
        message: envelope["message"].as_str().unwrap_or_default().to_owned(),
        latency_ms: i64::try_from(answered.latency.as_millis()).unwrap_or(i64::MAX),
        answer: shortened(answer),
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
