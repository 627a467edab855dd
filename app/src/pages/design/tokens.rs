//! The tokens of `style/tokens.css`, read from the file itself, and their
//! colours in both themes.

/// The sheet as it was when this was built.
const SHEET: &str = include_str!("../../../../style/tokens.css");

/// One custom property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The comment above it: `Grounds`.
    pub group: String,
    /// Without its dashes: `ink-soft`.
    pub name: String,
    pub value: String,
}

/// All tokens, in the order of the sheet.
#[must_use]
pub fn tokens() -> Vec<Token> {
    let body = SHEET
        .split_once(":root {")
        .and_then(|(_, rest)| rest.split_once("\n}"))
        .map_or("", |(body, _)| body);
    let mut group = "";
    let mut found = Vec::new();
    for statement in body.split(';') {
        let mut rest = statement.trim();
        while let Some((comment, tail)) = rest
            .strip_prefix("/*")
            .and_then(|rest| rest.split_once("*/"))
        {
            group = comment.trim();
            rest = tail.trim();
        }
        if let Some((name, value)) = rest
            .strip_prefix("--")
            .and_then(|declared| declared.split_once(':'))
        {
            found.push(Token {
                group: group.to_owned(),
                name: name.to_owned(),
                value: value.split_whitespace().collect::<Vec<_>>().join(" "),
            });
        }
    }
    found
}

/// The value of a token as CSS writes it in each theme: light, then dark.
#[must_use]
pub fn in_themes(value: &str) -> [&str; 2] {
    value
        .strip_prefix("light-dark(")
        .and_then(|both| both.strip_suffix(')'))
        .and_then(|both| {
            let comma = both.find("), ")? + 1;
            Some([&both[..comma], both[comma + 1..].trim()])
        })
        .unwrap_or([value, value])
}

/// A colour as light: linear sRGB, each part from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Light([f64; 3]);

impl Light {
    /// Reads `oklch(lightness chroma hue)`. Nothing for other notations, or for
    /// a colour that lets its ground through. What a screen cannot show is cut,
    /// as browsers do.
    #[must_use]
    pub fn of_oklch(text: &str) -> Option<Self> {
        let inner = text.strip_prefix("oklch(")?.strip_suffix(')')?;
        let parts: Vec<f64> = inner
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .ok()?;
        let [lightness, chroma, hue] = parts[..] else {
            return None;
        };
        let (sin, cos) = hue.to_radians().sin_cos();
        Some(Self::of_oklab(lightness, chroma * cos, chroma * sin))
    }

    /// Björn Ottosson's matrices (CSS Color 4, §9.3 and the sample code).
    fn of_oklab(lightness: f64, a: f64, b: f64) -> Self {
        let cone = |on_a: f64, on_b: f64| (on_a.mul_add(a, on_b.mul_add(b, lightness))).powi(3);
        let long = cone(0.396_337_777_4, 0.215_803_757_3);
        let medium = cone(-0.105_561_345_8, -0.063_854_172_8);
        let short = cone(-0.089_484_177_5, -1.291_485_548);
        let part = |[l, m, s]: [f64; 3]| {
            l.mul_add(long, m.mul_add(medium, s * short))
                .clamp(0.0, 1.0)
        };
        Self([
            part([4.076_741_662_1, -3.307_711_591_3, 0.230_969_929_2]),
            part([-1.268_438_004_6, 2.609_757_401_1, -0.341_319_396_5]),
            part([-0.004_196_086_3, -0.703_418_614_7, 1.707_614_701]),
        ])
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0;
        red.mul_add(0.2126, green.mul_add(0.7152, blue * 0.0722))
    }

    /// `#0b5b42`.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 255
    pub fn hex(self) -> String {
        let [red, green, blue] = self.0.map(|part| {
            let coded = if part <= 0.003_130_8 {
                part * 12.92
            } else {
                1.055f64.mul_add(part.powf(1.0 / 2.4), -0.055)
            };
            (coded * 255.0).round() as u8
        });
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

/// The contrast of two colours (WCAG 2.2): from 1 to 21.
#[must_use]
pub fn contrast(one: Light, other: Light) -> f64 {
    let (one, other) = (one.luminance(), other.luminance());
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The colour of a token in each theme; nothing if there is no such token, or if
/// it is not a colour. A token may stand for another.
#[must_use]
pub fn colours(all: &[Token], name: &str) -> Option<[Light; 2]> {
    let token = all.iter().find(|token| token.name == name)?;
    let other = token.value.strip_prefix("var(--");
    if let Some(other) = other.and_then(|rest| rest.strip_suffix(')')) {
        return colours(all, other);
    }
    let [light, dark] = in_themes(&token.value);
    Some([Light::of_oklch(light)?, Light::of_oklch(dark)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn light(text: &str) -> Light {
        Light::of_oklch(text).unwrap()
    }

    #[test]
    fn contrast_goes_from_one_to_twenty_one() {
        let (black, white) = (light("oklch(0 0 0)"), light("oklch(1 0 0)"));
        assert!((contrast(black, white) - 21.0).abs() < 0.001);
        assert!((contrast(white, white) - 1.0).abs() < 0.001);
    }

    #[test]
    fn colours_come_out_as_css_has_them() {
        // Red and a grey as browsers convert them.
        let red = light("oklch(0.627966 0.257704 29.2346)");
        assert_eq!(red.hex(), "#ff0000");
        assert!((contrast(red, light("oklch(1 0 0)")) - 3.998).abs() < 0.01);
        assert_eq!(light("oklch(0.5999 0 0)").hex(), "#808080");
        assert_eq!(Light::of_oklch("oklch(0.3 0.03 170 / 0.06)"), None);
        assert_eq!(Light::of_oklch("#fff"), None);
    }

    #[test]
    fn a_token_has_a_value_in_each_theme() {
        assert_eq!(
            in_themes("light-dark(oklch(1 0 0), oklch(0 0 0))"),
            ["oklch(1 0 0)", "oklch(0 0 0)"]
        );
        assert_eq!(in_themes("0.25rem"), ["0.25rem", "0.25rem"]);
        let all = tokens();
        assert!(all.iter().any(|token| token.name == "text-figure"));
        assert!(all.iter().any(|token| token.group == "Grounds"));
        assert!(colours(&all, "ink").is_some());
        assert!(colours(&all, "no-such-token").is_none());
    }
}
