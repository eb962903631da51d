//! Whatever a server sends, it is read or it is a defect: no panic, no hang, no growth beyond what
//! was sent. Whatever it sends well is read alike in every form.

use proptest::prelude::*;

use super::script::{Step, connected_with, limits, script};
use crate::store::MailboxName;
use crate::store::imap::Limits;
use crate::store::imap::ext::token::{Tokens, Value};
use crate::store::imap::fetched::Fetched;
use crate::store::imap::wire::Response;
use crate::store::imap::{convert, news, rows};
use crate::store::mailbox_name::Spelling;

/// Pieces of what servers send, well and badly.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let texts = [
        "(",
        ")",
        " ",
        "\"",
        "\\",
        "NIL",
        "{3}\r\n",
        "{0}\r\n",
        "{99999999999}\r\n",
        "~{2}\r\n",
        "\r\n",
        "[",
        "]",
        "<0>",
        "UID 5",
        "FLAGS (\\Seen)",
        "ENVELOPE (",
        "BODYSTRUCTURE (",
        "BODY[TEXT]<7> ",
        "MODSEQ (12)",
        "\"a\\\"b\"",
        "\"text\" \"plain\" NIL NIL NIL \"7bit\" 3 1",
        "((NIL NIL \"a\" \"b\"))",
        "-1",
        "4294967296",
        "9.3e+06",
        "=?utf-8?Q?=C3=A9?=",
        "=?x?B?",
        "1:5,7",
        "(EARLIER) 1:4294967295",
        "(TAG \"P1\") UID ALL 1:3",
        "\"=?UTF-8?B?",
        "* ",
        "P1 OK [",
        "multipart",
        "INTERNALDATE \"",
        "01-Jan-1970 00:00:00 +0000\"",
        "RFC822.SIZE",
        "()",
        "é",
        "\u{0}",
        "PREVIEW",
        "EMAILID (M1)",
    ];
    prop_oneof![
        8 => prop::sample::select(texts.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ]
}

fn line(start: &'static str) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(fragment(), 0..30)
        .prop_map(move |pieces| [start.as_bytes(), &pieces.concat(), b"\r\n"].concat())
}

/// A value, and how a careful server writes it.
fn value() -> impl Strategy<Value = (String, String)> {
    let leaf = prop_oneof![
        Just(("NIL".to_owned(), "nil".to_owned())),
        "[A-Za-z][A-Za-z0-9.]{0,8}".prop_map(|atom| (atom.clone(), format!("a:{atom}"))),
        "[ -~]{0,12}".prop_map(|text| {
            let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
            (format!("\"{quoted}\""), format!("s:{text}"))
        }),
        "[ -~\r\n()\"]{0,12}"
            .prop_map(|text| { (format!("{{{}}}\r\n{text}", text.len()), format!("s:{text}")) }),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop::collection::vec(inner, 0..6).prop_map(|values| {
            let (written, shown): (Vec<_>, Vec<_>) = values.into_iter().unzip();
            (format!("({})", written.join(" ")), format!("({})", shown.join(" ")))
        })
    })
}

fn shown(value: &Value<'_>) -> String {
    match value {
        Value::Nil => "nil".to_owned(),
        Value::Atom(atom) => format!("a:{}", String::from_utf8_lossy(atom)),
        Value::String(text) => format!("s:{}", String::from_utf8_lossy(text)),
        Value::List(values) => {
            format!("({})", values.iter().map(shown).collect::<Vec<_>>().join(" "))
        }
    }
}

/// Reads a response in every way that there is.
fn read_all(bytes: &[u8]) {
    let response = Response::read(bytes.to_vec().into());
    drop(news::change(&response, Spelling::Utf7));
    if let Some(fetched) = Fetched::read(&response) {
        let mut row = crate::store::Row::default();
        rows::fill(&mut row, &fetched);
        assert!(row.envelope.subject.len() <= bytes.len() * 4);
        for (header, _) in fetched.body("HEADER").into_iter().chain(fetched.body("TEXT")) {
            assert!(convert::references(header).len() <= bytes.len());
            drop(convert::list_id(header));
            drop(convert::from_header(header));
        }
    }
    if let Some(status) = response.status() {
        assert!(status.text.len() <= bytes.len() * 3);
    }
}

proptest! {
    #[test]
    fn a_fetch_of_anything_is_read_or_a_defect(line in line("* 1 FETCH ")) {
        read_all(&line);
    }

    #[test]
    fn a_line_of_anything_is_read_or_a_defect(line in line("* ")) {
        read_all(&line);
    }

    #[test]
    fn what_is_written_well_is_read_as_it_was_meant((written, meant) in value()) {
        // An atom at the end of a literal or list ends by itself.
        let found = Tokens::new(written.as_bytes()).next().unwrap().unwrap();
        prop_assert_eq!(shown(&found), meant);
    }

    #[test]
    fn a_name_comes_back_as_it_was_given(name in "\\PC{1,20}") {
        let given = MailboxName::from_text(&name);
        prop_assert!(given.as_bytes().is_ascii());
        if !given.is_inbox() {
            prop_assert_eq!(given.decoded(), name);
        }
    }

    #[test]
    fn a_name_of_any_bytes_is_kept_and_can_be_shown(raw in prop::collection::vec(any::<u8>(), 0..40)) {
        let name = MailboxName::from_server(&raw);
        prop_assert!(name.is_inbox() || name.as_bytes() == raw);
        prop_assert!(name.decoded().len() <= raw.len() * 3);
    }

    #[test]
    fn a_name_in_modified_utf7_is_decoded_or_shown_as_it_is(raw in "[&A-Za-z0-9+,/-]{0,24}") {
        let name = MailboxName::from_server(raw.as_bytes());
        let again = MailboxName::from_text(&name.decoded());
        prop_assert_eq!(again.decoded(), name.decoded());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_connection_outlives_what_a_server_says(lines in prop::collection::vec(line("* "), 0..6)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut steps = script("C: NOOP");
            // A literal that never ends is a server that never answers: not this test's.
            let said: Vec<u8> = lines.concat().into_iter().filter(|byte| *byte != b'{').collect();
            steps.push(Step::Raw([said, b"\r\n{tag} OK -\r\n".to_vec()].concat()));
            steps.extend(script("C: NOOP\n S: {tag} OK -"));
            let tight = Limits { exchange: 100_000, ..limits() };
            let (mut connection, _server) = connected_with("", steps, tight).await;
            connection.noop().await.unwrap();
            connection.noop().await.unwrap();
        });
    }
}
