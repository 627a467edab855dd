//! The parts that live in the browser too. Each is small, gets its texts passed
//! in, and leaves a page that works as well without it.

mod copy;
mod filter;

pub use copy::CopyButton;
pub use filter::SelfSending;
