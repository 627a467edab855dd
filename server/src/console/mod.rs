//! What the pages show: the ports of the app, answered from the store and the
//! quota engine. Nothing here changes anything.

mod account;
mod bulk;
mod choices;
mod codes;
mod desk;
mod doors;
mod export;
mod grants;
mod guide;
mod keys;
mod overview;
mod quota;
mod range;
mod requests;
mod series;
mod settings;
mod usage;
mod webhooks;

pub use export::Export;
pub(crate) use settings::handle;

use crate::clock::Clock;
use crate::domain::catalogue::Api;
use crate::domain::store::Store;
use crate::domain::{StoreError, language};
use crate::metering::Metering;
use allowance_app::i18n::Language;
use allowance_app::ports::PortError;
use allowance_app::view::ContactChannel;
use std::sync::Arc;

/// The reader of both ports. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    pub store: Arc<dyn Store>,
    pub metering: Arc<Metering>,
    pub clock: Arc<dyn Clock>,
    /// Ways to a human, drawn once at start.
    pub channels: Vec<ContactChannel>,
}

/// An API's name for people, in the reader's language.
fn title(api: &Api, language: Language) -> String {
    let language = match language {
        Language::English => language::Language::English,
        Language::Chinese => language::Language::Chinese,
    };
    api.title.in_language(language).to_owned()
}

/// The page learns that it cannot be shown now; the log learns why.
fn unavailable(error: StoreError) -> PortError {
    let incident = incident();
    tracing::error!(%error, %incident, "a page could not be read");
    PortError::Unavailable { incident }
}

/// What finds a line of the log, and tells nothing else.
fn incident() -> String {
    crate::domain::ids::public_id(
        crate::domain::ids::Noun::Request,
        0,
        &mut crate::clock::random(),
    )
    .split_off(14)
}
