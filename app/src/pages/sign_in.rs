//! Sign in; in a demo, with the demo's own people.

use crate::{
    components::{
        door::{Door, DoorWay},
        form::{Field, FieldKind, Problems, reply_to},
        frame::use_site,
    },
    i18n::use_texts,
    view::{DemoSignIn, FormReply, SignUpMode},
};
use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

const FORM: &str = "sign-in";

#[component]
pub fn SignInPage() -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(FORM);
    let next = next_page(&reply);
    let site = use_site();
    let open = site.sign_up == SignUpMode::Open;
    let (demo, provider) = (site.demo, site.provider);
    view! {
        <Door title=texts.text("sign-in-title") lead=texts.text("sign-in-lead")>
            <form method="post" action="/sign-in" class="form">
                <Problems reply=reply.clone() />
                <input type="hidden" name="next" value=next.clone() />
                <Field
                    form=FORM
                    name="email"
                    label=texts.text("sign-in-email")
                    kind=FieldKind::Email
                    reply=reply.clone()
                    required=true
                    autocomplete="username"
                />
                <Field
                    form=FORM
                    name="password"
                    label=texts.text("sign-in-password")
                    kind=FieldKind::Password
                    reply
                    required=true
                    autocomplete="current-password"
                />
                <button type="submit" class="button button-main button-wide">
                    {texts.text("sign-in")}
                </button>
            </form>
            {provider.map(|label| view! { <ByProvider label next=next.clone() /> })}
            <div class="door-ways">
                <DoorWay href="/reset" link=texts.text("sign-in-forgotten") />
                {open
                    .then(|| {
                        view! { <DoorWay href="/sign-up" link=texts.text("sign-in-new") /> }
                    })}
            </div>
            {(!demo.is_empty()).then(|| view! { <DemoPeople demo next /> })}
        </Door>
    }
}

/// Where a sign-in leads: what was posted, else what the address says. The
/// server checks that it is a path of this site.
fn next_page(reply: &FormReply) -> String {
    reply
        .values
        .get("next")
        .cloned()
        .or_else(|| use_query_map().get_untracked().get("next"))
        .unwrap_or_default()
}

/// The way in by a provider: a link, because the policy for forms lets none lead to
/// another site.
#[component]
fn ByProvider(label: String, next: String) -> impl IntoView {
    let texts = use_texts();
    let mut query = ParamsMap::new();
    if !next.is_empty() {
        query.insert("next", next);
    }
    let href = format!("/sign-in/openid{}", query.to_query_string());
    view! {
        <p class="door-or">{texts.text("sign-in-or")}</p>
        <a class="button button-wide" href=href rel="external">
            {texts.with("sign-in-openid", [("label", (&label).into())])}
        </a>
    }
}

#[component]
fn DemoPeople(demo: Vec<DemoSignIn>, next: String) -> impl IntoView {
    let texts = use_texts();
    view! {
        <section class="demo-people" aria-labelledby="demo-people">
            <h2 id="demo-people">{texts.text("demo-people")}</h2>
            <ul>
                {demo
                    .into_iter()
                    .map(|person| view! { <DemoPerson person next=next.clone() /> })
                    .collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn DemoPerson(person: DemoSignIn, next: String) -> impl IntoView {
    let texts = use_texts();
    let name = if person.role.is_staff() {
        texts.text("demo-admin")
    } else {
        texts.text("demo-developer")
    };
    let about = texts.with("demo-sign-in-as", [("name", (&name).into())]);
    view! {
        <li class="demo-person">
            <div>
                <strong>{name}</strong>
                <code>{person.email.clone()}</code>
                <code>{person.password.clone()}</code>
            </div>
            <form method="post" action="/sign-in">
                <input type="hidden" name="email" value=person.email />
                <input type="hidden" name="password" value=person.password />
                <input type="hidden" name="next" value=next />
                <button type="submit" class="button button-small" aria-label=about>
                    {texts.text("sign-in")}
                </button>
            </form>
        </li>
    }
}
