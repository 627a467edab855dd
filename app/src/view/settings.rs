//! What people settle about their own account.

use super::LocalTime;

/// The session that asks for this page, by the handle that its row has. Handed
/// in by context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentSession(pub String);

/// A sign-in that is still good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Names the session; opens nothing.
    pub handle: String,
    /// `Firefox, Windows`; may be empty.
    pub device: String,
    pub signed_in_at: LocalTime,
    /// To five minutes.
    pub seen_at: LocalTime,
    /// The one that asks.
    pub current: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneChoice {
    /// IANA name.
    pub name: String,
    /// Without its region: `Buenos Aires`.
    pub city: String,
    /// The time there now, with its distance from UTC.
    pub now: LocalTime,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneGroup {
    /// The first part of the IANA name; empty for zones that lie in no region.
    pub region: String,
    pub zones: Vec<ZoneChoice>,
}

/// A threshold that was crossed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    pub api: String,
    pub api_title: String,
    pub percent: i64,
    /// At the crossing.
    pub charged: i64,
    pub granted: i64,
    pub at: LocalTime,
    /// Calls were granted since, so that it can be crossed again.
    pub lifted: bool,
}

/// What every page says of quotas that run out. Handed in by context.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenNotices(pub Vec<NoticeRow>);

/// The second step of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecondStep {
    Off,
    /// A secret waits for its first code.
    Waiting {
        qr_svg: String,
        secret: String,
    },
    On {
        since: LocalTime,
        recovery_left: i64,
    },
}

/// A provider that its owner signs in to the account by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRow {
    pub issuer: String,
    pub linked_at: LocalTime,
}

/// The settings page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsView {
    pub name: String,
    pub email: String,
    pub reference_code: String,
    pub created_at: LocalTime,
    pub time_zone: String,
    pub zones: Vec<ZoneGroup>,
    /// Without one, its owner signs in by a provider.
    pub has_password: bool,
    pub providers: Vec<ProviderRow>,
    pub second_step: SecondStep,
    pub thresholds: Vec<i64>,
    /// Whether thresholds are told by e-mail too.
    pub mail_notices: bool,
    /// Webhooks, and those of them that are sent to.
    pub webhooks: (i64, i64),
    /// The one seen last first.
    pub sessions: Vec<SessionRow>,
    /// Newest first, a few.
    pub notices: Vec<NoticeRow>,
}
