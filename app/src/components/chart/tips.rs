//! A transparent column for each bucket that shows its numbers while pointed at.

use super::{escaped, labels::Labels, legend::name, percent};
use crate::{
    i18n::{Texts, grouped},
    view::{Series, Totals},
};
use std::fmt::Write;

/// Up to so many buckets a tooltip is drawn for each; beyond, the browser's own serves.
const MOST_DRAWN: usize = 92;
/// Sizes of a drawn tooltip, in CSS pixels.
const WIDTH: usize = 196;
const LINE: usize = 18;
/// Letters of a name that fit.
const LETTERS: usize = 20;

/// A line: class of its mark, what it is about, and how many.
struct Line<'a> {
    tone: Option<&'static str>,
    name: &'a str,
    calls: i64,
}

/// All tooltips, as the inside of an `<svg>`.
pub(super) fn tips(texts: Texts, series: &Series, labels: &Labels) -> String {
    let count = series.buckets.len();
    let width = percent(1, count, false);
    let names: Vec<(String, &'static str)> = series
        .groups
        .iter()
        .map(|group| (short(&name(texts, &group.name)), group.tone.class()))
        .collect();
    let all = texts.text("usage-requests");
    let before = texts.text("column-previous");
    let mut svg = String::new();
    for (place, (bucket, when)) in series.buckets.iter().zip(&labels.full).enumerate() {
        // From the top of the bar down, as it is seen.
        let mut lines: Vec<Line> = names
            .iter()
            .zip(&bucket.parts)
            .filter(|(_, calls)| **calls > 0)
            .map(|((name, tone), calls)| Line {
                tone: Some(tone),
                name,
                calls: *calls,
            })
            .rev()
            .collect();
        let plain = |name, calls| Line {
            tone: None,
            name,
            calls,
        };
        if lines.len() != 1 {
            lines.push(plain(&all, bucket.totals.requests()));
        }
        if let Some(previous) = bucket.previous {
            lines.push(plain(&before, Totals::requests(previous)));
        }
        let x = percent(place, count, false);
        let column = format!(r#"<rect class="tip-column" x="{x}" width="{width}" height="100%">"#);
        if count > MOST_DRAWN {
            let text: Vec<String> = lines
                .iter()
                .map(|line| format!("{}: {}", escaped(line.name), grouped(line.calls)))
                .collect();
            let _ = write!(
                svg,
                "{column}<title>{}\n{}</title></rect>",
                escaped(when),
                text.join("\n")
            );
        } else {
            let _ = write!(svg, r#"<g class="tip-day">{column}</rect>"#);
            drawn(&mut svg, place, count, when, &lines);
            svg.push_str("</g>");
        }
    }
    svg
}

fn drawn(svg: &mut String, place: usize, count: usize, when: &str, lines: &[Line]) {
    // Right of the middle the tooltip opens to the left.
    let left: i64 = if place * 2 < count { 10 } else { -206 };
    let (text, mark, number) = (left + 26, left + 12, left + 184);
    let x = percent(place, count, true);
    let height = 36 + LINE * lines.len();
    let _ = write!(
        svg,
        r#"<svg class="tip" x="{x}" y="4" overflow="visible"><rect class="tip-ground" x="{left}" width="{WIDTH}" height="{height}" rx="6"/><text class="tip-when" x="{mark}" y="21">{}</text>"#,
        escaped(when)
    );
    for (row, line) in lines.iter().enumerate() {
        let y = 42 + LINE * row;
        if let Some(tone) = line.tone {
            let _ = write!(
                svg,
                r#"<rect class="tip-mark {tone}" x="{mark}" y="{}" width="8" height="8" rx="2"/>"#,
                y - 8
            );
        }
        let _ = write!(
            svg,
            r#"<text x="{text}" y="{y}">{}</text><text class="tip-number" x="{number}" y="{y}">{}</text>"#,
            escaped(line.name),
            grouped(line.calls)
        );
    }
    svg.push_str("</svg>");
}

/// As much of a name as fits.
fn short(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(LETTERS - 1).collect();
    short.push('…');
    short
}
