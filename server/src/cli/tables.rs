//! What the admin API answered, as a person reads it in a terminal.

use serde_json::Value;

/// Rows in columns as wide as what stands in them. Nothing is cut: a list is also
/// read by `grep` and `awk`.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = head.iter().map(|word| width(word)).collect();
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    let mut text = line(head.iter().copied(), &widths);
    for row in rows {
        text.push_str(&line(row.iter().map(String::as_str), &widths));
    }
    text
}

fn line<'a>(cells: impl Iterator<Item = &'a str>, widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, widest) in cells.zip(widths) {
        line.push_str(cell);
        line.extend(std::iter::repeat_n(' ', widest - width(cell) + 2));
    }
    format!("{}\n", line.trim_end())
}

/// Columns of a terminal: characters of Chinese, Japanese and Korean take two.
fn width(text: &str) -> usize {
    let wide = |c: char| matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{1faff}');
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

/// A field as text; `–` if it is not there. What would move the cursor or start a
/// line of its own is left out: names are strangers' words.
pub(super) fn cell(of: &Value, field: &str) -> String {
    let text = match &of[field] {
        Value::Null => return "–".into(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.chars().filter(|c| !c.is_control()).collect()
}

/// The day of an instant.
pub(super) fn day(of: &Value, field: &str) -> String {
    cell(of, field).chars().take(10).collect()
}

/// The objects of a list.
pub(super) fn items<'a>(of: &'a Value, field: &str) -> &'a [Value] {
    of[field].as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_stand_below_each_other_whatever_the_script() {
        let rows = vec![
            vec!["小明".to_owned(), "1".to_owned()],
            vec!["Ann Lee".to_owned(), "2".to_owned()],
        ];
        let shown = table(&["NAME", "CALLS"], &rows);
        assert_eq!(shown, "NAME     CALLS\n小明     1\nAnn Lee  2\n");
    }

    #[test]
    fn names_do_not_move_the_cursor() {
        let row = json!({ "name": "A\u{1b}[2J\nB", "none": null });
        assert_eq!(cell(&row, "name"), "A[2JB");
        assert_eq!(cell(&row, "none"), "–");
    }
}
