//! Which address shows which page. Every page waits for its data, so it is
//! whole without scripts.

#[cfg(debug_assertions)]
use crate::pages::design::DesignPage;
use crate::{
    components::outcome::NotFoundPage,
    pages::{
        admin::{
            account::AccountPage,
            accounts::AccountsPage,
            audit::AuditPage,
            bulk::{BulkCheckPage, BulkPage},
            code_batch::CodeBatchPage,
            codes::CodesPage,
            links::LinksPage,
            next_request::NextRequestPage,
            overview::OverviewPage,
            requests::RequestsPage,
        },
        confirm_email::ConfirmEmailPage,
        error_codes::ErrorCodesPage,
        join::JoinPage,
        key::KeyPage,
        keys::KeysPage,
        limits::LimitsPage,
        project::ProjectPage,
        projects::ProjectsPage,
        quick_start::QuickStartPage,
        request::RequestPage,
        request_more::RequestMorePage,
        requests::RequestLogPage,
        reset::{NewPasswordPage, ResetPage},
        second_step::{CodePage, SecondStepPage},
        settings::SettingsPage,
        sign_in::SignInPage,
        sign_up::SignUpPage,
        usage::UsagePage,
        webhook::WebhookPage,
        webhooks::WebhooksPage,
        welcome::WelcomePage,
    },
};
// Readers find nothing there.
#[cfg(not(debug_assertions))]
use NotFoundPage as DesignPage;
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

/// The console.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/") view=UsagePage ssr=SsrMode::Async />
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
                <Route path=path!("/sign-up") view=SignUpPage ssr=SsrMode::Async />
                <Route path=path!("/join") view=JoinPage ssr=SsrMode::Async />
                <Route path=path!("/welcome") view=WelcomePage ssr=SsrMode::Async />
                <Route path=path!("/reset") view=ResetPage ssr=SsrMode::Async />
                <Route path=path!("/reset/new") view=NewPasswordPage ssr=SsrMode::Async />
                <Route path=path!("/confirm-email") view=ConfirmEmailPage ssr=SsrMode::Async />
                <Route path=path!("/sign-in/code") view=CodePage ssr=SsrMode::Async />
                <Route path=path!("/settings/second-step") view=SecondStepPage ssr=SsrMode::Async />
                <Route path=path!("/usage") view=UsagePage ssr=SsrMode::Async />
                <Route path=path!("/requests") view=RequestLogPage ssr=SsrMode::Async />
                <Route path=path!("/requests/:id") view=RequestPage ssr=SsrMode::Async />
                <Route path=path!("/error-codes") view=ErrorCodesPage ssr=SsrMode::Async />
                <Route path=path!("/keys") view=KeysPage ssr=SsrMode::Async />
                <Route path=path!("/keys/:id") view=KeyPage ssr=SsrMode::Async />
                <Route path=path!("/projects") view=ProjectsPage ssr=SsrMode::Async />
                <Route path=path!("/limits") view=LimitsPage ssr=SsrMode::Async />
                <Route path=path!("/quick-start") view=QuickStartPage ssr=SsrMode::Async />
                <Route path=path!("/projects/:id") view=ProjectPage ssr=SsrMode::Async />
                <Route path=path!("/request-more") view=RequestMorePage ssr=SsrMode::Async />
                <Route path=path!("/settings") view=SettingsPage ssr=SsrMode::Async />
                <Route path=path!("/settings/webhooks") view=WebhooksPage ssr=SsrMode::Async />
                <Route path=path!("/settings/webhooks/:id") view=WebhookPage ssr=SsrMode::Async />
                <Route path=path!("/admin") view=AccountsPage ssr=SsrMode::Async />
                <Route path=path!("/admin/accounts/:id") view=AccountPage ssr=SsrMode::Async />
                <Route path=path!("/admin/overview") view=OverviewPage ssr=SsrMode::Async />
                <Route path=path!("/admin/requests/next") view=NextRequestPage ssr=SsrMode::Async />
                <Route path=path!("/admin/bulk") view=BulkPage ssr=SsrMode::Async />
                <Route path=path!("/admin/bulk/:id") view=BulkCheckPage ssr=SsrMode::Async />
                <Route path=path!("/admin/codes") view=CodesPage ssr=SsrMode::Async />
                <Route path=path!("/admin/codes/:id") view=CodeBatchPage ssr=SsrMode::Async />
                <Route path=path!("/admin/requests") view=RequestsPage ssr=SsrMode::Async />
                <Route path=path!("/admin/links") view=LinksPage ssr=SsrMode::Async />
                <Route path=path!("/admin/audit") view=AuditPage ssr=SsrMode::Async />
                <Route path=path!("/design") view=DesignPage ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}
