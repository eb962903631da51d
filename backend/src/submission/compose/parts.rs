//! The parts of a message: text, HTML with its pictures, files; and the places for their bytes.

use mail_builder::headers::content_type::ContentType;
use mail_builder::mime::MimePart;
use memchr::memmem;
use postern_shared::draft::Draft;

use super::{MESSAGE, PartHead, Piece, Stamp};
use crate::mime::attachment;
use crate::submission::flow;

/// Words that stand where the bytes of files go until the message is cut there; nobody can have
/// written them, because they are made of the message's own random bits.
pub(super) struct Marks(Vec<String>);

impl Marks {
    pub(super) fn new(stamp: &Stamp, count: usize) -> Self {
        let bits: String = stamp.id.iter().rev().map(|byte| format!("{byte:02x}")).collect();
        Self((0..count).map(|file| format!("=file-{file}-{bits}=")).collect())
    }

    /// The message in pieces.
    pub(super) fn cut(&self, message: &[u8], files: &[PartHead]) -> Vec<Piece> {
        let mut places: Vec<(usize, usize)> = self
            .0
            .iter()
            .enumerate()
            .filter_map(|(file, mark)| Some((memmem::find(message, mark.as_bytes())?, file)))
            .collect();
        places.sort_unstable();
        let mut pieces = Vec::with_capacity(2 * places.len() + 1);
        let mut rest = message;
        let mut cut = 0;
        for (at, file) in places {
            let (before, after) = rest.split_at(at - cut);
            pieces.push(Piece::Bytes(before.to_vec()));
            pieces.push(match files[file].plain_message {
                true => Piece::Verbatim(file),
                false => Piece::Encoded(file),
            });
            rest = &after[self.0[file].len()..];
            cut = at + self.0[file].len();
        }
        pieces.push(Piece::Bytes(rest.to_vec()));
        pieces
    }
}

/// By which section each file can be fetched once the message is stored (RFC 9051 §6.4.5).
#[must_use]
pub fn sections(draft: &Draft, files: &[PartHead]) -> Vec<String> {
    let inline = |head: &PartHead| is_inline(draft, head);
    let mixed = !files.iter().all(inline);
    let (mut shown, mut others) = (1, 1);
    let section = |head: &PartHead| match (inline(head), mixed) {
        (true, mixed) => {
            shown += 1;
            format!("{}2.{shown}", if mixed { "1." } else { "" })
        }
        (false, _) => {
            others += 1;
            others.to_string()
        }
    };
    files.iter().map(section).collect()
}

/// Whether a file is shown in place.
fn is_inline(draft: &Draft, head: &PartHead) -> bool {
    draft.html.is_some() && head.content_id.is_some()
}

/// Text, or text and HTML; around it its pictures; around that the files.
pub(super) fn body(draft: &Draft, files: &[PartHead], marks: &Marks) -> MimePart<'static> {
    let text = text_part(&draft.text);
    let (mut shown, mut others) = (Vec::new(), Vec::new());
    for (head, mark) in files.iter().zip(&marks.0) {
        let inline = is_inline(draft, head);
        if inline { &mut shown } else { &mut others }.push(file_part(head, mark, inline));
    }
    let written = match &draft.html {
        None => text,
        Some(html) => {
            let html = html_part(html);
            let rich = match shown.is_empty() {
                true => html,
                false => related(html, shown),
            };
            MimePart::new("multipart/alternative", vec![text, rich])
        }
    };
    match others.is_empty() {
        true => written,
        false => {
            let parts: Vec<_> = std::iter::once(written).chain(others).collect();
            MimePart::new("multipart/mixed", parts)
        }
    }
}

fn related(html: MimePart<'static>, pictures: Vec<MimePart<'static>>) -> MimePart<'static> {
    // RFC 2387 §3.1: the type of what the others belong to.
    let kind = ContentType::new("multipart/related").attribute("type", "text/html");
    MimePart::new(kind, std::iter::once(html).chain(pictures).collect::<Vec<_>>())
}

pub(super) fn text_part(text: &str) -> MimePart<'static> {
    let kind =
        ContentType::new("text/plain").attribute("charset", "utf-8").attribute("format", "flowed");
    MimePart::new(kind, flow::wrap(&lines(text)))
}

fn html_part(html: &str) -> MimePart<'static> {
    let kind = ContentType::new("text/html").attribute("charset", "utf-8");
    MimePart::new(kind, lines(html).replace('\n', "\r\n"))
}

/// Lines that end with `\n` alone, without what no mail may hold.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
}

fn file_part(head: &PartHead, mark: &str, inline: bool) -> MimePart<'static> {
    let kind = attachment::content_type(&head.content_type);
    let name = attachment::file_name(Some(&head.name), &kind);
    // What has parts of its own is never encoded again; what cannot stand as it is, is a file.
    let encodable = kind == MESSAGE || kind.starts_with("multipart/");
    let kind = match encodable && !head.plain_message {
        true => "application/octet-stream".to_owned(),
        false => kind,
    };
    let typed = ContentType::new(kind).attribute("name", name.clone());
    let encoding = if head.plain_message { "7bit" } else { "base64" };
    let part = MimePart::new(typed, mark.as_bytes().to_vec()).transfer_encoding(encoding);
    match head.content_id.as_deref().and_then(super::msg_id) {
        Some(id) if inline => {
            let shown = ContentType::new("inline").attribute("filename", name);
            part.header("Content-Disposition", shown).cid(id)
        }
        _ => part.attachment(name),
    }
}
