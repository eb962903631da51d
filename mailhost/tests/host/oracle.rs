//! Everything the host says, read by a parser that is not ours: imap-codec, without its quirks.

use imap_codec::ResponseCodec;
use imap_codec::decode::Decoder;
use imap_codec::imap_types::fetch::MessageDataItem;
use imap_codec::imap_types::response::{Data, Response};
use postern_mailhost::{MailHost, Quota, sample_users};

use crate::raw::{INBOX, Raw, host, host_with, noon};

/// Parses a response and hands it to `look`; anything left over is a failure.
fn check<T>(response: &[u8], look: impl FnOnce(&Response<'_>) -> T) -> T {
    match ResponseCodec::default().decode(response) {
        Ok((b"", parsed)) => look(&parsed),
        other => panic!("{}\n{other:?}", response.escape_ascii()),
    }
}

/// Runs a command; every response must parse.
async fn check_command(raw: &mut Raw, command: &str) -> Vec<Vec<u8>> {
    let answer = raw.command(command).await;
    for response in &answer.untagged {
        check(response, |_| ());
    }
    check(format!("a1 {}\r\n", answer.tagged).as_bytes(), |_| ());
    answer.untagged
}

#[tokio::test]
async fn every_kind_of_answer_parses() {
    let host = host_with(&["one", "two", "three"]).await;
    let quota = Quota { storage: Some(100), messages: Some(50) };
    host.set_quota("alice@postern.example", Some(quota)).unwrap();
    let mut raw = Raw::open(host.imap_addr()).await;
    let greeting = raw.response().await.unwrap();
    assert!(imap_codec::GreetingCodec::default().decode(&greeting).is_ok());
    for command in [
        "CAPABILITY",
        "ID (\"name\" \"test\")",
        "LOGIN alice@postern.example wrong",
        "LOGIN alice@postern.example secret",
        "CREATE \"&ZeVnLIqe-/a b\"",
        "SUBSCRIBE \"&ZeVnLIqe-/a b\"",
        "LIST \"\" \"\"",
        "LIST \"\" *",
        "LIST (SUBSCRIBED) \"\" * RETURN (CHILDREN SPECIAL-USE STATUS (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN))",
        "LSUB \"\" *",
        "STATUS INBOX (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN)",
        "SELECT Nowhere",
        "EXAMINE INBOX",
        "SELECT INBOX",
        "STORE 1 +FLAGS (\\Flagged $Forwarded)",
        "UID STORE 2 FLAGS (\\Deleted)",
        "SELECT INBOX",
        "SEARCH ALL",
        "SEARCH SUBJECT nothing",
        "COPY 1:2 Archive",
        "COPY 1 Nowhere",
        "UID MOVE 3 Trash",
        "EXPUNGE",
        "APPEND Drafts {4+}\r\na\r\n\r\n",
        "NAMESPACE",
        "ENABLE CONDSTORE QRESYNC",
        "GETQUOTAROOT INBOX",
        "GETQUOTA \"\"",
        "STATUS INBOX (SIZE MESSAGES)",
        "SELECT INBOX",
        "SORT (REVERSE DATE) UTF-8 ALL",
        "THREAD REFERENCES UTF-8 ALL",
        "UID THREAD ORDEREDSUBJECT UTF-8 ALL",
        "APPEND INBOX {4+}\r\na\r\n\r\n",
        "NOOP",
        "UID STORE 1:* +FLAGS (\\Deleted)",
        "UID EXPUNGE 1:*",
        "XYZZY",
        "UNSELECT",
        "LOGOUT",
    ] {
        check_command(&mut raw, command).await;
    }
}

#[tokio::test]
async fn the_envelope_and_structure_read_as_written() {
    let host = host().await;
    let message = "From: \"Last, First\" <first@b.example>\nTo: Team: a@b.example, C <c@d.example>;\n\
        Cc: root\nSubject: quotes \" and \\ and\n folds\nMessage-ID: <1@b>\n\
        Content-Type: multipart/mixed; boundary=\"=_x\"\n\n--=_x\n\nText\n--=_x\n\
        Content-Type: application/pdf; name*=utf-8''%E6%96%87.pdf\nContent-Transfer-Encoding: base64\n\
        Content-Disposition: attachment; filename=\"a \\\"b\\\".pdf\"\nContent-ID: <c@d>\n\
        Content-Language: en, pl\n\nAAAA\n--=_x--\n";
    host.append(INBOX, &[], noon(), message).unwrap();
    let mut raw = Raw::inbox(&host).await;
    let response = raw.command("FETCH 1 (ENVELOPE BODYSTRUCTURE)").await.untagged.remove(0);
    let shown = check(&response, |response| format!("{response:?}"));
    for part in [
        "Last, First",
        "quotes \" and \\\\ and folds",
        "Team",
        "MISSING_DOMAIN",
        "a \"b\".pdf",
        "%E6%96%87",
    ] {
        let escaped = part.replace('"', "\\\"");
        assert!(shown.contains(part) || shown.contains(&escaped), "{part} in {shown}");
    }
    assert!(String::from_utf8_lossy(&response).contains("(\"en\" \"pl\")"));
    let items = check(&response, |response| match response {
        Response::Data(Data::Fetch { items, .. }) => items.as_ref().len(),
        other => panic!("{other:?}"),
    });
    assert_eq!(items, 2);
}

#[tokio::test]
async fn the_sample_mail_parses_in_every_form() {
    let host = MailHost::demo().clock(noon).start().await.unwrap();
    for user in sample_users() {
        let mut raw = Raw::imap(&host).await;
        check_command(&mut raw, &format!("LOGIN {} {}", user.address, user.password)).await;
        check_command(&mut raw, "LIST \"\" * RETURN (STATUS (MESSAGES UNSEEN))").await;
        for name in host.mailbox_names(user.address) {
            let length = name.len();
            check_command(&mut raw, &format!("EXAMINE {{{length}+}}\r\n{name}")).await;
            let count = host.mailbox(user.address, &name).unwrap().messages.len();
            if count == 0 {
                continue;
            }
            let lines = check_command(&mut raw, "FETCH 1:* FULL").await;
            assert_eq!(lines.len(), count, "{name}");
            check_command(
                &mut raw,
                "UID FETCH 1:* (BODYSTRUCTURE BODY.PEEK[HEADER] BODY.PEEK[1]<0.200>)",
            )
            .await;
        }
    }
}

#[tokio::test]
async fn hostile_messages_still_give_answers_that_parse() {
    let host = host().await;
    // imap-codec itself goes no deeper than eight.
    let deep = format!("{}x", "Content-Type: message/rfc822\n\n".repeat(6));
    let messages: [&[u8]; 9] = [
        b"x",
        b"\n",
        b"\xff\xfe: \x80\nSubject: \xe9\xe8 raw\nFrom: \xe9 <\xe9@\xe8>\n\n\x00\x01\xff",
        b"Content-Type: multipart/mixed\n\nno boundary",
        b"Content-Type: multipart/mixed; boundary=a\n\nno parts",
        b"Content-Type: /;;;=;a=\n\nx",
        b"Content-Type: text/plain; name=\"\xe9\\\n\n",
        b"From: (((((\nTo: <<<>>>,,;;::\nCc: \"\nSubject:\nContent-Disposition: ;\n\n",
        deep.as_bytes(),
    ];
    for message in messages {
        host.append(INBOX, &[], noon(), message).unwrap();
    }
    let mut raw = Raw::inbox(&host).await;
    assert_eq!(check_command(&mut raw, "FETCH 1:* (FLAGS ENVELOPE BODYSTRUCTURE)").await.len(), 9);
    assert_eq!(
        check_command(&mut raw, "FETCH 1:* (BODY[] BODY[1] BODY[HEADER] BODY[TEXT])").await.len(),
        9
    );
    check_command(&mut raw, "SEARCH TEXT raw").await;
}

#[tokio::test]
async fn every_item_name_the_parser_knows_is_answered() {
    let host = host_with(&["one"]).await;
    let mut raw = Raw::inbox(&host).await;
    let response = check_command(
        &mut raw,
        "FETCH 1 (BODY BODY[] BODYSTRUCTURE ENVELOPE FLAGS INTERNALDATE RFC822 RFC822.HEADER RFC822.SIZE RFC822.TEXT UID)",
    )
    .await
    .remove(0);
    check(&response, |response| match response {
        Response::Data(Data::Fetch { items, .. }) => {
            assert_eq!(items.as_ref().len(), 11);
            assert!(
                items.as_ref().iter().any(|item| matches!(item, MessageDataItem::Rfc822Text(_)))
            );
        }
        other => panic!("{other:?}"),
    });
}
