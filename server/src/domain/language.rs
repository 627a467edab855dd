//! The languages of the console.

use serde::Serialize;

/// A language that people can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Language {
    #[serde(rename = "en")]
    English,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    Chinese,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// The tag (BCP 47) in the store, in cookies and in addresses.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// The language of exactly that tag.
    #[must_use]
    pub fn tagged(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The language that serves a reader of `tag`: of several kinds of Chinese
    /// or English we have one.
    #[must_use]
    pub fn for_reader_of(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "zh" => Some(Self::Chinese),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_comes_back_as_its_language() {
        for language in Language::ALL {
            assert_eq!(Language::tagged(language.tag()), Some(language));
            assert_eq!(Language::for_reader_of(language.tag()), Some(language));
        }
        assert_eq!(Language::tagged("zh"), None);
        assert_eq!(Language::tagged("<b>"), None);
    }

    #[test]
    fn readers_of_another_chinese_get_ours() {
        assert_eq!(
            Language::for_reader_of("ZH-Hant-TW"),
            Some(Language::Chinese)
        );
        assert_eq!(Language::for_reader_of("en-GB"), Some(Language::English));
        assert_eq!(Language::for_reader_of("de"), None);
        assert_eq!(Language::for_reader_of("*"), None);
    }
}
