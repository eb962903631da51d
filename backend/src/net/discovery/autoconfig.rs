//! Files that say where a provider's servers are, as Thunderbird's database and domains have them.
//!
//! They come from strangers: no entity but XML's own five is known, a document type is refused, and
//! servers that cannot be protected, or that listen where no mail server does, are passed over.

use postern_shared::account::Protocol;
use postern_shared::server::{Endpoint, Security, Servers};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::usable;

/// Larger files are none.
pub(super) const LARGEST: usize = 256 << 10;
/// More servers and domains than this are not looked at.
const MOST: usize = 64;
/// More elements within each other than this are no such file.
const DEEPEST: usize = 16;

/// One server of a file.
#[derive(Default)]
struct Server {
    kind: String,
    host: String,
    port: String,
    socket: String,
    user_name: String,
    /// By which its password may be sent; none: it was not said.
    ways: Vec<String>,
}

/// What a file says.
#[derive(Default)]
pub(super) struct Config {
    /// Domains of the provider's addresses.
    pub(super) domains: Vec<String>,
    incoming: Vec<Server>,
    outgoing: Vec<Server>,
}

impl Config {
    /// Reads a file; none where it is no such thing.
    pub(super) fn read(text: &str) -> Option<Self> {
        if text.len() > LARGEST {
            return None;
        }
        let mut reader = Reader::from_str(text);
        let (mut config, mut path, mut content) = (Self::default(), Vec::new(), String::new());
        loop {
            match reader.read_event().ok()? {
                Event::Start(element) => {
                    path.push(element.name().0.to_owned());
                    if path.len() > DEEPEST {
                        return None;
                    }
                    content.clear();
                    config.open(&path, &element)?;
                }
                Event::Text(text) => content.push_str(&text),
                Event::CData(text) => content.push_str(&text),
                Event::GeneralRef(name) => content.push(match name.resolve_char_ref().ok()? {
                    Some(character) => character,
                    None => entity(&name)?,
                }),
                Event::End(_) => {
                    config.close(&path, content.trim());
                    content.clear();
                    path.pop();
                }
                Event::DocType(_) => return None,
                Event::Eof => break,
                _ => {}
            }
        }
        let is_one = !config.incoming.is_empty() || !config.domains.is_empty();
        (is_one && path.is_empty()).then_some(config)
    }

    fn open(&mut self, path: &[String], element: &BytesStart<'_>) -> Option<()> {
        let [_, provider, name] = path else { return Some(()) };
        let list = match (provider.as_str(), name.as_str()) {
            ("emailProvider", "incomingServer") => &mut self.incoming,
            ("emailProvider", "outgoingServer") => &mut self.outgoing,
            _ => return Some(()),
        };
        let kind = element.try_get_attribute("type").ok()??.value.into_owned();
        let server = Server { kind, ..Server::default() };
        (list.len() < MOST).then(|| list.push(server))
    }

    fn close(&mut self, path: &[String], content: &str) {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let (list, field) = match path[..] {
            [_, "emailProvider", "domain"] if self.domains.len() < MOST => {
                return self.domains.push(content.to_lowercase());
            }
            [_, "emailProvider", "incomingServer", field] => (&mut self.incoming, field),
            [_, "emailProvider", "outgoingServer", field] => (&mut self.outgoing, field),
            _ => return,
        };
        let Some(server) = list.last_mut() else { return };
        match field {
            "hostname" => content.clone_into(&mut server.host),
            "port" => content.clone_into(&mut server.port),
            "socketType" => content.clone_into(&mut server.socket),
            "username" => content.clone_into(&mut server.user_name),
            "authentication" => server.ways.push(content.to_owned()),
            _ => {}
        }
    }

    /// The servers of an address: the first good one of each protocol, as the file orders them.
    pub(super) fn servers(&self, address: &str) -> Vec<Servers> {
        let smtp = self.outgoing.iter().filter(|server| server.kind == "smtp");
        let Some((outgoing, out_name)) = best(smtp, address) else { return Vec::new() };
        let of = |(protocol, kind): (Protocol, &str)| {
            let servers = self.incoming.iter().filter(|server| server.kind == kind);
            let (incoming, user_name) = best(servers, address)?;
            let differs = out_name != user_name;
            let name = if out_name.is_empty() { address } else { &out_name };
            let outgoing_login = differs.then(|| (name.to_owned(), String::new()));
            let outgoing = outgoing.clone();
            Some(Servers { protocol, incoming, user_name, outgoing, outgoing_login })
        };
        [(Protocol::Imap, "imap"), (Protocol::Pop3, "pop3")].into_iter().filter_map(of).collect()
    }

    /// Whether every incoming server wants OAuth2 and nothing else.
    pub(super) fn wants_oauth(&self) -> bool {
        let incoming =
            self.incoming.iter().filter(|it| matches!(it.kind.as_str(), "imap" | "pop3"));
        let mut kinds = incoming.map(Server::takes_passwords).peekable();
        kinds.peek().is_some() && kinds.all(|takes| !takes)
    }
}

impl Server {
    fn takes_passwords(&self) -> bool {
        let ways = ["password-cleartext", "password-encrypted", "plain", "secure"];
        self.ways.is_empty() || self.ways.iter().any(|way| ways.contains(&way.as_str()))
    }
}

/// One that is TLS from the first byte before one that is upgraded.
fn best<'a>(
    servers: impl Iterator<Item = &'a Server> + Clone,
    address: &str,
) -> Option<(Endpoint, String)> {
    let of = |security, socket| {
        let servers = servers.clone().filter(move |server| server.socket == socket);
        servers.filter(|server| server.takes_passwords()).find_map(move |server| {
            let host = fill(&server.host, address).to_ascii_lowercase();
            let endpoint = Endpoint { host, port: server.port.parse().ok()?, security };
            let user_name = fill(&server.user_name, address);
            let user_name = if user_name == address { String::new() } else { user_name };
            usable(&endpoint).then_some((endpoint, user_name))
        })
    };
    of(Security::Tls, "SSL").or_else(|| of(Security::StartTls, "STARTTLS"))
}

/// Puts an address into the places that are kept for it; some files forget the last sign of one.
fn fill(template: &str, address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let values = [
        ("%EMAILADDRESS%", address),
        ("%EMAILLOCALPART%", local),
        ("%EMAILDOMAIN%", domain),
        ("%EMAILADDRESS", address),
    ];
    let (mut filled, mut rest) = (String::new(), template);
    // In one pass: what an address holds is never taken for such a place.
    while let Some(start) = rest.find('%') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        let found = values.iter().find_map(|(name, value)| Some((value, rest.strip_prefix(name)?)));
        (rest, filled) = match found {
            Some((value, after)) => (after, filled + value),
            None => (&rest[1..], filled + "%"),
        };
    }
    filled + rest
}

/// XML's own five.
fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}
