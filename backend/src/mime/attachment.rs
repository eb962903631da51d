//! Names and types of attachments, made safe to show and to save.

use postern_shared::attachment::unnamed;
pub use postern_shared::insight::Danger;

use super::part::Part;

/// Longest file name in bytes that every file system takes, extension included.
const NAME_LIMIT: usize = 200;

const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Files that the systems of this world act on where they lie.
const SYSTEM: [&str; 4] = ["desktop.ini", "autorun.inf", "thumbs.db", ".htaccess"];

/// What runs when it is opened.
const EXECUTABLE: [&str; 43] = [
    "apk",
    "app",
    "appref-ms",
    "appx",
    "bat",
    "chm",
    "cmd",
    "com",
    "command",
    "cpl",
    "dll",
    "dmg",
    "exe",
    "gadget",
    "hta",
    "img",
    "inf",
    "iso",
    "jar",
    "js",
    "jse",
    "lnk",
    "msc",
    "msi",
    "msix",
    "msp",
    "pif",
    "pkg",
    "ps1",
    "psm1",
    "reg",
    "scf",
    "scr",
    "sct",
    "sh",
    "url",
    "vb",
    "vbe",
    "vbs",
    "vhd",
    "vhdx",
    "ws",
    "wsf",
];

/// What may carry macros.
const MACROS: [&str; 9] = ["docm", "dotm", "one", "ppam", "ppsm", "pptm", "xlam", "xlsm", "xltm"];

/// What a program likes to be taken for.
const DOCUMENTS: [&str; 22] = [
    "avi", "csv", "doc", "docx", "gif", "htm", "html", "jpeg", "jpg", "mov", "mp3", "mp4", "odt",
    "pdf", "png", "ppt", "pptx", "rtf", "txt", "xls", "xlsx", "zip",
];

/// The name of one of a message's parts, made safe.
pub fn name_of(part: &Part, parts: &[Part]) -> String {
    let parent = || part.parent.and_then(|index| parts.get(index));
    // What is encrypted says of itself only that it is bytes (RFC 3156 §4).
    let sealed = part.name.is_none()
        && part.content_type == "application/octet-stream"
        && parent().is_some_and(|parent| parent.content_type == "multipart/encrypted");
    if sealed {
        return unnamed::PGP_MESSAGE.to_owned();
    }
    file_name(part.name.as_deref(), &part.content_type)
}

/// A file name that is never empty, deceives nobody and leaves no folder.
pub fn file_name(declared: Option<&str>, content_type: &str) -> String {
    let spaced: String = declared
        .unwrap_or_default()
        .chars()
        .filter(|c| !is_deceptive(*c))
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            // They look like a full stop or a slash: the extension is where it seems to be.
            '\u{2024}' | '\u{ff0e}' | '\u{3002}' | '\u{ff61}' | '\u{fe52}' => '.',
            '\u{2044}' | '\u{2215}' | '\u{29f8}' | '\u{ff0f}' | '\u{ff3c}' | '\u{2216}' => '_',
            c => c,
        })
        .collect();
    let name = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = name.trim_matches(['.', ' ']);
    if name.chars().all(|c| c == '_') {
        return fallback(content_type);
    }
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let device = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let numbered = device.len() < stem.len();
    let reserved = RESERVED.iter().take(if numbered { 6 } else { 4 }).any(|word| *word == device)
        || SYSTEM.iter().any(|system| name.eq_ignore_ascii_case(system));
    let name = if reserved { format!("_{name}") } else { name.to_owned() };
    shorten(&name)
}

/// What makes a file more than it seems to be.
#[must_use]
pub fn danger(name: &str) -> Option<Danger> {
    let lower = name.to_ascii_lowercase();
    let mut extensions = lower.rsplit('.');
    let last = extensions.next().filter(|last| last.len() < lower.len())?.trim();
    let before = extensions.next().unwrap_or_default().trim();
    match (EXECUTABLE.contains(&last), DOCUMENTS.contains(&before)) {
        (true, true) if lower.matches('.').count() > 1 => Some(Danger::Disguised),
        (true, _) => Some(Danger::Program),
        _ if MACROS.contains(&last) => Some(Danger::Macros),
        _ => None,
    }
}

/// `type/subtype` in lower case; what is no type becomes `application/octet-stream`.
pub fn content_type(declared: &str) -> String {
    let bare = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let token = |s: &str| {
        !s.is_empty()
            && s.len() < 128
            && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`{|}~".contains(&b))
    };
    match bare.split_once('/') {
        Some((kind, subtype)) if token(kind) && token(subtype) => bare,
        _ => "application/octet-stream".to_owned(),
    }
}

/// The type of a file: as declared, or by its content where the declaration says nothing.
pub fn type_of(declared: &str, name: Option<&str>, beginning: &[u8]) -> String {
    const SILENT: [&str; 4] = [
        "application/octet-stream",
        "application/x-download",
        "application/force-download",
        "binary/octet-stream",
    ];
    if !SILENT.contains(&declared) {
        return declared.to_owned();
    }
    by_content(beginning).or_else(|| by_name(name?)).unwrap_or(SILENT[0]).to_owned()
}

/// The type of a picture that a browser shows, by its first bytes.
#[must_use]
pub fn raster(bytes: &[u8]) -> Option<&'static str> {
    const SHOWN: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];
    // Two letters are no sign for a file of unknown type; for one that calls itself a picture.
    let bitmap = || bytes.starts_with(b"BM").then_some("image/bmp");
    by_content(bytes).filter(|kind| SHOWN.contains(kind)).or_else(bitmap)
}

/// True for sound and film that a browser may play in place.
#[must_use]
pub fn is_playable(content_type: &str) -> bool {
    const PLAYED: [&str; 17] = [
        "audio/aac",
        "audio/flac",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "audio/opus",
        "audio/wav",
        "audio/wave",
        "audio/webm",
        "audio/x-flac",
        "audio/x-m4a",
        "audio/x-wav",
        "video/mp4",
        "video/ogg",
        "video/quicktime",
        "video/webm",
        "video/x-m4v",
    ];
    PLAYED.contains(&content_type)
}

/// What the first bytes tell: only types that cannot be taken for another.
fn by_content(bytes: &[u8]) -> Option<&'static str> {
    const SIGNS: [(usize, &[u8], &str); 20] = [
        (0, b"%PDF-", "application/pdf"),
        (0, b"\x89PNG\r\n\x1a\n", "image/png"),
        (0, b"\xff\xd8\xff", "image/jpeg"),
        (0, b"GIF87a", "image/gif"),
        (0, b"GIF89a", "image/gif"),
        (8, b"WEBP", "image/webp"),
        (4, b"ftypavif", "image/avif"),
        (4, b"ftypheic", "image/heic"),
        (4, b"ftypqt", "video/quicktime"),
        (4, b"ftyp", "video/mp4"),
        (0, b"\x1aE\xdf\xa3", "video/webm"),
        (0, b"OggS", "audio/ogg"),
        (0, b"ID3", "audio/mpeg"),
        (0, b"fLaC", "audio/flac"),
        (8, b"WAVE", "audio/wav"),
        (0, b"\x1f\x8b", "application/gzip"),
        (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (0, b"Rar!\x1a\x07", "application/vnd.rar"),
        (0, b"BEGIN:VCARD", "text/vcard"),
        (0, b"BEGIN:VCALENDAR", "text/calendar"),
    ];
    let fits = |(at, sign, _): &&(usize, &[u8], &str)| {
        bytes.get(*at..).is_some_and(|rest| rest.starts_with(sign))
    };
    SIGNS.iter().find(fits).map(|(_, _, found)| *found)
}

/// What a name promises: nothing that a browser would act on.
fn by_name(name: &str) -> Option<&'static str> {
    let (_, extension) = name.rsplit_once('.')?;
    let found = match extension.trim().to_ascii_lowercase().as_str() {
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "txt" | "log" | "md" => "text/plain",
        "csv" => "text/csv",
        "ics" => "text/calendar",
        "vcf" => "text/vcard",
        "eml" => "message/rfc822",
        "zip" => "application/zip",
        "mp3" => "audio/mpeg",
        "mp4" => "video/mp4",
        "doc" => "application/msword",
        "xls" => "application/vnd.ms-excel",
        "ppt" => "application/vnd.ms-powerpoint",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        _ => return None,
    };
    Some(found)
}

/// Controls, bidirectional overrides, and characters without width: what hides `exe` behind `txt`.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{ad}' | '\u{61c}' | '\u{e0000}'..='\u{e007f}')
}

fn fallback(content_type: &str) -> String {
    let known = match content_type {
        "message/rfc822" | "message/global" => Some(unnamed::MESSAGE),
        "message/delivery-status" | "message/global-delivery-status" => Some(unnamed::DELIVERY),
        "message/disposition-notification" | "message/global-disposition-notification" => {
            Some(unnamed::RECEIPT)
        }
        "message/feedback-report" => Some(unnamed::COMPLAINT),
        "text/rfc822-headers" | "message/rfc822-headers" | "message/global-headers" => {
            Some(unnamed::HEADERS)
        }
        "text/calendar" | "application/ics" => Some(unnamed::EVENT),
        "text/vcard" | "text/x-vcard" | "text/directory" => Some(unnamed::CONTACT),
        "application/pgp-encrypted" => Some(unnamed::PGP_VERSION),
        "application/pgp-signature" => Some(unnamed::PGP_SIGNATURE),
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => Some(unnamed::SMIME_MESSAGE),
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => {
            Some(unnamed::SMIME_SIGNATURE)
        }
        _ => None,
    };
    if let Some(known) = known {
        return known.to_owned();
    }
    let extension = match content_type {
        "text/plain" => "txt",
        "text/html" => "html",
        "image/jpeg" => "jpg",
        "image/svg+xml" => "svg",
        other => match other.split_once('/') {
            Some(("image" | "audio" | "video" | "text", subtype)) if is_plain(subtype) => subtype,
            Some((_, subtype @ ("pdf" | "zip" | "json" | "xml" | "rtf"))) => subtype,
            _ => "bin",
        },
    };
    format!("attachment.{extension}")
}

fn is_plain(subtype: &str) -> bool {
    subtype.len() <= 5 && subtype.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn shorten(name: &str) -> String {
    if name.len() <= NAME_LIMIT {
        return name.to_owned();
    }
    let extension = name.rfind('.').map(|at| &name[at..]).filter(|e| e.len() <= 16).unwrap_or("");
    let stem = &name[..name.floor_char_boundary(NAME_LIMIT - extension.len())];
    format!("{stem}{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(declared: &str, expect: &str) {
        assert_eq!(file_name(Some(declared), "application/octet-stream"), expect);
    }

    #[test]
    fn names_are_kept_where_they_are_honest() {
        check("Отчёт 2026.pdf", "Отчёт 2026.pdf");
        check("发票.xlsx", "发票.xlsx");
        check("archive.tar.gz", "archive.tar.gz");
        check("concert.txt", "concert.txt");
    }

    #[test]
    fn names_leave_no_folder_and_deceive_nobody() {
        check("../../etc/passwd", "_.._etc_passwd");
        check("invoice\u{202e}fdp.exe", "invoicefdp.exe");
        check("a\r\nb\0.txt", "ab.txt");
        check("C:\\x.txt", "C__x.txt");
        check("NUL.txt", "_NUL.txt");
        check("com1", "_com1");
        check(" .. ", "attachment.bin");
        check("///", "attachment.bin");
    }

    #[test]
    fn long_names_keep_their_extension() {
        let name = file_name(Some(&format!("{}.pdf", "é".repeat(300))), "application/pdf");
        assert!(name.len() <= NAME_LIMIT && name.ends_with("é.pdf"));
    }

    #[test]
    fn a_missing_name_is_made_from_the_type() {
        assert_eq!(file_name(None, "image/png"), "attachment.png");
        assert_eq!(file_name(Some(""), "message/rfc822"), "message.eml");
        assert_eq!(file_name(None, "message/delivery-status"), "delivery report.txt");
    }

    #[test]
    fn what_is_encrypted_is_called_so() {
        let part = |content_type: &str, parent| Part {
            content_type: content_type.into(),
            parent,
            ..Part::default()
        };
        let parts = [
            part("multipart/encrypted", None),
            part("application/pgp-encrypted", Some(0)),
            part("application/octet-stream", Some(0)),
            part("application/octet-stream", None),
        ];
        let names = ["attachment.bin", "encryption version.txt", "encrypted message.asc"];
        for (part, name) in parts.iter().zip(names).skip(1) {
            assert_eq!(name_of(part, &parts), name);
        }
        assert_eq!(name_of(&parts[3], &parts), names[0]);
    }

    #[test]
    fn what_is_more_than_it_seems_is_named() {
        assert_eq!(danger("invoice.pdf.exe"), Some(Danger::Disguised));
        assert_eq!(danger("setup.EXE"), Some(Danger::Program));
        assert_eq!(danger("report.docm"), Some(Danger::Macros));
        assert_eq!(danger("report.pdf"), None);
        assert_eq!(danger("exe"), None);
        check("invoice\u{2024}pdf\u{2024}exe", "invoice.pdf.exe");
        check("Desktop.ini", "_Desktop.ini");
        check("x\u{3164}\u{115f}.exe", "x.exe");
    }

    #[test]
    fn content_speaks_where_the_type_is_silent() {
        let octets = "application/octet-stream";
        assert_eq!(type_of(octets, Some("x.exe"), b"%PDF-1.7"), "application/pdf");
        assert_eq!(type_of(octets, Some("x.pdf"), b""), "application/pdf");
        assert_eq!(type_of(octets, Some("x.html"), b"<script>"), octets);
        assert_eq!(type_of("text/plain", Some("x.pdf"), b"%PDF-"), "text/plain");
    }

    #[test]
    fn types_are_normalised() {
        assert_eq!(content_type("Image/PNG; name=x"), "image/png");
        assert_eq!(content_type("pdf"), "application/octet-stream");
        assert_eq!(content_type("text/ht ml"), "application/octet-stream");
    }
}
