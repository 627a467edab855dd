//! The `Authorization` header of a call.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::domain::keys::{Presented, hint, is_key_shaped, presented};

fuzz_target!(|header: &str| {
    if let Presented::Key(key) = presented(header) {
        assert!(is_key_shaped(key) && header.contains(key));
        assert_eq!(hint(key).len(), 4);
    }
});
