//! What a From field says of itself, against what it is.

use postern_shared::address::Address;
use postern_shared::trust::Warning;

/// What a name says that its address is not: another address, or a From that is none.
pub(super) fn warnings(from: &[Address], raw: &str) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let Some(first) = from.first() else { return vec![Warning::MalformedSender] };
    let mut all: Vec<Address> = from.to_vec();
    all.dedup_by(|a, b| a.email.eq_ignore_ascii_case(&b.email));
    // Servers show a group by its name, and its members not at all.
    let group = group_name(raw).unwrap_or_default();
    let held = held_address(&first.name, &first.email);
    if let Some(held) = held.or_else(|| held_address(&group, &first.email)) {
        warnings.push(Warning::NameHoldsAddress(held));
    }
    if !is_plain(&first.email) {
        warnings.push(Warning::MalformedSender);
    }
    if hides(&first.email, raw) {
        warnings.push(Warning::HiddenCharacters);
    }
    if all.len() > 1 {
        warnings.push(Warning::SeveralSenders(all));
    }
    warnings
}

/// The name of the group that a field begins with: what stands before a colon that is not quoted
/// (RFC 6854).
fn group_name(field: &str) -> Option<String> {
    let (mut quoted, mut escaped, mut depth) = (false, false, 0_u32);
    for (at, c) in field.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            '<' | ',' | ';' if !quoted && depth == 0 => return None,
            ':' if !quoted && depth == 0 => return Some(field[..at].to_owned()),
            _ => {}
        }
    }
    None
}

/// The domain of an address, lower case; empty where there is none.
pub(super) fn domain(email: &str) -> String {
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    domain.trim_end_matches(['.', '>']).to_lowercase()
}

/// Whether one of two domains lies below the other, or both are the same.
pub(super) fn is_related(a: &str, b: &str) -> bool {
    let below = |a: &str, b: &str| a.strip_suffix(b).is_some_and(|rest| rest.ends_with('.'));
    // A top-level domain is nobody's.
    a == b || (b.contains('.') && below(a, b)) || (a.contains('.') && below(b, a))
}

/// An address in a name that is of another domain than the sender's.
fn held_address(name: &str, email: &str) -> Option<String> {
    let plain = plainly(name);
    let own = domain(email);
    let of = |at: usize| {
        let is_local = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
        let is_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
        let before: String = plain[..at].chars().rev().take_while(|c| is_local(*c)).collect();
        let local: String = before.chars().rev().collect();
        let host: String = plain[at + 1..].chars().take_while(|c| is_host(*c)).collect();
        let host = host.trim_matches(['.', '-']).to_lowercase();
        let other = !local.is_empty() && host.contains('.') && !is_related(&host, &own);
        other.then(|| format!("{local}@{host}"))
    };
    plain.match_indices('@').find_map(|(at, _)| of(at))
}

/// A name as it reads: signs that look like `@` or a full stop are those, what hides is gone.
fn plainly(name: &str) -> String {
    let sign = |c: char| match c {
        '＠' | '﹫' => Some('@'),
        '。' | '．' | '｡' | '․' => Some('.'),
        c if is_hidden(c) => None,
        c => Some(c),
    };
    name.chars().filter_map(sign).collect()
}

/// `local@domain`, once, with a domain that could be one.
fn is_plain(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    let literal = domain.starts_with('[') && domain.ends_with(']');
    let dots = !domain.starts_with('.') && !domain.contains("..");
    let named = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_') || !c.is_ascii();
    !local.is_empty()
        && !local.contains(['@', '<', '>', '"', ' ', ',', ';', '!'])
        && !domain.is_empty()
        && (literal || (dots && domain.chars().all(named)))
}

/// Whether an address holds what does not show or looks like a sign of its syntax, or the field
/// turns the reading order over.
fn hides(email: &str, raw: &str) -> bool {
    let overrides = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let signs = |c: char| matches!(c, '＠' | '﹫' | '。' | '．' | '｡' | '․');
    email.chars().any(|c| is_hidden(c) || signs(c)) || raw.contains(overrides)
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{ad}' | '\u{61c}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{3164}'
            | '\u{ffa0}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e007f}')
}
