//! Reading a body so that it means one thing only. A key that stands twice in an
//! object is refused: the service behind the gateway might take the other of the
//! two, and the limits would have been checked on the wrong one.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::cell::Cell;
use std::fmt;

/// Objects and lists within each other, at most.
pub const DEEPEST: usize = 64;
/// A key is repeated in a sentence up to so many characters.
const LONGEST_KEY: usize = 100;

/// Why a body cannot be read. The text is for developers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the body is not valid UTF-8.")]
    NotUtf8,
    #[error("the body is not valid JSON ({0}).")]
    NotJson(String),
    #[error("the key `{0}` stands twice in one object of the body.")]
    Twice(String),
    #[error("the body is nested more than {DEEPEST} levels deep.")]
    TooDeep,
}

/// Reads a whole body.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn read(body: &[u8]) -> Result<Value, Unreadable> {
    let text = std::str::from_utf8(body).map_err(|_| Unreadable::NotUtf8)?;
    let fault = Cell::new(None);
    let strict = Strict {
        levels: DEEPEST,
        fault: &fault,
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = strict
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| {
        fault
            .take()
            .unwrap_or_else(|| Unreadable::NotJson(error.to_string()))
    })
}

/// A value that may be so many levels deep.
#[derive(Clone, Copy)]
struct Strict<'a> {
    levels: usize,
    /// What the parser's own error cannot say.
    fault: &'a Cell<Option<Unreadable>>,
}

impl Strict<'_> {
    fn fail<T, E: Error>(self, fault: Unreadable) -> Result<T, E> {
        let error = E::custom(&fault);
        self.fault.set(Some(fault));
        Err(error)
    }

    fn below<E: Error>(self) -> Result<Self, E> {
        match self.levels.checked_sub(1) {
            Some(levels) => Ok(Self { levels, ..self }),
            None => self.fail(Unreadable::TooDeep),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(below)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut map = Map::new();
        while let Some(key) = fields.next_key::<String>()? {
            if map.contains_key(&key) {
                let key = key.chars().take(LONGEST_KEY).collect();
                return self.fail(Unreadable::Twice(key));
            }
            map.insert(key, fields.next_value_seed(below)?);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_one_thing_is_read_as_it_is() {
        for text in [
            r#"{"a":[1,-2,2.5,"x\u00e9\n",true,false,null,{}],"b":{"a":1},"c":{"a":1}}"#,
            r#"{"n":18446744073709551615,"m":-9223372036854775808,"f":1e300}"#,
            " [ ] ",
            "\"only\"",
            "0",
        ] {
            let plain: Value = serde_json::from_str(text).unwrap();
            assert_eq!(read(text.as_bytes()), Ok(plain), "{text}");
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_named() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"[{"b":{"a":1,"c":2,"\u0061":3}}]"#,
            // What comes first is what counts.
            r#"{"a":1,"a":"#,
        ] {
            let twice = Unreadable::Twice("a".into());
            assert_eq!(read(text.as_bytes()), Err(twice), "{text}");
        }
        let long = "k".repeat(1_000);
        let text = format!(r#"{{"{long}":1,"{long}":2}}"#);
        assert_eq!(
            read(text.as_bytes()),
            Err(Unreadable::Twice("k".repeat(LONGEST_KEY)))
        );
    }

    #[test]
    fn depth_is_counted_over_objects_and_lists() {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let nested = |levels: usize| {
                let inner = if open == "[" { "" } else { "1" };
                format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
            };
            assert!(read(nested(DEEPEST).as_bytes()).is_ok());
            for levels in [DEEPEST + 1, 100_000] {
                assert_eq!(read(nested(levels).as_bytes()), Err(Unreadable::TooDeep));
            }
            // It need not even be closed.
            let open = open.repeat(1_000_000);
            assert_eq!(read(open.as_bytes()), Err(Unreadable::TooDeep));
        }
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        assert_eq!(read(b"\"\xff\""), Err(Unreadable::NotUtf8));
        for text in [
            "",
            "{",
            "{}{}",
            "nul",
            "'a'",
            "{a:1}",
            "[1,]",
            "1e999",
            "\"\\ud800\"",
        ] {
            match read(text.as_bytes()) {
                Err(Unreadable::NotJson(why)) => assert!(why.contains("line 1"), "{why}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }
}
