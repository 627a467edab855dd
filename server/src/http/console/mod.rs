//! The console over HTTP: pages, and the forms that they post. A form that
//! cannot be done shows its page again with the reasons, and nothing that was
//! typed is lost; one that was done leads back to the page, so that a reload
//! does not do it twice.

mod account_export;
mod admin;
mod bulk;
mod caps;
mod codes;
mod cookies;
mod doors;
mod exports;
mod form;
mod grants;
mod keys;
mod language;
mod live;
mod once;
mod openid;
mod origin;
mod page;
mod palette;
mod projects;
mod quick_start;
mod request_more;
mod requests;
mod second_factor;
mod settings;
mod sign_in;
mod theme;
mod unsent;
mod visitor;
mod webhooks;

pub use keys::curl;

use super::Services;
use super::gateway::Gateway;
use super::routes::{Routes, get, post};
use super::session_store::StoredSessions;
use super::{headers, same_origin};
use crate::actions::Actions;
use crate::console::Reader;
use crate::domain::networks::Network;
use crate::metering::Changes;
use crate::openid::{CALLBACK, Provider};
use allowance_app::ports::{
    AdminDesk, BulkGrants, CodeBatches, Console, Doors, Guide, Settings, Webhooks,
};
use allowance_app::routes::App;
use allowance_app::view::DemoSignIn;
use axum::extract::{DefaultBodyLimit, FromRef, Request};
use axum::handler::Handler;
use axum::http::HeaderValue;
use axum::middleware;
use axum::response::Redirect;
use leptos::config::LeptosOptions;
use leptos_axum::generate_route_list_with_exclusions;
use std::sync::Arc;
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, SessionManagerLayer};

/// What the pages know of this installation.
pub struct Site {
    pub leptos: LeptosOptions,
    /// Where people reach this server, without a trailing slash.
    pub public_url: String,
    /// Offered on the sign-in page of a demo; else empty.
    pub demo: Vec<DemoSignIn>,
    pub console: Arc<dyn Console>,
    pub admin_desk: Arc<dyn AdminDesk>,
    pub bulk_grants: Arc<dyn BulkGrants>,
    pub code_batches: Arc<dyn CodeBatches>,
    pub guide: Arc<dyn Guide>,
    pub settings: Arc<dyn Settings>,
    pub doors: Arc<dyn Doors>,
    pub webhooks: Arc<dyn Webhooks>,
    /// By whom people may sign in, beside their passwords.
    pub openid: Option<Arc<Provider>>,
    /// Whose word about addresses is taken.
    pub trusted_proxies: Vec<Network>,
    /// For documents that are streamed past the pages.
    pub reader: Arc<Reader>,
    /// What browsers are told about coming by HTTPS only.
    pub hsts: Option<HeaderValue>,
}

impl Site {
    /// Whether the browser may send the cookie over HTTPS only.
    fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

#[derive(Clone)]
pub(super) struct Web {
    actions: Actions,
    gateway: Arc<Gateway>,
    site: Arc<Site>,
    /// Paths of all pages, with `{…}` for what differs.
    pages: Arc<[String]>,
    changes: Arc<Changes>,
    once: once::Once,
}

impl Web {
    /// What may be done, asked by whoever sent this request.
    fn actions_for<B>(&self, request: &Request<B>) -> Actions {
        self.actions
            .coming_from(origin::of(request, &self.site.trusted_proxies))
    }
}

impl FromRef<Web> for LeptosOptions {
    fn from_ref(web: &Web) -> Self {
        web.site.leptos.clone()
    }
}

/// A form's body: a few fields of text.
const MOST_FORM_BYTES: usize = 64 * 1024;
/// A session ends after so many days without a visit.
const SESSION_DAYS: i64 = 14;

pub(super) fn router(services: &Services) -> Routes {
    let routes = generate_route_list_with_exclusions(App, Some(vec!["/".into()]));
    let web = Web {
        pages: routes.iter().map(|route| route.path().to_owned()).collect(),
        actions: services.actions.clone(),
        gateway: Arc::clone(&services.gateway),
        site: Arc::clone(&services.site),
        changes: Arc::clone(&services.changes),
        once: once::Once::new(Arc::clone(&services.clock)),
    };
    let root = web.site.leptos.site_root.to_string();
    let files = ServeDir::new(root)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .fallback(Handler::with_state(page::show, web.clone()));
    // The home page is a redirect.
    let pages = routes.iter().filter(|route| route.path() != "/");
    let pages = pages.fold(Routes::new(), |all, route| {
        all.route(route.path(), get(page::show))
    });
    Routes::new()
        .route("/", get(|| async { Redirect::to("/usage") }))
        .merge(pages)
        .route("/requests/find", get(requests::find))
        .merge(exports::routes())
        .route("/sign-in/openid", get(openid::leave))
        .route(CALLBACK, get(openid::come_back))
        .merge(forms())
        .merge(webhooks::routes())
        .merge(uploads())
        .route("/palette.json", get(palette::places))
        .route("/usage/live", get(live::stream))
        .merge(for_builders())
        .within(|router| {
            router
                .fallback_service(files)
                .layer(middleware::from_fn_with_state(
                    web.clone(),
                    visitor::recognise,
                ))
                .layer(sessions(services))
                .layer(middleware::from_fn(same_origin::guard))
                .layer(DefaultBodyLimit::max(MOST_FORM_BYTES))
                .layer(CompressionLayer::new())
                .layer(middleware::from_fn_with_state(
                    Arc::clone(&web.site),
                    headers::protect,
                ))
        })
        .with_state(web)
}

/// The sheet of the `/design` page, which only debug builds have.
#[cfg(debug_assertions)]
fn for_builders() -> Routes<Web> {
    const SHEET: &str = include_str!("../../../../style/design.css");
    let kind = [(axum::http::header::CONTENT_TYPE, "text/css; charset=utf-8")];
    Routes::new().route("/design.css", get(move || async move { (kind, SHEET) }))
}

#[cfg(not(debug_assertions))]
fn for_builders() -> Routes<Web> {
    Routes::new()
}

/// What is sent as a file, and stops at a limit of its own.
fn uploads() -> Routes<Web> {
    Routes::new()
        .route("/admin/bulk", post(bulk::upload))
        .within(|router| router.layer(DefaultBodyLimit::disable()))
}

fn forms() -> Routes<Web> {
    Routes::new()
        .route("/sign-in", post(sign_in::sign_in))
        .route("/sign-up", post(doors::sign_up))
        .route("/join", post(doors::join))
        .route("/reset", post(doors::ask_for_reset))
        .route("/reset/new", post(doors::reset))
        .route("/confirm-email", post(doors::change_email))
        .route("/admin/links", post(doors::invite))
        .route("/admin/links/{id}/show", post(doors::show_link))
        .route("/admin/links/{id}/withdraw", post(doors::withdraw_link))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/theme", post(theme::choose))
        .route("/language", post(language::choose))
        .route("/keys", post(keys::create))
        .route("/keys/{id}", post(keys::edit))
        .route("/keys/{id}/disable", post(keys::disable))
        .route("/keys/{id}/enable", post(keys::enable))
        .route("/keys/{id}/rotate", post(keys::rotate))
        .route("/keys/{id}/stop-old", post(keys::stop_old))
        .route("/keys/{id}/cap", post(keys::cap))
        .route("/keys/{id}/delete", post(keys::delete))
        .route("/projects", post(projects::create))
        .route("/quick-start", post(quick_start::try_call))
        .route("/projects/{id}", post(projects::edit))
        .route("/projects/{id}/cap", post(projects::cap))
        .route("/projects/{id}/delete", post(projects::delete))
        .route("/settings/profile", post(settings::rename))
        .route("/settings/email", post(settings::ask_for_email))
        .route("/sign-in/code", post(second_factor::sign_in))
        .route("/settings/second-step", post(second_factor::confirm))
        .route("/settings/second-step/begin", post(second_factor::begin))
        .route(
            "/settings/second-step/recovery",
            post(second_factor::replace_recovery_codes),
        )
        .route("/settings/second-step/remove", post(second_factor::remove))
        .route("/settings/openid/unlink", post(openid::unlink))
        .route("/settings/password", post(settings::change_password))
        .route("/settings/time-zone", post(settings::change_time_zone))
        .route("/settings/thresholds", post(settings::change_thresholds))
        .route(
            "/settings/sessions/revoke-others",
            post(settings::end_other_sessions),
        )
        .route(
            "/settings/sessions/{handle}/revoke",
            post(settings::end_session),
        )
        .route("/settings/delete", post(settings::delete))
        .route("/settings/export.json", get(account_export::everything))
        .route("/notices/dismiss", post(settings::dismiss))
        .route("/request-more", post(request_more::send))
        .route("/request-more/redeem", post(request_more::redeem))
        .route("/request-more/{id}/withdraw", post(request_more::withdraw))
        .route("/admin/accounts/{id}/grants", post(grants::give))
        .route(
            "/admin/accounts/{id}/grants/{grant}/revoke",
            post(grants::revoke),
        )
        .route("/admin/accounts/{id}/notes", post(admin::note))
        .route("/admin/accounts/{id}/role", post(admin::change_role))
        .route("/admin/accounts/{id}/disable", post(admin::disable))
        .route("/admin/accounts/{id}/enable", post(admin::enable))
        .route("/admin/bulk/{id}/confirm", post(bulk::confirm))
        .route("/admin/codes", post(codes::create))
        .route("/admin/codes/made.csv", post(codes::download))
        .route("/admin/codes/{id}/revoke", post(codes::revoke_batch))
        .route(
            "/admin/codes/{id}/codes/{code}/revoke",
            post(codes::revoke_code),
        )
        .route("/admin/requests/{id}/approve", post(admin::approve))
        .route("/admin/requests/{id}/reject", post(admin::reject))
}

/// When a session ends that is not used.
const fn session_expiry() -> Expiry {
    Expiry::OnInactivity(time::Duration::days(SESSION_DAYS))
}

fn sessions(services: &Services) -> SessionManagerLayer<StoredSessions> {
    let store = StoredSessions::new(Arc::clone(&services.store), Arc::clone(&services.clock));
    SessionManagerLayer::new(store)
        .with_name(cookies::named(
            "allowance_session",
            services.site.is_secure(),
        ))
        .with_secure(services.site.is_secure())
        .with_same_site(SameSite::Lax)
        .with_expiry(session_expiry())
}
