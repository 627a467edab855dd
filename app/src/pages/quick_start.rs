//! Quick start: from a base URL and a key to a first call that worked
//! (`product.md` §5).

use super::snippets::{Language, VARIABLE, export, official_client};
use super::{query_string, viewer_and};
use crate::{
    components::{
        form::{Choice, Problems, StrayProblems, reply_to},
        frame::{Frame, Section, use_site},
        outcome::{StrangerPage, answered},
        table::Badge,
    },
    i18n::{Texts, use_texts},
    islands::CopyButton,
    ports::Guide,
    view::{KeyRow, KeyState, QuickStartView, Recipe, TestedCall},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::sync::Arc;

const FORM: &str = "test-call";

#[component]
pub fn QuickStartPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, guide)) = viewer_and::<Arc<dyn Guide>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let query = use_query_map().get_untracked();
    let language = Language::named(&query.get("lang").unwrap_or_default());
    let key = query.get("key").unwrap_or_default();
    let page = answered(
        async move { guide.quick_start(&viewer).await },
        move |start| view! { <Steps start language key /> },
    );
    view! {
        <Frame
            section=Section::QuickStart
            title=texts.text("start-title")
            lead=texts.text("start-lead")
        >
            {page}
        </Frame>
    }
    .into_any()
}

#[component]
fn Steps(
    start: QuickStartView,
    language: Language,
    /// Public id of the key that the address asks for.
    key: String,
) -> impl IntoView {
    let texts = use_texts();
    let base_url = use_site().base_url;
    let chosen = start
        .keys
        .iter()
        .find(|row| row.id == key)
        .or_else(|| start.keys.iter().find(|row| row.state == KeyState::Active))
        .or_else(|| start.keys.first())
        .cloned();
    let official = (language == Language::Python && start.has_official_client)
        .then(|| official_client(&base_url));
    view! {
        <StrayProblems known=vec![FORM.to_owned()] />
        <ol class="steps">
            <li class="card step">
                <h2>{texts.text("start-base-heading")}</h2>
                <p>{texts.text("start-base-text")}</p>
                <div class="copy-line">
                    <code class="secret" id="base-url">
                        {base_url.clone()}
                    </code>
                    <CopyButton
                        value=base_url.clone()
                        label=texts.text("copy")
                        about=texts.text("start-copy-base")
                        done=texts.text("copied")
                    />
                </div>
            </li>
            <li class="card step">
                <h2>{texts.text("start-key-heading")}</h2>
                <KeyStep keys=start.keys.clone() chosen=chosen.clone() language />
            </li>
            <li class="card step">
                <div class="section-head">
                    <h2 id="call-heading">{texts.text("start-call-heading")}</h2>
                    <Tabs language key=chosen.as_ref().map(|key| key.id.clone()) />
                </div>
                <p>{about(texts, language)}</p>
                {official.map(|code| view! { <Official code /> })}
                {start
                    .recipes
                    .iter()
                    .map(|recipe| {
                        let code = language.call(&base_url, recipe);
                        view! { <Call recipe=recipe.clone() code language /> }
                    })
                    .collect_view()}
            </li>
            <li class="card step" id="test">
                <h2>{texts.text("start-test-heading")}</h2>
                <TestStep start chosen language />
            </li>
        </ol>
    }
}

/// What the snippets of a language need.
fn about(texts: Texts, language: Language) -> String {
    match language {
        Language::Curl => texts.text("start-needs-curl"),
        Language::Python => texts.text("start-needs-python"),
        Language::JavaScript => texts.text("start-needs-javascript"),
    }
}

/// Which key, and where its secret goes. The secret itself is stored nowhere.
#[component]
fn KeyStep(keys: Vec<KeyRow>, chosen: Option<KeyRow>, language: Language) -> impl IntoView {
    let texts = use_texts();
    let Some(chosen) = chosen else {
        return view! {
            <p>{texts.text("start-no-key")}</p>
            <a class="button button-main" href="/keys">
                {texts.text("start-make-key")}
            </a>
        }
        .into_any();
    };
    let several = keys.len() > 1;
    let hint = texts.with(
        "start-secret",
        [
            ("name", (&chosen.name).into()),
            ("hint", (&chosen.hint).into()),
        ],
    );
    let command = export();
    view! {
        {several
            .then(|| {
                view! { <KeyForm keys chosen=chosen.id.clone() language /> }
            })}
        <p>
            {hint} " "
            <a href="/keys">{texts.text("start-make-key")}</a>
        </p>
        <p>{texts.with("start-export", [("variable", VARIABLE.into())])}</p>
        <div class="copy-block">
            <pre tabindex="0" aria-label=texts.text("start-export-label")>
                <code id="snippet-export">{command.clone()}</code>
            </pre>
            <CopyButton
                value=command
                label=texts.text("copy")
                about=texts.text("copy-command")
                done=texts.text("copied")
            />
        </div>
    }
    .into_any()
}

/// Chooses another key: the address says which.
#[component]
fn KeyForm(keys: Vec<KeyRow>, chosen: String, language: Language) -> impl IntoView {
    let texts = use_texts();
    view! {
        <form method="get" action="/quick-start" class="pick">
            <input type="hidden" name="lang" value=language.name() />
            <Choice
                form="pick-key"
                name="key"
                label=texts.text("start-key")
                reply=reply_to("pick-key")
                options=options(&keys)
                initial=chosen
            />
            <button type="submit" class="button">
                {texts.text("start-use-key")}
            </button>
        </form>
    }
}

fn options(keys: &[KeyRow]) -> Vec<(String, String)> {
    keys.iter()
        .map(|key| (key.id.clone(), format!("{} · {}", key.name, key.hint)))
        .collect()
}

#[component]
fn Tabs(language: Language, key: Option<String>) -> impl IntoView {
    let texts = use_texts();
    view! {
        <nav class="presets" aria-label=texts.text("start-language")>
            {Language::ALL
                .map(|tab| {
                    let mut pairs = vec![("lang", tab.name())];
                    pairs.extend(key.as_deref().map(|key| ("key", key)));
                    let href = format!("/quick-start{}#call-heading", query_string(&pairs));
                    view! {
                        <a href=href aria-current=(tab == language).then_some("page")>
                            {tab.title()}
                        </a>
                    }
                })
                .collect_view()}
        </nav>
    }
}

#[component]
fn Official(code: String) -> impl IntoView {
    let texts = use_texts();
    let name = texts.text("start-official");
    view! {
        <div class="snippet">
            <h3>{name.clone()}</h3>
            <Code id="snippet-official".to_owned() name code />
        </div>
    }
}

#[component]
fn Call(recipe: Recipe, code: String, language: Language) -> impl IntoView {
    let name = format!("{}, {}", recipe.title, language.title());
    view! {
        <div class="snippet">
            <div class="card-head">
                <h3>{recipe.title}</h3>
                <code>{format!("POST {}", recipe.path)}</code>
            </div>
            <Code id=format!("snippet-{}", recipe.api) name code />
        </div>
    }
}

#[component]
fn Code(id: String, name: String, code: String) -> impl IntoView {
    let texts = use_texts();
    let about = texts.with("start-copy-snippet", [("name", (&name).into())]);
    view! {
        <div class="copy-block">
            <pre tabindex="0" aria-label=name>
                <code id=id>{code.clone()}</code>
            </pre>
            <CopyButton
                value=code
                label=texts.text("copy")
                about
                done=texts.text("copied")
            />
        </div>
    }
}

/// A real call from here, for those who have no terminal at hand.
#[component]
fn TestStep(start: QuickStartView, chosen: Option<KeyRow>, language: Language) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(FORM);
    let Some(chosen) = chosen else {
        return view! { <p>{texts.text("start-test-no-key")}</p> }.into_any();
    };
    let api = start
        .recipes
        .iter()
        .find(|recipe| recipe.api == start.tried_api)
        .map(|recipe| recipe.title.clone())
        .unwrap_or_default();
    view! {
        <p>{texts.with("start-test-text", [("api", api.into())])}</p>
        <form method="post" action="/quick-start#test" class="pick">
            <Problems reply=reply.clone() />
            <input type="hidden" name="lang" value=language.name() />
            <Choice
                form=FORM
                name="key"
                label=texts.text("start-key")
                reply=reply.clone()
                options=options(&start.keys)
                initial=chosen.id
            />
            <button type="submit" class="button button-main">
                {texts.text("start-test-send")}
            </button>
        </form>
        {reply.tested.map(|tested| view! { <Tested tested /> })}
    }
    .into_any()
}

/// What came back, and what it means.
#[component]
fn Tested(tested: TestedCall) -> impl IntoView {
    let texts = use_texts();
    let good = tested.code == 0;
    let (tone, headline) = if good {
        ("good", texts.text("start-test-good"))
    } else {
        ("bad", texts.text("start-test-bad"))
    };
    let took = texts.with("start-test-ms", [("ms", tested.latency_ms.into())]);
    view! {
        <div class="tested" role="status" aria-label=texts.text("start-test-answer")>
            <p class="tested-head">
                <Badge tone text=headline />
            </p>
            <dl class="tested-facts">
                <div>
                    <dt>{texts.text("start-test-code")}</dt>
                    <dd>
                        <code data-figure="code">{tested.code.to_string()}</code>
                    </dd>
                </div>
                <div>
                    <dt>{texts.text("start-test-time")}</dt>
                    <dd>{took}</dd>
                </div>
                <div>
                    <dt>{texts.text("start-key")}</dt>
                    <dd>
                        <bdi>{tested.key_name}</bdi>
                    </dd>
                </div>
                <div>
                    <dt>{texts.text("start-test-id")}</dt>
                    <dd>
                        <a href=format!("/requests/{}", tested.request_id)>
                            <code>{tested.request_id.clone()}</code>
                        </a>
                    </dd>
                </div>
            </dl>
            {(!good)
                .then(|| {
                    view! {
                        <p class="notice notice-bad">
                            <span>
                                {tested.message.clone()} " "
                                <a href="/error-codes">{texts.text("limits-codes")}</a>
                            </span>
                        </p>
                    }
                })}
            <pre tabindex="0" aria-label=texts.text("start-test-answer")>
                <code>{tested.answer}</code>
            </pre>
        </div>
    }
    .into_any()
}
