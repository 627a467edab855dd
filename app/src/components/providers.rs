//! Providers of OpenID Connect that sign in to an account.

use super::{
    form::{Problems, reply_to},
    table::Moment,
};
use crate::{i18n::use_texts, view::ProviderRow};
use leptos::prelude::*;

/// The form that unlinks one.
pub const PROVIDERS: &str = "openid";

/// Who says who its owner is. Without a password, that is the only way in.
#[component]
pub fn Providers(providers: Vec<ProviderRow>, has_password: bool) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(PROVIDERS);
    let rows = providers
        .into_iter()
        .map(|row| {
            let about = texts.with("openid-unlink-what", [("issuer", (&row.issuer).into())]);
            let unlink = has_password.then(|| {
                view! {
                    <form method="post" action="/settings/openid/unlink">
                        <input type="hidden" name="issuer" value=row.issuer.clone() />
                        <button type="submit" class="button button-small" aria-label=about>
                            {texts.text("openid-unlink")}
                        </button>
                    </form>
                }
            });
            view! {
                <li class="provider">
                    <span>
                        <bdi>{row.issuer}</bdi>
                        " "
                        <span class="faint">
                            {texts.text("openid-since")} " " <Moment at=row.linked_at />
                        </span>
                    </span>
                    {unlink}
                </li>
            }
        })
        .collect_view();
    view! {
        <Problems reply />
        <ul class="providers">{rows}</ul>
        {(!has_password).then(|| view! { <p class="hint">{texts.text("openid-only")}</p> })}
    }
    .into_any()
}
