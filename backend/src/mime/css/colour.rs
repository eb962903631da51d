//! Colours in mail: which are plain ink and paper, and how they look on a dark page (CSS Color 4).

use super::colour_names::NAMES;

/// What white paper becomes on a dark page.
pub(in crate::mime) const DARK_PAPER: &str = "#141b1d";

/// Letters of the longest name.
const LONGEST: usize = 20;

/// A colour as red, green, blue and opacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mime) struct Colour([u8; 4]);

impl Colour {
    /// A colour by its name, whatever the case.
    pub(in crate::mime) fn named(name: &str) -> Option<Self> {
        if name.len() > LONGEST {
            return None;
        }
        let lower = name.to_ascii_lowercase();
        let found = NAMES.binary_search_by_key(&lower.as_str(), |(name, _)| name).ok()?;
        Some(Self(NAMES[found].1.to_be_bytes()))
    }

    /// The digits after `#`: three, four, six or eight.
    pub(in crate::mime) fn hex(digits: &str) -> Option<Self> {
        let digit = |at: usize| char::from(digits.as_bytes()[at]).to_digit(16);
        let mut bytes = [0, 0, 0, 255];
        let (count, wide) = match digits.len() {
            3 | 4 => (digits.len(), false),
            6 | 8 => (digits.len() / 2, true),
            _ => return None,
        };
        for (place, byte) in bytes.iter_mut().take(count).enumerate() {
            let value = if wide {
                digit(place * 2)? * 16 + digit(place * 2 + 1)?
            } else {
                digit(place)? * 17
            };
            *byte = u8::try_from(value).ok()?;
        }
        Some(Self(bytes))
    }

    /// From `rgb()`.
    pub(super) fn rgb(red: f32, green: f32, blue: f32, opacity: f32) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let byte = |value: f32| value.round().clamp(0.0, 255.0) as u8;
        Self([byte(red), byte(green), byte(blue), byte(opacity * 255.0)])
    }

    /// White, nearly white or grey, or nothing at all: no colour that a mail was designed around.
    pub(in crate::mime) fn is_plain_paper(self) -> bool {
        let [red, green, blue, opacity] = self.0;
        let least = red.min(green).min(blue);
        opacity == 0 || (least >= 0xe0 && red.max(green).max(blue) - least <= 0x10)
    }

    /// How text in this colour looks on a dark page: light, of the same hue.
    pub(in crate::mime) fn ink_in_the_dark(self) -> String {
        self.with_lightness(|light| 0.93 - 0.63 * light)
    }

    /// How paper of this colour looks on a dark page.
    pub(in crate::mime) fn paper_in_the_dark(self) -> String {
        if self.0 == [255; 4] {
            return DARK_PAPER.to_owned();
        }
        self.with_lightness(|light| 0.10 + (1.0 - light) * 0.5)
    }

    fn with_lightness(self, change: impl Fn(f32) -> f32) -> String {
        let [red, green, blue, opacity] = self.0;
        let share = |byte: u8| f32::from(byte) / 255.0;
        let (red, green, blue) = (share(red), share(green), share(blue));
        let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
        let light = f32::midpoint(most, least);
        let spread = most - least;
        let full = 1.0 - (2.0 * light - 1.0).abs();
        let saturation = if full > 0.0 { (spread / full).min(1.0) } else { 0.0 };
        let hue = match () {
            () if spread == 0.0 => 0.0,
            () if most == red => 60.0 * ((green - blue) / spread).rem_euclid(6.0),
            () if most == green => 60.0 * ((blue - red) / spread + 2.0),
            () => 60.0 * ((red - green) / spread + 4.0),
        };
        let light = change(light);
        let reach = saturation * light.min(1.0 - light);
        // CSS Color 4 §7.1: one channel of HSL.
        let channel = |shift: f32| {
            let place = (shift + hue / 30.0).rem_euclid(12.0);
            light - reach * (place - 3.0).min(9.0 - place).clamp(-1.0, 1.0)
        };
        let Self([red, green, blue, _]) =
            Self::rgb(channel(0.0) * 255.0, channel(8.0) * 255.0, channel(4.0) * 255.0, 1.0);
        match opacity {
            255 => format!("#{red:02x}{green:02x}{blue:02x}"),
            opacity => format!("#{red:02x}{green:02x}{blue:02x}{opacity:02x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted() {
        assert!(NAMES.is_sorted());
        assert_eq!(NAMES.iter().map(|(name, _)| name.len()).max(), Some(LONGEST));
    }

    #[test]
    fn digits_and_names_are_the_same_colour() {
        assert_eq!(Colour::hex("f00"), Colour::named("Red"));
        assert_eq!(Colour::hex("FF0000ff"), Colour::named("red"));
        assert_eq!((Colour::hex("ff00f"), Colour::hex("é0")), (None, None));
    }

    #[test]
    fn ink_turns_light_and_paper_dark() {
        assert_eq!(Colour::hex("000").unwrap().ink_in_the_dark(), "#ededed");
        assert_eq!(Colour::hex("00f").unwrap().ink_in_the_dark(), "#3b3bff");
        assert_eq!(Colour::hex("fff").unwrap().paper_in_the_dark(), DARK_PAPER);
        assert_eq!(Colour::hex("eee").unwrap().paper_in_the_dark(), "#222222");
        let plain = |digits| Colour::hex(digits).unwrap().is_plain_paper();
        assert!(plain("f6f6f6") && plain("0000") && !plain("000") && !plain("fdd"));
    }
}
