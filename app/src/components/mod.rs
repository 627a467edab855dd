//! Parts that pages share. All of them run on the server only.

pub mod banner;
pub mod calls;
pub mod caps;
pub mod chart;
pub mod detail;
pub mod door;
pub mod export;
pub mod form;
pub mod frame;
pub mod grants;
pub mod icons;
pub mod keys;
pub mod live;
pub mod new_key;
pub mod notices;
pub mod outcome;
pub mod palette;
pub mod providers;
pub mod quota;
pub mod requests;
pub mod sessions;
pub mod table;
pub mod told;
pub mod zones;
