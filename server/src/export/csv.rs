//! Comma-separated values, by RFC 4180.

use super::{Cell, ExportError, Row};
use csv::{Terminator, WriterBuilder};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Rows, after the head of the file if they are its first.
pub(super) fn rows(
    head: Option<(bool, &Vec<String>)>,
    rows: Vec<Row>,
) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    if let Some((true, _)) = head {
        bytes.extend(BYTE_ORDER_MARK);
    }
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(bytes);
    if let Some((_, columns)) = head {
        writer.write_record(columns)?;
    }
    for row in rows {
        writer.write_record(row.into_iter().map(text))?;
    }
    Ok(writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))?)
}

fn text(cell: Cell) -> String {
    match cell {
        Cell::Text(text) => safe(text),
        Cell::Number(number) => number.to_string(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Empty => String::new(),
    }
}

/// A text that a spreadsheet would take for a formula, with a mark that it is a
/// text. Names and ids of end users are whatever others chose them to be.
fn safe(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}
