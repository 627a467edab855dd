//! The table of ratios.

use serde_json::{Value, json};

#[derive(Default)]
pub struct Report {
    rows: Vec<Value>,
}

/// One comparison: rounds of ours beside rounds of the opponent's.
pub struct Comparison<'a> {
    pub name: &'a str,
    pub opponent: &'a str,
    pub unit: &'a str,
    pub ours: Vec<f64>,
    pub theirs: Vec<f64>,
    /// The ratio to reach, if there is one: at least this.
    pub goal: Option<f64>,
}

/// The middle one.
pub fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Report {
    pub fn compare(&mut self, comparison: Comparison<'_>) {
        let Comparison {
            name,
            opponent,
            unit,
            ours,
            theirs,
            goal,
        } = comparison;
        let ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(a, b)| a / b).collect();
        let (a, b, ratio) = (median(&ours), median(&theirs), median(&ratios));
        let verdict = match goal {
            Some(goal) if ratio >= goal => format!("ok, at least {goal}"),
            Some(goal) => format!("UNDER {goal}"),
            None => String::new(),
        };
        println!(
            "{name:<44} {a:>10.0} {unit}   {opponent:<40} {b:>10.0}   ratio {ratio:>6.2}  {verdict}"
        );
        self.rows.push(json!({
            "name": name, "opponent": opponent, "unit": unit, "ours": ours, "theirs": theirs,
            "ratio": ratio, "goal": goal,
        }));
    }

    /// A figure without an opponent.
    pub fn note(&mut self, name: &str, value: f64, unit: &str) {
        println!("{name:<44} {value:>10.2} {unit}");
        self.rows
            .push(json!({ "name": name, "value": value, "unit": unit }));
    }

    /// Writes the table down. What this run did not measure stays as it was.
    pub fn finish(self) {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("calls.json");
        let before = std::fs::read(&path).unwrap_or_default();
        let before: Vec<Value> = serde_json::from_slice(&before).unwrap_or_default();
        let name = |row: &Value| (row["name"].clone(), row["opponent"].clone());
        let measured = |row: &Value| self.rows.iter().any(|new| name(new) == name(row));
        let mut rows: Vec<_> = before.into_iter().filter(|row| !measured(row)).collect();
        rows.extend(self.rows.iter().cloned());
        std::fs::write(path, serde_json::to_string_pretty(&rows).unwrap()).unwrap();
    }
}
