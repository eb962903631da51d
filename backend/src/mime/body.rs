//! Which parts are the message and which are its attachments, and the message as HTML (RFC 8621 §4.1.4).

use super::html::{self, Sanitised};
use super::parse::{Parsed, text_of};
use super::part::{Disposition, Part};
use super::{Defect, card, plain, text};

/// Bytes of a body that are looked at first for something to read.
const BEGINNING: usize = 4096;

/// Encoded bytes of one text that are shown: the rest is cut off.
pub const TEXT_LIMIT: usize = 4 << 20;

/// Indexes into a list of parts: what to show and what to offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Display {
    /// The body in order, HTML wherever there is a choice.
    pub rich: Vec<usize>,
    /// The body in order, plain text wherever there is a choice.
    pub plain: Vec<usize>,
    /// Everything else.
    pub attachments: Vec<usize>,
}

/// The children of each part, and the two answers while they are found.
struct Walk<'a> {
    parts: &'a [Part],
    children: Vec<Vec<usize>>,
    display: Display,
}

/// What the surroundings of a part ask for.
#[derive(Clone, Copy)]
struct Wanted {
    rich: bool,
    plain: bool,
    alternative: bool,
}

/// Chooses what to show; works on parts that were parsed and on those of a BODYSTRUCTURE alike.
pub fn choose(parts: &[Part]) -> Display {
    let mut children = vec![Vec::new(); parts.len()];
    for (index, part) in parts.iter().enumerate() {
        if let Some(list) = part.parent.and_then(|parent| children.get_mut(parent)) {
            list.push(index);
        }
    }
    let mut walk = Walk { parts, children, display: Display::default() };
    if !parts.is_empty() {
        walk.siblings(&[0], "mixed", Wanted { rich: true, plain: true, alternative: false });
    }
    walk.offer_embedded();
    walk.display
}

impl Walk<'_> {
    /// Files inside of parts are offered, in the place of a container that only wraps them.
    fn offer_embedded(&mut self) {
        let Display { rich, plain, attachments } = &mut self.display;
        let nothing_shown = rich.is_empty() && plain.is_empty();
        let embedded = self.parts.iter().enumerate().filter(|(_, part)| part.embedded.is_some());
        let mut unwrapped = Vec::new();
        for (index, part) in embedded {
            let Some(container) = part.parent else { continue };
            let is_text = part.content_type.starts_with("text/");
            let is_body = part.disposition == Disposition::Inline && is_text;
            if is_body && nothing_shown && attachments.contains(&container) {
                rich.push(index);
                plain.push(index);
                unwrapped.push(container);
            } else if attachments.contains(&container) {
                attachments.push(index);
                unwrapped.push(container);
            } else if rich.contains(&container) || plain.contains(&container) {
                attachments.push(index);
            }
        }
        attachments.retain(|index| !unwrapped.contains(index));
    }

    // Recursion is as deep as the guard's limit on nesting, 100.
    fn siblings(&mut self, siblings: &[usize], kind: &str, mut wanted: Wanted) {
        let (rich_before, plain_before) = (self.display.rich.len(), self.display.plain.len());
        for (place, &index) in siblings.iter().enumerate() {
            let part = &self.parts[index];
            if part.is_multipart() {
                let inner = part.multipart_kind();
                let alternative = wanted.alternative || inner == "alternative";
                let children = std::mem::take(&mut self.children[index]);
                self.siblings(&children, inner, Wanted { alternative, ..wanted });
            } else if !is_inline(part, place, kind) {
                self.display.attachments.push(index);
            } else {
                let is_html = part.content_type == "text/html";
                if kind != "alternative" && wanted.alternative {
                    wanted.rich &= is_html || !wanted.plain;
                    wanted.plain &= !is_html || !wanted.rich;
                }
                let apart = kind == "alternative";
                if if apart { is_html } else { wanted.rich } {
                    self.display.rich.push(index);
                }
                if if apart { !is_html } else { wanted.plain } {
                    self.display.plain.push(index);
                }
            }
        }
        if kind == "alternative" && wanted.rich && wanted.plain {
            if self.display.plain.len() == plain_before {
                self.display.plain.extend_from_slice(&self.display.rich[rich_before..]);
            } else if self.display.rich.len() == rich_before {
                self.display.rich.extend_from_slice(&self.display.plain[plain_before..]);
            }
        }
    }
}

fn is_inline(part: &Part, place: usize, kind: &str) -> bool {
    matches!(part.content_type.as_str(), "text/plain" | "text/html")
        && part.disposition != Disposition::Attachment
        && (place == 0
            || (kind != "related"
                && (part.name.is_none() || part.disposition == Disposition::Inline)))
}

/// Parts worth showing where nothing that [`choose`] found holds words, best first.
pub fn fallbacks(parts: &[Part]) -> impl Iterator<Item = usize> {
    let readable = |part: &Part| {
        part.content_type.starts_with("text/")
            || matches!(
                part.content_type.as_str(),
                "message/delivery-status" | "message/disposition-notification"
            )
    };
    parts.iter().enumerate().filter(move |(_, part)| readable(part)).map(|(index, _)| index)
}

/// The message's body as one safe fragment; blocking, for sanitising takes CPU time.
pub fn render<F>(parsed: &Parsed, cid: F) -> Sanitised
where
    F: Fn(&str) -> Option<String> + Clone + Send + Sync + 'static,
{
    let display = choose(&parsed.parts);
    let fetch = |index: &usize| parsed.parts.get(*index).map(|part| (part, parsed.encoded(part)));
    let shown = |list: &[usize]| {
        let blocks: Vec<_> = list.iter().filter_map(fetch).collect();
        render_blocks(&blocks, cid.clone())
    };
    let rich = shown(&display.rich);
    if is_readable(&rich.html) {
        return rich;
    }
    let plain = shown(&display.plain);
    if is_readable(&plain.html) {
        return plain;
    }
    // What a card tells is not told again in its own words.
    let told = |index: &usize| {
        let part = &parsed.parts[*index];
        !part.is_inside_message(&parsed.parts) && card::makes_one(part, &parsed.encoded(part))
    };
    fallbacks(&parsed.parts)
        .filter(|index| !told(index))
        .map(|index| shown(&[index]))
        .find(|other| is_readable(&other.html))
        .unwrap_or(rich)
}

/// Body parts with their encoded bytes, fetched one by one, as one safe fragment in their order.
pub fn render_blocks<B, F>(blocks: &[(&Part, B)], cid: F) -> Sanitised
where
    B: AsRef<[u8]>,
    F: Fn(&str) -> Option<String> + Clone + Send + Sync + 'static,
{
    let mut whole = Sanitised::default();
    for (place, (part, encoded)) in blocks.iter().enumerate() {
        let encoded = encoded.as_ref();
        let (content, mut defects) = text_of(part, &encoded[..encoded.len().min(TEXT_LIMIT)]);
        if encoded.len() > TEXT_LIMIT {
            defects.push(Defect::Truncated);
        }
        let block = if part.content_type == "text/html" {
            let block = html::sanitise_part(&content, place, cid.clone());
            if blocks.len() > 1 { block.apart() } else { block }
        } else {
            Sanitised::from_safe(text::to_html(&content, part.flowed))
        };
        if !whole.html.is_empty() && is_readable(&block.html) {
            whole.append(Sanitised::from_safe("<hr>".to_owned()));
        }
        whole.defects.extend(defects);
        whole.append(block);
    }
    whole
}

/// True when a sanitised fragment shows words or a picture.
pub fn is_readable(sanitised: &str) -> bool {
    let words = |html: &str| !plain::to_text(html, plain::Reading::Words).trim().is_empty();
    // The beginning tells of nearly every message, and takes a fraction of the time.
    let beginning = &sanitised[..sanitised.floor_char_boundary(BEGINNING)];
    let place = format!(" src=\"{}\"", html::BLANK);
    // Where a tracker was there is nothing to see.
    sanitised.split("<img").skip(1).any(|image| !image.starts_with(&place))
        || words(beginning)
        || (beginning.len() < sanitised.len() && words(sanitised))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::{Limits, parse};

    fn shown(raw: &str) -> String {
        let parsed = parse(raw.as_bytes().to_vec(), &Limits::default());
        render(&parsed, |_| None).html
    }

    #[test]
    fn a_part_beside_others_keeps_to_its_place() {
        let page = "Content-Type: text/html\n\n<p style='position:absolute;top:-9px'>x";
        assert!(!shown(page).contains("is-part"));
        let two = shown(&format!(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nwords\n--b\n{page}\n--b--\n"
        ));
        assert!(two.contains("<hr><div class=\"is-part\"><p style="), "{two}");
    }

    #[test]
    fn a_tracker_alone_is_nothing_to_read() {
        let tracker = "<img src=https://x.test/a width=1 height=1>";
        let both = format!(
            "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nwords\n\
             --b\nContent-Type: text/html\n\n{tracker}\n--b--\n"
        );
        assert!(shown(&both).contains("words"));
        assert!(is_readable("<p><img alt=\"x\">") && !is_readable("<p><br>"));
    }

    #[test]
    fn what_a_card_tells_is_not_shown_raw() {
        let event = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Tea\nEND:VEVENT\nEND:VCALENDAR";
        assert_eq!(shown(&format!("Content-Type: text/calendar\n\n{event}")), "");
        // One that cannot be read stays as it is.
        let broken = shown("Content-Type: text/calendar\n\nTea at four");
        assert!(broken.contains("Tea at four"), "{broken}");
        let inside =
            format!("Content-Type: message/rfc822\n\nContent-Type: text/calendar\n\n{event}");
        assert!(shown(&inside).contains("SUMMARY:Tea"));
    }
}
