//! Every way to sign in, and what a refusal means.

use super::*;

async fn signed_in(
    (greeting, encrypted): (&[u8], bool),
    script: Script<'_>,
    proof: Proof<'_>,
) -> Result<(), Error> {
    let (opened, server) = server(greeting, script);
    let tls_version = opened.tls_version.filter(|_| encrypted);
    let mut connection = Pop3Connection::greet(Opened { tls_version, ..opened }).await?;
    let done = connection.sign_in("ann", proof, Plaintext::Refused).await;
    drop(connection);
    assert_eq!(server.await.expect("the script is played"), "");
    done
}

#[tokio::test]
async fn every_way_to_sign_in_is_spoken_as_its_rfc_says() {
    let ready: &[u8] = b"+OK ready <1896.697170952@dbc.mtview.ca.us>\r\n";
    let (password, token) = (Secret::new("tanstaaf".into()), Secret::new("t0ken".into()));
    let password = Proof::Password(&password);
    let plain: &[u8] = b"+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n";
    let script: Script<'_> =
        &[("CAPA", plain), ("AUTH PLAIN AGFubgB0YW5zdGFhZg==", b"+OK\r\n"), ("CAPA", plain)];
    signed_in((ready, true), script, password).await.unwrap();
    let apop: &[u8] = b"+OK\r\nUIDL\r\n.\r\n";
    let script: Script<'_> = &[
        ("CAPA", apop),
        ("APOP ann c4c9334bac560ecc979e58001b3e22fb", b"+OK\r\n"),
        ("CAPA", apop),
    ];
    signed_in((ready, true), script, password).await.unwrap();
    let bearer: &[u8] = b"+OK\r\nSASL XOAUTH2\r\n.\r\n";
    let script: Script<'_> = &[
        ("CAPA", bearer),
        ("AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgdDBrZW4BAQ==", b"+ e30=\r\n"),
        ("", b"-ERR [AUTH] token expired\r\n"),
    ];
    let refused = signed_in((ready, true), script, Proof::Token(&token)).await;
    assert!(matches!(refused, Err(Error::AuthenticationFailed { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_long_first_message_waits_until_it_is_asked_for() {
    let long = Secret::new("x".repeat(200));
    let offered: &[u8] = b"+OK\r\nSASL PLAIN\r\n.\r\n";
    let message = crate::sasl::base64::encode(format!("\0ann\0{}", long.expose()).as_bytes());
    let script: Vec<(&str, &[u8])> = vec![
        ("CAPA", offered),
        ("AUTH PLAIN", b"+ \r\n"),
        (message.as_str(), b"+OK\r\n"),
        ("CAPA", offered),
    ];
    signed_in((b"+OK\r\n", true), &script, Proof::Password(&long)).await.unwrap();
}

#[tokio::test]
async fn no_password_travels_unprotected_or_broken() {
    let (password, broken) = (secret(), Secret::new("a\r\nDELE 1".into()));
    let capa: Script<'_> = &[("CAPA", CAPA)];
    let refused = signed_in((b"+OK\r\n", false), capa, Proof::Password(&password)).await;
    assert!(matches!(refused, Err(Error::Unsupported(_))));
    let refused = signed_in((b"+OK\r\n", true), capa, Proof::Password(&broken)).await;
    assert!(matches!(refused, Err(Error::AuthenticationFailed { .. })));
}

#[tokio::test]
async fn a_busy_maildrop_is_no_wrong_password() {
    let password = secret();
    let sign_in: Script<'_> = &[
        ("CAPA", CAPA),
        ("USER ann", b"+OK\r\n"),
        ("PASS two words", b"-ERR [IN-USE] locked\r\n"),
    ];
    let refused = signed_in((b"+OK\r\n", true), sign_in, Proof::Password(&password)).await;
    assert!(matches!(refused, Err(Error::TooManyConnections { .. })), "{refused:?}");
}
