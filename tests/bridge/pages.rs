//! What every page, body and file is served with.

use anyhow::Result;
use postern_shared::api::messages::{OpenMessage, Urgency};
use postern_shared::mailbox::Role;
use postern_shared::message::Message;
use postern_tests::bridge::{Bridge, Home};
use postern_tests::http::{self, Request, Response};
use postern_tests::pages::blob_path;
use postern_tests::scene::Scene;
use postern_tests::visitor::Visitor;
use postern_tests::world::World;

fn directives(response: &Response) -> Vec<String> {
    let policy = response.header("content-security-policy");
    policy.split(';').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn check_policy(response: &Response, expect: &[&str]) {
    let found = directives(response);
    for directive in expect {
        assert!(found.iter().any(|one| one == directive), "{directive} is missing in {found:?}");
    }
    assert!(!found.iter().any(|one| one.contains("'unsafe-eval'")), "{found:?}");
    assert_eq!(response.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn the_page_s_policy_is_the_decided_one() -> Result<()> {
    for base_path in ["/", "/webmail/"] {
        let world = World::in_memory().await?;
        let bridge = Bridge::start(Home::new(&world.provider(), base_path, "")?).await?;
        let path = bridge.home.below("login");
        let page = http::fetch(bridge.home.port, &Request { path, ..Request::default() }).await?;
        assert_eq!(page.status, 200);
        check_policy(
            &page,
            &[
                "default-src 'none'",
                "script-src 'self' 'wasm-unsafe-eval'",
                "style-src 'self'",
                "img-src 'self' blob: data:",
                "connect-src 'self'",
                "media-src 'self'",
                "worker-src 'self'",
                "manifest-src 'self'",
                "form-action 'self'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
            ],
        );
        assert!(!directives(&page).iter().any(|one| one.contains("'unsafe-inline'")));
        assert!(page.text().contains(&format!("content=\"{base_path}\"")), "{}", page.text());
    }
    Ok(())
}

const HOSTILE: &str = "From: Eve <eve@example.test>\r\nTo: anna@example.test\r\nSubject: Hostile\r\n\
MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=edge\r\n\r\n--edge\r\n\
Content-Type: text/html; charset=utf-8\r\n\r\n\
<p onclick=\"alert(1)\">Read <a href=\"javascript:alert(2)\">this</a></p><script>alert(3)</script>\
<img src=\"https://tracker.test/photo.gif\"><link rel=preconnect href=\"https://tracker.test\">\
<base href=\"https://tracker.test/\"><meta http-equiv=refresh content=\"0;url=https://tracker.test/\">\
<form action=\"https://tracker.test/\"><input name=password></form>\r\n--edge\r\n\
Content-Type: text/html; name=page.html\r\nContent-Disposition: attachment; filename=page.html\r\n\r\n\
<script>alert(4)</script>\r\n--edge--\r\n";

/// Anna opens the hostile message.
async fn open_hostile(scene: &Scene) -> Result<(Visitor, Message)> {
    let anna = scene.person("anna");
    scene.world.session(&anna).await?.append("INBOX", "", [HOSTILE.as_bytes()]).await?;
    let visitor = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    let inbox = tab.open(Role::Inbox).await?;
    let key = inbox.list.row("Hostile").expect("it was filed").key.clone();
    let opened = tab.link.call(OpenMessage { key, urgency: Urgency::Now }).await?;
    Ok((visitor, opened))
}

#[tokio::test]
async fn a_body_runs_nothing_fetches_nothing_and_belongs_to_its_session() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let (visitor, opened) = open_hostile(&scene).await?;
    assert_eq!(opened.blocked_images, 1);

    let path = format!("api/body/{}", opened.body);
    let body = visitor.fetch(&path).await?;
    assert_eq!(body.status, 200, "{}", body.text());
    check_policy(
        &body,
        &[
            "default-src 'none'",
            "style-src 'unsafe-inline'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
            "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox",
        ],
    );
    assert!(!directives(&body).iter().any(|one| one.contains("script")), "{:?}", body.headers);
    assert_eq!(body.header("x-dns-prefetch-control"), "off");
    let html = body.text();
    for word in ["onclick", "javascript:", "<script", "tracker.test", "<form", "<base", "refresh"] {
        assert!(!html.contains(word), "{word} is left in {html}");
    }
    assert!(html.contains("Read"), "{html}");

    let stranger = scene.visitor("ben").await?;
    assert!(matches!(stranger.fetch(&path).await?.status, 403 | 404));
    let nobody = Request { path: scene.home().below(&path), ..Request::default() };
    assert_eq!(http::fetch(scene.home().port, &nobody).await?.status, 401);
    Ok(())
}

#[tokio::test]
async fn a_file_is_saved_never_shown_and_belongs_to_its_owner() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let (visitor, opened) = open_hostile(&scene).await?;
    let attachment = &opened.attachments[0];
    assert_eq!(attachment.name, "page.html");
    let path = blob_path(&opened.summary.key, &attachment.section);
    let file = visitor.fetch(&path).await?;
    assert_eq!(file.status, 200, "{}", file.text());
    assert_eq!(file.text().trim_end(), "<script>alert(4)</script>");
    let disposition = file.header("content-disposition");
    assert!(disposition.starts_with("attachment") && disposition.contains("page.html"));
    assert_eq!(file.header("cache-control"), "private, no-store");
    assert_eq!(file.header("cross-origin-resource-policy"), "same-origin");
    check_policy(&file, &["sandbox"]);
    let stranger = scene.visitor("ben").await?;
    assert!(matches!(stranger.fetch(&path).await?.status, 403 | 404));
    Ok(())
}

#[tokio::test]
async fn health_is_told_at_the_root_and_below_the_base_path() -> Result<()> {
    let world = World::in_memory().await?;
    let bridge = Bridge::start(Home::new(&world.provider(), "/webmail/", "")?).await?;
    for path in ["/healthz", "/readyz", "/webmail/healthz", "/webmail/readyz"] {
        let request = Request { path: path.into(), ..Request::default() };
        assert_eq!(http::fetch(bridge.home.port, &request).await?.status, 200, "{path}");
    }
    Ok(())
}
