//! Domains that look like others: alphabets that mix, letters that resemble (UTS 39, in small).

use postern_shared::trust::Warning;

/// Alphabets that domains are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    /// Han, Kana, Hangul, Bopomofo: they stand together, and beside Latin.
    EastAsian,
    Other(u32),
}

/// What is wrong with a sender's domain; `known` are domains that the reader deals with.
pub(super) fn warnings(domain: &str, known: &[String]) -> Vec<Warning> {
    let (shown, _) = idna::domain_to_unicode(domain);
    let ascii = idna::domain_to_ascii(&shown).unwrap_or_else(|_| domain.to_owned());
    let mut warnings = Vec::new();
    let resembles = known.iter().find(|known| looks_like(&shown, &ascii, known));
    if let Some(known) = resembles {
        warnings.push(Warning::LooksLike { domain: shown.clone(), known: known.clone() });
    }
    if shown.split('.').any(mixes) {
        warnings.push(Warning::MixedScripts(shown.clone()));
    } else if shown.chars().any(is_foreign) && skeleton(&shown).is_ascii() {
        warnings.push(Warning::International { domain: shown, ascii });
    }
    warnings
}

/// Whether a label mixes alphabets that no language mixes.
fn mixes(label: &str) -> bool {
    let mut scripts: Vec<Script> = label.chars().filter_map(script).collect();
    scripts.sort_by_key(|script| match script {
        Script::Latin => 0,
        Script::Greek => 1,
        Script::Cyrillic => 2,
        Script::EastAsian => 3,
        Script::Other(block) => 4 + block,
    });
    scripts.dedup();
    !matches!(scripts[..], [] | [_] | [Script::Latin, Script::EastAsian])
}

/// A letter of an alphabet that is not ours.
fn is_foreign(c: char) -> bool {
    script(c).is_some_and(|script| script != Script::Latin)
}

/// The alphabet of a letter; none for digits, signs and marks.
fn script(c: char) -> Option<Script> {
    if !c.is_alphabetic() {
        return None;
    }
    Some(match u32::from(c) {
        0x00..=0x24f | 0x250..=0x2af | 0x1e00..=0x1eff => Script::Latin,
        0x370..=0x3ff | 0x1f00..=0x1fff => Script::Greek,
        0x400..=0x52f | 0x1c80..=0x1c8f => Script::Cyrillic,
        0x1100..=0x11ff
        | 0x2e80..=0x312f
        | 0x3130..=0x318f
        | 0x31a0..=0x4dbf
        | 0x4e00..=0x9fff
        | 0xac00..=0xd7ff
        | 0xf900..=0xfaff
        | 0x20000..=0x3ffff => Script::EastAsian,
        other => Script::Other(other >> 7),
    })
}

/// Whether a domain is not a known one but could be taken for it.
fn looks_like(shown: &str, ascii: &str, known: &str) -> bool {
    let known = known.to_ascii_lowercase();
    let below = |domain: &str, above: &str| {
        domain == above || domain.strip_suffix(above).is_some_and(|rest| rest.ends_with('.'))
    };
    if known.len() < 4 || below(ascii, &known) || below(&known, ascii) {
        return false;
    }
    let (left, right) = (skeleton(shown), skeleton(&known));
    left == right
        || below(&left, &right)
        // The known name in front of another: `bank.example.evil.test`, `bank-example.evil.test`.
        || ascii.starts_with(&format!("{known}."))
        || ascii.starts_with(&format!("{}.", known.replace('.', "-")))
        || (main_label(&known).len() >= 6 && is_one_off(ascii, &known))
}

fn main_label(domain: &str) -> &str {
    domain.split('.').next().unwrap_or_default()
}

/// Whether one letter was changed, left out, added, or two were swapped.
fn is_one_off(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a == b || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let front = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[front..], &b[front..]);
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - back.min(a.len())], &b[..b.len() - back.min(b.len())]);
    (a.len() <= 1 && b.len() <= 1) || (a.len() == 2 && b.len() == 2 && a[0] == b[1] && a[1] == b[0])
}

/// What a domain looks like: letters that resemble each other are the same one here.
pub(super) fn skeleton(text: &str) -> String {
    let plain: String = text.to_lowercase().chars().filter_map(prototype).collect();
    plain.replace("rn", "m").replace("vv", "w")
}

/// The ASCII letter that a letter is taken for; none for what does not show.
fn prototype(c: char) -> Option<char> {
    /// Letters of other alphabets and of ours, by what they are taken for.
    const ALIKE: [(char, &str); 30] = [
        ('a', "аɑαàáâãäåāăąạ"),
        ('b', "ЬьƅвВ"),
        ('c', "сϲçćĉċč"),
        ('d', "ԁđďɖ"),
        ('e', "еєεèéêëēĕėęěẹ"),
        ('f', "ƒ"),
        ('g', "ɡġģğĝց"),
        ('h', "һнĥħ"),
        ('j', "јϳĵ"),
        ('k', "кκķĸ"),
        ('l', "iіıӏι1|ìíîïĩīĭįĺļľŀłⅼḷ"),
        ('m', "мⅿṃ"),
        ('n', "пñńņňŉոṇ"),
        ('o', "оοσ0օòóôõöøōŏőọ"),
        ('p', "рρþ"),
        ('q', "ԛզ"),
        ('r', "гŕŗřṛ"),
        ('s', "ѕśŝşšșṣ"),
        ('t', "тτţťŧțṭ"),
        ('u', "υսùúûüũūŭůűųụ"),
        ('v', "ѵνѴ"),
        ('w', "ԝωŵẁẃẅ"),
        ('x', "хχ×"),
        ('y', "уγýÿŷỳ"),
        ('z', "źżžẓ"),
        ('3', "зӡ"),
        ('.', "。．｡․"),
        ('-', "‐‑–—−"),
        ('@', "＠﹫"),
        ('/', "∕⁄"),
    ];
    if c.is_ascii_alphanumeric() && !matches!(c, 'i' | '0' | '1') {
        return Some(c);
    }
    let hidden =
        matches!(c, '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{ad}' | '\u{feff}');
    let alike = ALIKE.iter().find(|(_, letters)| letters.contains(c)).map(|(ascii, _)| *ascii);
    (!hidden).then(|| alike.unwrap_or(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(domain: &str, expect: &[Warning]) {
        let known = ["mybank.example".to_owned(), "gmail.com".to_owned()];
        assert_eq!(warnings(domain, &known), expect, "{domain}");
    }

    fn like(domain: &str, known: &str) -> Warning {
        Warning::LooksLike { domain: domain.to_owned(), known: known.to_owned() }
    }

    #[test]
    fn honest_domains_pass() {
        for honest in [
            "mybank.example",
            "mail.mybank.example",
            "example",
            "gmx.com",
            "münchen.de",
            "例え.jp",
            "xn--e1afmkfd.xn--p1ai",
        ] {
            check(honest, &[]);
        }
    }

    #[test]
    fn look_alikes_are_named() {
        check("rnybank.example", &[like("rnybank.example", "mybank.example")]);
        check("gmai1.com", &[like("gmai1.com", "gmail.com")]);
        check("mybnak.example", &[like("mybnak.example", "mybank.example")]);
        check("mybank.example.evil.test", &[like("mybank.example.evil.test", "mybank.example")]);
        check("mybank-example.evil.test", &[like("mybank-example.evil.test", "mybank.example")]);
        check(
            "mybаnk.example",
            &[
                like("mybаnk.example", "mybank.example"),
                Warning::MixedScripts("mybаnk.example".into()),
            ],
        );
        let ascii = "xn--80ak6aa92e.com".to_owned();
        check(&ascii.clone(), &[Warning::International { domain: "аррӏе.com".into(), ascii }]);
    }
}
