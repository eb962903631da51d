//! Names and types of attachments, made safe to show and to save.

/// Longest file name in bytes that every file system takes, extension included.
const NAME_LIMIT: usize = 200;

const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// A file name that is never empty, deceives nobody and leaves no folder.
pub fn file_name(declared: Option<&str>, content_type: &str) -> String {
    let spaced: String = declared
        .unwrap_or_default()
        .chars()
        .filter(|c| !is_deceptive(*c))
        .map(|c| {
            if matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { c }
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
    let reserved = RESERVED.iter().take(if numbered { 6 } else { 4 }).any(|word| *word == device);
    let name = if reserved { format!("_{name}") } else { name.to_owned() };
    shorten(&name)
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

/// Controls, bidirectional overrides, and characters without width: what hides `exe` behind `txt`.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{ad}' | '\u{61c}' | '\u{e0000}'..='\u{e007f}')
}

fn fallback(content_type: &str) -> String {
    let extension = match content_type {
        "message/rfc822" | "message/global" => return "message.eml".to_owned(),
        "text/plain" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "text/vcard" => "vcf",
        "image/jpeg" => "jpg",
        "image/svg+xml" => "svg",
        "application/pgp-signature" => "asc",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "p7s",
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
    }

    #[test]
    fn types_are_normalised() {
        assert_eq!(content_type("Image/PNG; name=x"), "image/png");
        assert_eq!(content_type("pdf"), "application/octet-stream");
        assert_eq!(content_type("text/ht ml"), "application/octet-stream");
    }
}
