//! The drawn part of a chart: a bar for every day and two grid lines, in a
//! box that stretches with the page. Labels, tooltips and colours are the page's.

use plotters::prelude::*;

/// A drawing, and what its upper edge stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plot {
    /// An `<svg>` element without text; safe to inline. Its shapes carry the
    /// classes `plot-charged`, `plot-failed` and `plot-grid`.
    pub svg: String,
    /// Value at the upper edge of the box; the lower edge is zero. Even, at least 2.
    pub top: i64,
}

/// Height of the box, in its own units.
const HEIGHT: i32 = 400;
/// Width that a box of few days is about to have, in its own units.
const WIDTH: i32 = 1_000;
/// Widest bar: a single day is no wall.
const WIDEST_BAR: i32 = 64;
/// Least height of a day that is not zero, so that one call among thousands shows.
const LEAST_BAR: i32 = 3;
/// From so many days on, bars stand side by side: gaps would be thinner than a pixel.
const DAYS_WITHOUT_GAPS: i32 = 150;

// The drawing library writes colours; the page wants classes. Each of these
// stands for one.
const CHARGED: RGBColor = RGBColor(1, 0, 0);
const FAILED: RGBColor = RGBColor(2, 0, 0);
const GRID: RGBColor = RGBColor(3, 0, 0);

/// Draws the days, oldest first: calls charged below, failed ones on top.
#[must_use]
pub fn plot(days: &[(i64, i64)]) -> Plot {
    let highest = days
        .iter()
        .map(|&(charged, failed)| charged.max(0).saturating_add(failed.max(0)));
    let top = nice_top(highest.max().unwrap_or(0));
    let columns = Columns::of(days.len());
    let size = (columns.width().unsigned_abs(), HEIGHT.unsigned_abs());
    let mut drawn = String::new();
    {
        let area = SVGBackend::with_string(&mut drawn, size).into_drawing_area();
        // Writing into a string cannot fail; a drawing that did would be an empty box.
        let _ = draw(&area, &columns, days, top);
        let _ = area.present();
    }
    Plot {
        svg: with_classes(&drawn, size),
        top,
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Drawn<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

fn draw<'a>(area: &Area<'a>, columns: &Columns, days: &[(i64, i64)], top: i64) -> Drawn<'a> {
    // Where the page's labels stand: at the top, and half way.
    for y in [0, HEIGHT / 2] {
        area.draw(&PathElement::new([(0, y), (columns.width(), y)], GRID))?;
    }
    for (place, &(charged, failed)) in (0..).zip(days) {
        let (left, right) = columns.bar(place);
        let (charged, failed) = heights(charged, failed, top);
        let middle = HEIGHT - charged;
        if charged > 0 {
            area.draw(&Rectangle::new(
                [(left, middle), (right, HEIGHT)],
                CHARGED.filled(),
            ))?;
        }
        if failed > 0 {
            area.draw(&Rectangle::new(
                [(left, middle - failed), (right, middle)],
                FAILED.filled(),
            ))?;
        }
    }
    Ok(())
}

/// Where bars stand. Columns have equal widths and fill the box, so a page that
/// divides its own width by the days lies exactly over them.
struct Columns {
    count: i32,
    /// Width of a column.
    column: i32,
    /// Width of a bar, in the middle of its column.
    bar: i32,
}

impl Columns {
    fn of(days: usize) -> Self {
        let count = i32::try_from(days).unwrap_or(i32::MAX).clamp(1, 100_000);
        let column = (WIDTH / count).max(10);
        let gap = if count < DAYS_WITHOUT_GAPS {
            (column * 3 / 10).max(2)
        } else {
            0
        };
        Self {
            count,
            column,
            bar: (column - gap).min(WIDEST_BAR),
        }
    }

    const fn width(&self) -> i32 {
        self.count * self.column
    }

    /// Left and right edge of a day's bar.
    const fn bar(&self, place: i32) -> (i32, i32) {
        let left = place * self.column + (self.column - self.bar) / 2;
        (left, left + self.bar)
    }
}

/// Heights of the two parts of a bar. Together they never leave the box.
fn heights(charged: i64, failed: i64, top: i64) -> (i32, i32) {
    let height = |value: i64| match value {
        ..=0 => 0,
        // `value` is at most `top`, so the result is at most `HEIGHT`.
        _ => i32::try_from(i128::from(value) * i128::from(HEIGHT) / i128::from(top))
            .unwrap_or(HEIGHT)
            .max(LEAST_BAR),
    };
    let failed = height(failed);
    (height(charged).min(HEIGHT - failed), failed)
}

/// Upper edges that are easy to read and to halve: each × 1, 10, 100, …
const NICE: [i64; 9] = [10, 12, 16, 20, 30, 40, 50, 60, 80];

/// The first easy number that is not below `highest`.
fn nice_top(highest: i64) -> i64 {
    if let Some(top) = [2, 4, 6, 8].into_iter().find(|&top| top >= highest) {
        return top;
    }
    let scales = std::iter::successors(Some(1_i64), |scale| scale.checked_mul(10));
    scales
        .flat_map(|scale| NICE.iter().filter_map(move |nice| nice.checked_mul(scale)))
        .find(|&top| top >= highest)
        .unwrap_or(i64::MAX - 1)
}

/// The library's drawing as the page wants it: classes for colours, and a box
/// that stretches.
fn with_classes(drawn: &str, (width, height): (u32, u32)) -> String {
    let shapes = drawn.split_once('>').map_or("", |(_, shapes)| shapes);
    let mut svg = format!(
        r#"<svg class="plot" viewBox="0 0 {width} {height}" preserveAspectRatio="none" shape-rendering="crispEdges" aria-hidden="true">"#
    );
    svg.push_str(
        &shapes
            .replace('\n', "")
            .replace(
                r##" opacity="1" fill="#010000" stroke="none""##,
                r#" class="plot-charged""#,
            )
            .replace(
                r##" opacity="1" fill="#020000" stroke="none""##,
                r#" class="plot-failed""#,
            )
            .replace(
                r##" opacity="1" stroke="#030000" stroke-width="1""##,
                r#" class="plot-grid" vector-effect="non-scaling-stroke""#,
            ),
    );
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(count: i64) -> Vec<(i64, i64)> {
        (0..count).map(|day| (day % 7 * 13, day % 5)).collect()
    }

    /// The numbers of one attribute over all rectangles.
    fn numbers(svg: &str, attribute: &str) -> Vec<i32> {
        svg.split("<rect")
            .skip(1)
            .filter_map(|rect| rect.split_once(&format!(" {attribute}=\"")))
            .filter_map(|(_, rest)| rest.split('"').next()?.parse().ok())
            .collect()
    }

    #[test]
    fn every_number_that_is_not_zero_has_a_bar() {
        for count in [0, 1, 7, 30, 90, 366] {
            let days = days(count);
            let svg = plot(&days).svg;
            let charged = days.iter().filter(|day| day.0 > 0).count();
            let failed = days.iter().filter(|day| day.1 > 0).count();
            assert_eq!(
                svg.matches(r#"class="plot-charged""#).count(),
                charged,
                "{count} days"
            );
            assert_eq!(
                svg.matches(r#"class="plot-failed""#).count(),
                failed,
                "{count} days"
            );
            assert_eq!(
                svg.matches("<rect").count(),
                charged + failed,
                "{count} days"
            );
        }
    }

    #[test]
    fn the_drawing_is_one_element_that_the_page_can_style() {
        let svg = plot(&days(30)).svg;
        assert!(
            svg.starts_with(r#"<svg class="plot" viewBox="0 0 990 400" preserve"#),
            "{svg}"
        );
        assert!(svg.ends_with("</svg>"), "{svg}");
        assert_eq!(svg.matches("plot-grid").count(), 2);
        for unwanted in [
            "style=", "<text", "<?xml", "xmlns", "#0", "opacity", "stroke=", "\n",
        ] {
            assert!(!svg.contains(unwanted), "{unwanted} in {svg}");
        }
    }

    #[test]
    fn the_upper_edge_is_even_easy_and_not_below_the_highest_day() {
        let table = [
            (0, 2),
            (1, 2),
            (2, 2),
            (3, 4),
            (5, 6),
            (7, 8),
            (9, 10),
            (11, 12),
            (13, 16),
            (17, 20),
            (21, 30),
            (31, 40),
            (49, 50),
            (61, 80),
            (81, 100),
            (101, 120),
            (742, 800),
            (1_001, 1_200),
            (999_999, 1_000_000),
            (i64::MAX, i64::MAX - 1),
        ];
        for (highest, top) in table {
            assert_eq!(plot(&[(highest, 0)]).top, top, "{highest}");
            assert_eq!(top % 2, 0);
        }
        assert_eq!(plot(&[(60, 70), (100, 0)]).top, 160, "stacked");
        assert_eq!(plot(&[]).top, 2);
    }

    #[test]
    fn bars_stay_in_the_box_and_their_parts_touch() {
        for days in [
            vec![(1, 9_999), (9_999, 1), (1, 1)],
            vec![(10, 0)],
            vec![(i64::MAX, i64::MAX)],
        ] {
            let svg = plot(&days).svg;
            let (ys, heights) = (numbers(&svg, "y"), numbers(&svg, "height"));
            assert_eq!(ys.len(), heights.len());
            for (y, height) in ys.iter().zip(&heights) {
                assert!(*y >= 0 && *height > 0 && y + height <= HEIGHT, "{svg}");
            }
        }
        // The whole height stands for the upper edge.
        assert_eq!(numbers(&plot(&[(10, 0)]).svg, "height"), [HEIGHT]);
        assert_eq!(numbers(&plot(&[(5, 5)]).svg, "y"), [HEIGHT / 2, 0]);
    }

    #[test]
    fn bars_keep_their_gaps_and_their_columns() {
        for count in [1, 7, 30, 90, 366] {
            let columns = Columns::of(count);
            for place in 0..columns.count {
                let (left, right) = columns.bar(place);
                assert!(left >= place * columns.column && right <= (place + 1) * columns.column);
            }
            let gap = columns.column - columns.bar;
            assert_eq!(gap > 0, columns.count < DAYS_WITHOUT_GAPS, "{count} days");
        }
    }
}
