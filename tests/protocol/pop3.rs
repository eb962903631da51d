//! POP3 sessions against Dovecot and the mail host: whole messages, marks that count at QUIT, a locked
//! maildrop, and every fault told apart.

use anyhow::{Context, Result};
use postern::net::{self, Endpoint, Protocol, Security, Trust};
use postern::sasl::Proof;
use postern::secret::Secret;
use postern::store::Error;
use postern::store::pop3::{Plaintext, Pop3Connection};
use postern_mailhost::{Host, MailHost, Pop3Capabilities, Pop3Effect, Pop3Quirks, Quirks, Trigger};
use postern_tests::dovecot::Dovecot;
use postern_tests::{Person, message};

/// A session past its sign-in, over TLS from the first octet or by STLS.
async fn open(
    dovecot: &Dovecot,
    person: &Person,
    security: Security,
) -> Result<Pop3Connection, Error> {
    let port = if security == Security::Tls { dovecot.pop3s } else { dovecot.pop3 };
    let endpoint = Endpoint { host: "localhost".into(), port, security };
    let trust = Trust::new(Some(&dovecot.certificates.authority)).expect("an authority");
    sign_in((&endpoint, &trust), person, Plaintext::Refused).await
}

async fn sign_in(
    (endpoint, trust): (&Endpoint, &Trust),
    person: &Person,
    plaintext: Plaintext,
) -> Result<Pop3Connection, Error> {
    let opened = net::connect(endpoint, trust, Protocol::Pop3).await.expect("a connection");
    let mut connection = Pop3Connection::greet(opened).await?;
    let secret = Secret::new(person.password.clone());
    connection.sign_in(&person.address, Proof::Password(&secret), plaintext).await?;
    Ok(connection)
}

/// A mail host with anna's letters.
async fn host(offers: Pop3Capabilities, letters: &[Vec<u8>]) -> Result<(Host, Person)> {
    let anna = Person::named("anna");
    let builder = MailHost::builder().user(&anna.address, "Anna", &anna.password);
    let host = builder.pop3(offers).start().await?;
    for letter in letters {
        host.deliver(&anna.address, letter)?;
    }
    Ok((host, anna))
}

/// A session with the mail host, which speaks no TLS.
async fn visit(host: &Host, person: &Person) -> Result<Pop3Connection, Error> {
    let port = host.pop3_addr().port();
    let endpoint = Endpoint { host: "127.0.0.1".into(), port, security: Security::Plain };
    let trust = Trust::new(None).expect("the usual authorities");
    sign_in((&endpoint, &trust), person, Plaintext::Allowed).await
}

fn left(host: &Host, person: &Person) -> usize {
    host.mailbox(&person.address, "INBOX").map_or(0, |inbox| inbox.messages.len())
}

/// The octets of every message, in the order in which they were asked for.
async fn read(connection: &mut Pop3Connection, numbers: &[u32]) -> Result<Vec<Vec<u8>>> {
    connection.ask(numbers.iter().copied()).await?;
    let mut all = Vec::new();
    while let Some((_, body)) = connection.message().await? {
        let (mut body, mut octets) = (body?, Vec::new());
        while let Some(more) = body.next().await? {
            octets.extend_from_slice(more);
        }
        all.push(octets);
    }
    Ok(all)
}

/// Messages that a careless reader would break: dots, long lines, no text at all, 8 bits.
fn letters(anna: &Person) -> Vec<Vec<u8>> {
    let texts = [".\r\n..\r\n.x\r\n", "", "\r\n\r\n.", "Zażółć 你好", &"long ".repeat(5000)];
    let letter = |(number, text): (usize, &&str)| {
        message::plain(anna, anna, &format!("Letter {number}"), text)
    };
    texts.iter().enumerate().map(letter).collect()
}

#[tokio::test]
async fn a_maildrop_comes_whole_and_only_quit_removes() -> Result<()> {
    let dovecot = Dovecot::start().await?;
    let anna = dovecot.person("anna");
    let mut raw = dovecot.session(&anna).await?;
    let letters = letters(&anna);
    raw.append("INBOX", "", letters.iter().map(Vec::as_slice)).await?;
    let mut known = Vec::new();
    for security in [Security::Tls, Security::StartTls] {
        let mut connection = open(&dovecot, &anna, security).await?;
        let count = letters.len() as u32;
        let stat = connection.stat().await?.context("Dovecot counts")?;
        assert_eq!(stat.messages, count);
        let listed = connection.list().await?;
        assert_eq!(listed.iter().map(|one| one.octets).sum::<u64>(), stat.octets);
        let uidls = connection.uidl().await?.context("Dovecot has UIDL")?;
        assert_eq!(uidls.len(), letters.len());
        let numbers: Vec<u32> = (1..=count).collect();
        assert_eq!(read(&mut connection, &numbers).await?, letters);
        let head = connection.top(5, 0).await?;
        assert!(letters[4].starts_with(&head[..head.len() - 2]), "TOP is not the header");
        assert_eq!(connection.uidl_of(2).await?.as_deref(), Some(uidls[1].1.as_str()));
        // Marked, and the session ends without QUIT, or the marks are taken back.
        assert!(connection.dele(&[1, 2]).await?.is_empty());
        if security == Security::Tls {
            drop(connection);
        } else {
            connection.abandon().await;
        }
        known.push(uidls);
    }
    assert_eq!(known[0], known[1], "a uidl is for ever");
    assert_eq!(raw.count("INBOX").await?, letters.len());
    let mut connection = open(&dovecot, &anna, Security::Tls).await?;
    let refused = connection.dele(&[2, 4, 9]).await?;
    assert_eq!(refused.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [9]);
    connection.quit().await?;
    assert_eq!(raw.count("INBOX").await?, letters.len() - 2);
    let mut connection = open(&dovecot, &anna, Security::Tls).await?;
    let left = connection.uidl().await?.context("Dovecot has UIDL")?;
    let kept = [0, 2, 4].map(|place: usize| known[0][place].1.clone());
    assert_eq!(left.into_iter().map(|(_, uidl)| uidl).collect::<Vec<_>>(), kept);
    Ok(())
}

#[tokio::test]
async fn many_messages_come_in_their_order_however_far_ahead_they_are_asked_for() -> Result<()> {
    let dovecot = Dovecot::start().await?;
    let anna = dovecot.person("anna");
    let mut raw = dovecot.session(&anna).await?;
    message::fill(&mut raw, "INBOX", &anna, 300).await?;
    let mut connection = open(&dovecot, &anna, Security::Tls).await?;
    assert!(connection.capabilities().has("PIPELINING"));
    let backwards: Vec<u32> = (1..=300).rev().collect();
    let mut messages = read(&mut connection, &backwards).await?;
    messages.reverse();
    let forwards: Vec<u32> = (1..=300).collect();
    assert_eq!(read(&mut connection, &forwards).await?, messages);
    assert_eq!(read(&mut connection, &[301]).await.ok(), None);
    connection.noop().await?;
    Ok(())
}

#[tokio::test]
async fn a_maildrop_that_somebody_else_has_is_busy_and_a_wrong_password_is_wrong() -> Result<()> {
    let dovecot = Dovecot::start().await?;
    let anna = dovecot.person("anna");
    let first = open(&dovecot, &anna, Security::Tls).await?;
    let second = open(&dovecot, &anna, Security::Tls).await.err();
    assert!(matches!(second, Some(Error::TooManyConnections { .. })), "{second:?}");
    first.quit().await?;
    let wrong = Person { password: "wrong".into(), ..anna };
    let refused = open(&dovecot, &wrong, Security::Tls).await.err();
    assert!(matches!(refused, Some(Error::AuthenticationFailed { .. })), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn mail_comes_whole_whatever_a_server_lacks() -> Result<()> {
    let letters = letters(&Person::named("anna"));
    for name in Pop3Capabilities::NAMES {
        let offers = Pop3Capabilities::default().without(name);
        let (host, anna) = host(offers, &letters).await?;
        let mut connection = visit(&host, &anna).await.with_context(|| format!("no {name}"))?;
        let count = letters.len() as u32;
        assert_eq!(connection.stat().await?.map(|stat| stat.messages), Some(count), "no {name}");
        let numbers: Vec<u32> = (1..=count).collect();
        assert_eq!(read(&mut connection, &numbers).await?, letters, "no {name}");
        assert_eq!(connection.uidl().await?.is_some(), offers.uidl, "no {name}");
        assert_eq!(connection.top(1, 0).await.is_ok(), offers.top, "no {name}");
        assert!(connection.dele(&[1, 3]).await?.is_empty());
        connection.quit().await?;
        assert_eq!(left(&host, &anna), letters.len() - 2, "no {name}");
    }
    Ok(())
}

#[tokio::test]
async fn habits_of_servers_are_taken_as_they_are() -> Result<()> {
    let letters = letters(&Person::named("anna"));
    let (host, anna) = host(Pop3Capabilities::default(), &letters).await?;
    let pop3 = Pop3Quirks {
        stat_below_zero: true,
        without_uidl: vec![2],
        bare_dot: true,
        ..Pop3Quirks::default()
    };
    host.set_quirks(Quirks { pop3, ..Quirks::default() });
    let mut connection = visit(&host, &anna).await?;
    assert_eq!(connection.stat().await?, None);
    let uidls = connection.uidl().await?.context("it has UIDL")?;
    assert_eq!(uidls.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 3, 4, 5]);
    assert_eq!(connection.uidl_of(2).await?, None);
    assert_eq!(read(&mut connection, &[5, 1]).await?, [letters[4].clone(), letters[0].clone()]);
    connection.quit().await?;
    let login_delay = Some(std::time::Duration::from_secs(300));
    let pop3 = Pop3Quirks { login_delay, ..Pop3Quirks::default() };
    host.set_quirks(Quirks { pop3, ..Quirks::default() });
    let early = visit(&host, &anna).await.err().context("it is too early")?;
    assert!(early.has_code("LOGIN-DELAY"), "{early:?}");
    Ok(())
}

#[tokio::test]
async fn a_session_that_breaks_removes_nothing_and_gives_no_half_message() -> Result<()> {
    let letters = letters(&Person::named("anna"));
    let (host, anna) = host(Pop3Capabilities::default(), &letters).await?;
    let fault = |command: &str, effect| host.faults().pop3(Trigger::on(command).times(1), effect);
    for room in [0, 3, 30, 200] {
        fault("RETR", Pop3Effect::CloseAfter(room));
        let mut connection = visit(&host, &anna).await?;
        assert!(connection.dele(&[2]).await?.is_empty());
        let lost = read(&mut connection, &[1]).await;
        assert!(lost.is_err(), "{room} octets are no message");
        drop(connection);
        assert_eq!(left(&host, &anna), letters.len());
    }
    // Whoever reads on after a lost QUIT must look what is left.
    fault("QUIT", Pop3Effect::CloseAfterwards);
    let mut connection = visit(&host, &anna).await?;
    assert!(connection.dele(&[2]).await?.is_empty());
    assert!(matches!(connection.quit().await, Err(Error::Lost(_))));
    assert_eq!(left(&host, &anna), letters.len() - 1);
    for (effect, busy) in [
        (Pop3Effect::Error("[IN-USE] wait".into()), true),
        (Pop3Effect::Error("[SYS/TEMP] wait".into()), false),
    ] {
        fault("AUTH", effect);
        let refused = visit(&host, &anna).await.err();
        let is_busy = matches!(refused, Some(Error::TooManyConnections { .. }));
        assert_eq!(is_busy, busy, "{refused:?}");
        assert!(!matches!(refused, Some(Error::AuthenticationFailed { .. })), "{refused:?}");
    }
    fault("UIDL", Pop3Effect::Garbage(b"+OK\r\n1 a\r\nnonsense\r\n.\r\n".to_vec()));
    let mut connection = visit(&host, &anna).await?;
    assert!(matches!(connection.uidl().await, Err(Error::Garbled(_))));
    Ok(())
}
