//! Messages in memory: bounded, oldest forgotten first.

use serde_json::Value;
use std::cmp::Reverse;
use std::collections::{HashSet, VecDeque};

/// Messages kept, over all users.
pub(super) const MOST_MESSAGES: usize = 10_000;
/// Bytes of text kept, over all users: bounds the work of a search too.
pub(super) const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Characters of a memory's headline.
const HEADLINE: usize = 40;

/// A message to keep.
pub(super) struct NewMessage {
    pub(super) user: String,
    pub(super) conversation: String,
    pub(super) role: String,
    /// As it was sent.
    pub(super) content: Value,
    /// The words of the content.
    pub(super) text: String,
    pub(super) at: i64,
}

/// A message that is kept.
pub(super) struct Message {
    /// Counts messages from 1.
    pub(super) number: u64,
    user: String,
    pub(super) conversation: String,
    pub(super) role: String,
    pub(super) content: Value,
    pub(super) text: String,
    pub(super) at: i64,
    bytes: usize,
}

/// A message that a search found.
pub(super) struct Found<'a> {
    pub(super) message: &'a Message,
    /// Share of the query's words that are in the message: above 0, up to 1.
    pub(super) score: f64,
}

/// All messages, oldest first.
#[derive(Default)]
pub(super) struct Memory {
    messages: VecDeque<Message>,
    bytes: usize,
    added: u64,
}

impl Memory {
    /// Keeps a message, and forgets the oldest while there are too many.
    pub(super) fn add(&mut self, new: NewMessage) {
        self.added += 1;
        let bytes = new.content.to_string().len() + new.text.len();
        self.bytes += bytes;
        self.messages.push_back(Message {
            number: self.added,
            user: new.user,
            conversation: new.conversation,
            role: new.role,
            content: new.content,
            text: new.text,
            at: new.at,
            bytes,
        });
        while self.messages.len() > MOST_MESSAGES || self.bytes > MOST_BYTES {
            let Some(oldest) = self.messages.pop_front() else {
                break;
            };
            self.bytes -= oldest.bytes;
        }
    }

    /// Messages added so far, forgotten ones too.
    pub(super) const fn added(&self) -> u64 {
        self.added
    }

    /// A user's messages that share words with the query: best first, then newest.
    pub(super) fn search(&self, user: &str, query: &str, limit: usize) -> Vec<Found<'_>> {
        let asked: HashSet<_> = words(query).into_iter().collect();
        let mut found: Vec<_> = self
            .messages
            .iter()
            .filter(|message| message.user == user)
            .filter_map(|message| {
                let said: HashSet<_> = words(&message.text).into_iter().collect();
                let shared = asked.intersection(&said).count();
                (shared > 0).then_some((shared, message))
            })
            .collect();
        found.sort_by_key(|&(shared, message)| Reverse((shared, message.number)));
        found
            .into_iter()
            .take(limit)
            .map(|(shared, message)| Found {
                message,
                score: share(shared, asked.len()),
            })
            .collect()
    }

    /// The last messages of a conversation, oldest first.
    pub(super) fn latest(&self, user: &str, conversation: &str, limit: usize) -> Vec<&Message> {
        let mut latest: Vec<_> = self
            .messages
            .iter()
            .rev()
            .filter(|message| message.user == user && message.conversation == conversation)
            .take(limit)
            .collect();
        latest.reverse();
        latest
    }
}

/// A share, rounded to four places.
fn share(part: usize, whole: usize) -> f64 {
    let per_myriad = part * 10_000 / whole.max(1);
    f64::from(u32::try_from(per_myriad).unwrap_or(10_000)) / 10_000.0
}

/// Words in lower case. Scripts without spaces count by the character.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let stands_alone = c >= '\u{2E80}';
        if stands_alone || !c.is_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            if stands_alone && c.is_alphanumeric() {
                words.push(c.to_string());
            }
        } else {
            word.push(c);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The text of a content: the string, or the texts of its parts.
pub(super) fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts: Vec<_> = parts
                .iter()
                .filter_map(|part| part.get("text").and_then(Value::as_str))
                .collect();
            texts.join("\n")
        }
        _ => String::new(),
    }
}

/// The first words of a text.
pub(super) fn headline(text: &str) -> String {
    text.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(HEADLINE)
        .collect()
}

/// An id for programs, in the shape of a UUID. The same number has the same id.
pub(super) fn public_id(number: u64) -> String {
    // Two odd multipliers spread neighbouring numbers over all digits.
    let head = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let tail = number.wrapping_mul(0xD1B5_4A32_D192_ED03);
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        head >> 32,
        (head >> 16) & 0xFFFF,
        head & 0xFFF,
        tail >> 52,
        tail & 0xFFFF_FFFF_FFFF,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> NewMessage {
        NewMessage {
            user: "u".into(),
            conversation: "c".into(),
            role: "user".into(),
            content: Value::String(text.into()),
            text: text.into(),
            at: 0,
        }
    }

    #[test]
    fn words_are_lower_case_and_scripts_without_spaces_count_by_the_character() {
        assert_eq!(
            words("I'm in Paris-2, très BIEN"),
            ["i", "m", "in", "paris", "2", "très", "bien"]
        );
        assert_eq!(words("用AI记忆。好"), ["用", "ai", "记", "忆", "好"]);
        assert!(words(" …!").is_empty());
    }

    #[test]
    fn the_oldest_messages_are_forgotten_first() {
        let mut memory = Memory::default();
        for number in 0..MOST_MESSAGES + 5 {
            memory.add(message(&number.to_string()));
        }
        assert_eq!(memory.messages.len(), MOST_MESSAGES);
        assert_eq!(memory.messages[0].text, "5");
    }

    #[test]
    fn long_messages_make_room_too() {
        let mut memory = Memory::default();
        for _ in 0..20 {
            memory.add(message(&"x".repeat(1024 * 1024)));
        }
        assert_eq!(memory.messages.len(), 3);
        assert!(memory.bytes <= MOST_BYTES);
        memory.add(message(&"x".repeat(MOST_BYTES)));
        assert!(
            memory.messages.is_empty() && memory.bytes == 0,
            "a giant is not kept"
        );
    }

    #[test]
    fn ids_differ_and_look_like_those_of_the_api() {
        let ids: HashSet<_> = (0..10_000).map(public_id).collect();
        assert_eq!(ids.len(), 10_000);
        assert!(
            ids.iter()
                .all(|id| id.len() == 36 && id.as_bytes()[14] == b'4')
        );
    }
}
