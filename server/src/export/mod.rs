//! Tables as files: CSV and JSON, piece by piece, so that a file of any length
//! needs the memory of one piece (`product.md` §5).

mod csv;
mod json;

/// The kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180 in UTF-8; with a byte order mark if asked for, which some
    /// spreadsheets need to see that it is UTF-8.
    Csv { bom: bool },
    /// An array of objects.
    Json,
}

impl Format {
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv { .. } => "csv",
            Self::Json => "json",
        }
    }

    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv { .. } => "text/csv; charset=utf-8; header=present",
            Self::Json => "application/json",
        }
    }
}

/// A value of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    Number(i64),
    Flag(bool),
    Empty,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// A row: as many cells as there are columns.
pub type Row = Vec<Cell>;

/// A row could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Csv(#[from] ::csv::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// Writes one file.
#[derive(Debug)]
pub struct Encoder {
    format: Format,
    columns: Vec<String>,
    /// Whether something was written.
    begun: bool,
}

impl Encoder {
    #[must_use]
    pub const fn new(format: Format, columns: Vec<String>) -> Self {
        Self {
            format,
            columns,
            begun: false,
        }
    }

    /// The next piece of the file.
    pub fn rows(&mut self, rows: Vec<Row>) -> Result<Vec<u8>, ExportError> {
        let begins = !self.begun;
        // A JSON file without rows begins at its end.
        self.begun |= !rows.is_empty() || matches!(self.format, Format::Csv { .. });
        match self.format {
            Format::Csv { bom } => csv::rows(begins.then_some((bom, &self.columns)), rows),
            Format::Json => json::rows(begins, &self.columns, rows),
        }
    }

    /// The last piece.
    #[must_use]
    pub fn end(self) -> Vec<u8> {
        match (self.format, self.begun) {
            (Format::Csv { .. }, _) => Vec::new(),
            (Format::Json, true) => b"\n]\n".to_vec(),
            (Format::Json, false) => b"[]\n".to_vec(),
        }
    }
}

#[cfg(test)]
mod tests;
