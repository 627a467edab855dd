//! Reads along in a stream of server-sent events, and notices the event in which
//! the upstream says that the call failed.

use super::envelope;

/// An event with more data than this is content, and not looked at.
const MOST_DATA: usize = 64 * 1024;

/// The events of one stream, as they pass. Keeps no more than one event.
#[derive(Debug, Default)]
pub struct Events {
    /// A line whose end has not come yet.
    line: Vec<u8>,
    /// The data of the event so far.
    data: Vec<u8>,
    /// The event is too long to be an envelope.
    is_long: bool,
    /// The last piece ended with a carriage return: a line feed belongs to it.
    after_return: bool,
    failure: Option<i64>,
}

impl Events {
    /// Reads the next piece of the stream, which may end anywhere.
    pub fn read(&mut self, mut piece: &[u8]) {
        if self.after_return && piece.first() == Some(&b'\n') {
            piece = &piece[1..];
        }
        self.after_return = false;
        while let Some(end) = piece
            .iter()
            .position(|&byte| byte == b'\n' || byte == b'\r')
        {
            if self.line.is_empty() {
                self.take_line(&piece[..end]);
            } else {
                self.keep(&piece[..end]);
                let line = std::mem::take(&mut self.line);
                self.take_line(&line);
                self.line = line;
                self.line.clear();
            }
            let is_return = piece[end] == b'\r';
            piece = &piece[end + 1..];
            match piece.first() {
                Some(b'\n') if is_return => piece = &piece[1..],
                None => self.after_return = is_return,
                Some(_) => {}
            }
        }
        self.keep(piece);
    }

    /// The code of the first event that carried one other than 0: the stream
    /// failed. Asked at its end, when an event without its blank line counts too.
    #[must_use]
    pub fn failure(mut self) -> Option<i64> {
        let line = std::mem::take(&mut self.line);
        self.take_line(&line);
        self.end_event();
        self.failure
    }

    fn keep(&mut self, part: &[u8]) {
        if self.line.len() + part.len() > MOST_DATA {
            self.is_long = true;
            self.line.clear();
        }
        if !self.is_long {
            self.line.extend_from_slice(part);
        }
    }

    fn take_line(&mut self, line: &[u8]) {
        if line.is_empty() {
            // The end of a line that was too long to keep ends no event.
            return self.end_event();
        }
        let Some(value) = line.strip_prefix(b"data:") else {
            return;
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        if self.data.len() + value.len() > MOST_DATA {
            self.is_long = true;
        } else {
            self.data.extend_from_slice(value);
            self.data.push(b'\n');
        }
    }

    fn end_event(&mut self) {
        if self.failure.is_none() && !self.is_long && self.data.first() == Some(&b'{') {
            self.failure = std::str::from_utf8(&self.data)
                .ok()
                .and_then(|text| envelope::scan(text, None)?.code)
                .filter(|&code| code != 0);
        }
        self.data.clear();
        self.is_long = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The failure of a stream, whatever pieces it comes in.
    #[track_caller]
    fn failure(stream: &str) -> Option<i64> {
        let whole = failure_in_pieces(stream, stream.len().max(1));
        for size in 1..=7 {
            assert_eq!(failure_in_pieces(stream, size), whole, "pieces of {size}");
        }
        whole
    }

    fn failure_in_pieces(stream: &str, size: usize) -> Option<i64> {
        let mut events = Events::default();
        for piece in stream.as_bytes().chunks(size) {
            events.read(piece);
        }
        events.failure()
    }

    #[test]
    fn an_event_with_a_code_is_a_failure() {
        for stream in [
            "data: {\"code\":50000}\n\n",
            "data:{\"code\":50000}\r\n\r\n",
            "data: {\"code\":50000}\r\rdata: more\r\r",
            "event: error\ndata: {\"data\":{},\ndata: \"code\":50000}\n\n",
            "data: tea\n\nid: 7\ndata: {\"code\":50000,\"message\":\"no\"}\n\ndata: [DONE]\n\n",
            ": a comment\n\ndata: {\"code\":0}\n\ndata: {\"code\":50000}",
            "data: {\"code\":50000}\n\ndata: {\"code\":40000}\n\n",
        ] {
            assert_eq!(failure(stream), Some(50_000), "{stream}");
        }
    }

    #[test]
    fn all_else_is_content() {
        for stream in [
            "",
            "\n\n\r\n",
            "data: {\"code\":0}\n\n",
            "data: {\"choices\":[{\"code\":50000}]}\n\n",
            "data: \"code\":50000\n\n",
            "data: {\"code\":\"50000\"}\n\n",
            "data: {\"code\":50000\n\n",
            "{\"code\":50000}\n\n",
            "data: [DONE]\n\n",
        ] {
            assert_eq!(failure(stream), None, "{stream}");
        }
    }

    #[test]
    fn a_long_event_is_not_kept_and_the_next_one_is_read() {
        let long = "x".repeat(MOST_DATA);
        for field in ["data: ", ""] {
            let stream = format!("{field}{{{long}\n\ndata: {{\"code\":7}}\n\n");
            let mut events = Events::default();
            for piece in stream.as_bytes().chunks(1_000) {
                events.read(piece);
                assert!(events.line.len() + events.data.len() <= 2 * MOST_DATA + 1);
            }
            assert_eq!(events.failure(), Some(7), "{field:?}");
        }
    }
}
