//! Texts as they are compared and looked up: without case and diacritics, split into words. Pure.
//!
//! Scripts that write no spaces (Chinese, Japanese, Korean, Thai) are split into overlapping pairs,
//! with the last sign of a run once more alone: a word of one or two signs is then found by the
//! beginning of a pair, a longer one as a phrase of pairs. So a text is found wherever it stands in
//! a run. Of words between spaces a list is kept, so that it is found inside of them as well.

/// Latin letters from U+00C0 on, as the plain letter; `.` where there is none.
const LATIN: &[u8; 400] = b"\
aaaaaa.ceeeeiiiidnooooo.ouuuuy..aaaaaa.ceeeeiiiidnooooo.ouuuuy.yaaaaaaccccccccdd\
ddeeeeeeeeeegggggggghhhhiiiiiiii.i..jjkk.llllllllllnnnnnn...oooooo..rrrrrrssssss\
ssttttttuuuuuuuuuuuuwwyyyzzzzzz.b...............................oo.............u\
u....zz......................aaiioouuuuuuuuuu.aaaa....ggkkoooo..j...gg..nnaa....\
aaaaeeeeiiiioooorrrruuuusstt..hh......aaeeooooooooyy...............b............";
/// The same from U+1E00 on.
const LATIN_ADDITIONAL: &[u8; 256] = b"\
aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooo\
oooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwy......\
aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuu\
uuyyyyyyyy......";

/// A text without case and diacritics.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ß' => folded.push_str("ss"),
            'þ' => folded.push_str("th"),
            // Combining marks; Hebrew and Arabic points.
            '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{64b}'..='\u{65f}' => {}
            // Full-width ASCII.
            '\u{ff01}'..='\u{ff5e}' => {
                folded
                    .extend(char::from_u32(u32::from(c) - 0xfee0).map(|c| c.to_ascii_lowercase()));
            }
            'ά' => folded.push('α'),
            'έ' => folded.push('ε'),
            'ή' => folded.push('η'),
            'ί' | 'ϊ' => folded.push('ι'),
            'ό' => folded.push('ο'),
            'ύ' | 'ϋ' => folded.push('υ'),
            'ώ' => folded.push('ω'),
            'ς' => folded.push('σ'),
            'ё' => folded.push('е'),
            other => folded.push(plain(other).unwrap_or(other)),
        }
    }
    folded
}

/// A Latin letter without its diacritics.
fn plain(c: char) -> Option<char> {
    let at = |table: &[u8], start: u32| {
        let index = usize::try_from(u32::from(c).checked_sub(start)?).ok()?;
        table.get(index).copied().filter(|letter| *letter != b'.').map(char::from)
    };
    at(LATIN, 0xc0).or_else(|| at(LATIN_ADDITIONAL, 0x1e00))
}

/// What a sign is to a splitter of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Part of a word between spaces.
    Letter,
    /// A sign of a script without spaces.
    Unspaced,
    /// Between words.
    Gap,
}

fn class(c: char) -> Class {
    match c {
        '\u{e00}'..='\u{eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '々'
        | '\u{3041}'..='\u{30ff}'
        | '\u{3100}'..='\u{312f}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9d}'
        | '\u{20000}'..='\u{3ffff}' => Class::Unspaced,
        // Vowel signs of Indian scripts are no letters to Unicode, but part of words.
        '\u{900}'..='\u{dff}' => Class::Letter,
        c if c.is_alphanumeric() => Class::Letter,
        _ => Class::Gap,
    }
}

/// Stretches of one class, without the gaps.
fn runs(folded: &str) -> Vec<(Class, &str)> {
    let mut runs: Vec<(Class, &str)> = Vec::new();
    let mut start = 0;
    let mut current = Class::Gap;
    for (at, c) in folded.char_indices() {
        let next = class(c);
        if next != current {
            runs.push((current, &folded[start..at]));
            (start, current) = (at, next);
        }
    }
    runs.push((current, &folded[start..]));
    runs.retain(|(class, run)| *class != Class::Gap && !run.is_empty());
    runs
}

fn pairs(run: &str, words: &mut Vec<String>) {
    let signs: Vec<char> = run.chars().collect();
    words.extend(signs.windows(2).map(|pair| pair.iter().collect::<String>()));
}

/// A text as the index keeps it for looking up: words with spaces between them.
pub(crate) fn words(text: &str) -> String {
    let folded = fold(text);
    let mut words = Vec::new();
    for (class, run) in runs(&folded) {
        if class == Class::Unspaced {
            pairs(run, &mut words);
            words.extend(run.chars().next_back().map(String::from));
        } else {
            words.push(run.to_owned());
        }
    }
    words.join(" ")
}

/// The words between spaces of what [`words`] made: those that a text may lie inside of.
pub(crate) fn spaced(words: &str) -> impl Iterator<Item = &str> {
    let is_spaced = |word: &&str| word.chars().next().is_some_and(|c| class(c) == Class::Letter);
    words.split(' ').filter(is_spaced)
}

/// Fewer letters than this are looked for at the beginnings of words alone.
const SHORTEST_INSIDE: usize = 3;

/// What has to be looked up to find a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sought {
    /// Words that follow each other; the last one may go on.
    pub words: Vec<String>,
    /// Whether the first one may also be the end of a longer word; or, where it is the only one,
    /// lie anywhere in it.
    pub inside: bool,
}

impl Sought {
    /// As FTS5 writes it. Words are letters alone, so no quotation mark can end it early.
    pub(crate) fn phrase(&self) -> String {
        format!("\"{}\"*", self.words.join(" "))
    }
}

/// How a text is looked up; none where it has no word.
pub(crate) fn sought(text: &str) -> Option<Sought> {
    let folded = fold(text);
    let runs = runs(&folded);
    let mut words = Vec::new();
    for (at, (class, run)) in runs.iter().enumerate() {
        let last = at + 1 == runs.len();
        match class {
            Class::Unspaced => {
                pairs(run, &mut words);
                // The text may go on after the run's last sign only where nothing else follows.
                if !last || run.chars().count() == 1 {
                    words.extend(run.chars().next_back().map(String::from));
                }
            }
            _ => words.push((*run).to_owned()),
        }
    }
    let (first, run) = runs.first()?;
    let inside = *first == Class::Letter && run.chars().count() >= SHORTEST_INSIDE;
    Some(Sought { words, inside })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diacritics_and_case_fold_away() {
        assert_eq!(fold("ZAŻÓŁĆ Gęślą Jaźń"), "zazolc gesla jazn");
        assert_eq!(fold("Straße Ærø Ångström e\u{301}"), "strasse aero angstrom e");
        assert_eq!(fold("ＡＢＣ１２ Việt Ёлка"), "abc12 viet елка");
    }

    #[test]
    fn unspaced_scripts_become_pairs() {
        assert_eq!(words("Re: 发票收据 2026"), "re 发票 票收 收据 据 2026");
        assert_eq!(words("x@a.test"), "x a test");
        assert_eq!(words("--"), "");
    }

    #[test]
    fn what_is_looked_for_is_a_phrase() {
        let check = |text, phrase, inside| {
            let found = sought(text).map(|it| (it.phrase(), it.inside));
            assert_eq!(found, Some((String::from(phrase), inside)), "{text}");
        };
        check("票", "\"票\"*", false);
        check("发票收", "\"发票 票收\"*", false);
        check("发票abc", "\"发票 票 abc\"*", false);
        check("abc票", "\"abc 票\"*", true);
        check("ab", "\"ab\"*", false);
        check("a\" OR b", "\"a or b\"*", false);
        assert_eq!(sought("%$\""), None);
    }

    #[test]
    fn words_with_spaces_around_are_told_from_pairs() {
        let all = words("Rechnung 发票 2026 x");
        assert_eq!(spaced(&all).collect::<Vec<_>>(), ["rechnung", "2026", "x"]);
    }
}
