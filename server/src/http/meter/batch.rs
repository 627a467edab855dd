//! A list of events, each still as it was written.

use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Events of one request at most.
pub(super) const MOST_EVENTS: usize = 1_000;

/// The events of a list. Of one that is too long the rest is counted and not kept: it
/// may have a million, and each would take more room here than in its body.
#[derive(Debug)]
pub(super) struct Batch<'a> {
    pub events: Vec<&'a RawValue>,
    /// How many the list has.
    pub count: usize,
}

impl<'de: 'a, 'a> Deserialize<'de> for Batch<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Batch<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of events")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Batch<'de>, A::Error> {
                let mut events = Vec::new();
                while events.len() < MOST_EVENTS {
                    let Some(event) = list.next_element()? else {
                        let count = events.len();
                        return Ok(Batch { events, count });
                    };
                    events.push(event);
                }
                let mut count = events.len();
                while list.next_element::<IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(Batch { events, count })
            }
        }
        deserializer.deserialize_seq(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_too_long_is_counted_and_not_kept() {
        for (many, kept) in [
            (0, 0),
            (1, 1),
            (1_000, 1_000),
            (1_001, 1_000),
            (9_999, 1_000),
        ] {
            let list = format!("[{}]", vec!["{\"a\":[1]}"; many].join(","));
            let batch: Batch<'_> = serde_json::from_str(&list).unwrap();
            assert_eq!((batch.count, batch.events.len()), (many, kept));
            assert!(
                batch
                    .events
                    .iter()
                    .all(|event| event.get() == "{\"a\":[1]}")
            );
        }
        let broken = format!("[{}oops]", "1,".repeat(1_500));
        for list in ["{}", "[1", "[1,]", &broken] {
            assert!(serde_json::from_str::<Batch<'_>>(list).is_err(), "{list}");
        }
    }
}
