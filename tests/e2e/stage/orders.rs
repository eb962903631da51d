//! What the stage can be told: `{"do": VERB, …}`, answered with `{…}` or `{"error": …}`.
//!
//! `deliver` {from, to, subject}: sends a message and waits until it has arrived.
//! `append` {as, mailbox, message, flags}: files a raw message.
//! `append-all` {as, mailbox, messages}: files raw messages, each in base64, in this order.
//! `imap` {as, lines}: says each line in one fresh session; answers {answers: [{untagged, tagged, ms}]}.
//! `fill` {as, mailbox, count}: files that many messages.
//! `wait` {as, mailbox, criteria}: waits until a search finds something; answers {uids}.
//! `watch` {as, mailbox, criteria}: asks without pause until a search finds something; answers {at}, the
//! wall-clock time of that in milliseconds. `arrival` {as, message}: files a message into the inbox and
//! answers {at}, the time when an idling session was told.
//! `kill-imap`, `start-imap`, `kill-bridge`, `start-bridge`.
//! `fault` {on, effect, text, times}: arms a fault of the mail host; `clear-faults` disarms all.
//! `sentinel`: listens for whoever is led astray; answers {port}. `seen`: answers who came since.
//! `log`: answers {bridge} with what the bridge printed.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use postern::mime::Encoding;
use postern::mime::transfer::decode;
use postern_mailhost::{ImapEffect, SmtpEffect, Trigger};
use postern_tests::program::Program;
use postern_tests::world::World;
use postern_tests::{Person, message, wait};
use serde_json::{Value, json};

use super::sentinel::Sentinel;

/// How many messages one APPEND carries.
const BATCH: usize = 100;

/// Mail servers and a bridge.
pub struct Stage {
    /// The mail servers.
    pub world: World,
    /// The bridge.
    pub bridge: Program,
    /// The rest of the internet, once it was asked for.
    pub sentinel: Option<Sentinel>,
}

impl Stage {
    /// Carries out one order.
    pub async fn obey(&mut self, order: &Value) -> Result<Value> {
        match text(order, "do")? {
            "deliver" => {
                let (from, to) = (self.person(order, "from")?, self.person(order, "to")?);
                self.world.deliver(&from, &to, text(order, "subject")?).await?;
            }
            "append" => self.append(order).await?,
            "append-all" => self.append_all(order).await?,
            "imap" => return self.imap(order).await,
            "fill" => {
                let person = self.person(order, "as")?;
                let count = order["count"].as_u64().context("count is a number")?;
                let mut session = self.world.session(&person).await?;
                let mailbox = text(order, "mailbox")?;
                message::fill(&mut session, mailbox, &person, usize::try_from(count)?).await?;
            }
            "wait" => {
                let mut session = self.world.session(&self.person(order, "as")?).await?;
                let (mailbox, criteria) = (text(order, "mailbox")?, text(order, "criteria")?);
                return Ok(json!({ "uids": session.wait_for(mailbox, criteria).await? }));
            }
            "watch" => return self.watch(order).await,
            "arrival" => return self.arrival(order).await,
            "kill-imap" => self.world.kill().await?,
            "start-imap" => self.world.launch().await?,
            "kill-bridge" => self.bridge.kill()?,
            "start-bridge" => self.bridge.launch().await?,
            "fault" => self.arm(order)?,
            "add-password" => {
                let person = self.person(order, "as")?;
                self.world.host().add_password(&person.address, text(order, "password")?)?;
            }
            "clear-faults" => self.world.host().faults().clear_all(),
            "sentinel" => {
                let sentinel = self.sentinel.insert(Sentinel::start().await?);
                return Ok(json!({ "port": sentinel.port }));
            }
            "seen" => return Ok(self.sentinel.as_ref().context("no sentinel yet")?.look()),
            "log" => return Ok(json!({ "bridge": self.bridge.log() })),
            other => bail!("{other} is no order"),
        }
        Ok(json!({}))
    }

    async fn append(&self, order: &Value) -> Result<()> {
        let mut session = self.world.session(&self.person(order, "as")?).await?;
        let raw = text(order, "message")?.as_bytes();
        let flags = order["flags"].as_str().unwrap_or_default();
        session.append(text(order, "mailbox")?, flags, [raw]).await?;
        Ok(())
    }

    async fn append_all(&self, order: &Value) -> Result<()> {
        let mut session = self.world.session(&self.person(order, "as")?).await?;
        let messages = order["messages"].as_array().context("messages is a list")?;
        for batch in messages.chunks(BATCH) {
            let raw = batch.iter().map(|message| message.as_str().context("a message is base64"));
            let raw = raw.map(|text| Ok(decode(text?.as_bytes(), Encoding::Base64).0));
            let raw = raw.collect::<Result<Vec<Vec<u8>>>>()?;
            session.append(text(order, "mailbox")?, "", raw.iter().map(Vec::as_slice)).await?;
        }
        Ok(())
    }

    async fn imap(&self, order: &Value) -> Result<Value> {
        let mut session = self.world.session(&self.person(order, "as")?).await?;
        let mut answers = Vec::new();
        for line in order["lines"].as_array().context("lines is a list")? {
            let answer = session.command(line.as_str().context("a line is text")?).await?;
            answers.push(json!({
                "untagged": answer.untagged,
                "tagged": answer.tagged,
                "ms": answer.took.as_secs_f64() * 1000.0,
            }));
        }
        Ok(json!({ "answers": answers }))
    }

    async fn watch(&self, order: &Value) -> Result<Value> {
        let mut session = self.world.session(&self.person(order, "as")?).await?;
        session.ok(&format!("SELECT \"{}\"", text(order, "mailbox")?)).await?;
        let criteria = text(order, "criteria")?;
        wait::within("the watched change", async {
            while session.search(criteria).await?.is_empty() {
                session.ok("NOOP").await?;
            }
            Ok(json!({ "at": wait::wall_clock_ms() }))
        })
        .await
    }

    async fn arrival(&self, order: &Value) -> Result<Value> {
        let person = self.person(order, "as")?;
        let mut idling = self.world.session(&person).await?;
        idling.ok("SELECT INBOX").await?;
        idling.start_idle().await?;
        let mut session = self.world.session(&person).await?;
        session.append("INBOX", "", [text(order, "message")?.as_bytes()]).await?;
        idling.idle_line(" EXISTS").await?;
        Ok(json!({ "at": wait::wall_clock_ms() }))
    }

    fn arm(&self, order: &Value) -> Result<()> {
        let mut trigger = Trigger::on(text(order, "on")?);
        if let Some(times) = order["times"].as_u64() {
            trigger = trigger.times(u32::try_from(times)?);
        }
        let words = order["text"].as_str().unwrap_or_default().to_owned();
        let number = order["number"].as_u64().unwrap_or_default();
        let effect = match text(order, "effect")? {
            "no" => ImapEffect::No(words),
            "bad" => ImapEffect::Bad(words),
            "bye" => ImapEffect::Bye(words),
            "close" => ImapEffect::Close,
            "close-after" => ImapEffect::CloseAfter(usize::try_from(number)?),
            "stall" => ImapEffect::Stall,
            "garbage" => ImapEffect::Garbage(words.into_bytes()),
            "giant-literal" => ImapEffect::GiantLiteral(number),
            "drop-mid-literal" => ImapEffect::DropMidLiteral,
            "silent" => ImapEffect::Silent,
            "slow" => ImapEffect::Slow(Duration::from_millis(number)),
            "deny-recipient" => {
                self.world.host().faults().smtp(trigger, SmtpEffect::DenyRecipient(words));
                return Ok(());
            }
            "reply" => {
                let code = u16::try_from(number)?;
                self.world.host().faults().smtp(trigger, SmtpEffect::Reply(code, words));
                return Ok(());
            }
            "taken-without-a-word" => {
                let effect = SmtpEffect::CloseAfterDot { delivered: true };
                self.world.host().faults().smtp(trigger, effect);
                return Ok(());
            }
            other => bail!("{other} is no effect"),
        };
        self.world.host().faults().imap(trigger, effect);
        Ok(())
    }

    fn person(&self, order: &Value, key: &str) -> Result<Person> {
        Ok(self.world.person(text(order, key)?))
    }
}

fn text<'a>(order: &'a Value, key: &str) -> Result<&'a str> {
    order[key].as_str().with_context(|| format!("{key} is missing in {order}"))
}
