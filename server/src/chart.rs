//! The drawn part of a chart: bars, two grid lines, and an outline of the period
//! before, in a box that stretches with the page. Labels, tooltips and colours are the page's.

use plotters::prelude::*;

/// A drawing, and what its upper edge stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plot {
    /// An `<svg>` element without text; safe to inline. Its bars carry the class
    /// `bar` and their own, its lines `plot-grid`, and the period before
    /// `plot-previous`.
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
// stands for one, and parts of bars for theirs by place.
const GRID: RGBColor = RGBColor(0, 0, 1);
const PREVIOUS: RGBColor = RGBColor(0, 0, 2);

/// The colour that stands for the class at a place.
fn part_colour(place: usize) -> RGBColor {
    RGBColor(u8::try_from(place + 1).unwrap_or(u8::MAX), 0, 0)
}

/// Draws the bars, oldest first. Each has a part for each of `classes`, from the
/// bottom up. `previous` has the heights of the period before, or is empty.
#[must_use]
pub fn plot(bars: &[&[i64]], classes: &[&str], previous: &[i64]) -> Plot {
    let sums = bars.iter().map(|bar| sum(bar));
    let top = nice_top(sums.chain(previous.iter().copied()).max().unwrap_or(0));
    let columns = Columns::of(bars.len());
    let size = (columns.width().unsigned_abs(), HEIGHT.unsigned_abs());
    let mut drawn = String::new();
    {
        let area = SVGBackend::with_string(&mut drawn, size).into_drawing_area();
        // Writing into a string cannot fail; a drawing that did would be an empty box.
        let _ = draw(&area, &columns, bars, previous, top);
        let _ = area.present();
    }
    Plot {
        svg: with_classes(&drawn, size, classes),
        top,
    }
}

fn sum(parts: &[i64]) -> i64 {
    parts
        .iter()
        .fold(0, |sum: i64, part| sum.saturating_add((*part).max(0)))
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Drawn<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

fn draw<'a>(
    area: &Area<'a>,
    columns: &Columns,
    bars: &[&[i64]],
    previous: &[i64],
    top: i64,
) -> Drawn<'a> {
    // Where the page's labels stand: at the top, and half way.
    for y in [0, HEIGHT / 2] {
        area.draw(&PathElement::new([(0, y), (columns.width(), y)], GRID))?;
    }
    for (place, bar) in (0..).zip(bars) {
        let (left, right) = columns.bar(place);
        let mut lower = HEIGHT;
        for (part, height) in heights(bar, top).into_iter().enumerate() {
            if height > 0 {
                let upper = lower - height;
                area.draw(&Rectangle::new(
                    [(left, upper), (right, lower)],
                    part_colour(part).filled(),
                ))?;
                lower = upper;
            }
        }
    }
    if !previous.is_empty() {
        area.draw(&PathElement::new(steps(columns, previous, top), PREVIOUS))?;
    }
    Ok(())
}

/// An outline over whole columns, a step for each.
fn steps(columns: &Columns, values: &[i64], top: i64) -> Vec<(i32, i32)> {
    (0..)
        .zip(values)
        .flat_map(|(place, &value)| {
            let y = HEIGHT - height(value, top);
            [
                (place * columns.column, y),
                ((place + 1) * columns.column, y),
            ]
        })
        .collect()
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

/// Height of a value that is at most `top`: never nothing if it is not zero.
fn height(value: i64, top: i64) -> i32 {
    if value <= 0 {
        return 0;
    }
    i32::try_from(i128::from(value) * i128::from(HEIGHT) / i128::from(top))
        .unwrap_or(HEIGHT)
        .clamp(LEAST_BAR, HEIGHT)
}

/// Heights of the parts of a bar. Together they never leave the box: the largest
/// gives way to the least heights of others.
fn heights(parts: &[i64], top: i64) -> Vec<i32> {
    let mut heights: Vec<i32> = parts.iter().map(|part| height(*part, top)).collect();
    let mut over = heights.iter().sum::<i32>() - HEIGHT;
    while over > 0 {
        let Some(largest) = heights.iter_mut().max().filter(|largest| **largest > 1) else {
            break;
        };
        let gives = over.min(*largest / 2);
        *largest -= gives;
        over -= gives;
    }
    heights
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
fn with_classes(drawn: &str, (width, height): (u32, u32), classes: &[&str]) -> String {
    let shapes = drawn.split_once('>').map_or("", |(_, shapes)| shapes);
    let mut shapes = shapes.replace('\n', "");
    for (place, class) in classes.iter().enumerate() {
        let RGBColor(red, ..) = part_colour(place);
        shapes = shapes.replace(
            &format!(r##" opacity="1" fill="#{red:02X}0000" stroke="none""##),
            &format!(r#" class="bar {class}""#),
        );
    }
    for (colour, class) in [("000001", "plot-grid"), ("000002", "plot-previous")] {
        shapes = shapes.replace(
            &format!(r##" opacity="1" stroke="#{colour}" stroke-width="1""##),
            &format!(r#" class="{class}" vector-effect="non-scaling-stroke""#),
        );
    }
    format!(
        r#"<svg class="plot" viewBox="0 0 {width} {height}" preserveAspectRatio="none" shape-rendering="crispEdges" aria-hidden="true">{shapes}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSES: [&str; 2] = ["tone-charged", "tone-failed"];

    fn days(count: i64) -> Vec<[i64; 2]> {
        (0..count).map(|day| [day % 7 * 13, day % 5]).collect()
    }

    fn drawn(days: &[[i64; 2]]) -> Plot {
        let bars: Vec<&[i64]> = days.iter().map(<[i64; 2]>::as_slice).collect();
        plot(&bars, &CLASSES, &[])
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
            let svg = drawn(&days).svg;
            let charged = days.iter().filter(|day| day[0] > 0).count();
            let failed = days.iter().filter(|day| day[1] > 0).count();
            assert_eq!(
                svg.matches(r#"class="bar tone-charged""#).count(),
                charged,
                "{count} days"
            );
            assert_eq!(
                svg.matches(r#"class="bar tone-failed""#).count(),
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
        let svg = drawn(&days(30)).svg;
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
            assert_eq!(drawn(&[[highest, 0]]).top, top, "{highest}");
            assert_eq!(top % 2, 0);
        }
        assert_eq!(drawn(&[[60, 70], [100, 0]]).top, 160, "stacked");
        assert_eq!(drawn(&[]).top, 2);
        assert_eq!(plot(&[&[3]], &CLASSES, &[70]).top, 80, "the period before");
    }

    #[test]
    fn bars_stay_in_the_box_and_their_parts_touch() {
        for days in [
            vec![[1, 9_999], [9_999, 1], [1, 1]],
            vec![[10, 0]],
            vec![[i64::MAX, i64::MAX]],
        ] {
            let svg = drawn(&days).svg;
            let (ys, heights) = (numbers(&svg, "y"), numbers(&svg, "height"));
            assert_eq!(ys.len(), heights.len());
            for (y, height) in ys.iter().zip(&heights) {
                assert!(*y >= 0 && *height > 0 && y + height <= HEIGHT, "{svg}");
            }
        }
        // The whole height stands for the upper edge.
        assert_eq!(numbers(&drawn(&[[10, 0]]).svg, "height"), [HEIGHT]);
        assert_eq!(numbers(&drawn(&[[5, 5]]).svg, "y"), [HEIGHT / 2, 0]);
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

    #[test]
    fn small_parts_of_a_full_bar_show_and_the_bar_stays_in_the_box() {
        let bar = [1, 1, 1, 1, 1, 1, 1, 1, 9_992];
        let found = heights(&bar, 10_000);
        assert!(found.iter().all(|height| *height >= LEAST_BAR), "{found:?}");
        assert_eq!(found.iter().sum::<i32>(), HEIGHT);
    }

    #[test]
    fn the_period_before_is_an_outline_over_whole_columns() {
        let bars: [&[i64]; 2] = [&[10], &[5]];
        let svg = plot(&bars, &CLASSES, &[5, 0]).svg;
        assert_eq!(svg.matches(r#"class="plot-previous""#).count(), 1, "{svg}");
        assert!(svg.contains("0,200 500,200 500,400 1000,400"), "{svg}");
        assert!(!plot(&bars, &CLASSES, &[]).svg.contains("plot-previous"));
    }
}
