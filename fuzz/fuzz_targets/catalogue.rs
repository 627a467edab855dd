//! A configuration file: a catalogue that makes sense, or one sentence that says
//! where it does not.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::config::Config;
use parsers::domain::catalogue::{Catalogue, FieldPath};
use parsers::domain::recipe;

fuzz_target!(|text: &str| {
    if let Ok(path) = text.parse::<FieldPath>() {
        assert_eq!(path.to_string(), text);
    }
    match Config::from_toml(text) {
        Ok(config) => {
            let apis: Vec<_> = config.catalogue.iter().cloned().collect();
            for api in &apis {
                assert!(serde_json::from_str::<serde_json::Value>(&recipe::body(api)).is_ok());
                assert_eq!(config.catalogue.by_path(&api.path), Some(api));
            }
            assert_eq!(Catalogue::new(apis), Ok(config.catalogue));
        }
        Err(error) => {
            let sentence = error.to_string();
            assert!(!sentence.contains('\n'), "{sentence}");
            assert!(error.line().is_none_or(|line| line <= text.lines().count().max(1) + 1));
        }
    }
});
