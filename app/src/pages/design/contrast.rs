//! Which ink stands on which ground, and how well it must be seen there
//! (WCAG 2.2, 1.4.3 and 1.4.11). A token of a colour that is new comes in here:
//! a test fails for one that does not.

use super::tokens::{Token, colours, contrast};

/// What an ink is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Words, of any size.
    Text,
    /// Borders of fields, bars, dots, outlines: what is seen but not read.
    Mark,
    /// A part of a stacked bar, which is set apart from its neighbours by
    /// lightness. What it tells, the tooltip, the legend and the table beside
    /// the chart tell in figures, so 1.4.11 does not ask for more.
    Segment,
}

impl Use {
    /// The least contrast that this needs.
    #[must_use]
    pub const fn least(self) -> f64 {
        match self {
            Self::Text => 4.5,
            Self::Mark => 3.0,
            Self::Segment => 1.5,
        }
    }
}

/// An ink, what for, and the grounds that it is used on.
pub const PAIRS: &[(&str, Use, &[&str])] = &[
    ("ink", Use::Text, GROUNDS),
    ("ink-soft", Use::Text, GROUNDS),
    ("ink-faint", Use::Text, GROUNDS),
    // Words of the tooltip.
    ("paper", Use::Text, &["ink"]),
    ("accent", Use::Text, GROUNDS),
    ("accent", Use::Text, &["accent-soft"]),
    (
        "accent-ink",
        Use::Text,
        &["accent-ground", "accent-ground-hover"],
    ),
    ("warn", Use::Text, &["warn-soft", "card", "paper"]),
    ("bad", Use::Text, &["bad-soft", "card", "paper"]),
    ("line-strong", Use::Mark, &["card", "paper", "side"]),
    ("bad-mark", Use::Mark, &["card", "paper"]),
    ("warn-mark", Use::Mark, &["card", "paper"]),
    ("mark-charged", Use::Mark, &["card", "paper", "mark-track"]),
    ("mark-failed", Use::Mark, &["card", "paper"]),
    ("mark-rejected", Use::Mark, &["card", "paper"]),
    ("mark-blocked", Use::Mark, &["card", "paper"]),
    ("mark-unauthorised", Use::Mark, &["card", "paper"]),
    ("mark-fault", Use::Mark, &["card", "paper"]),
    ("mark-upstream", Use::Segment, &["card"]),
    ("mark-1", Use::Segment, &["card"]),
    ("mark-2", Use::Segment, &["card"]),
    ("mark-3", Use::Segment, &["card"]),
    ("mark-4", Use::Segment, &["card"]),
    ("mark-5", Use::Segment, &["card"]),
    ("mark-6", Use::Segment, &["card"]),
    ("mark-7", Use::Segment, &["card"]),
    ("mark-others", Use::Segment, &["card"]),
];

/// Where words of the page's own ink may stand.
const GROUNDS: &[&str] = &["paper", "side", "card", "sunk", "hover"];

/// Colours that tell nothing by themselves: hairlines between things that
/// stand apart anyway, and the empty part of a meter whose figure is beside it.
pub const ORNAMENT: &[&str] = &["line", "mark-track"];

/// The contrast of an ink on a ground, in light and in dark.
///
/// # Errors
/// The name that is no colour of the tokens.
pub fn of_pair<'a>(tokens: &[Token], ink: &'a str, ground: &'a str) -> Result<[f64; 2], &'a str> {
    let ink = colours(tokens, ink).ok_or(ink)?;
    let ground = colours(tokens, ground).ok_or(ground)?;
    Ok([contrast(ink[0], ground[0]), contrast(ink[1], ground[1])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::design::tokens::tokens;
    use crate::shell::THEME_COLOURS;
    use std::{collections::BTreeSet, fs, path::Path};

    #[test]
    fn every_ink_is_seen_on_its_grounds_in_both_themes() {
        let tokens = tokens();
        let mut wrong = Vec::new();
        for (ink, usage, grounds) in PAIRS {
            for ground in *grounds {
                match of_pair(&tokens, ink, ground) {
                    Err(unknown) => wrong.push(format!("{unknown} is no colour")),
                    Ok(ratios) => {
                        for (theme, ratio) in ["light", "dark"].iter().zip(ratios) {
                            if ratio < usage.least() {
                                let least = usage.least();
                                wrong.push(format!(
                                    "{ink} on {ground}, {theme}: {ratio:.2}, not {least}"
                                ));
                            }
                        }
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_pair_with_an_unknown_token_is_noticed() {
        assert_eq!(of_pair(&tokens(), "ink", "no-such"), Err("no-such"));
        assert_eq!(of_pair(&tokens(), "s4", "paper"), Err("s4"));
    }

    #[test]
    fn every_colour_has_its_pairs() {
        let tokens = tokens();
        let listed: BTreeSet<&str> = PAIRS
            .iter()
            .flat_map(|(ink, _, grounds)| grounds.iter().chain([ink]))
            .chain(ORNAMENT)
            .copied()
            .collect();
        let left_out: Vec<_> = tokens
            .iter()
            .filter(|token| colours(&tokens, &token.name).is_some())
            .filter(|token| !listed.contains(token.name.as_str()))
            .map(|token| &token.name)
            .collect();
        assert!(left_out.is_empty(), "not in PAIRS: {left_out:?}");
    }

    /// Name and text of every sheet.
    fn sheets() -> Vec<(String, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../style");
        fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "css"))
            .map(|path| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, fs::read_to_string(path).unwrap())
            })
            .collect()
    }

    #[test]
    fn sheets_use_tokens_that_exist() {
        let known: BTreeSet<String> = tokens().into_iter().map(|token| token.name).collect();
        for (name, sheet) in sheets() {
            for rest in sheet.split("var(--").skip(1) {
                let used = rest.split([',', ')']).next().unwrap().trim();
                // A property that the sheet sets for itself.
                let own = sheet.contains(&format!("--{used}:"));
                assert!(known.contains(used) || own, "{name}: no token {used}");
            }
        }
    }

    #[test]
    fn words_are_written_in_inks_that_are_checked_as_text() {
        let checked: BTreeSet<&str> = PAIRS
            .iter()
            .filter(|(_, usage, _)| *usage == Use::Text)
            .map(|(ink, ..)| *ink)
            .collect();
        for (name, sheet) in sheets() {
            for line in sheet.lines().map(str::trim) {
                let ink = line
                    .strip_prefix("color: var(--")
                    .and_then(|rest| rest.split(')').next());
                if let Some(ink) = ink {
                    assert!(checked.contains(ink), "{name}: words in {ink}");
                }
            }
        }
    }

    #[test]
    fn the_browser_s_own_frame_has_the_colour_of_ours() {
        let side = colours(&tokens(), "side").unwrap();
        assert_eq!(side.map(super::super::tokens::Light::hex), THEME_COLOURS);
    }
}
