//! A secret that was just made.

use crate::{
    i18n::{moment, use_texts},
    islands::CopyButton,
    view::CreatedKey,
};
use leptos::prelude::*;

/// The whole key, for the only time.
#[component]
pub fn NewKey(created: CreatedKey) -> impl IntoView {
    let texts = use_texts();
    let name = [("name", created.name.into())];
    let title = if created.rotated {
        texts.with("key-rotated-title", name)
    } else {
        texts.with("key-created-title", name)
    };
    let old = created.rotated.then(|| match created.previous_until {
        Some(until) => texts.with(
            "key-rotated-until",
            [("until", moment(texts, until).into())],
        ),
        None => texts.text("key-rotated-stopped"),
    });
    view! {
        <section class="card new-key" aria-labelledby="new-key" role="status">
            <h2 id="new-key" dir="auto">{title}</h2>
            <p>
                {texts.with("key-created-text", [("project", created.project_name.into())])}
            </p>
            {old.map(|old| view! { <p>{old}</p> })}
            <div class="copy-line">
                <code class="secret">{created.secret.clone()}</code>
                <CopyButton
                    value=created.secret
                    label=texts.text("copy")
                    about=texts.text("copy-key")
                    done=texts.text("copied")
                />
            </div>
            <h3>{texts.text("key-try")}</h3>
            <div class="copy-block">
                <pre tabindex="0" aria-label=texts.text("key-try")>
                    <code>{created.curl.clone()}</code>
                </pre>
                <CopyButton
                    value=created.curl
                    label=texts.text("copy")
                    about=texts.text("copy-command")
                    done=texts.text("copied")
                />
            </div>
        </section>
    }
}
