//! Invitations, and links that were sent and not used yet. Where no letters
//! leave, staff pass them on.

use crate::{
    components::{
        banner::Empty,
        form::{Choice, Field, FieldKind, Problems, StrayProblems, reply_to},
        frame::{Frame, Section, use_site},
        icons::{Icon, Sign},
        outcome::{StrangerPage, answered},
        table::{Badge, Moment, Scroll},
    },
    i18n::{Language, Texts, use_texts},
    islands::CopyButton,
    pages::viewer_and,
    ports::Doors,
    view::{FormReply, LinkPurpose, LinkRow, ShownLink, SignUpMode},
};
use leptos::prelude::*;
use std::sync::Arc;

const INVITE: &str = "invite";

#[component]
pub fn LinksPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, port)) = viewer_and::<Arc<dyn Doors>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let site = use_site();
    let letters = site.letters;
    let links = answered(
        async move { port.open_links(&viewer).await },
        move |links| view! { <Links links letters /> },
    );
    let shown = use_context::<FormReply>().and_then(|reply| reply.link);
    view! {
        <Frame
            section=Section::AdminLinks
            title=texts.text("links-title")
            lead=texts.text("links-lead")
        >
            <StrayProblems known=vec![INVITE.to_owned()] />
            {shown.map(|shown| view! { <Shown shown /> })}
            {(!letters)
                .then(|| {
                    view! {
                        <div class="notice notice-wait">
                            <Icon sign=Sign::Mail />
                            <p>{texts.text("links-no-letters")}</p>
                        </div>
                    }
                })}
            {if site.sign_up == SignUpMode::Closed {
                view! { <p class="faint">{texts.text("links-closed")}</p> }.into_any()
            } else {
                view! { <Invite /> }.into_any()
            }}
            {links}
        </Frame>
    }
    .into_any()
}

#[component]
fn Invite() -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(INVITE);
    let languages = Language::ALL
        .map(|language| {
            let name = Texts { language }.text("language-own-name");
            (language.tag().to_owned(), name)
        })
        .to_vec();
    view! {
        <section class="card" aria-labelledby="invite">
            <h2 id="invite">{texts.text("invite-heading")}</h2>
            <form method="post" action="/admin/links" class="form form-row form-row-lead">
                <Problems reply=reply.clone() />
                <Field
                    form=INVITE
                    name="email"
                    label=texts.text("sign-in-email")
                    kind=FieldKind::Email
                    reply=reply.clone()
                    required=true
                    autocomplete="off"
                />
                <Choice
                    form=INVITE
                    name="letter_language"
                    label=texts.text("invite-language")
                    reply
                    options=languages
                    initial=texts.language.tag()
                />
                <button type="submit" class="button button-main">
                    {texts.text("invite-do")}
                </button>
            </form>
        </section>
    }
    .into_any()
}

/// The whole link, for the only time.
#[component]
fn Shown(shown: ShownLink) -> impl IntoView {
    let texts = use_texts();
    view! {
        <section class="card new-key" aria-labelledby="shown-link" role="status">
            <h2 id="shown-link">{texts.with("link-shown", [("email", shown.email.into())])}</h2>
            <p>{texts.text("link-shown-text")}</p>
            <div class="copy-line">
                <code class="secret link-address">{shown.address.clone()}</code>
                <CopyButton
                    value=shown.address
                    label=texts.text("copy")
                    about=texts.text("copy-link")
                    done=texts.text("copied")
                />
            </div>
        </section>
    }
}

#[component]
fn Links(links: Vec<LinkRow>, letters: bool) -> impl IntoView {
    let texts = use_texts();
    if links.is_empty() {
        return view! {
            <Empty title=texts.text("links-none-title") text=texts.text("links-none-text") />
        }
        .into_any();
    }
    view! {
        <Scroll label=texts.text("links-title")>
            <table class="stack">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("sign-in-email")}</th>
                        <th scope="col">{texts.text("link-purpose")}</th>
                        <th scope="col">{texts.text("link-created")}</th>
                        <th scope="col">{texts.text("link-expires")}</th>
                        <th scope="col">
                            <span class="unseen">{texts.text("link-actions")}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {links
                        .into_iter()
                        .map(|link| view! { <Row link letters /> })
                        .collect_view()}
                </tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

#[component]
fn Row(link: LinkRow, letters: bool) -> impl IntoView {
    let texts = use_texts();
    let (tone, purpose) = match link.purpose {
        LinkPurpose::SignUp => ("good", texts.text("link-sign-up")),
        LinkPurpose::Invitation => ("good", texts.text("link-invitation")),
        LinkPurpose::Reset => ("wait", texts.text("link-reset")),
        LinkPurpose::Email => ("off", texts.text("link-email")),
    };
    let email = [("email", (&link.email).into())];
    let (show_what, withdraw_what) = (
        texts.with("link-show-what", email.clone()),
        texts.with("link-withdraw-what", email),
    );
    let name = match &link.account {
        Some(id) => view! {
            <a class="row-name" href=format!("/admin/accounts/{id}")>
                <bdi>{link.email.clone()}</bdi>
            </a>
        }
        .into_any(),
        None => view! { <bdi class="row-name">{link.email.clone()}</bdi> }.into_any(),
    };
    let show = (!letters && link.may_show).then(|| {
        view! {
            <form method="post" action=format!("/admin/links/{}/show", link.id)>
                <button type="submit" class="button button-small" aria-label=show_what>
                    {texts.text("link-show")}
                </button>
            </form>
        }
    });
    let owners = (!letters && !link.may_show)
        .then(|| view! { <span class="faint">{texts.text("link-owners")}</span> });
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td data-label=texts.text("link-purpose")>
                <Badge tone text=purpose />
            </td>
            <td data-label=texts.text("link-created")>
                <Moment at=link.created_at />
            </td>
            <td data-label=texts.text("link-expires")>
                <Moment at=link.expires_at />
            </td>
            <td class="row-actions">
                <div class="link-actions">
                    {show} {owners}
                    <form method="post" action=format!("/admin/links/{}/withdraw", link.id)>
                        <button
                            type="submit"
                            class="button button-quiet button-small"
                            aria-label=withdraw_what
                        >
                            {texts.text("link-withdraw")}
                        </button>
                    </form>
                </div>
            </td>
        </tr>
    }
    .into_any()
}
