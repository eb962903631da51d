//! Connections against small servers on loopback, with certificates made for the test.

use super::*;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::io::Write;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// An authority, and the file that makes it trusted.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: tempfile::NamedTempFile,
}

impl Authority {
    pub(super) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Test authority");
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(params.self_signed(&key).unwrap().pem().as_bytes()).unwrap();
        Self { issuer: Issuer::new(params, key), file }
    }

    pub(super) fn trust(&self) -> Trust {
        Trust::new(Some(self.file.path())).unwrap()
    }

    pub(super) fn acceptor(&self, name: &str, last_year: i32) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(last_year, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// Says what stands before each expected line, then speaks TLS where there is an acceptor.
async fn serve(
    script: &'static [(&'static str, &'static str)],
    then: &'static str,
    tls: Option<TlsAcceptor>,
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let mut tcp = BufReader::new(tcp);
        for (say, expect) in script {
            tcp.write_all(say.as_bytes()).await.unwrap();
            let mut line = String::new();
            tcp.read_line(&mut line).await.unwrap();
            assert!(line.starts_with(expect), "{line:?} is not {expect:?}");
        }
        tcp.write_all(then.as_bytes()).await.unwrap();
        if let Some(tls) = tls
            && let Ok(mut stream) = tls.accept(tcp.into_inner()).await
        {
            stream.write_all(b"protected").await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    port
}

fn endpoint(port: u16, security: Security) -> Endpoint {
    Endpoint { host: "localhost".into(), port, security }
}

async fn read(opened: Opened) -> String {
    let mut text = String::new();
    let mut stream = opened.stream;
    stream.read_to_string(&mut text).await.unwrap();
    text
}

const IMAP: &[(&str, &str)] = &[("* OK ready\r\n", "P1 STARTTLS\r\n")];
const SMTP: &[(&str, &str)] = &[
    ("220-hello\r\n220 ready\r\n", "EHLO [127.0.0.1]\r\n"),
    ("250-here\r\n250 StartTLS\r\n", "STARTTLS\r\n"),
];
const POP3: &[(&str, &str)] = &[("+OK ready\r\n", "STLS\r\n")];

#[tokio::test]
async fn a_trusted_server_is_reached_and_an_unknown_one_is_not() {
    let authority = Authority::new();
    let port = serve(&[], "", Some(authority.acceptor("localhost", 2100))).await;
    let opened =
        connect(&endpoint(port, Security::Tls), &authority.trust(), Protocol::Imap).await.unwrap();
    assert_eq!((opened.greeting_consumed, opened.tls_version), (false, Some("TLSv1_3")));
    assert_eq!(read(opened).await, "protected");

    let port = serve(&[], "", Some(authority.acceptor("localhost", 2100))).await;
    check_untrusted(port, &Trust::new(None).unwrap(), CertificateProblem::UnknownIssuer).await;
    let port = serve(&[], "", Some(authority.acceptor("elsewhere.test", 2100))).await;
    check_untrusted(port, &authority.trust(), CertificateProblem::WrongName).await;
    let port = serve(&[], "", Some(authority.acceptor("localhost", 2001))).await;
    check_untrusted(port, &authority.trust(), CertificateProblem::Expired).await;
}

async fn check_untrusted(port: u16, trust: &Trust, expect: CertificateProblem) {
    match connect(&endpoint(port, Security::Tls), trust, Protocol::Imap).await {
        Err(Error::UntrustedCertificate { reason, .. }) => assert_eq!(reason, expect),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("connected"),
    }
}

#[tokio::test]
async fn starttls_ends_in_tls_for_every_protocol() {
    let authority = Authority::new();
    let cases = [
        (Protocol::Imap, IMAP, "* CAPABILITY IMAP4rev1\r\nP1 OK go\r\n"),
        (Protocol::Smtp, SMTP, "220 go\r\n"),
        (Protocol::Pop3, POP3, "+OK go\r\n"),
    ];
    for (protocol, script, go) in cases {
        let port = serve(script, go, Some(authority.acceptor("localhost", 2100))).await;
        let opened = connect(&endpoint(port, Security::StartTls), &authority.trust(), protocol)
            .await
            .unwrap();
        assert!(opened.greeting_consumed && opened.tls_version.is_some());
        assert_eq!(read(opened).await, "protected");
    }
}

#[tokio::test]
async fn starttls_is_never_skipped_and_bytes_before_tls_are_refused() {
    let authority = Authority::new();
    let check = async |protocol, script, then, expect: &str| {
        let port = serve(script, then, None).await;
        match connect(&endpoint(port, Security::StartTls), &authority.trust(), protocol).await {
            Err(Error::Protocol { reason, .. }) => assert!(reason.contains(expect), "{reason}"),
            Err(other) => panic!("{then:?}: {other}"),
            Ok(_) => panic!("{then:?}: connected"),
        }
    };
    check(Protocol::Imap, IMAP, "P1 OK go\r\n* OK injected\r\n", "plaintext after").await;
    check(Protocol::Smtp, SMTP, "220 go\r\n250 injected\r\n", "plaintext after").await;
    check(Protocol::Imap, IMAP, "P1 NO not today\r\n", "refused").await;
    check(Protocol::Imap, &[], "* PREAUTH welcome\r\n", "greeting").await;
    check(Protocol::Imap, &[], "* OK ready\r\nP1 OK go\r\n", "before the question").await;
    check(Protocol::Imap, &[], "HTTP/1.1 400 Bad Request\r\n", "greeting").await;
    check(Protocol::Smtp, &SMTP[..1], "250 here\r\n", "not offered").await;
    check(Protocol::Pop3, POP3, "-ERR no\r\n", "refused").await;
}

#[tokio::test]
async fn an_unreachable_server_says_at_which_step() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let trust = Trust::new(None).unwrap();
    let check =
        async |endpoint: Endpoint, expect| match connect(&endpoint, &trust, Protocol::Imap).await {
            Err(Error::Unreachable { reason, .. }) => assert_eq!(reason, expect),
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("connected"),
        };
    check(endpoint(port, Security::Plain), Unreachable::Refused).await;
    let nowhere =
        Endpoint { host: "no-such-host.invalid".into(), ..endpoint(port, Security::Plain) };
    check(nowhere, Unreachable::Name).await;
    let port = serve(&[], "", None).await;
    check(endpoint(port, Security::Tls), Unreachable::Closed).await;
}

#[test]
fn a_ca_file_without_certificates_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error =
        Trust::new(Some(file.path())).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("no certificate"), "{error}");
}
