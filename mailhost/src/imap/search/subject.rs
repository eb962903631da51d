//! The base subject of RFC 5256 §2.1: what remains without `Re:`, `Fwd:` and list names.

/// The base subject, and whether something that marks an answer or a forward was taken away.
pub(crate) fn base_subject(subject: &str) -> (String, bool) {
    let mut text = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut answers = false;
    loop {
        while let Some(rest) = without_trailer(&text) {
            text = rest;
            answers = true;
        }
        text = without_leaders(text, &mut answers);
        let lower = text.to_ascii_lowercase();
        if !(lower.starts_with("[fwd:") && lower.ends_with(']')) {
            return (text, answers);
        }
        text = text["[fwd:".len()..text.len() - 1].trim().to_owned();
        answers = true;
    }
}

/// Without `(fwd)` at the end.
fn without_trailer(text: &str) -> Option<String> {
    let start = text.len().checked_sub("(fwd)".len())?;
    let tail = text.get(start..)?;
    tail.eq_ignore_ascii_case("(fwd)").then(|| text[..start].trim_end().to_owned())
}

/// Without `Re:`, `Fwd:` and list names in brackets, unless nothing else would remain.
fn without_leaders(text: String, answers: &mut bool) -> String {
    let mut rest = text.as_str();
    loop {
        let mut behind_blobs = rest;
        while let Some(behind) = behind_blob(behind_blobs) {
            behind_blobs = behind;
        }
        if let Some(behind) = behind_answer(behind_blobs) {
            *answers = true;
            rest = behind;
            continue;
        }
        match behind_blob(rest) {
            Some(behind) if !behind.is_empty() => rest = behind,
            _ => return rest.to_owned(),
        }
    }
}

/// Behind `re:`, `fw:` or `fwd:`, with a list name before the colon or without.
fn behind_answer(text: &str) -> Option<&str> {
    let words = ["re", "fwd", "fw"];
    let behind = words.iter().find_map(|word| {
        let head = text.get(..word.len())?;
        let behind = text[word.len()..].trim_start();
        let behind = behind_blob(behind).unwrap_or(behind);
        head.eq_ignore_ascii_case(word).then(|| behind.strip_prefix(':')).flatten()
    });
    behind.map(str::trim_start)
}

/// Behind `[name]`.
fn behind_blob(text: &str) -> Option<&str> {
    let (name, behind) = text.strip_prefix('[')?.split_once(']')?;
    (!name.contains('[')).then(|| behind.trim_start())
}

#[cfg(test)]
mod tests {
    use super::base_subject;

    #[test]
    fn answers_forwards_and_list_names_fall_away() {
        for (subject, base, answers) in [
            ("Lunch", "Lunch", false),
            ("Re: Lunch", "Lunch", true),
            ("RE[2]: FW:  Lunch \t today", "Lunch today", true),
            ("[club] Re: [club] Lunch", "Lunch", true),
            ("[club] Lunch", "Lunch", false),
            ("[club]", "[club]", false),
            ("Re: [club]", "[club]", true),
            ("Lunch (fwd) (FWD)", "Lunch", true),
            ("[Fwd: Re: Lunch]", "Lunch", true),
            ("Regarding lunch", "Regarding lunch", false),
            ("Re", "Re", false),
            ("", "", false),
        ] {
            assert_eq!(base_subject(subject), (base.to_owned(), answers), "{subject}");
        }
    }
}
