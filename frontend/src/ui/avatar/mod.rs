//! A round mark of a sender: initials on one of a few colours, the same for the same address.

use super::dom;
use leptos::prelude::*;

/// How many colours there are in `avatar.css`.
const HUES: u32 = 8;

/// Initials of `name` on the colour of `seed` (an address); decoration only.
#[component]
pub fn Avatar(
    #[prop(into)] name: Signal<String>,
    #[prop(into)] seed: Signal<String>,
) -> impl IntoView {
    let class = move || format!("avatar is-hue-{}", seed.with(|seed| hue(seed)));
    view! { <span class=class aria-hidden="true">{move || name.with(|name| initials(name))}</span> }
}

/// First letters of the first and last word; one character where the script has no case.
fn initials(name: &str) -> String {
    let mut letters = name.split([' ', '\t', '\u{a0}', '\u{3000}']).filter_map(initial);
    let Some(first) = letters.next() else { return "?".to_owned() };
    let cased = |letter: &str| dom::lowercase(letter) != dom::uppercase(letter);
    let last = letters.next_back().filter(|last| cased(first) && cased(last));
    dom::uppercase(&(first.to_owned() + last.unwrap_or_default()))
}

/// The first letter or digit of a word.
fn initial(word: &str) -> Option<&str> {
    let punctuation = |letter: char| {
        letter.is_ascii() && !letter.is_ascii_alphanumeric()
            || matches!(letter, '\u{80}'..='\u{bf}' | '\u{2000}'..='\u{206f}' | '\u{3001}'..='\u{303f}')
    };
    let word = word.trim_start_matches(punctuation);
    word.chars().next().and_then(|letter| word.get(..letter.len_utf8()))
}

fn hue(seed: &str) -> u32 {
    // FNV-1a: stable between builds and devices, unlike the standard hasher.
    let hash = seed.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193)
    });
    hash % HUES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_come_from_the_first_and_last_word() {
        let check = |name, expect: &str| assert_eq!(initials(name), expect, "{name}");
        check("Ada King Lovelace", "AL");
        check("ada@example.test", "A");
        check("\"Zoë\" Ångström", "ZÅ");
        check("王小明", "王");
        check("محمد علي", "م");
        check("", "?");
        check("«Ünal» — Ltd.", "ÜL");
    }

    #[test]
    fn a_colour_does_not_depend_on_case() {
        assert_eq!(hue("Ann@Example.test"), hue("ann@example.test"));
        assert!((0..200).map(|n| hue(&n.to_string())).all(|hue| hue < HUES));
    }
}
