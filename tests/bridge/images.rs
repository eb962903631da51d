//! Remote images: kept out, shown when asked, and only to the session that was given the address.

use anyhow::Result;
use postern_shared::action::ActionId;
use postern_shared::api::messages::{AllowImages, OpenMessage, ReadRemoteContent, Urgency};
use postern_shared::insight::Insight;
use postern_shared::mailbox::Role;
use postern_shared::message::{CautionReason, RemoteImages, TrackerSign};
use postern_tests::scene::Scene;
use postern_tests::visitor::{Tab, Visitor};

const NEWS: &str = "Authentication-Results: mx.example.test; dmarc=pass header.from=shop.example\r\n\
From: News <news@shop.example>\r\nTo: anna@example.test\r\nSubject: News\r\n\
Content-Type: text/html\r\n\r\n\
<style>body{background:#fed}.a{background:url(http://192.168.7.7/back.png)}</style>\
<p class=a>Sale</p><img src=\"http://192.168.7.7/sale.png?size=2\">\
<img src=\"https://count.invalid/x\" width=1 height=1>\
<a href=\"https://shop.invalid/\">https://bank.example/</a>\r\n";

async fn open(visitor: &Visitor) -> Result<(Tab, postern_shared::message::Message)> {
    let mut tab = visitor.tab().await?;
    let inbox = tab.open(Role::Inbox).await?;
    let key = inbox.list.row("News").expect("it was filed").key.clone();
    let opened = tab.link.call(OpenMessage { key, urgency: Urgency::Now }).await?;
    Ok((tab, opened))
}

/// Addresses of the picture proxy in a body.
fn proxied(html: &str) -> Vec<String> {
    let starts = html.match_indices("../remote/");
    let end = |c: char| matches!(c, '"' | '\'');
    starts.map(|(at, _)| html[at + 3..].split(end).next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn images_are_shown_when_the_user_says_so_and_to_nobody_else() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    scene.world.session(&anna).await?.append("INBOX", "", [NEWS.as_bytes()]).await?;
    let visitor = scene.visitor("anna").await?;
    let (mut tab, opened) = open(&visitor).await?;
    assert_eq!(opened.blocked_images, 2);

    let key = opened.summary.key.clone();
    let told = Insight::decode(&opened.insight).remote;
    let remote = tab.link.call(ReadRemoteContent { key: key.clone() }).await?;
    assert_eq!(told, remote);
    assert_eq!((remote.count, remote.images), (2, RemoteImages::Blocked));
    assert_eq!(remote.trackers.len(), 1);
    assert_eq!(remote.trackers[0].sign, TrackerSign::Unseen);
    assert_eq!(remote.cautions[0].reason, CautionReason::OtherHost("bank.example".into()));

    let plain = format!("api/body/{}", opened.body);
    let asked = format!("{plain}.images");
    let body = visitor.fetch(&plain).await?.text();
    assert!(proxied(&body).is_empty() && body.contains("Sale"), "{body}");
    assert!(!body.contains("192.168.7.7") && !body.contains("count.invalid"), "{body}");
    let body = visitor.fetch(&asked).await?;
    assert!(body.header("content-security-policy").contains("/api/remote/"));
    let addresses = proxied(&body.text());
    assert_eq!(addresses.len(), 2, "{}", body.text());
    assert!(!body.text().contains("count.invalid"));

    // The seal holds, but the address is not public.
    let address = format!("api/{}", addresses[0]);
    assert_eq!(visitor.fetch(&address).await?.status, 403);
    let tampered = format!("{address}00");
    assert_eq!(visitor.fetch(&tampered).await?.status, 404);
    let stranger = scene.visitor("ben").await?;
    assert_eq!(stranger.fetch(&address).await?.status, 404);

    let allow = |number, sender: Option<&str>, allowed| AllowImages {
        action: ActionId([number; 16]),
        sender: sender.map(str::to_owned),
        allowed,
    };
    tab.link.call(allow(1, Some("News@shop.example"), true)).await?;
    assert_eq!(proxied(&visitor.fetch(&plain).await?.text()).len(), 2);
    let remote = tab.link.call(ReadRemoteContent { key: key.clone() }).await?;
    assert_eq!(remote.images, RemoteImages::Shown);
    tab.link.call(allow(2, Some("news@shop.example"), false)).await?;
    assert!(proxied(&visitor.fetch(&plain).await?.text()).is_empty());
    tab.link.call(allow(3, None, true)).await?;
    assert_eq!(proxied(&visitor.fetch(&plain).await?.text()).len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_sender_that_nobody_confirms_is_not_believed() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    let (_, forged) = NEWS.split_once("\r\n").expect("the first field is the server's");
    scene.world.session(&anna).await?.append("INBOX", "", [forged.as_bytes()]).await?;
    let visitor = scene.visitor("anna").await?;
    let (mut tab, opened) = open(&visitor).await?;
    let sender = Some("news@shop.example".to_owned());
    tab.link.call(AllowImages { action: ActionId([1; 16]), sender, allowed: true }).await?;
    let body = visitor.fetch(&format!("api/body/{}", opened.body)).await?.text();
    assert!(proxied(&body).is_empty(), "{body}");
    let key = opened.summary.key;
    let remote = tab.link.call(ReadRemoteContent { key }).await?;
    assert_eq!(remote.images, RemoteImages::Blocked);
    Ok(())
}
