//! A link as a QR code: one SVG element that is sharp at every size and takes
//! the colour of the text around it.

use fast_qr::QRBuilder;
use std::fmt::Write;

/// Light modules around the code, which scanners need.
const QUIET: usize = 4;

/// A link that no QR code can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the link is too long for a QR code: {bytes} bytes")]
pub struct QrError {
    /// Length of the link.
    pub bytes: usize,
}

/// Draws a link. Dark modules are `currentColor`; there is no background.
///
/// # Errors
/// The link is longer than the largest code can hold (about 2,300 bytes).
pub fn qr_svg(link: &str) -> Result<String, QrError> {
    let rows = modules(link)?;
    let side = rows.len() + 2 * QUIET;
    let mut path = String::new();
    for (y, row) in rows.iter().enumerate() {
        for (x, length) in runs(row) {
            let (x, y) = (x + QUIET, y + QUIET);
            // Writing into a string cannot fail.
            let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
        }
    }
    Ok(format!(
        r#"<svg viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path fill="currentColor" d="{path}"/></svg>"#
    ))
}

/// The code's rows from the top; true is dark.
fn modules(link: &str) -> Result<Vec<Vec<bool>>, QrError> {
    let code = QRBuilder::new(link)
        .build()
        .map_err(|_| QrError { bytes: link.len() })?;
    Ok((0..code.size)
        .map(|y| code[y].iter().map(|module| module.value()).collect())
        .collect())
}

/// Start and length of each run of dark modules in a row.
fn runs(row: &[bool]) -> Vec<(usize, usize)> {
    let mut start = 0;
    let mut runs = Vec::new();
    for run in row.chunk_by(PartialEq::eq) {
        if run[0] {
            runs.push((start, run.len()));
        }
        start += run.len();
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paints the path of the SVG: `side` × `side` modules, true is dark.
    fn painted(svg: &str) -> (usize, Vec<bool>) {
        let number = |text: &str| text.parse::<usize>().unwrap();
        let between = |from, to| svg.split_once(from).unwrap().1.split_once(to).unwrap().0;
        let side = number(between("viewBox=\"0 0 ", " "));
        let mut dark = vec![false; side * side];
        for run in between(" d=\"", "\"").split('M').skip(1) {
            let (at, rest) = run.split_once('h').unwrap();
            let (x, y) = at.split_once(' ').unwrap();
            let start = number(y) * side + number(x);
            dark[start..start + number(rest.split('v').next().unwrap())].fill(true);
        }
        (side, dark)
    }

    #[test]
    fn a_scanner_reads_the_link() {
        let long = format!("https://example.org/{}", "x".repeat(300));
        for link in [
            "https://discord.gg/Ab3dEf",
            "https://u.wechat.com/忆?a=1&b=%20",
            &long,
        ] {
            let (side, dark) = painted(&qr_svg(link).unwrap());
            let scale = 4;
            let mut image =
                rqrr::PreparedImage::prepare_from_bitmap(side * scale, side * scale, |x, y| {
                    dark[y / scale * side + x / scale]
                });
            let grids = image.detect_grids();
            assert_eq!(grids.len(), 1, "{link}");
            assert_eq!(grids[0].decode().unwrap().1, link);
        }
    }

    #[test]
    fn the_code_has_a_quiet_zone_on_every_side() {
        let (side, dark) = painted(&qr_svg("https://example.org").unwrap());
        for (place, _) in dark.iter().enumerate().filter(|(_, dark)| **dark) {
            for coordinate in [place / side, place % side] {
                assert!((QUIET..side - QUIET).contains(&coordinate));
            }
        }
        assert!(
            dark[QUIET * side + QUIET],
            "the finder pattern starts right after it"
        );
    }

    #[test]
    fn the_link_itself_is_not_in_the_markup() {
        let svg = qr_svg(r#"https://example.org/"><script>"#).unwrap();
        assert!(svg.starts_with(r#"<svg viewBox="0 0 "#) && svg.ends_with(r#""/></svg>"#));
        assert!(!svg.contains("script"));
    }

    #[test]
    fn a_link_that_no_code_can_hold_is_refused() {
        assert_eq!(qr_svg(&"x".repeat(5_000)), Err(QrError { bytes: 5_000 }));
    }
}
