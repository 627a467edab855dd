//! Who comes, and whom each route lets in.

use allowance::http::Entry;

/// Those who come, the least welcome first: what they may not do is still there
/// for those who may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guest {
    /// No cookie, no key, no token.
    Nobody,
    /// A token of the metering API.
    MeterToken,
    /// Tokens of the admin API.
    ReadToken,
    SupportToken,
    WriteToken,
    /// A key of another developer.
    ForeignKey,
    /// Another developer, with the ids of the first one's things.
    Stranger,
    Support,
    Owner,
    /// The developer whose things they are.
    Developer,
}

use Guest::{
    Developer, ForeignKey, MeterToken, Nobody, Owner, ReadToken, Stranger, Support, SupportToken,
    WriteToken,
};

pub const GUESTS: [Guest; 10] = [
    Nobody,
    MeterToken,
    ReadToken,
    SupportToken,
    WriteToken,
    ForeignKey,
    Stranger,
    Support,
    Owner,
    Developer,
];

/// Whom a route lets in.
const ANYONE: &[Guest] = &GUESTS;
/// Everybody who signed in, to what is their own.
const SIGNED_IN: &[Guest] = &[Stranger, Support, Owner, Developer];
/// Whoever has the thing that is named, and no other.
const ITS_OWNER: &[Guest] = &[Developer];
const STAFF: &[Guest] = &[Support, Owner];
const OWNERS: &[Guest] = &[Owner];
const KEYS: &[Guest] = &[ForeignKey];
const METER: &[Guest] = &[MeterToken];
const READERS: &[Guest] = &[ReadToken, SupportToken, WriteToken];
const HELPERS: &[Guest] = &[SupportToken, WriteToken];
const WRITERS: &[Guest] = &[WriteToken];
/// There is nothing for anybody.
const NOBODY: &[Guest] = &[];

pub type Expected = (&'static str, &'static str, &'static [Guest]);

pub const EXPECTED: &[Expected] = &[
    ("GET", "/", SIGNED_IN),
    ("GET", "/sign-in", ANYONE),
    ("POST", "/sign-in", ANYONE),
    ("GET", "/confirm-email", ANYONE),
    ("POST", "/confirm-email", ANYONE),
    ("POST", "/settings/email", SIGNED_IN),
    ("GET", "/sign-in/code", ANYONE),
    // Without the password before it, there is nobody whose code it could be.
    ("POST", "/sign-in/code", NOBODY),
    // This house knows no provider.
    ("GET", "/sign-in/openid", NOBODY),
    ("GET", "/sign-in/openid/callback", NOBODY),
    ("POST", "/settings/openid/unlink", SIGNED_IN),
    ("GET", "/settings/second-step", SIGNED_IN),
    ("POST", "/settings/second-step", SIGNED_IN),
    ("POST", "/settings/second-step/begin", SIGNED_IN),
    ("POST", "/settings/second-step/recovery", SIGNED_IN),
    ("POST", "/settings/second-step/remove", SIGNED_IN),
    ("GET", "/sign-up", ANYONE),
    ("POST", "/sign-up", ANYONE),
    ("GET", "/join", ANYONE),
    ("POST", "/join", ANYONE),
    ("GET", "/welcome", SIGNED_IN),
    ("GET", "/reset", ANYONE),
    ("POST", "/reset", ANYONE),
    ("GET", "/reset/new", ANYONE),
    ("POST", "/reset/new", ANYONE),
    ("POST", "/sign-out", SIGNED_IN),
    ("POST", "/theme", ANYONE),
    ("POST", "/language", ANYONE),
    ("GET", "/usage", SIGNED_IN),
    ("GET", "/usage/live", SIGNED_IN),
    ("GET", "/usage/export.csv", SIGNED_IN),
    ("GET", "/usage/export.json", SIGNED_IN),
    ("GET", "/palette.json", SIGNED_IN),
    ("GET", "/requests", SIGNED_IN),
    ("GET", "/requests/find", SIGNED_IN),
    ("GET", "/requests/export.csv", SIGNED_IN),
    ("GET", "/requests/export.json", SIGNED_IN),
    ("GET", "/requests/{id}", ITS_OWNER),
    ("GET", "/error-codes", SIGNED_IN),
    ("GET", "/limits", SIGNED_IN),
    ("GET", "/quick-start", SIGNED_IN),
    ("POST", "/quick-start", SIGNED_IN),
    ("GET", "/keys", SIGNED_IN),
    ("POST", "/keys", SIGNED_IN),
    ("GET", "/keys/export.csv", SIGNED_IN),
    ("GET", "/keys/export.json", SIGNED_IN),
    ("GET", "/keys/{id}", ITS_OWNER),
    ("POST", "/keys/{id}", ITS_OWNER),
    ("POST", "/keys/{id}/disable", ITS_OWNER),
    ("POST", "/keys/{id}/enable", ITS_OWNER),
    ("POST", "/keys/{id}/rotate", ITS_OWNER),
    ("POST", "/keys/{id}/stop-old", ITS_OWNER),
    ("POST", "/keys/{id}/cap", ITS_OWNER),
    ("POST", "/keys/{id}/delete", ITS_OWNER),
    ("GET", "/projects", SIGNED_IN),
    ("POST", "/projects", SIGNED_IN),
    ("GET", "/projects/export.csv", SIGNED_IN),
    ("GET", "/projects/export.json", SIGNED_IN),
    ("GET", "/projects/{id}", ITS_OWNER),
    ("POST", "/projects/{id}", ITS_OWNER),
    ("POST", "/projects/{id}/cap", ITS_OWNER),
    ("POST", "/projects/{id}/delete", ITS_OWNER),
    ("GET", "/settings", SIGNED_IN),
    ("POST", "/settings/profile", SIGNED_IN),
    ("POST", "/settings/password", SIGNED_IN),
    ("POST", "/settings/time-zone", SIGNED_IN),
    ("POST", "/settings/thresholds", SIGNED_IN),
    ("POST", "/settings/sessions/revoke-others", SIGNED_IN),
    // One's own session of that handle ends; there is no other to be ended.
    ("POST", "/settings/sessions/{handle}/revoke", SIGNED_IN),
    ("POST", "/settings/delete", SIGNED_IN),
    ("GET", "/settings/export.json", SIGNED_IN),
    ("GET", "/settings/webhooks", SIGNED_IN),
    ("POST", "/settings/webhooks", SIGNED_IN),
    ("GET", "/settings/webhooks/{id}", ITS_OWNER),
    ("POST", "/settings/webhooks/{id}/rotate", ITS_OWNER),
    ("POST", "/settings/webhooks/{id}/test", ITS_OWNER),
    ("POST", "/settings/webhooks/{id}/disable", ITS_OWNER),
    ("POST", "/settings/webhooks/{id}/enable", ITS_OWNER),
    ("POST", "/settings/webhooks/{id}/delete", ITS_OWNER),
    (
        "POST",
        "/settings/webhooks/{id}/messages/{event}/again",
        ITS_OWNER,
    ),
    ("POST", "/notices/dismiss", SIGNED_IN),
    ("GET", "/request-more", SIGNED_IN),
    ("POST", "/request-more", SIGNED_IN),
    ("GET", "/request-more/export.csv", SIGNED_IN),
    ("GET", "/request-more/export.json", SIGNED_IN),
    ("POST", "/request-more/redeem", SIGNED_IN),
    ("POST", "/request-more/{id}/withdraw", ITS_OWNER),
    ("GET", "/admin", STAFF),
    ("GET", "/admin/overview", STAFF),
    ("GET", "/admin/export.csv", STAFF),
    ("GET", "/admin/export.json", STAFF),
    ("GET", "/admin/accounts/{id}", STAFF),
    ("POST", "/admin/accounts/{id}/notes", STAFF),
    ("POST", "/admin/accounts/{id}/role", OWNERS),
    ("POST", "/admin/accounts/{id}/disable", STAFF),
    ("POST", "/admin/accounts/{id}/enable", STAFF),
    ("POST", "/admin/accounts/{id}/grants", STAFF),
    ("GET", "/admin/accounts/{id}/grants/export.csv", STAFF),
    ("GET", "/admin/accounts/{id}/grants/export.json", STAFF),
    ("POST", "/admin/accounts/{id}/grants/{grant}/revoke", STAFF),
    ("GET", "/admin/bulk", OWNERS),
    ("POST", "/admin/bulk", OWNERS),
    ("GET", "/admin/bulk/{id}", OWNERS),
    ("POST", "/admin/bulk/{id}/confirm", OWNERS),
    ("GET", "/admin/codes", STAFF),
    ("POST", "/admin/codes", STAFF),
    ("POST", "/admin/codes/made.csv", STAFF),
    ("GET", "/admin/codes/export.csv", STAFF),
    ("GET", "/admin/codes/export.json", STAFF),
    ("GET", "/admin/codes/{id}", STAFF),
    ("GET", "/admin/codes/{id}/export.csv", STAFF),
    ("GET", "/admin/codes/{id}/export.json", STAFF),
    ("POST", "/admin/codes/{id}/revoke", STAFF),
    ("POST", "/admin/codes/{id}/codes/{code}/revoke", STAFF),
    ("GET", "/admin/requests", STAFF),
    ("GET", "/admin/requests/next", STAFF),
    ("GET", "/admin/requests/export.csv", STAFF),
    ("GET", "/admin/requests/export.json", STAFF),
    ("POST", "/admin/requests/{id}/approve", STAFF),
    ("POST", "/admin/requests/{id}/reject", STAFF),
    ("GET", "/admin/links", STAFF),
    ("POST", "/admin/links", STAFF),
    ("POST", "/admin/links/{id}/show", STAFF),
    ("POST", "/admin/links/{id}/withdraw", STAFF),
    ("GET", "/admin/audit", STAFF),
    ("GET", "/admin/audit/export.csv", STAFF),
    ("GET", "/admin/audit/export.json", STAFF),
    ("ANY", "/api/openmem/v1", NOBODY),
    ("ANY", "/api/openmem/v1/{*path}", KEYS),
    ("POST", "/v1/meter/record", METER),
    ("POST", "/v1/meter/reserve", METER),
    ("POST", "/v1/meter/settle", METER),
    ("ANY", "/v1/meter/{*path}", NOBODY),
    ("GET", "/v1/admin/accounts", READERS),
    ("POST", "/v1/admin/accounts", WRITERS),
    ("GET", "/v1/admin/accounts/{account}", READERS),
    ("POST", "/v1/admin/accounts/{account}/disable", HELPERS),
    ("POST", "/v1/admin/accounts/{account}/enable", HELPERS),
    ("POST", "/v1/admin/accounts/{account}/role", WRITERS),
    ("POST", "/v1/admin/accounts/{account}/unlock", WRITERS),
    ("POST", "/v1/admin/accounts/{account}/notes", HELPERS),
    ("POST", "/v1/admin/accounts/{account}/grants", HELPERS),
    (
        "POST",
        "/v1/admin/accounts/{account}/grants/{grant}/revoke",
        HELPERS,
    ),
    ("GET", "/v1/admin/requests", READERS),
    ("POST", "/v1/admin/requests/{request}/approve", HELPERS),
    ("POST", "/v1/admin/requests/{request}/reject", HELPERS),
    ("GET", "/v1/admin/codes", READERS),
    ("POST", "/v1/admin/codes", HELPERS),
    ("GET", "/v1/admin/codes/{id}", READERS),
    ("POST", "/v1/admin/codes/{id}/revoke", HELPERS),
    ("GET", "/v1/admin/overview", READERS),
    ("GET", "/v1/admin/links", READERS),
    ("POST", "/v1/admin/links", HELPERS),
    ("POST", "/v1/admin/links/{id}/show", HELPERS),
    ("POST", "/v1/admin/links/{id}/withdraw", HELPERS),
    ("POST", "/v1/admin/bulk", WRITERS),
    ("GET", "/v1/admin/bulk/{list}", WRITERS),
    ("POST", "/v1/admin/bulk/{list}/confirm", WRITERS),
    ("GET", "/v1/admin/audit", READERS),
    ("GET", "/v1/admin/tokens", WRITERS),
    ("POST", "/v1/admin/tokens", WRITERS),
    ("POST", "/v1/admin/tokens/{token}/revoke", WRITERS),
    ("ANY", "/v1/admin/{*path}", NOBODY),
    ("GET", "/healthz", ANYONE),
    ("GET", "/readyz", ANYONE),
    // Only debug builds show anything there.
    ("GET", "/design", ANYONE),
    ("GET", "/design.css", ANYONE),
];

/// Whom a route lets in; nothing for one that nobody thought of.
pub fn expected(entry: &Entry) -> Option<&'static [Guest]> {
    EXPECTED
        .iter()
        .find(|(method, path, _)| *method == entry.method && *path == entry.path)
        .map(|(_, _, guests)| *guests)
}
