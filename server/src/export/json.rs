//! An array of objects, one a line.

use super::{Cell, ExportError, Row};
use serde::Serializer as _;
use serde::ser::SerializeMap;

/// Rows, after the bracket that begins the file if they are its first.
pub(super) fn rows(
    begins: bool,
    columns: &[String],
    rows: Vec<Row>,
) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    for (place, row) in rows.into_iter().enumerate() {
        bytes.extend(if begins && place == 0 { b"[\n" } else { b",\n" });
        let mut json = serde_json::Serializer::new(&mut bytes);
        // Written as it comes: the columns keep their order.
        let mut object = json.serialize_map(Some(columns.len()))?;
        for (column, cell) in columns.iter().zip(row) {
            match cell {
                Cell::Text(text) => object.serialize_entry(column, &text)?,
                Cell::Number(number) => object.serialize_entry(column, &number)?,
                Cell::Flag(flag) => object.serialize_entry(column, &flag)?,
                Cell::Empty => object.serialize_entry(column, &())?,
            }
        }
        object.end()?;
    }
    Ok(bytes)
}
