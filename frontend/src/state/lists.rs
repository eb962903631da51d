//! Leaving mailing lists.

use leptos::prelude::*;
use postern_shared::action::ActionId;
use postern_shared::address::Address;
use postern_shared::api::messages::LeaveList;
use postern_shared::draft::{Draft, DraftOptions, Origin};
use postern_shared::envelope::Envelope;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::identity::Identity;
use postern_shared::list::Unsubscribe;
use postern_shared::message::MessageKey;
use postern_shared::submission::Plan;

use super::Stores;
use super::drafts::answer;
use crate::browser::random;

/// The way out that asks least: one post, else a message, else a page.
#[must_use]
pub fn best(ways: &[Unsubscribe]) -> Option<&Unsubscribe> {
    let rank = |way: &&Unsubscribe| match way {
        Unsubscribe::OneClick(_) => 0,
        Unsubscribe::Mail { .. } => 1,
        Unsubscribe::Page(_) => 2,
    };
    ways.iter().min_by_key(rank)
}

impl Stores {
    /// Leaves the list of a message.
    ///
    /// # Errors
    /// Why it was not left.
    pub async fn leave_list(self, key: &MessageKey, way: &Unsubscribe) -> Result<(), CallError> {
        match way {
            Unsubscribe::OneClick(_) => {
                let action = ActionId(random::bytes());
                self.link.call(LeaveList { action, key: key.clone() }).await
            }
            Unsubscribe::Mail { to, subject, body } => {
                let draft = self.farewell(key, (to, subject, body));
                let draft = draft.ok_or(CallError::from(ErrorCode::NonExistent))?;
                let (submissions, toasts) = (self.submissions, self.toasts);
                self.actions.submit(draft, Plan::Now, move |outcome| match outcome {
                    Ok(submission) => submissions.begin(&submission),
                    Err(error) => toasts.complain(crate::i18n::error_text(&error)),
                });
                Ok(())
            }
            Unsubscribe::Page(_) => Err(ErrorCode::Unsupported.into()),
        }
    }

    /// What is sent to a list that is left by mail: from whom it wrote to.
    fn farewell(self, key: &MessageKey, said: (&str, &str, &str)) -> Option<Draft> {
        let envelope = untrack(|| self.summary(key))?.envelope.clone();
        let identities = untrack(|| self.accounts.get(&key.account))?.identities;
        let identities = identities.into_iter().filter(Identity::is_confirmed);
        let own: Vec<Address> = identities.map(|identity| identity.from).collect();
        draft(key, &envelope, own, said)
    }
}

fn draft(
    key: &MessageKey,
    envelope: &Envelope,
    own: Vec<Address>,
    (to, subject, body): (&str, &str, &str),
) -> Option<Draft> {
    let from = own.get(answer::identity(envelope, &own)?)?.clone();
    let subject = if subject.is_empty() { "unsubscribe" } else { subject };
    Some(Draft {
        account: key.account.clone(),
        from,
        to: vec![Address { name: String::new(), email: to.to_owned() }],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: subject.to_owned(),
        text: body.to_owned(),
        origin: Origin::New,
        html: None,
        attachments: Vec::new(),
        options: DraftOptions::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::drafts::recipients::parse;
    use crate::state::fixtures::key;

    #[test]
    fn the_way_that_asks_least_is_taken() {
        let page = || Unsubscribe::Page("https://x.test/p".into());
        let one = || Unsubscribe::OneClick("https://x.test/u".into());
        let mail = || {
            let (to, none) = ("l@x.test".into(), String::new);
            Unsubscribe::Mail { to, subject: none(), body: none() }
        };
        let check = |ways: &[Unsubscribe], expect: Option<Unsubscribe>| {
            assert_eq!(best(ways).cloned(), expect);
        };
        check(&[page(), mail(), one()], Some(one()));
        check(&[page(), mail()], Some(mail()));
        check(&[page()], Some(page()));
        check(&[], None);
    }

    #[test]
    fn a_list_is_left_as_whom_it_wrote_to() {
        let own = parse("me@x.test, work@x.test");
        let envelope = Envelope { to: parse("work@x.test"), ..Envelope::default() };
        let draft = draft(&key(1), &envelope, own, ("leave@l.test", "", "bye")).unwrap();
        assert_eq!(draft.from.email, "work@x.test");
        assert_eq!((draft.subject.as_str(), draft.text.as_str()), ("unsubscribe", "bye"));
        assert_eq!(draft.to, parse("leave@l.test"));
    }
}
