//! Who is believed before whom, hostile files, and the whole database of providers.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use postern_shared::server::Security;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::config;
use crate::corpora;
use crate::net::names::Service;
use crate::net::tests::Authority;

const ADDRESS: &str = "ann@own.test";

fn file(host: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="p">
        <domain>elsewhere.test</domain>
        <incomingServer type="pop3"><hostname>pop.{host}</hostname><port>110</port>
          <socketType>STARTTLS</socketType><username>%EMAILLOCALPART%</username></incomingServer>
        <incomingServer type="imap"><hostname>{host}</hostname><port>143</port>
          <socketType>plain</socketType><username>%EMAILADDRESS%</username></incomingServer>
        <incomingServer type="imap"><hostname>imap.{host}</hostname><port>993</port>
          <socketType>SSL</socketType><username>%EMAILADDRESS%</username></incomingServer>
        <outgoingServer type="smtp"><hostname>smtp.{host}</hostname><port>587</port>
          <socketType>STARTTLS</socketType><username>%EMAILADDRESS%</username></outgoingServer>
        </emailProvider></clientConfig>"#
    )
}

fn service(host: &str, port: u16) -> Vec<Service> {
    vec![Service { priority: 1, host: host.into(), port }]
}

/// What is there for a domain to be found by.
#[derive(Default)]
struct World {
    srv: bool,
    autoconfig: bool,
    mx: bool,
    /// Whoever takes the domain's mail is in the configuration.
    configured: Option<config::Provider>,
    guess: bool,
    /// Every name has an address of a network of one's own.
    private: bool,
}

/// Answers every connection with the same words, under TLS.
async fn speak(acceptor: TlsAcceptor, words: String, first_listens: bool) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(tcp).await else { continue };
            let mut head = Vec::new();
            while first_listens && !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else { break };
                head.push(byte);
            }
            let _ = stream.write_all(words.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    port
}

impl World {
    async fn find(self) -> Discovered {
        let authority = Authority::new();
        let acceptor = authority.acceptor("*.own.test", 4000);
        let body = file("autoconfig.test");
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let mut ports = Vec::new();
        for (on, port, words) in [
            (self.autoconfig, 443, answer.as_str()),
            (self.guess, 993, "* OK here\r\n"),
            (self.guess, 995, "+OK here\r\n"),
            (self.guess, 465, "220 here\r\n"),
        ] {
            if on {
                ports.push((port, speak(acceptor.clone(), words.into(), port == 443).await));
            }
        }
        let ip = if self.private { Ipv4Addr::new(10, 0, 0, 1) } else { Ipv4Addr::LOCALHOST };
        let reach = Reach::with(move |_| Ok(vec![ip.into()]), |at| at.ip() == Ipv4Addr::LOCALHOST);
        let reach = reach.and_ports(move |port| {
            ports.iter().find(|(nominal, _)| *nominal == port).map_or(9, |(_, real)| *real)
        });
        let names = Names::with(move |question| match question {
            Question::Services(name) if self.srv => match name.as_str() {
                "_imaps._tcp.own.test" => service("imap.srv.test", 993),
                "_submission._tcp.own.test" => service("smtp.srv.test", 587),
                // Announced as not there, and at a port where no mail server is.
                "_pop3s._tcp.own.test" => service("", 0),
                "_pop3._tcp.own.test" => service("pop.srv.test", 22),
                _ => Vec::new(),
            },
            Question::Mail(domain) if self.mx => {
                assert_eq!(domain, "own.test");
                service("in1.mail.elsewhere.test", 25)
            }
            _ => Vec::new(),
        });
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("p.test.xml"), file("ispdb.test")).unwrap();
        let web = Web { reach: reach.clone(), trust: authority.trust() };
        let providers = Providers::new(&Vec::from_iter(self.configured)).unwrap();
        let discovery = Discovery::new(names, web, reach, Some(folder.path()));
        discovery.and_configured(&providers).find(ADDRESS).await
    }
}

fn told(found: &Discovered) -> Vec<(Source, Protocol, &str)> {
    let mut all = Vec::new();
    for one in &found.found {
        let servers = one.servers.as_ref().unwrap();
        assert_eq!(servers.protocol, one.protocol);
        all.push((one.source, one.protocol, servers.incoming.host.as_str()));
    }
    all
}

#[tokio::test]
async fn the_best_answer_wins_and_the_other_protocol_comes_from_the_next() {
    use Protocol::{Imap, Pop3};
    let all = World { srv: true, autoconfig: true, mx: true, guess: true, ..World::default() };
    let found = all.find().await;
    let expect =
        [(Source::Srv, Imap, "imap.srv.test"), (Source::Autoconfig, Pop3, "pop.autoconfig.test")];
    assert_eq!(told(&found), expect);
    let found = World { autoconfig: true, mx: true, ..World::default() }.find().await;
    assert_eq!(told(&found)[0], (Source::Autoconfig, Imap, "imap.autoconfig.test"));
    let found = World { mx: true, guess: true, ..World::default() }.find().await;
    let expect = [(Source::Mx, Imap, "imap.ispdb.test"), (Source::Mx, Pop3, "pop.ispdb.test")];
    assert_eq!(told(&found), expect);
    let found = World { guess: true, ..World::default() }.find().await;
    let expect = [(Source::Guess, Imap, "imap.own.test"), (Source::Guess, Pop3, "pop.own.test")];
    assert_eq!(told(&found), expect);
    assert_eq!(World::default().find().await.found.len(), 0);
}

#[tokio::test]
async fn whoever_takes_the_mail_is_known_by_the_configuration_before_the_folder() {
    use Protocol::{Imap, Pop3};
    let endpoint = |host: &str, port, security| {
        Some(config::Endpoint { host: format!("{host}.configured.test"), port, security })
    };
    let mut known = config::Provider::named("Here", vec!["*".into(), "elsewhere.test".into()]);
    known.imap = endpoint("imap", 993, config::Security::Tls);
    known.pop3 = endpoint("pop", 110, config::Security::StartTls);
    known.smtp = endpoint("smtp", 465, config::Security::Tls);
    (known.login, known.smtp_login) = ("{local}".into(), "{address}".into());
    let find = |known: &config::Provider| {
        let configured = Some(known.clone());
        World { mx: true, guess: true, configured, ..World::default() }.find()
    };
    let found = find(&known).await;
    let expect =
        [(Source::Mx, Imap, "imap.configured.test"), (Source::Mx, Pop3, "pop.configured.test")];
    assert_eq!(told(&found), expect);
    let servers = found.found[1].servers.as_ref().unwrap();
    assert_eq!((servers.user_name.as_str(), servers.incoming.port), ("ann", 110));
    assert_eq!(servers.outgoing_login, Some((ADDRESS.to_owned(), String::new())));
    // What cannot be reached by its name alone is for the domains that it is configured for.
    let plain = endpoint("smtp", 587, config::Security::Plain);
    let bare = config::Provider { smtp: plain, ..known.clone() };
    let domains = vec!["*".into(), "notelsewhere.test".into()];
    let other = config::Provider { domains, ..known.clone() };
    for one in [bare, other] {
        assert_eq!(told(&find(&one).await)[0], (Source::Mx, Imap, "imap.ispdb.test"));
    }
    let trust = crate::net::Trust::new(None).unwrap();
    let settings = config::Provider { ca_file: Some("/ca.pem".into()), ..known };
    assert!(crate::net::Provider { settings, trust, own: None }.open_to(ADDRESS).is_empty());
}

#[tokio::test]
async fn nothing_is_asked_of_private_addresses() {
    let all = World { autoconfig: true, guess: true, private: true, ..World::default() };
    assert_eq!(all.find().await.found.len(), 0);
}

#[test]
fn a_file_is_read_with_its_names_and_the_safest_server_is_taken() {
    let config = Config::read(&file("a.test")).unwrap();
    assert_eq!(config.domains, ["elsewhere.test"]);
    let servers = config.servers(ADDRESS);
    let imap = &servers[0];
    assert_eq!((imap.incoming.host.as_str(), imap.incoming.port), ("imap.a.test", 993));
    assert_eq!((imap.user_name.as_str(), &imap.outgoing_login), ("", &None));
    let pop3 = &servers[1];
    assert_eq!((pop3.incoming.security, pop3.user_name.as_str()), (Security::StartTls, "ann"));
    assert_eq!(pop3.outgoing_login, Some((ADDRESS.to_owned(), String::new())));
}

#[test]
fn hostile_files_are_no_files() {
    let bomb = r#"<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><clientConfig>
        <emailProvider><domain>&b;</domain></emailProvider></clientConfig>"#;
    let outside = r#"<!DOCTYPE a SYSTEM "../../../etc/passwd"><clientConfig><emailProvider>
        <domain>a.test</domain></emailProvider></clientConfig>"#;
    let unknown =
        "<clientConfig><emailProvider><domain>&x;</domain></emailProvider></clientConfig>";
    let deep = "<a>".repeat(1 << 14);
    let many = "<incomingServer type=\"imap\"></incomingServer>".repeat(5_000);
    let many = format!("<clientConfig><emailProvider>{many}</emailProvider></clientConfig>");
    let unended = "<clientConfig><emailProvider><domain>a.test</domain>";
    let large = format!("{}{}", file("a.test"), " ".repeat(autoconfig::LARGEST));
    for text in [bomb, outside, unknown, &deep, &many, unended, &large, "", "{}", "<html></html>"] {
        let shown: String = text.chars().take(60).collect();
        assert!(Config::read(text).is_none(), "{shown}");
    }
    let hosts = ["127.0.0.1:80", "a b", "a/b", "", "a\r\nb", "é.test", "-a", ".a", "[::1]"];
    for host in hosts {
        let text = file(host);
        let servers = Config::read(&text).map(|config| config.servers("x")).unwrap_or_default();
        let bad = |it: &Servers| it.incoming.host.contains(host) && !host.is_empty();
        assert!(!servers.iter().any(bad), "{host:?}");
    }
    let port = file("a.test").replace("<port>993", "<port>22").replace("<port>110", "<port>x");
    assert!(Config::read(&port).unwrap().servers(ADDRESS).is_empty());
}

#[tokio::test]
async fn the_whole_database_is_read() {
    let Some(folder) = corpora::find("ispdb") else { return };
    let (mut files, mut with_servers, mut refused) = (0, 0, Vec::new());
    let database = Ispdb::new(&folder);
    for entry in std::fs::read_dir(&folder).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let Some(domain) = name.strip_suffix(".xml") else { continue };
        files += 1;
        let config = database.find(domain).await.unwrap_or_else(|| panic!("{name} is not read"));
        let address = format!("ann.lee@{domain}");
        let servers = config.servers(&address);
        assert!(!config.domains.is_empty() || servers.is_empty(), "{name}");
        match servers.is_empty() {
            true => refused.push(name.clone()),
            false => with_servers += 1,
        }
        for one in servers {
            assert!(!one.user_name.contains('%') && !one.incoming.host.contains('%'), "{domain}");
            assert!(one.incoming.security != Security::Plain, "{domain}");
            let out = one.outgoing_login.map(|(name, _)| name).unwrap_or_default();
            assert!(!out.contains('%'), "{domain}: {out}");
        }
    }
    assert!(files > 100, "{files} files");
    // The others offer nothing that is protected (Japanese providers, most of them), OAuth2 alone, or
    // no way to hand mail in: that is 37 of 163.
    assert!(with_servers * 100 >= files * 77, "{with_servers} of {files}; not {refused:?}");
    // Named in a file that is called otherwise.
    assert!(database.find("gmail.com").await.is_some());
}

#[test]
fn well_known_providers_say_what_they_ask() {
    let check = |domain: &str, expect| {
        assert_eq!(explain(domain, &[]).map(|(asks, _)| asks), expect, "{domain}");
    };
    check("gmail.com", Some(Asks::AppPassword));
    check("outlook.com", Some(Asks::OAuth));
    check("qq.com", Some(Asks::AuthorisationCode));
    check("163.com", Some(Asks::AuthorisationCode));
    check("web.de", Some(Asks::SwitchOn));
    check("wp.pl", Some(Asks::SwitchOn));
    check("own.test", None);
    // By where its mail is.
    let mut servers = Config::read(&file("a.test")).unwrap().servers(ADDRESS);
    servers[0].incoming.host = "imap.gmail.com".into();
    assert_eq!(explain("own.test", &servers).map(|it| it.0), Some(Asks::AppPassword));
    servers[0].incoming.host = "imap.notgmail.com".into();
    assert_eq!(explain("own.test", &servers), None);
}

/// Everything is asked at once, and a slow one does not hold up what is better.
#[tokio::test(start_paused = true)]
async fn whoever_never_answers_is_not_waited_for() {
    let asked: Arc<Mutex<u32>> = Arc::default();
    let counted = asked.clone();
    let names = Names::with(move |_| {
        *counted.lock().unwrap() += 1;
        Vec::new()
    });
    let web = Web::public().unwrap();
    let nowhere = Reach::silent();
    let web = Web { reach: nowhere.clone(), ..web };
    let discovery = Discovery::new(names, web, nowhere, None);
    let enough = PATIENCE + Duration::from_millis(100);
    let found = tokio::time::timeout(enough, discovery.find(ADDRESS)).await.unwrap();
    assert!(found.found.is_empty() && *asked.lock().unwrap() >= 6);
}
