//! How single values are read from TOML, with errors that say what was expected.

use super::endpoint::{Endpoint, Protocol};
use ipnet::IpNet;
use serde::de::{Deserialize, Deserializer, Error};
use std::net::IpAddr;
use std::str::FromStr;

/// A text that may be empty, which means none.
pub(super) fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: std::fmt::Display,
{
    match String::deserialize(deserializer)?.as_str() {
        "" => Ok(None),
        text => {
            text.parse().map(Some).map_err(|error| Error::custom(format!("\"{text}\": {error}")))
        }
    }
}

/// Networks in CIDR form; a bare address is a network of one.
pub(super) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let read = |text: String| {
        let bare = text.parse::<IpAddr>().map(IpNet::from);
        bare.or_else(|_| text.parse())
            .map_err(|_| Error::custom(format!("\"{text}\" is not a network (CIDR)")))
    };
    Vec::<String>::deserialize(deserializer)?.into_iter().map(read).collect()
}

/// Lower-case domains, or `*`.
pub(super) fn domains<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let legal = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let read = |text: String| {
        let text = text.to_lowercase();
        match text == "*" || (!text.is_empty() && text.chars().all(legal)) {
            true => Ok(text),
            false => Err(Error::custom(format!("\"{text}\" is not a domain"))),
        }
    };
    Vec::<String>::deserialize(deserializer)?.into_iter().map(read).collect()
}

fn endpoint<'de, D: Deserializer<'de>>(
    protocol: Protocol,
    deserializer: D,
) -> Result<Option<Endpoint>, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "" => Ok(None),
        url => Endpoint::parse(protocol, url).map(Some).map_err(Error::custom),
    }
}

pub(super) fn imap<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Endpoint>, D::Error> {
    endpoint(Protocol::Imap, deserializer)
}

pub(super) fn pop3<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Endpoint>, D::Error> {
    endpoint(Protocol::Pop3, deserializer)
}

pub(super) fn smtp<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Endpoint>, D::Error> {
    endpoint(Protocol::Smtp, deserializer)
}

/// How many connections an account may hold.
pub(super) fn connections<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    match u8::deserialize(deserializer)? {
        number @ 1..=3 => Ok(number),
        number => Err(Error::custom(format!("{number} connections: 1, 2 or 3"))),
    }
}
