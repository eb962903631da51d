//! What a search is to return: ESEARCH, SEARCHRES, PARTIAL (RFC 4731, 5182, 9394).

use crate::imap::Refusal;
use crate::imap::arguments::Arguments;
use crate::imap::sequence_set::compress;
use crate::imap::session::Session;
use crate::imap::stretch::Stretch;

/// One return option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Min,
    Max,
    All,
    Count,
    Save,
    Partial(Stretch),
}

/// The options after RETURN, and the space behind them.
pub(crate) fn parse(arguments: &mut Arguments<'_>) -> Result<Vec<Wanted>, Refusal> {
    let on = arguments.syntax.on;
    arguments.space()?;
    let mut wanted = arguments.list(|arguments| match arguments.keyword()?.as_str() {
        "MIN" => Ok(Wanted::Min),
        "MAX" => Ok(Wanted::Max),
        "ALL" => Ok(Wanted::All),
        "COUNT" => Ok(Wanted::Count),
        "SAVE" if on.search_res => Ok(Wanted::Save),
        "PARTIAL" if on.partial => {
            arguments.space()?;
            Stretch::parse(arguments).map(Wanted::Partial)
        }
        _ => Err(Refusal::bad("Unknown search return option")),
    })?;
    arguments.space()?;
    let partial = wanted.iter().any(|wanted| matches!(wanted, Wanted::Partial(_)));
    if partial && wanted.contains(&Wanted::All) {
        return Err(Refusal::bad("PARTIAL and ALL exclude each other"));
    }
    if wanted.is_empty() {
        wanted.push(Wanted::All);
    }
    Ok(wanted)
}

/// Keeps what was found as `$`, as far as it was asked for (RFC 5182 §2.4).
pub(crate) fn save(session: &mut Session, wanted: &[Wanted], uids: Vec<u32>) {
    let Some(view) = &mut session.view else { return };
    if !wanted.contains(&Wanted::Save) {
        return;
    }
    let ends_only = wanted.iter().any(|wanted| matches!(wanted, Wanted::Min | Wanted::Max))
        && !wanted.iter().any(|wanted| matches!(wanted, Wanted::All | Wanted::Count));
    view.saved = match (ends_only, uids.as_slice()) {
        (true, [first, .., last]) => {
            let ends = [(Wanted::Min, *first), (Wanted::Max, *last)];
            let ends = ends.into_iter().filter(|(end, _)| wanted.contains(end));
            ends.map(|(_, uid)| uid).collect()
        }
        _ => uids,
    };
}

/// What an ESEARCH line answers.
pub(crate) struct Answer<'a> {
    pub by_uid: bool,
    pub wanted: &'a [Wanted],
    /// In the order of the result.
    pub numbers: &'a [u32],
}

impl Answer<'_> {
    /// The line, without `* `; none where the result is only saved. MIN, MAX and ALL are left out
    /// where nothing was found.
    pub fn line(&self, tag: &str, modseq: Option<u64>) -> Option<String> {
        if self.wanted == [Wanted::Save] {
            return None;
        }
        let uid = if self.by_uid { " UID" } else { "" };
        let mut line = format!("ESEARCH (TAG \"{tag}\"){uid}");
        for wanted in self.wanted {
            let text = match (wanted, self.numbers) {
                (Wanted::Count, found) => format!(" COUNT {}", found.len()),
                (Wanted::Partial(stretch), found) => {
                    let set = compress(stretch.of(found));
                    let set = if set.is_empty() { "NIL" } else { &set };
                    format!(" PARTIAL ({stretch} {set})")
                }
                (Wanted::Save, _) | (_, []) => continue,
                (Wanted::Min, [first, ..]) => format!(" MIN {first}"),
                (Wanted::Max, [.., last]) => format!(" MAX {last}"),
                (Wanted::All, found) => format!(" ALL {}", compress(found)),
            };
            line.push_str(&text);
        }
        if let Some(modseq) = modseq {
            line.push_str(&format!(" MODSEQ {modseq}"));
        }
        Some(line)
    }
}
