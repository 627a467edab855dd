//! What a benchmark measured: printed as it comes, and written down at the end.

use serde_json::{Value, json};

pub struct Report {
    file: &'static str,
    rows: Vec<Value>,
}

impl Report {
    /// A table that is written to this file of `target/bench`.
    pub const fn new(file: &'static str) -> Self {
        Self {
            file,
            rows: Vec::new(),
        }
    }

    /// A row that was printed already; it has a `name`, and an `opponent` if it is a
    /// comparison.
    pub fn keep(&mut self, row: Value) {
        self.rows.push(row);
    }

    /// A figure without an opponent.
    pub fn note(&mut self, name: &str, value: f64, unit: &str) {
        println!("{name:<44} {value:>10.2} {unit}");
        self.keep(json!({ "name": name, "value": value, "unit": unit }));
    }

    /// Writes the table down. What this run did not measure stays as it was.
    pub fn finish(self) {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(self.file);
        let before = std::fs::read(&path).unwrap_or_default();
        let before: Vec<Value> = serde_json::from_slice(&before).unwrap_or_default();
        let name = |row: &Value| (row["name"].clone(), row["opponent"].clone());
        let measured = |row: &Value| self.rows.iter().any(|new| name(new) == name(row));
        let mut rows: Vec<_> = before.into_iter().filter(|row| !measured(row)).collect();
        rows.extend(self.rows.iter().cloned());
        std::fs::write(path, serde_json::to_string_pretty(&rows).unwrap()).unwrap();
    }
}
