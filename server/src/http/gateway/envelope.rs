//! What metering must know of an upstream's answer, found in one pass that
//! builds nothing: its code, and where the items of its list lie that are too many.

use crate::domain::catalogue::FieldPath;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::ops::Range;

/// The part of an answer that metering looks at.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// `code`, if it is a whole number.
    pub code: Option<i64>,
    /// The bytes of the items beyond the limit, with the commas before them.
    pub beyond: Vec<Range<usize>>,
}

/// The list that an output limit is about, and how many of its items may be passed on.
#[derive(Clone, Copy)]
pub struct List<'a> {
    pub path: &'a FieldPath,
    pub most: usize,
}

/// Nothing if the text is no JSON, or has two codes.
pub fn scan(text: &str, list: Option<List<'_>>) -> Option<Envelope> {
    let path: Vec<&str> = list.map_or_else(Vec::new, |list| list.path.names().collect());
    let mut found = Envelope::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let probe = Probe {
        at: Place::Top(&path),
        text,
        most: list.map_or(usize::MAX, |list| list.most),
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
    /// The whole answer.
    text: &'a str,
    most: usize,
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
                    map.next_value_seed(Probe {
                        at,
                        text: self.text,
                        most: self.most,
                        found: &mut *self.found,
                    })?;
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if !matches!(self.at, Place::Way([])) {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let mut count = 0;
        let (mut end, mut beyond) = (None, None);
        while let Some(item) = items.next_element::<&RawValue>()? {
            let item = item.get();
            // An item is a part of the text: it was only lent.
            let start = item.as_ptr().addr() - self.text.as_ptr().addr();
            if count == self.most {
                beyond = Some(end.unwrap_or(start));
            }
            count += 1;
            end = Some(start + item.len());
        }
        if let (Some(start), Some(end)) = (beyond, end) {
            self.found.beyond.push(start..end);
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
        let within = |most| {
            let list = List { path: &list, most };
            Some(scan(text, Some(list))?.beyond.is_empty())
        };
        let items = (0..10).find(|most| within(*most) != Some(false))?;
        Some((scan(text, None)?.code, items))
    }

    /// What is left of an answer whose list may have so many items.
    fn cut(text: &str, most: usize) -> String {
        let path: FieldPath = "data.list".parse().unwrap();
        let list = List { path: &path, most };
        let mut left = text.to_owned();
        for range in scan(text, Some(list)).unwrap().beyond.into_iter().rev() {
            left.replace_range(range, "");
        }
        left
    }

    #[test]
    fn the_items_beyond_the_limit_are_found_and_nothing_else_changes() {
        let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
        for (list, most, left) in [
            ("[ 1 , {\"b\":2} , [3] ]", 2, "[ 1 , {\"b\":2} ]"),
            ("[1, 2]", 2, "[1, 2]"),
            ("[1,2,3]", 0, "[]"),
            ("[]", 0, "[]"),
            (&format!("[1,{deep},3]"), 2, &format!("[1,{deep}]")),
        ] {
            let answer = |list: &str| {
                format!(
                    r#"{{"z":12345678901234567890123,"data":{{"list":{list},"a":1}},"code":0}}"#
                )
            };
            assert_eq!(cut(&answer(list), most), answer(left));
        }
        // Whichever of two a client takes.
        let twice = r#"{"data":{"list":[1,2,3],"list":[4,5]},"data":{"list":[6,7]}}"#;
        let left = r#"{"data":{"list":[1],"list":[4]},"data":{"list":[6]}}"#;
        assert_eq!(cut(twice, 1), left);
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
