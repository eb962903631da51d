//! GETQUOTA and GETQUOTAROOT (RFC 9208): one root, "", for all mailboxes of a user.

use super::arguments::Arguments;
use super::mailboxes::missing;
use super::reply::mailbox_name;
use super::session::Session;
use super::{Outcome, Refusal, done};
use crate::user::OverQuota;

pub(crate) fn get_quota(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.space()?;
    let root = arguments.text()?;
    arguments.end()?;
    match line(session)? {
        Some(line) if root.is_empty() => session.reply.untagged(line),
        _ => return Err(Refusal::no("[NONEXISTENT] There is no such quota root")),
    }
    done("Done")
}

pub(crate) fn get_quota_root(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.space()?;
    let name = arguments.mailbox()?;
    arguments.end()?;
    session.user()?.mailboxes().get(&name).ok_or_else(missing)?;
    let line = line(session)?;
    let root = if line.is_some() { " \"\"" } else { "" };
    session.reply.untagged(format!("QUOTAROOT {}{root}", mailbox_name(&name)));
    if let Some(line) = line {
        session.reply.untagged(line);
    }
    done("Done")
}

/// The QUOTA line; none where nothing is limited.
fn line(session: &Session) -> Result<Option<String>, Refusal> {
    let user = session.user()?;
    let mailboxes = user.mailboxes();
    let resources = mailboxes.quota.map(|quota| quota.resources(&mailboxes)).unwrap_or_default();
    Ok((!resources.is_empty()).then(|| format!("QUOTA \"\" ({resources})")))
}

impl From<OverQuota> for Refusal {
    fn from(_: OverQuota) -> Self {
        Self::no("[OVERQUOTA] The quota is used up")
    }
}
