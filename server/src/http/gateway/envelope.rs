//! What metering must know of an upstream's answer, found in one pass that
//! builds nothing: its code, and how many items its list carries.

use crate::domain::catalogue::FieldPath;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The part of an answer that metering looks at.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// `code`, if it is a whole number.
    pub code: Option<i64>,
    /// Items in the list of the output limit; 0 if there is no such list.
    pub items: usize,
}

/// Nothing if the text is no JSON, or has two codes.
pub fn scan(text: &str, list: Option<&FieldPath>) -> Option<Envelope> {
    let path: Vec<&str> = list.map_or_else(Vec::new, |list| list.names().collect());
    let mut found = Envelope::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let probe = Probe {
        at: Place::Top(&path),
        found: &mut found,
    };
    probe.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(found)
}

/// Where in the answer a value lies.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// The answer itself; the path leads on to the list.
    Top(&'a [&'a str]),
    Code,
    /// On the way to the list, or at it if no step is left.
    Way(&'a [&'a str]),
}

struct Probe<'a> {
    at: Place<'a>,
    found: &'a mut Envelope,
}

impl<'de> DeserializeSeed<'de> for Probe<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Probe<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (path, is_top): (&[&str], bool) = match self.at {
            Place::Top(path) => (path, true),
            Place::Way(path) => (path, false),
            Place::Code => (&[], false),
        };
        let mut has_code = false;
        while let Some(at) = map.next_key_seed(Key { path, is_top })? {
            match at {
                Some(Place::Code) if has_code => return Err(A::Error::duplicate_field("code")),
                Some(at) => {
                    has_code |= matches!(at, Place::Code);
                    let found = &mut *self.found;
                    map.next_value_seed(Probe { at, found })?;
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut count = 0;
        while items.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        if matches!(self.at, Place::Way([])) {
            self.found.items = count;
        }
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        if matches!(self.at, Place::Code) {
            self.found.code = Some(number);
        }
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) => Ok(()),
        }
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Where a key of a map leads, if it is one that counts.
#[derive(Clone, Copy)]
struct Key<'a> {
    path: &'a [&'a str],
    is_top: bool,
}

impl<'a, 'de> DeserializeSeed<'de> for Key<'a> {
    type Value = Option<Place<'a>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for Key<'a> {
    type Value = Option<Place<'a>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(match self.path {
            _ if self.is_top && key == "code" => Some(Place::Code),
            [next, rest @ ..] if key == *next => Some(Place::Way(rest)),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(text: &str) -> Option<(Option<i64>, usize)> {
        let list: FieldPath = "data.list".parse().unwrap();
        scan(text, Some(&list)).map(|found| (found.code, found.items))
    }

    #[test]
    fn the_code_and_the_items_are_found() {
        for (text, code, items) in [
            (
                r#"{"code":0,"data":{"list":[1,{"code":7},[]]}}"#,
                Some(0),
                3,
            ),
            (r#"{"data":{"a":[1],"list":[{}]},"code":-5}"#, Some(-5), 1),
            (r#"{"code":40000,"data":null}"#, Some(40_000), 0),
            (r#"{"code":0,"data":[1,2]}"#, Some(0), 0),
            (r#"{"code":0,"data":{"list":{"list":[1]}}}"#, Some(0), 0),
            (r#"{"code":0,"list":[1],"data":"list"}"#, Some(0), 0),
            (r#" {"c\u006fde":0} "#, Some(0), 0),
            (r#"{"code":"0"}"#, None, 0),
            (r#"{"code":0.0}"#, None, 0),
            (r#"{"code":[0]}"#, None, 0),
            (r#"{"code":{"code":0}}"#, None, 0),
            (r#"{"code":18446744073709551615}"#, None, 0),
            (r#"{"data":{"code":0}}"#, None, 0),
            ("[]", None, 0),
            ("null", None, 0),
        ] {
            assert_eq!(scanned(text), Some((code, items)), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_nothing() {
        for text in [
            "",
            "nul",
            "[",
            r#"{"code":0"#,
            r#"{"code":0}}"#,
            r#"{"code":0,"code":1}"#,
            r#"{"code":0} {"#,
        ] {
            assert_eq!(scanned(text), None, "{text}");
        }
    }

    #[test]
    fn a_deeply_nested_answer_costs_no_stack() {
        let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        let answer = format!(r#"{{"code":0,"more":{deep},"data":{{"list":[{deep}]}}}}"#);
        assert_eq!(scanned(&answer), Some((Some(0), 1)));
    }
}
