//! Signing in and out: who gets in, and what those who do not are told.

use anyhow::Result;
use postern_shared::error::ErrorCode;
use postern_shared::event::Event;
use postern_tests::Person;
use postern_tests::bridge::{Bridge, Home, Provider};
use postern_tests::dovecot::Dovecot;
use postern_tests::scene::Scene;
use postern_tests::server::free_port;
use postern_tests::visitor::{Visitor, refused_sign_in};
use postern_tests::wait;
use postern_tests::world::World;

async fn check(home: &Home, person: &Person, expect: ErrorCode) -> Result<()> {
    let (status, error) = refused_sign_in(home, person).await?;
    assert_eq!(error.code, expect, "status {status}: {error:?}");
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_is_told_from_an_unknown_provider() -> Result<()> {
    let scene = Scene::real().await?;
    let wrong = Person { password: "wrong".into(), ..scene.person("anna") };
    check(scene.home(), &wrong, ErrorCode::AuthenticationFailed).await?;
    let stranger = Person { address: "anna@elsewhere.test".into(), ..wrong };
    check(scene.home(), &stranger, ErrorCode::UnknownProvider).await?;
    Visitor::sign_in(scene.home(), &scene.person("anna")).await?;
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_away_is_unavailable() -> Result<()> {
    let provider = Provider::plain(free_port()?, free_port()?);
    let bridge = Bridge::start(Home::new(&provider, "/", "")?).await?;
    check(&bridge.home, &Person::named("anna"), ErrorCode::Unavailable).await
}

#[tokio::test]
async fn a_certificate_of_nobody_is_not_trusted_and_no_password_is_sent() -> Result<()> {
    let dovecot = Dovecot::start().await?;
    let provider = Provider(format!(
        "imap = \"imaps://localhost:{}\"\nsmtp = \"smtps://localhost:1\"\n",
        dovecot.imaps
    ));
    let bridge = Bridge::start(Home::new(&provider, "/", "")?).await?;
    let before = dovecot.log().len();
    check(&bridge.home, &dovecot.person("anna"), ErrorCode::UntrustedCertificate).await?;
    let said = || dovecot.log().split_off(before);
    wait::until("the refusal in its log", || async {
        Ok(said().contains("unknown ca").then_some(()))
    })
    .await?;
    assert!(!said().contains("anna@"), "{}", said());
    Ok(())
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_trusted() -> Result<()> {
    let dovecot = Dovecot::start().await?;
    // The certificate is for `localhost` and 127.0.0.1; this is the same server by another address.
    let provider = Provider(format!(
        "imap = \"imaps://127.0.0.2:{}\"\nsmtp = \"smtps://localhost:1\"\nca_file = \"{}\"\n",
        dovecot.imaps,
        dovecot.certificates.authority.display()
    ));
    let bridge = Bridge::start(Home::new(&provider, "/", "")?).await?;
    check(&bridge.home, &dovecot.person("anna"), ErrorCode::UntrustedCertificate).await
}

#[tokio::test]
async fn starttls_is_used_where_it_is_asked_for() -> Result<()> {
    let dovecot = Dovecot::start().await?;
    let provider = Provider(format!(
        "imap = \"imap+starttls://localhost:{}\"\nsmtp = \"smtps://localhost:1\"\nca_file = \"{}\"\n",
        dovecot.imap,
        dovecot.certificates.authority.display()
    ));
    let bridge = Bridge::start(Home::new(&provider, "/", "")?).await?;
    Visitor::sign_in(&bridge.home, &dovecot.person("anna")).await?;
    wait::until("TLS in its log", || async { Ok(dovecot.log().contains("TLS").then_some(())) })
        .await
}

#[tokio::test]
async fn starttls_is_never_given_up() -> Result<()> {
    let world = World::in_memory().await?;
    let provider = Provider(format!(
        "imap = \"imap+starttls://127.0.0.1:{}\"\nsmtp = \"smtps://localhost:1\"\n",
        world.imap()
    ));
    let bridge = Bridge::start(Home::new(&provider, "/", "")?).await?;
    let (_, error) = refused_sign_in(&bridge.home, &world.person("anna")).await?;
    assert_ne!(error.code, ErrorCode::AuthenticationFailed, "{error:?}");
    assert_eq!(world.host().connections().attempts("anna@example.test"), 0);
    Ok(())
}

#[tokio::test]
async fn signing_out_ends_the_session_and_its_links() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let visitor = scene.visitor("anna").await?;
    let other = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    assert_eq!(visitor.fetch("api/session").await?.status, 200);
    let goodbye = visitor.sign_out().await?;
    assert!(goodbye.status < 300, "{goodbye:?}");
    assert_ne!(goodbye.header("clear-site-data"), "");
    assert_eq!(tab.link.closed().await?.last(), Some(&Event::SessionEnded));
    assert_eq!(visitor.fetch("api/session").await?.status, 401);
    assert!(visitor.tab().await.is_err(), "a link opened on an ended session");
    other.tab().await?;
    Ok(())
}
