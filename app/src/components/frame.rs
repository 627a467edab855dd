//! What stands around every page: navigation, account, demo notice, heading.

use super::{
    banner::DoneBanner,
    form::UnsentNotice,
    icons::{Icon, Mark, Sign},
    notices::QuotaNotices,
    palette::{Dialogs, PaletteButton},
};
use crate::{
    i18n::{Language, Texts, use_texts},
    view::{Role, SignUpMode, Site, Theme, Viewer},
};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

/// The page that is marked in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Usage,
    Requests,
    Keys,
    Projects,
    Limits,
    QuickStart,
    RequestMore,
    Settings,
    AdminOverview,
    AdminBulk,
    AdminCodes,
    AdminAccounts,
    AdminRequests,
    AdminLinks,
    AdminAudit,
    /// None of them.
    Elsewhere,
}

/// The site as this request sees it. While the routes are listed there is none.
pub fn use_site() -> Site {
    use_context().unwrap_or_else(|| Site {
        base_url: String::new(),
        theme: Theme::System,
        demo: Vec::new(),
        sign_up: SignUpMode::Closed,
        provider: None,
        letters: false,
        here: "/".to_owned(),
    })
}

/// A page of the console with its one heading.
#[component]
pub fn Frame(
    section: Section,
    /// The heading, and the title of the window.
    #[prop(into)]
    title: String,
    /// One sentence below the heading.
    #[prop(optional, into)]
    lead: String,
    children: Children,
) -> impl IntoView {
    let texts = use_texts();
    let viewer = use_context::<Viewer>();
    let frame_class = if viewer.is_some() {
        "frame"
    } else {
        "frame frame-alone"
    };
    let window_title = texts.with("window-title", [("page", (&title).into())]);
    let about = if lead.is_empty() {
        texts.text("site-description")
    } else {
        lead.clone()
    };
    view! {
        <Title text=window_title />
        <Meta name="description" content=about />
        <a class="skip" href="#main">
            {texts.text("skip-to-content")}
        </a>
        <div class=frame_class>
            {viewer.clone().map(|viewer| view! { <Sides section viewer /> })}
            <div class="content">
                <DemoNotice />
                <main id="main" class="page" tabindex="-1">
                    <QuotaNotices />
                    <DoneBanner />
                    <header class="page-head">
                        <h1>{title}</h1>
                        {(!lead.is_empty()).then(|| view! { <p class="lead">{lead}</p> })}
                    </header>
                    <UnsentNotice />
                    {children()}
                </main>
            </div>
        </div>
        {viewer.map(|viewer| view! { <Dialogs viewer /> })}
    }
    .into_any()
}

/// Says on every page of a demo that it is one.
#[component]
pub fn DemoNotice() -> impl IntoView {
    let texts = use_texts();
    (!use_site().demo.is_empty()).then(|| {
        view! {
            <aside class="demo-notice" aria-label=texts.text("demo-word")>
                <p>
                    <strong>{texts.text("demo-word")}</strong>
                    {texts.text("demo-notice")}
                </p>
            </aside>
        }
    })
}

/// The sidebar; on a phone, a bar with a menu that opens without scripts.
#[component]
fn Sides(section: Section, viewer: Viewer) -> impl IntoView {
    let texts = use_texts();
    let narrow_viewer = viewer.clone();
    view! {
        <header class="side">
            <div class="side-stay">
                <Brand />
                <PaletteButton />
                <Menu section viewer />
            </div>
        </header>
        <header class="topbar">
            <Brand />
            <PaletteButton />
            <details class="topbar-menu">
                <summary class="button">
                    <Icon sign=Sign::Menu />
                    {texts.text("nav-menu")}
                </summary>
                <div class="topbar-panel">
                    <Menu section viewer=narrow_viewer />
                </div>
            </details>
        </header>
    }
    .into_any()
}

#[component]
pub fn Brand() -> impl IntoView {
    let texts = use_texts();
    view! {
        <a class="brand" href="/">
            <Mark />
            <span>{texts.text("product-name")}</span>
        </a>
    }
}

#[component]
fn Menu(section: Section, viewer: Viewer) -> impl IntoView {
    let texts = use_texts();
    let staff = viewer.role.is_staff();
    let owner = viewer.role == Role::Owner;
    let own = [
        (
            Section::Usage,
            "/usage",
            Sign::Usage,
            texts.text("nav-usage"),
        ),
        (
            Section::Requests,
            "/requests",
            Sign::Requests,
            texts.text("nav-requests"),
        ),
        (Section::Keys, "/keys", Sign::Key, texts.text("nav-keys")),
        (
            Section::Projects,
            "/projects",
            Sign::Project,
            texts.text("nav-projects"),
        ),
        (
            Section::Limits,
            "/limits",
            Sign::Limits,
            texts.text("nav-limits"),
        ),
        (
            Section::QuickStart,
            "/quick-start",
            Sign::Terminal,
            texts.text("nav-quick-start"),
        ),
        (
            Section::RequestMore,
            "/request-more",
            Sign::More,
            texts.text("nav-request-more"),
        ),
    ];
    let desk = [
        (
            Section::AdminOverview,
            "/admin/overview",
            Sign::Usage,
            texts.text("nav-admin-overview"),
        ),
        (
            Section::AdminRequests,
            "/admin/requests",
            Sign::Inbox,
            texts.text("nav-admin-requests"),
        ),
        (
            Section::AdminAccounts,
            "/admin",
            Sign::Account,
            texts.text("nav-admin-accounts"),
        ),
        (
            Section::AdminLinks,
            "/admin/links",
            Sign::Mail,
            texts.text("nav-admin-links"),
        ),
        (
            Section::AdminBulk,
            "/admin/bulk",
            Sign::Plus,
            texts.text("nav-admin-bulk"),
        ),
        (
            Section::AdminCodes,
            "/admin/codes",
            Sign::Ticket,
            texts.text("nav-admin-codes"),
        ),
        (
            Section::AdminAudit,
            "/admin/audit",
            Sign::Audit,
            texts.text("nav-admin-audit"),
        ),
    ];
    view! {
        <nav class="menu" aria-label=texts.text("nav-label")>
            <ul>{own.map(|item| menu_item(section, item)).collect_view()}</ul>
            {staff
                .then(|| {
                    view! {
                        <p class="menu-heading">{texts.text("nav-admin")}</p>
                        <ul>
                            {desk
                                .into_iter()
                                .filter(|item| owner || item.0 != Section::AdminBulk)
                                .map(|item| menu_item(section, item))
                                .collect_view()}
                        </ul>
                    }
                })}
        </nav>
        <AccountFoot section viewer />
    }
}

fn menu_item(
    section: Section,
    (own, href, sign, text): (Section, &'static str, Sign, String),
) -> impl IntoView {
    view! {
        <li>
            <a class="menu-item" href=href aria-current=(own == section).then_some("page")>
                <Icon sign />
                {text}
            </a>
        </li>
    }
}

#[component]
fn AccountFoot(section: Section, viewer: Viewer) -> impl IntoView {
    let texts = use_texts();
    view! {
        <div class="foot">
            <div class="foot-choices">
                <LanguageForm />
                <ThemeForm />
            </div>
            <div class="foot-account">
                <div class="foot-who">
                    <span class="foot-name" dir="auto">{viewer.name}</span>
                    <span class="foot-email">{viewer.email}</span>
                </div>
                <a
                    class="button button-quiet button-small"
                    href="/settings"
                    aria-current=(section == Section::Settings).then_some("page")
                >
                    <Icon sign=Sign::Settings />
                    {texts.text("nav-settings")}
                </a>
                <form method="post" action="/sign-out">
                    <button class="button button-quiet button-small" type="submit">
                        <Icon sign=Sign::SignOut />
                        {texts.text("sign-out")}
                    </button>
                </form>
            </div>
        </div>
    }
}

/// Chooses the colours; the reader comes back to the same page.
#[component]
pub fn ThemeForm() -> impl IntoView {
    let texts = use_texts();
    let site = use_site();
    let choices = [
        (Theme::System, Sign::System, texts.text("theme-system")),
        (Theme::Light, Sign::Sun, texts.text("theme-light")),
        (Theme::Dark, Sign::Moon, texts.text("theme-dark")),
    ];
    view! {
        <form class="theme" method="post" action="/theme" aria-label=texts.text("theme-label")>
            <input type="hidden" name="next" value=site.here.clone() />
            {choices
                .map(|(theme, sign, text)| {
                    let about = text.clone();
                    let pressed = if site.theme == theme { "true" } else { "false" };
                    view! {
                        <button
                            type="submit"
                            name="theme"
                            value=theme.name()
                            aria-pressed=pressed
                            title=about
                        >
                            <Icon sign />
                            <span class="theme-name">{text}</span>
                        </button>
                    }
                })
                .collect_view()}
        </form>
    }
}

/// Chooses the language; the reader comes back to the same page. Each language
/// is offered in its own words.
#[component]
pub fn LanguageForm() -> impl IntoView {
    let texts = use_texts();
    let label = texts.text("language-label");
    view! {
        <form class="theme languages" method="post" action="/language" aria-label=label>
            <input type="hidden" name="next" value=use_site().here />
            {Language::ALL
                .map(|language| {
                    let pressed = if texts.language == language { "true" } else { "false" };
                    view! {
                        <button
                            type="submit"
                            name="language"
                            value=language.tag()
                            lang=language.tag()
                            aria-pressed=pressed
                        >
                            {Texts { language }.text("language-own-name")}
                        </button>
                    }
                })
                .collect_view()}
        </form>
    }
}
