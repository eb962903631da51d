//! Mail servers with a bridge in front of them: where most bridge tests begin.

use anyhow::Result;
use postern_shared::account::Protocol;

use crate::Person;
use crate::bridge::{Bridge, Home};
use crate::visitor::{Tab, Visitor};
use crate::world::World;

/// Mail servers and a bridge.
pub struct Scene {
    /// The bridge; dropped first.
    pub bridge: Bridge,
    /// The mail servers.
    pub world: World,
}

impl Scene {
    /// A bridge before Dovecot and Postfix.
    pub async fn real() -> Result<Self> {
        Self::of(World::real().await?, "").await
    }

    /// A bridge before the mail host.
    pub async fn in_memory() -> Result<Self> {
        Self::of(World::in_memory().await?, "").await
    }

    /// A bridge before these servers, with further lines of configuration.
    pub async fn of(world: World, config: &str) -> Result<Self> {
        let home = Home::new(&world.provider(), "/", config)?;
        Ok(Self { bridge: Bridge::start(home).await?, world })
    }

    /// A bridge that reaches the mail of these servers by POP3 alone.
    pub async fn of_maildrops(world: World, config: &str) -> Result<Self> {
        let home = Home::new(&world.pop3_provider(), "/", config)?;
        Ok(Self { bridge: Bridge::start(home).await?, world })
    }

    /// The bridge's files and address.
    pub fn home(&self) -> &Home {
        &self.bridge.home
    }

    /// What accounts receive with here.
    pub fn protocol(&self) -> Result<Protocol> {
        let config = std::fs::read_to_string(self.home().config())?;
        let is_imap = config.lines().any(|line| line.starts_with("imap = "));
        Ok(if is_imap { Protocol::Imap } else { Protocol::Pop3 })
    }

    /// The person with this local part.
    pub fn person(&self, local: &str) -> Person {
        self.world.person(local)
    }

    /// A browser of this person, signed in.
    pub async fn visitor(&self, local: &str) -> Result<Visitor> {
        Visitor::sign_in(self.home(), &self.person(local)).await
    }

    /// An open tab of this person, in a browser of its own.
    pub async fn tab(&self, local: &str) -> Result<Tab> {
        self.visitor(local).await?.tab().await
    }
}
