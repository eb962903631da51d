//! Open drafts as texts, so that a reload of the tab does not lose them.

use postern_shared::account::AccountId;
use postern_shared::address::Address;
use postern_shared::draft::{DraftOptions, Enclosed, Origin, Source};
use postern_shared::message::MessageKey;
use postern_shared::upload::UploadId;

use super::Composing;
use super::answer::Kind;
use crate::routes::{Route, key_path};

/// Raised when the form changes: what another version kept is not read.
const VERSION: &str = "3";
/// Control characters part what is kept; texts of mail hold none of them.
const DRAFT: char = '\u{1e}';
const FIELD: char = '\u{1f}';
const ENTRY: char = '\u{1d}';
const PIECE: char = '\u{1c}';

const KINDS: [(Kind, &str); 4] = [
    (Kind::New, "new"),
    (Kind::Reply, "reply"),
    (Kind::ReplyAll, "reply-all"),
    (Kind::Forward, "forward"),
];

/// Writes the drafts of a user.
pub fn write(user: &str, drafts: &[Composing]) -> String {
    let head = [VERSION.to_owned(), clean(user)].join(&FIELD.to_string());
    let drafts = drafts.iter().map(one);
    std::iter::once(head).chain(drafts).collect::<Vec<_>>().join(&DRAFT.to_string())
}

/// Reads the drafts of a user; nothing where they are another's or of another version.
pub fn read(user: &str, kept: &str) -> Vec<Composing> {
    let mut parts = kept.split(DRAFT);
    let head = parts.next().and_then(|head| head.split_once(FIELD));
    if head != Some((VERSION, user)) {
        return Vec::new();
    }
    parts.filter_map(parse).collect()
}

fn one(draft: &Composing) -> String {
    let kind = KINDS.iter().find(|(kind, _)| *kind == draft.kind).map_or("", |(_, name)| name);
    let (original, message_id, references, sections) = match &draft.origin {
        Origin::New => Default::default(),
        Origin::Reply { original, message_id, references } => {
            (key_path(original), message_id.clone(), entries(references), String::new())
        }
        Origin::Forward { original, message_id, references, sections } => {
            (key_path(original), message_id.clone(), entries(references), entries(sections))
        }
    };
    let attachments: Vec<_> = draft.attachments.iter().map(attachment).collect();
    let fields = [
        draft.id.to_string(),
        kind.to_owned(),
        clean(&draft.account.0),
        addresses(std::slice::from_ref(&draft.from)),
        addresses(&draft.to),
        addresses(&draft.cc),
        addresses(&draft.bcc),
        clean(&draft.subject),
        clean(&draft.text),
        original,
        clean(&message_id),
        references,
        sections,
        attachments.join(&ENTRY.to_string()),
        draft.html.as_deref().map(|html| format!("={}", clean(html))).unwrap_or_default(),
        clean(&draft.options.message_id),
        options(&draft.options),
        draft.options.stored.as_ref().map(key_path).unwrap_or_default(),
    ];
    fields.join(&FIELD.to_string())
}

fn parse(kept: &str) -> Option<Composing> {
    let fields: Vec<_> = kept.split(FIELD).collect();
    let [
        id,
        kind,
        account,
        from,
        to,
        cc,
        bcc,
        subject,
        text,
        original,
        message_id,
        refs,
        sections,
        files,
        html,
        own_id,
        more,
        stored,
    ] = fields[..]
    else {
        return None;
    };
    let kind = KINDS.iter().find(|(_, name)| *name == kind)?.0;
    let message_id = message_id.to_owned();
    let references = list(refs);
    let origin = match (read_key(original), kind) {
        (Some(original), Kind::Forward) => {
            Origin::Forward { original, message_id, references, sections: list(sections) }
        }
        (Some(original), _) => Origin::Reply { original, message_id, references },
        _ => Origin::New,
    };
    let attachments = files.split(ENTRY).filter_map(read_attachment).collect();
    Some(Composing {
        id: id.parse().ok()?,
        kind,
        account: AccountId(account.to_owned()),
        from: read_addresses(from).into_iter().next()?,
        to: read_addresses(to),
        cc: read_addresses(cc),
        bcc: read_addresses(bcc),
        subject: subject.to_owned(),
        text: text.to_owned(),
        html: html.strip_prefix('=').map(str::to_owned),
        origin,
        attachments,
        options: DraftOptions {
            message_id: own_id.to_owned(),
            stored: read_key(stored),
            ..read_options(more)
        },
        loading: false,
        touched: true,
    })
}

/// Asks, and where replies go.
fn options(options: &DraftOptions) -> String {
    let asks = [(options.ask_read, "read"), (options.ask_delivered, "delivered")];
    let asks = asks.into_iter().filter_map(|(asked, name)| asked.then_some(name));
    let head = asks.collect::<Vec<_>>().join(" ");
    let mut entries = vec![head];
    entries.extend(options.reply_to.iter().map(|one| addresses(std::slice::from_ref(one))));
    entries.join(&ENTRY.to_string())
}

fn read_options(kept: &str) -> DraftOptions {
    let (asks, reply_to) = kept.split_once(ENTRY).unwrap_or((kept, ""));
    DraftOptions {
        reply_to: read_addresses(reply_to),
        ask_read: asks.split(' ').any(|ask| ask == "read"),
        ask_delivered: asks.split(' ').any(|ask| ask == "delivered"),
        ..DraftOptions::default()
    }
}

fn clean(text: &str) -> String {
    text.replace([DRAFT, FIELD, ENTRY, PIECE], "")
}

fn entries(list: &[String]) -> String {
    list.iter().map(|entry| clean(entry)).collect::<Vec<_>>().join(&ENTRY.to_string())
}

fn list(kept: &str) -> Vec<String> {
    kept.split(ENTRY).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

fn addresses(list: &[Address]) -> String {
    let one =
        |address: &Address| format!("{}{PIECE}{}", clean(&address.name), clean(&address.email));
    list.iter().map(one).collect::<Vec<_>>().join(&ENTRY.to_string())
}

fn read_addresses(kept: &str) -> Vec<Address> {
    let pairs = kept.split(ENTRY).filter_map(|entry| entry.split_once(PIECE));
    pairs.map(|(name, email)| Address { name: name.to_owned(), email: email.to_owned() }).collect()
}

fn attachment(file: &Enclosed) -> String {
    let (from, of) = match &file.source {
        Source::Upload(id) => (String::new(), id.0.clone()),
        Source::Part(key, section) => (key_path(key), section.clone()),
    };
    let content_id = file.content_id.clone().unwrap_or_default();
    let size = file.size.to_string();
    let pieces = [&file.name, &file.content_type, &size, &from, &of, &content_id];
    pieces.map(|piece| clean(piece)).join(&PIECE.to_string())
}

fn read_attachment(kept: &str) -> Option<Enclosed> {
    let pieces: Vec<_> = kept.split(PIECE).collect();
    let [name, content_type, size, from, of, content_id] = pieces[..] else { return None };
    let source = match from {
        "" => Source::Upload(UploadId(of.to_owned())),
        from => Source::Part(read_key(from)?, of.to_owned()),
    };
    Some(Enclosed {
        name: name.to_owned(),
        content_type: content_type.to_owned(),
        size: size.parse().ok()?,
        source,
        content_id: (!content_id.is_empty()).then(|| content_id.to_owned()),
    })
}

fn read_key(path: &str) -> Option<MessageKey> {
    match Route::parse(&format!("mail/{path}")) {
        Route::Message(key) => Some(key),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixtures::{account, key};

    fn draft() -> Composing {
        let ann = Address { name: "Ann, B".into(), email: "ann@x.test".into() };
        Composing {
            id: 7,
            kind: Kind::Forward,
            account: account(),
            from: ann.clone(),
            to: vec![ann.clone(), ann],
            cc: vec![],
            bcc: vec![],
            subject: "Fwd: Tea\u{1f}".into(),
            text: "line\n\n> quoted".into(),
            html: Some("<div>line</div>".into()),
            origin: Origin::Forward {
                original: key(3),
                message_id: "<m@x>".into(),
                references: vec!["<r@x>".into()],
                sections: vec!["2".into()],
            },
            attachments: [Source::Part(key(3), "2".into()), Source::Upload(UploadId("u1".into()))]
                .map(|source| Enclosed {
                    name: "a b.pdf".into(),
                    content_type: "application/pdf".into(),
                    size: 9,
                    content_id: matches!(source, Source::Upload(_)).then(|| "c@x".to_owned()),
                    source,
                })
                .into(),
            options: DraftOptions {
                message_id: "<own@x>".into(),
                reply_to: vec![Address { name: "L".into(), email: "l@x.test".into() }],
                ask_delivered: true,
                stored: Some(key(9)),
                ..DraftOptions::default()
            },
            loading: false,
            touched: true,
        }
    }

    #[test]
    fn a_draft_comes_back_as_it_was_kept_without_what_could_break_the_form() {
        let expect = Composing { subject: "Fwd: Tea".into(), ..draft() };
        assert_eq!(read("me", &write("me", &[draft()])), [expect]);
    }

    #[test]
    fn drafts_of_another_user_or_version_are_not_read() {
        let kept = write("me", &[draft()]);
        assert_eq!(read("you", &kept), []);
        assert_eq!(read("me", &kept.replacen('3', "0", 1)), []);
        assert_eq!(read("me", ""), []);
    }
}
