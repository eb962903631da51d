//! Whether a message asks to be told that it was read (RFC 8098 §2.1).

use postern_shared::insight::ReceiptRequest;

use super::fields;
use super::header::{self, Headers};

const FIELD: &str = "Disposition-Notification-To";

/// What a header asks for; none where it asks for nothing that may be answered.
pub(super) fn read(block: &[u8], headers: &Headers) -> Option<ReceiptRequest> {
    let asks = |line: &[u8]| {
        line.get(..FIELD.len()).is_some_and(|start| start.eq_ignore_ascii_case(FIELD.as_bytes()))
    };
    if !block.split(|byte| *byte == b'\n').any(asks) {
        return None;
    }
    let block = fields::blocks(block).into_iter().next()?;
    let asked = block.raw(FIELD)?;
    // A report is never reported on (§3), and what must be understood and is not, is not answered
    // (§2.2).
    let kind = block.get("Content-Type").trim_start().to_ascii_lowercase();
    let is_report = kind.starts_with("multipart/report");
    let options = block.get("Disposition-Notification-Options").to_ascii_lowercase();
    if is_report || options.replace(' ', "").contains("=required") {
        return None;
    }
    let asked = header::headers(&[b"To: ", asked, b"\r\n\r\n"].concat()).to;
    let to = asked.first().filter(|to| to.email.contains('@'))?.clone();
    let path = block.get("Return-Path").trim_matches(['<', '>', ' ']);
    let from = headers.from.first().map_or("", |from| from.email.as_str());
    let came_from = if path.is_empty() { from } else { path };
    let elsewhere = asked.len() > 1 || !to.email.eq_ignore_ascii_case(came_from);
    Some(ReceiptRequest { to, elsewhere })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::{Limits, parse};

    fn request(header: &str) -> Option<ReceiptRequest> {
        let raw = format!("From: Ann <ann@a.test>\r\n{header}\r\n\r\nHello.\r\n");
        let parsed = parse(raw.into_bytes(), &Limits::default());
        read(&parsed.block, &parsed.headers)
    }

    fn check(header: &str, expect: Option<(&str, bool)>) {
        let found = request(header);
        let told = found.as_ref().map(|it| (it.to.email.as_str(), it.elsewhere));
        assert_eq!(told, expect, "{header}");
    }

    #[test]
    fn a_receipt_goes_to_whom_it_names_and_a_detour_is_told() {
        check("Subject: none", None);
        let name = "Disposition-Notification-To";
        check(
            &format!("{name}: =?utf-8?q?Z=C3=BC?=\r\n <ANN@a.test>"),
            Some(("ANN@a.test", false)),
        );
        check(
            &format!("Return-Path: <ann@a.test>\r\n{name}: ann@a.test"),
            Some(("ann@a.test", false)),
        );
        check(
            &format!("Return-Path: <b@b.test>\r\n{name}: ann@a.test"),
            Some(("ann@a.test", true)),
        );
        check(&format!("{name}: spy@x.test"), Some(("spy@x.test", true)));
        check(&format!("{name}: ann@a.test, spy@x.test"), Some(("ann@a.test", true)));
        let named = request(&format!("{name}: =?utf-8?q?Z=C3=BC?= <ann@a.test>")).unwrap();
        assert_eq!(named.to.name, "Zü");
    }

    #[test]
    fn what_may_not_be_answered_asks_for_nothing() {
        let name = "Disposition-Notification-To";
        check(&format!("{name}: nobody"), None);
        check(&format!("{name}:"), None);
        let options = "Disposition-Notification-Options: signed = required,pkcs7";
        check(&format!("{name}: ann@a.test\r\n{options}"), None);
        let report = "Content-Type: multipart/report; boundary=b";
        check(&format!("{name}: ann@a.test\r\n{report}"), None);
        check(&format!("Subject: x\r\n\r\n{name}: ann@a.test"), None);
    }
}
