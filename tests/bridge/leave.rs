//! Leaving a mailing list: by the message's own address, weighed like every stranger's.

use anyhow::Result;
use postern_shared::action::ActionId;
use postern_shared::api::messages::LeaveList;
use postern_shared::error::ErrorCode;
use postern_shared::mailbox::Role;
use postern_tests::scene::Scene;

const POST: &str = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";

fn letter(subject: &str, fields: &str) -> String {
    format!(
        "From: News <news@shop.example>\r\nTo: anna@example.test\r\nSubject: {subject}\r\n\
         {fields}Content-Type: text/plain\r\n\r\nNews.\r\n"
    )
}

#[tokio::test]
async fn only_a_public_https_address_that_the_message_gives_is_asked() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    let forged = "Authentication-Results: mx.example.test; dmarc=fail header.from=shop.example\r\n";
    let public = format!("List-Unsubscribe: <https://shop.invalid/u>\r\n{POST}");
    let letters = [
        letter("private", &format!("List-Unsubscribe: <https://192.168.7.7/u>\r\n{POST}")),
        letter("page", "List-Unsubscribe: <https://shop.invalid/u>\r\n"),
        letter("plain", &format!("List-Unsubscribe: <http://shop.invalid/u>\r\n{POST}")),
        letter("none", ""),
        format!("{forged}{}", letter("forged", &public)),
        letter("unknown", &public),
    ];
    let mut session = scene.world.session(&anna).await?;
    for letter in &letters {
        session.append("INBOX", "", [letter.as_bytes()]).await?;
    }
    let visitor = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    let inbox = tab.open(Role::Inbox).await?;
    for (number, (subject, expect)) in [
        ("private", ErrorCode::NoPermission),
        ("page", ErrorCode::NonExistent),
        ("plain", ErrorCode::NonExistent),
        ("none", ErrorCode::NonExistent),
        ("forged", ErrorCode::NoPermission),
        ("unknown", ErrorCode::Unavailable),
    ]
    .into_iter()
    .enumerate()
    {
        let key = inbox.list.row(subject).expect("it was filed").key.clone();
        let action = ActionId([u8::try_from(number)?; 16]);
        let refused = tab.link.refusal(LeaveList { action, key }).await?;
        assert_eq!(refused.code, expect, "{subject}");
    }
    Ok(())
}
