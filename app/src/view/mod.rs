//! The words in which pages and machine speak: plain data, already cut to what
//! the viewer may see, with times in the viewer's time zone.

mod account;
mod admin;
mod bulk;
mod codes;
mod door;
mod figures;
mod form;
mod grants;
mod guide;
mod keys;
mod quota;
mod requests;
mod settings;
mod usage;
mod webhooks;

pub use account::{DemoSignIn, Role, Site, Theme, Viewer};
pub use admin::{
    AccountDetail, AccountRow, AccountSearch, AuditEntry, AuditPage, AuditQuery, ErrorCount,
    NearRow, NextRequest, NoteRow, OverviewView, RequestFilter,
};
pub use bulk::{BulkRow, BulkView};
pub use codes::{
    ANY_API, CodeBatchList, CodeBatchRow, CodeBatchView, CodeRow, CodeState, MadeCodes,
};
pub use door::{JoinView, LinkPurpose, LinkRow, LinkView, ShownLink, SignUpMode};
pub use figures::{
    ApiFigures, ApiUsage, Bucket, Forecast, Group, GroupName, MOST_GROUPS, NoFigures, Outlook,
    Plot, Series, Subject, Tone, Totals, UsageChart,
};
pub use form::{FormReply, FormToken, Message};
pub use grants::{AlertRow, GrantRow, GrantState, OpenAlerts, Recurs};
pub use guide::{ApiLimits, LimitsView, OutputMost, QuickStartView, Recipe, TestedCall};
pub use keys::{
    CapPeriod, CapRow, CapSetting, CreatedKey, KeyRow, KeyState, KeyView, KeysQuery, KeysView,
    OldSecret, ProjectRow, ProjectView,
};
pub use quota::{
    ApiChoice, ApiQuota, ContactChannel, ContactKind, QuotaRequestRow, QuotaRequestState,
    RequestMoreView,
};
pub use requests::{
    ApiName, BurntGrant, CallRow, DayRange, PagePlace, RequestBatch, RequestDetail, RequestOutcome,
    RequestsFilter, RequestsProblem, RequestsQuery, RequestsView,
};
pub use settings::{
    CurrentSession, NoticeRow, OpenNotices, ProviderRow, SecondStep, SessionRow, SettingsView,
    ZoneChoice, ZoneGroup,
};
pub use usage::{
    AppliedFilter, COMPARE_PREVIOUS, FilterProblem, GroupBy, KeyChoice, Period, ProjectChoice,
    Unit, UsageQuery, UsageReport,
};
pub use webhooks::{
    MessageAnswer, MessageRow, MessageState, NewSecret, WebhookRow, WebhookState, WebhookView,
    WebhooksView,
};

/// An instant in the viewer's time zone.
pub type LocalTime = chrono::DateTime<chrono::FixedOffset>;
