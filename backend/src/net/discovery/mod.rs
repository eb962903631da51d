//! Where the servers of an address are, asked of whoever may know: the DNS, the domain's own file,
//! a folder of providers, whoever takes the domain's mail, and names that are usual.
//!
//! All are asked at once; the best answer wins, not the first. Nothing that is found is believed
//! beyond being a suggestion: each connection to it is weighed like one to a server typed in.

mod asks;
mod autoconfig;
mod guess;
mod ispdb;
mod srv;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use http_body_util::{BodyExt, Empty};
use hyper::header::{ACCEPT, LOCATION};
use hyper::{Request, StatusCode};
use postern_shared::account::Protocol;
use postern_shared::server::{Asks, Discovered, Endpoint, Found, Servers, Source};
use url::Url;

use super::exchange::Web;
use super::names::{Names, Question};
use super::provider::Providers;
use super::public::{Reach, Refused};
use autoconfig::Config;
use ispdb::Ispdb;

/// How long each of them may take, and so all of it.
const PATIENCE: Duration = Duration::from_secs(8);
/// How often a file's address may point elsewhere.
const REDIRECTS: usize = 3;

/// Whoever is asked. Cheap to clone.
#[derive(Clone)]
pub struct Discovery {
    names: Names,
    web: Web,
    mail: Reach,
    ispdb: Option<Ispdb>,
    /// Whom the administrator knows; they may take the mail of other domains too.
    configured: Option<Providers>,
}

/// What one of them says.
#[derive(Default)]
struct Answer {
    servers: Vec<Servers>,
    /// There are servers, which take no password.
    oauth: bool,
}

impl From<Vec<Servers>> for Answer {
    fn from(servers: Vec<Servers>) -> Self {
        Self { servers, oauth: false }
    }
}

impl Discovery {
    /// Asks these; `ispdb` is a folder of providers.
    #[must_use]
    pub fn new(names: Names, web: Web, mail: Reach, ispdb: Option<&Path>) -> Self {
        Self { names, web, mail, ispdb: ispdb.map(Ispdb::new), configured: None }
    }

    /// The same, where these providers are known too: by the domains that they name.
    #[must_use]
    pub fn and_configured(self, providers: &Providers) -> Self {
        Self { configured: Some(providers.clone()), ..self }
    }

    /// What is known of an address's servers; nothing where nobody knows.
    pub async fn find(&self, address: &str) -> Discovered {
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        let Ok(domain) = idna::domain_to_ascii(domain) else { return Discovered::default() };
        let sources: [(Source, BoxFuture<'_, Answer>); 5] = [
            (Source::Srv, srv::find(&self.names, &domain).map(Answer::from).boxed()),
            (Source::Autoconfig, self.autoconfig(address, &domain).boxed()),
            (Source::Ispdb, self.ispdb(address, &domain).boxed()),
            (Source::Mx, self.mx(address, &domain).boxed()),
            (Source::Guess, self.guess(&domain).boxed()),
        ];
        let asked = sources.map(|(source, answer)| {
            let answer = tokio::time::timeout(PATIENCE, answer);
            answer.map(move |answer| (source, answer.unwrap_or_default())).boxed()
        });
        // All at once, heard in the order of how much each is worth.
        let mut answers = stream::iter(asked).buffered(5);
        let (mut found, mut oauth) = (Vec::new(), false);
        while let Some((source, answer)) = answers.next().await {
            oauth |= answer.oauth;
            take(&mut found, source, answer.servers);
            let is_enough = found.len() == 2 || (source == Source::Mx && !found.is_empty());
            if is_enough {
                break;
            }
        }
        found.sort_by_key(|(_, servers)| servers.protocol == Protocol::Pop3);
        describe(&domain, found, oauth)
    }

    async fn autoconfig(&self, address: &str, domain: &str) -> Answer {
        let encoded: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
        let urls = [
            format!("https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={encoded}"),
            format!("https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"),
        ];
        let fetched = urls.iter().map(|url| self.fetch(url));
        let texts = futures_util::future::join_all(fetched).await;
        let read = texts.iter().flatten().find_map(|text| Config::read(text));
        read.map(|config| said(&config, address)).unwrap_or_default()
    }

    async fn ispdb(&self, address: &str, domain: &str) -> Answer {
        let Some(ispdb) = &self.ispdb else { return Answer::default() };
        ispdb.find(domain).await.map(|config| said(&config, address)).unwrap_or_default()
    }

    async fn mx(&self, address: &str, domain: &str) -> Answer {
        let found = self.names.ask(Question::Mail(domain.to_owned())).await;
        let hosts: Vec<String> = found.into_iter().map(|service| service.host).collect();
        let configured = self.configured.as_ref().and_then(|all| all.above(&hosts));
        let servers = configured.map(|provider| provider.open_to(address)).unwrap_or_default();
        if !servers.is_empty() {
            return servers.into();
        }
        let Some(ispdb) = &self.ispdb else { return Answer::default() };
        ispdb.find_above(&hosts).await.map(|config| said(&config, address)).unwrap_or_default()
    }

    async fn guess(&self, domain: &str) -> Answer {
        guess::find(&self.mail, &self.web.trust, domain).await.into()
    }

    /// A small file, by https alone, from wherever the address points at last.
    async fn fetch(&self, url: &str) -> Option<String> {
        let mut url = Url::parse(url).ok()?;
        for _ in 0..=REDIRECTS {
            let fits = url.scheme() == "https" && url.username().is_empty();
            if !fits || url.password().is_some() {
                return None;
            }
            let request = Request::get("/").header(ACCEPT, "text/xml, application/xml");
            let request = request.body(Empty::<Bytes>::new()).ok()?;
            let response = self.web.send::<_, Failed>(&url, request).await.ok()?;
            if response.status().is_redirection() {
                let location = response.headers().get(LOCATION)?.to_str().ok()?;
                url = url.join(location).ok()?;
                continue;
            }
            if response.status() != StatusCode::OK {
                return None;
            }
            let (mut body, mut bytes) = (response.into_body(), BytesMut::new());
            while let Some(frame) = body.frame().await {
                let Ok(data) = frame.ok()?.into_data() else { continue };
                if bytes.len() + data.len() > autoconfig::LARGEST {
                    return None;
                }
                bytes.extend_from_slice(&data);
            }
            return String::from_utf8(bytes.to_vec()).ok();
        }
        None
    }
}

/// Why there is no file: nobody asks.
struct Failed;

impl From<Refused> for Failed {
    fn from(_: Refused) -> Self {
        Self
    }
}

impl From<hyper::Error> for Failed {
    fn from(_: hyper::Error) -> Self {
        Self
    }
}

fn said(config: &Config, address: &str) -> Answer {
    Answer { servers: config.servers(address), oauth: config.wants_oauth() }
}

/// At most one of each protocol, from whoever is worth more.
fn take(found: &mut Vec<(Source, Servers)>, source: Source, servers: Vec<Servers>) {
    for one in servers {
        if found.iter().all(|(_, known)| known.protocol != one.protocol) {
            found.push((source, one));
        }
    }
}

fn describe(domain: &str, found: Vec<(Source, Servers)>, oauth: bool) -> Discovered {
    let servers: Vec<Servers> = found.iter().map(|(_, servers)| servers.clone()).collect();
    let (asks, explained_at) = explain(domain, &servers).unzip();
    let found = found.into_iter().map(|(source, servers)| {
        let protocol = servers.protocol;
        Found { servers: Some(servers), protocol, source }
    });
    let asks = asks.or((oauth && servers.is_empty()).then_some(Asks::OAuth));
    Discovered { found: found.collect(), asks, explained_at: explained_at.unwrap_or_default() }
}

/// What whoever serves a domain asks of people, and where that is explained.
#[must_use]
pub fn explain(domain: &str, found: &[Servers]) -> Option<(Asks, String)> {
    asks::of(domain, found).map(|(asks, at)| (asks, at.to_owned()))
}

/// Whether a server that somebody named is one that a connection may be tried to.
#[must_use]
pub fn usable(endpoint: &Endpoint) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_label = |label: &str| !label.is_empty() && !label.starts_with('-');
    let is_name = endpoint.host.len() <= 253
        && endpoint.host.chars().all(legal)
        && endpoint.host.split('.').all(is_label);
    let is_ip = endpoint.host.parse::<std::net::IpAddr>().is_ok();
    (is_name || is_ip) && super::public::is_mail_port(endpoint.port)
}
