//! Ours beside an opponent's: a row of the table of ratios.

use crate::report::Report;
use serde_json::json;

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
        self.keep(json!({
            "name": name, "opponent": opponent, "unit": unit, "ours": ours, "theirs": theirs,
            "ratio": ratio, "goal": goal,
        }));
    }
}
