//! Grants to a list of accounts, as a file of comma-separated values says
//! (`product.md` §6). A file is taken as a whole or not at all: what is wrong with
//! it is said line by line.

use super::accounts;
use super::grants::{MOST_CALLS, REASON_LENGTH};
use super::{AccountId, ApiId, Millis};
use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};
use std::collections::HashMap;

/// Longest file, in bytes.
pub const MOST_BYTES: usize = 4 * 1024 * 1024;
/// Lines of one file.
pub const MOST_LINES: usize = 20_000;
/// Problems that are told at once.
pub const MOST_PROBLEMS: usize = 20;
/// The columns, in any order.
pub const COLUMNS: [&str; 4] = ["account", "api", "calls", "reason"];

/// A line as it was written, checked as far as it can be without the accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenLine {
    /// Of the file; its head is 1.
    pub line: i64,
    /// E-mail, reference code or public id.
    pub account: String,
    pub api: String,
    pub calls: i64,
    pub reason: String,
}

/// A line whose account and API are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLine {
    pub line: i64,
    pub account: AccountId,
    pub api: ApiId,
    pub calls: i64,
    pub reason: String,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    #[error("the file is empty")]
    Empty,
    #[error("the file is larger than 4 MiB")]
    TooLarge,
    #[error("the file has more than {MOST_LINES} lines")]
    TooManyLines,
    #[error("the file is no text in UTF-8")]
    NotText,
    #[error("the first line must name the columns account, api, calls, reason")]
    Columns,
    #[error("line {line}: it has {found} fields, not 4")]
    Fields { line: i64, found: i64 },
    #[error("line {line}: there is no account {account}")]
    Account { line: i64, account: String },
    #[error("line {line}: there is no API {api}")]
    Api { line: i64, api: String },
    #[error("line {line}: {calls} is no number of calls from 1 to 1,000,000,000")]
    Calls { line: i64, calls: String },
    #[error("line {line}: the reason is missing or too long")]
    Reason { line: i64 },
    #[error("line {line}: it names the same account and API as line {first}")]
    Twice { line: i64, first: i64 },
}

/// Reads a file.
///
/// # Errors
/// All that is wrong with it, up to [`MOST_PROBLEMS`].
pub fn read(
    bytes: &[u8],
    is_api: impl Fn(&str) -> bool,
) -> Result<Vec<WrittenLine>, Vec<FileProblem>> {
    if bytes.len() > MOST_BYTES {
        return Err(vec![FileProblem::TooLarge]);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| vec![FileProblem::NotText])?;
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().next().unwrap_or_default();
    if head.trim().is_empty() {
        return Err(vec![FileProblem::Empty]);
    }
    // Spreadsheets of many countries write semicolons.
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|delimiter| head.bytes().filter(|byte| byte == delimiter).count())
        .unwrap_or(b',');
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let places = match records.next() {
        Some(Ok(head)) => places(&head).ok_or_else(|| vec![FileProblem::Columns])?,
        _ => return Err(vec![FileProblem::Columns]),
    };
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    let mut counted = Lines {
        text: text.as_bytes(),
        at: 0,
        line: 1,
    };
    for record in records {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(match error.kind() {
                    ErrorKind::Utf8 { .. } => FileProblem::NotText,
                    _ => FileProblem::Columns,
                });
                break;
            }
        };
        let start = record.position().map_or(0, csv::Position::byte);
        let line = counted.line_at(usize::try_from(start).unwrap_or(usize::MAX));
        if lines.len() >= MOST_LINES {
            return Err(vec![FileProblem::TooManyLines]);
        }
        match written(line, &record, places, &is_api) {
            Ok(written) => lines.push(written),
            Err(problem) => problems.push(problem),
        }
        if problems.len() >= MOST_PROBLEMS {
            break;
        }
    }
    if problems.is_empty() && lines.is_empty() {
        problems.push(FileProblem::Empty);
    }
    if problems.is_empty() {
        Ok(lines)
    } else {
        Err(problems)
    }
}

/// Lines that give to the same account and API: somebody's slip of the hand.
#[must_use]
pub fn twice(lines: &[NewLine]) -> Vec<FileProblem> {
    let mut first = HashMap::with_capacity(lines.len());
    let mut problems = Vec::new();
    for line in lines {
        match first.get(&(line.account, line.api)) {
            Some(first) => problems.push(FileProblem::Twice {
                line: line.line,
                first: *first,
            }),
            None => {
                first.insert((line.account, line.api), line.line);
            }
        }
    }
    problems.truncate(MOST_PROBLEMS);
    problems
}

/// Counts the lines of a text up to places that only grow.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: i64,
}

impl Lines<'_> {
    /// The line of a record that begins there, or behind the end of the line there.
    fn line_at(&mut self, start: usize) -> i64 {
        let start = start.min(self.text.len());
        let ends = self.text[start..]
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let until = start + ends.count();
        let passed = self.text[self.at..until].split(|byte| *byte == b'\n');
        self.line += i64::try_from(passed.count() - 1).unwrap_or(0);
        self.at = until;
        self.line
    }
}

/// Where the columns stand; nothing, if they are not these four.
fn places(head: &StringRecord) -> Option<[usize; 4]> {
    if head.len() != COLUMNS.len() {
        return None;
    }
    let place = |name: &str| {
        head.iter()
            .position(|column| column.eq_ignore_ascii_case(name))
    };
    let [account, api, calls, reason] = COLUMNS.map(place);
    Some([account?, api?, calls?, reason?])
}

fn written(
    line: i64,
    record: &StringRecord,
    places: [usize; 4],
    is_api: impl Fn(&str) -> bool,
) -> Result<WrittenLine, FileProblem> {
    if record.len() != COLUMNS.len() {
        let found = i64::try_from(record.len()).unwrap_or(i64::MAX);
        return Err(FileProblem::Fields { line, found });
    }
    let [account, api, calls, reason] = places.map(|place| record.get(place).unwrap_or_default());
    let shown = |text: &str| text.chars().take(80).collect::<String>();
    if account.is_empty() {
        return Err(FileProblem::Account {
            line,
            account: "–".into(),
        });
    }
    if !is_api(api) {
        return Err(FileProblem::Api {
            line,
            api: shown(api),
        });
    }
    let calls = match calls.parse::<i64>() {
        Ok(number) if (1..=MOST_CALLS).contains(&number) => number,
        _ => {
            return Err(FileProblem::Calls {
                line,
                calls: shown(calls),
            });
        }
    };
    let reason = accounts::name("reason", reason, REASON_LENGTH)
        .map_err(|_| FileProblem::Reason { line })?;
    Ok(WrittenLine {
        line,
        account: account.to_owned(),
        api: api.to_owned(),
        calls,
        reason,
    })
}

/// A list that was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    pub public_id: String,
    pub created_at: Millis,
    pub confirmed_at: Option<Millis>,
    pub lines: i64,
    /// Lines that are given.
    pub given: i64,
    pub accounts: i64,
    pub calls: i64,
    /// When the same file was confirmed before.
    pub same_at: Option<Millis>,
}

/// A line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkLine {
    pub line: i64,
    pub account: AccountId,
    pub account_public_id: String,
    pub account_email: String,
    pub api: ApiId,
    pub calls: i64,
    pub reason: String,
    pub given: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<WrittenLine>, Vec<FileProblem>> {
        read(text.as_bytes(), |api| api == "addMessage")
    }

    #[test]
    fn columns_come_in_any_order_with_the_marks_of_any_spreadsheet() {
        let lines = read_text(
            "\u{feff}Calls;Reason;Account;API\r\n100;\"Sorry; really\";ann@example.com;addMessage\r\n",
        )
        .unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].line, 2);
        assert_eq!(lines[0].account, "ann@example.com");
        assert_eq!((lines[0].calls, &*lines[0].reason), (100, "Sorry; really"));
    }

    #[test]
    fn what_is_wrong_is_said_by_line() {
        let head = "account,api,calls,reason\n";
        for (text, problem) in [
            ("", FileProblem::Empty),
            (head, FileProblem::Empty),
            ("account,calls\n", FileProblem::Columns),
            ("account,account,api,calls\n", FileProblem::Columns),
            ("account,api,calls,reason,more\n", FileProblem::Columns),
        ] {
            assert_eq!(read_text(text), Err(vec![problem]), "{text}");
        }
        let calls = |calls: &str| FileProblem::Calls {
            line: 2,
            calls: calls.into(),
        };
        for (line, problem) in [
            ("a,addMessage,-5,x", calls("-5")),
            ("a,addMessage,0,x", calls("0")),
            ("a,addMessage,1.5,x", calls("1.5")),
            ("a,addMessage,,x", calls("")),
            (
                "a,addMessage,1000000000000000000,x",
                calls("1000000000000000000"),
            ),
            ("a,addMessage,5,", FileProblem::Reason { line: 2 }),
            (
                "a,other,5,x",
                FileProblem::Api {
                    line: 2,
                    api: "other".into(),
                },
            ),
            ("a,addMessage,5", FileProblem::Fields { line: 2, found: 3 }),
        ] {
            assert_eq!(read_text(&format!("{head}{line}\n")), Err(vec![problem]));
        }
        let many = format!("{head}{}", "a,addMessage,-1,x\n".repeat(100));
        assert_eq!(read_text(&many).unwrap_err().len(), MOST_PROBLEMS);
        let long = format!("{head}{}", "a,addMessage,1,x\n".repeat(MOST_LINES + 1));
        assert_eq!(read_text(&long), Err(vec![FileProblem::TooManyLines]));
        let large = vec![b'a'; MOST_BYTES + 1];
        assert_eq!(read(&large, |_| true), Err(vec![FileProblem::TooLarge]));
        assert_eq!(
            read(b"account\xff", |_| true),
            Err(vec![FileProblem::NotText])
        );
    }

    #[test]
    fn the_same_account_and_api_twice_is_a_slip() {
        let line = |line, account, api| NewLine {
            line,
            account: AccountId(account),
            api: ApiId(api),
            calls: 1,
            reason: "x".into(),
        };
        assert_eq!(
            twice(&[line(2, 1, 1), line(3, 1, 2), line(4, 1, 1)]),
            [FileProblem::Twice { line: 4, first: 2 }]
        );
    }
}
