//! Content lines, which calendars and contacts are written in (RFC 5545 §3.1, RFC 6350 §3.2–3.4).

/// `NAME;PARAM=value:value`, unfolded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// Upper case, without a group.
    pub(super) name: String,
    /// Names upper case; a value without quotation marks.
    params: Vec<(String, String)>,
    /// As it stands, escapes and all.
    pub(super) value: String,
}

/// Lines of one text that are looked at.
const LIMIT: usize = 20_000;

impl Line {
    /// A parameter; empty where it is absent.
    pub(super) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// All parameters in their order.
    pub(super) fn params(&self) -> impl Iterator<Item = &(String, String)> {
        self.params.iter()
    }

    /// A line to be written.
    pub(super) fn new(name: &str, params: Vec<(String, String)>, value: String) -> Self {
        Self { name: name.to_owned(), params, value }
    }

    /// The value as text, escapes undone, line breaks kept.
    pub(super) fn text(&self) -> String {
        unescape(&self.value)
    }

    /// The fields of a structured value, separated by semicolons.
    pub(super) fn fields(&self) -> Vec<String> {
        let (mut fields, mut escaped, mut start) = (Vec::new(), false, 0);
        for (at, c) in self.value.char_indices() {
            if c == ';' && !escaped {
                fields.push(unescape(&self.value[start..at]));
                start = at + 1;
            }
            escaped = c == '\\' && !escaped;
        }
        fields.push(unescape(&self.value[start..]));
        fields
    }
}

/// Reads the lines of a text.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut unfolded: Vec<String> = Vec::new();
    for raw in text.lines() {
        if unfolded.len() >= LIMIT {
            break;
        }
        let folded = raw.strip_prefix(' ').or_else(|| raw.strip_prefix('\t'));
        match (folded, unfolded.last_mut()) {
            (Some(rest), Some(last)) => {
                soft(last);
                last.push_str(rest);
            }
            // vCard 2.1 goes on behind a quoted-printable line break.
            (None, Some(last)) if is_quoted(last) && last.ends_with('=') => {
                last.pop();
                last.push_str(raw);
            }
            _ => unfolded.push(raw.to_owned()),
        }
    }
    unfolded.iter().filter_map(|line| read(line)).collect()
}

fn soft(last: &mut String) {
    if is_quoted(last) && last.ends_with('=') {
        last.pop();
    }
}

fn is_quoted(line: &str) -> bool {
    let head = line.split(':').next().unwrap_or_default();
    head.to_ascii_uppercase().contains("QUOTED-PRINTABLE")
}

fn read(line: &str) -> Option<Line> {
    let colon = outside_quotes(line, ':').next()?;
    let (head, value) = (&line[..colon], &line[colon + 1..]);
    let mut ends: Vec<usize> = outside_quotes(head, ';').collect();
    ends.push(head.len());
    let name = head[..ends[0]].rsplit('.').next().unwrap_or_default().trim().to_ascii_uppercase();
    let params = ends.windows(2).map(|pair| &head[pair[0] + 1..pair[1]]).map(|param| {
        // In vCard 2.1 a value stands alone.
        let (key, value) = param.split_once('=').unwrap_or(("TYPE", param));
        (key.trim().to_ascii_uppercase(), value.trim().trim_matches('"').to_owned())
    });
    let mut line = Line { name, params: params.collect(), value: value.to_owned() };
    if line.param("ENCODING").eq_ignore_ascii_case("QUOTED-PRINTABLE") || is_quoted(head) {
        let bytes = super::transfer::decode(value.as_bytes(), super::Encoding::QuotedPrintable).0;
        let charset = Some(line.param("CHARSET")).filter(|charset| !charset.is_empty());
        line.value = super::charset::to_text(&bytes, charset).0;
    }
    (!line.name.is_empty()).then_some(line)
}

fn outside_quotes(text: &str, wanted: char) -> impl Iterator<Item = usize> + '_ {
    let mut quoted = false;
    text.char_indices().filter_map(move |(at, c)| {
        quoted ^= c == '"';
        (c == wanted && !quoted).then_some(at)
    })
}

fn unescape(value: &str) -> String {
    let (mut out, mut chars) = (String::with_capacity(value.len()), value.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_unfolded_and_taken_apart() {
        let text =
            "item1.TEL;TYPE=\"work:1;x\";PREF:tel:+1\r\n 23\r\nSUMMARY:a\\, b\\;\\nc\n\nnonsense\n";
        let lines = lines(text);
        assert_eq!((lines[0].name.as_str(), lines[0].value.as_str()), ("TEL", "tel:+123"));
        assert_eq!(lines[0].param("TYPE"), "work:1;x");
        assert_eq!(lines[1].text(), "a, b;\nc");
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn structured_values_are_split_at_bare_semicolons() {
        let line = &lines("N:M\\;ü;Ann;;Dr.;")[0];
        assert_eq!(line.fields(), ["M;ü", "Ann", "", "Dr.", ""]);
    }

    #[test]
    fn old_contacts_are_quoted_printable() {
        let text = "FN;CHARSET=iso-8859-1;ENCODING=QUOTED-PRINTABLE:Z=\n=F6e\nN:x";
        assert_eq!(lines(text)[0].text(), "Zöe");
    }
}
