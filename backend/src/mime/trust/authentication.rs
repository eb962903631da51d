//! Authentication-Results of servers that are trusted, and of no others (RFC 8601).
//!
//! The field is read as it stands: nothing is decoded and no quotation marks are taken off the
//! server's name, so that only what the server itself would have removed from a stranger counts.

use postern_shared::trust::{Authentication, Check, Finding};

/// A field of the header: its name and its value, unfolded, raw.
pub(super) type Field = (String, String);

/// The header's fields in their order.
pub(super) fn fields(block: &[u8]) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for line in block.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = String::from_utf8_lossy(line);
        if line.is_empty() {
            break;
        }
        if text.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(text.trim());
            }
        } else if let Some((name, value)) = text.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

/// What the trusted server found: its own fields at the very top, up to the next server's.
///
/// A field further down, below another server's or below the message's next hop, is a claim of
/// whoever sent the message (RFC 8601 §5).
pub(super) fn read(fields: &[Field], servers: &[String]) -> Option<Authentication> {
    let mut found: Option<Authentication> = None;
    for (name, value) in fields {
        match (name.as_str(), &mut found) {
            ("authentication-results", found) => {
                let stripped = without_comments(value);
                let (server, results) = stripped.split_once(';').unwrap_or((&stripped, ""));
                let server = server_of(server).filter(|name| is_trusted(name, servers));
                let Some(server) = server else { break };
                let found = found.get_or_insert_with(|| Authentication {
                    server: server.to_owned(),
                    ..Authentication::default()
                });
                take(found, results);
            }
            ("received", Some(_)) => break,
            _ => {}
        }
    }
    found
}

/// A trusted name, or a machine below one that is written `*.name`.
fn is_trusted(server: &str, servers: &[String]) -> bool {
    servers.iter().any(|known| match known.strip_prefix("*.") {
        Some(domain) => server.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
        None => known.eq_ignore_ascii_case(server),
    })
}

/// `mx.example.test` or `mx.example.test 1`, in no other way.
fn server_of(text: &str) -> Option<&str> {
    let mut words = text.split_whitespace();
    let (name, version, rest) = (words.next()?, words.next(), words.next());
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let version = version.is_none_or(|version| version == "1");
    (version && rest.is_none() && name.chars().all(plain)).then_some(name)
}

fn take(found: &mut Authentication, results: &str) {
    for result in split(results, ';') {
        let words: Vec<&str> = split(result, ' ');
        let mut pairs = words.iter().filter_map(|word| word.split_once('='));
        let Some((method, finding)) = pairs.next() else { continue };
        let finding = finding_of(finding);
        let property = |wanted: &[&str]| {
            let of = |wanted: &&str| {
                let named = |(name, _): &(&str, &str)| name.eq_ignore_ascii_case(wanted);
                pairs.clone().find(named).map(|(_, value)| domain_of(value))
            };
            wanted.iter().find_map(of).unwrap_or_default()
        };
        let method = method.split('/').next().unwrap_or_default().to_ascii_lowercase();
        match method.as_str() {
            "spf" if found.spf.is_none() => {
                let domain = property(&["smtp.mailfrom", "smtp.mail", "smtp.helo"]);
                found.spf = Some(Check { finding, domain });
            }
            "dkim" if found.dkim.len() < 20 => {
                let domain = property(&["header.d", "header.i"]);
                found.dkim.push(Check { finding, domain });
            }
            "dmarc" if found.dmarc.is_none() => {
                found.dmarc = Some(Check { finding, domain: property(&["header.from"]) });
            }
            "arc" if found.arc.is_none() => {
                found.arc = Some(Check { finding, domain: property(&["header.oldest-pass"]) });
            }
            _ => {}
        }
    }
}

fn finding_of(word: &str) -> Finding {
    match word.to_ascii_lowercase().as_str() {
        "pass" => Finding::Pass,
        "fail" | "hardfail" => Finding::Fail,
        "softfail" => Finding::SoftFail,
        "neutral" | "policy" | "bestguesspass" => Finding::Neutral,
        "temperror" => Finding::TemporaryError,
        "permerror" => Finding::PermanentError,
        _ => Finding::None,
    }
}

/// The domain of `@example.test`, `ann@example.test` or `example.test`.
fn domain_of(value: &str) -> String {
    let value = value.trim_matches(['"', '<', '>']);
    let domain = value.rsplit('@').next().unwrap_or_default();
    domain.trim_end_matches('.').to_ascii_lowercase()
}

/// Pieces between separators that stand outside of quotation marks, empty ones left out.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut pieces, mut start, mut quoted) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices() {
        quoted ^= c == '"';
        let ends = c == separator || (separator == ' ' && c.is_whitespace());
        if ends && !quoted {
            pieces.push(&text[start..at]);
            start = at + c.len_utf8();
        }
    }
    pieces.push(&text[start..]);
    pieces.into_iter().map(str::trim).filter(|piece| !piece.is_empty()).collect()
}

fn without_comments(value: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) = (String::new(), 0_u32, false, false);
    for c in value.chars() {
        if escaped {
            escaped = false;
            if depth == 0 {
                out.push(c);
            }
            continue;
        }
        match c {
            '\\' if depth > 0 || quoted => escaped = true,
            '"' if depth == 0 => {
                quoted = !quoted;
                out.push(c);
            }
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth > 0 => {
                depth -= 1;
                out.push(' ');
            }
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out.replace(" =", "=").replace("= ", "=")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(header: &str) -> Option<Authentication> {
        read(&fields(header.as_bytes()), &["mx.a.test".to_owned(), "*.big.test".to_owned()])
    }

    #[test]
    fn results_are_read_with_their_domains() {
        let header = "Received: by mx.a.test\n\
            Authentication-Results: mx.a.test 1; spf=softfail (no; really) smtp.mailfrom=x@b.test;\n \
            dkim=pass (2048) header.i=@b.test header.s=s; dkim = fail reason=\"bad; sig\" header.d=c.test;\n \
            dmarc=pass (p=NONE) header.from=B.test; arc=none\n\
            Authentication-Results: mx.a.test; iprev=pass; dkim=pass header.d=d.test\n\
            Received: from b.test\n\
            Authentication-Results: mx.a.test; dkim=pass header.d=evil.test\n";
        let found = found(header).expect("it is trusted");
        let check = |finding, domain: &str| Check { finding, domain: domain.to_owned() };
        assert_eq!(found.spf, Some(check(Finding::SoftFail, "b.test")));
        let dkim = [
            check(Finding::Pass, "b.test"),
            check(Finding::Fail, "c.test"),
            check(Finding::Pass, "d.test"),
        ];
        assert_eq!(found.dkim, dkim);
        assert_eq!(found.dmarc, Some(check(Finding::Pass, "b.test")));
        assert_eq!(found.arc, Some(check(Finding::None, "")));
    }

    #[test]
    fn only_the_topmost_field_of_a_trusted_server_counts() {
        let results = "dmarc=pass header.from=b.test";
        for forged in [
            format!("Authentication-Results: evil.test; {results}"),
            format!(
                "Authentication-Results: evil.test; x=y\nAuthentication-Results: mx.a.test; {results}"
            ),
            format!("Authentication-Results: \"mx.a.test\"; {results}"),
            format!("Authentication-Results: mx.a.test 2; {results}"),
            format!("Authentication-Results: mx.a.test evil; {results}"),
            format!("Authentication-Results: =?utf-8?Q?mx.a.test?=; {results}"),
            format!("Authentication-Results: evilbig.test; {results}"),
            format!("X-Authentication-Results: mx.a.test; {results}"),
            format!("Subject: x\n\nAuthentication-Results: mx.a.test; {results}"),
        ] {
            assert_eq!(found(&forged), None, "{forged}");
        }
        assert!(found(&format!("Authentication-Results: in7.big.test; {results}")).is_some());
    }
}
