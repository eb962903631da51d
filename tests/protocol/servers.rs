//! The real servers, spoken to directly: Dovecot and Postfix are what the other tests take them for.

use anyhow::Result;
use postern_tests::dovecot::{Dovecot, Setup};
use postern_tests::postfix::Postfix;
use postern_tests::{message, smtp};

#[tokio::test]
async fn dovecot_keeps_its_mail_over_a_kill() -> Result<()> {
    let mut dovecot = Dovecot::start().await?;
    let anna = dovecot.person("anna");
    let mut session = dovecot.session(&anna).await?;
    let message = message::plain(&anna, &anna, "Kept", "text");
    session.append("INBOX", "", [message.as_slice()]).await?;
    assert_eq!(dovecot.sessions_of(&anna)?, 1);
    dovecot.kill()?;
    assert!(session.command("NOOP").await.is_err(), "a session outlived its server");
    dovecot.launch().await?;
    assert_eq!(dovecot.session(&anna).await?.count("INBOX").await?, 1);
    Ok(())
}

#[tokio::test]
async fn dovecot_offers_the_roles_and_only_the_capabilities_it_is_told() -> Result<()> {
    let capability = "IMAP4rev1 LITERAL+ SPECIAL-USE LIST-EXTENDED";
    let setup = Setup { capability: Some(capability), ..Setup::default() };
    let dovecot = Dovecot::start_as(setup).await?;
    let mut session = dovecot.session(&dovecot.person("ben")).await?;
    let capabilities = session.ok("CAPABILITY").await?;
    assert_eq!(capabilities.untagged, [format!("* CAPABILITY {capability}")]);
    let listed = session.ok("LIST \"\" * RETURN (SPECIAL-USE)").await?;
    for role in ["\\Archive", "\\Drafts", "\\Junk", "\\Sent", "\\Trash"] {
        assert!(listed.line(role).is_some(), "no {role} in {listed:?}");
    }
    Ok(())
}

#[tokio::test]
async fn postfix_delivers_to_dovecot_and_starts_again() -> Result<()> {
    let dovecot = Dovecot::start().await?;
    let mut postfix = Postfix::start(&dovecot).await?;
    let (anna, ben) = (dovecot.person("anna"), dovecot.person("ben"));
    for subject in ["First", "Second"] {
        let message = message::plain(&anna, &ben, subject, "text");
        let refused = smtp::submit(postfix.submission, &anna, &[&ben.address], &message).await?;
        assert_eq!(refused, Vec::<String>::new());
        let mut session = dovecot.session(&ben).await?;
        session.wait_for("INBOX", &format!("SUBJECT {subject}")).await?;
        postfix.stop()?;
        postfix.launch().await?;
    }
    Ok(())
}

#[tokio::test]
async fn postfix_refuses_one_recipient_and_takes_the_other() -> Result<()> {
    let dovecot = Dovecot::start().await?;
    let postfix = Postfix::start(&dovecot).await?;
    let (anna, ben) = (dovecot.person("anna"), dovecot.person("ben"));
    let message = message::plain(&anna, &ben, "Half", "text");
    let recipients = [ben.address.as_str(), "refused@example.test"];
    let refused = smtp::submit(postfix.submission, &anna, &recipients, &message).await?;
    assert_eq!(refused.len(), 1, "{refused:?}");
    dovecot.session(&ben).await?.wait_for("INBOX", "SUBJECT Half").await?;
    Ok(())
}
