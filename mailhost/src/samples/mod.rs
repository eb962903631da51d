//! The sample users of the demo and their mail, all written for it.
//!
//! `mail/*.txt` hold many short letters, each after a line `@ mailbox age …` (see [`letter`]); an
//! `.eml` file is one message with parts, placed by the table here. Dates count back from the start.

mod letter;

use std::sync::Arc;
use std::time::SystemTime;

use letter::Letter;

use crate::mailbox::Content;
use crate::stamp::Stamp;
use crate::user::User;

/// A user of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleUser {
    /// The address, which is the login.
    pub address: &'static str,
    /// The display name.
    pub name: &'static str,
    /// The password, the same for all of them.
    pub password: &'static str,
    letters: &'static [&'static str],
    messages: &'static [(&'static str, &'static str)],
}

const ALICE: &[(&str, &str)] = &[
    ("INBOX 2h10m new id=invitation", include_str!("mail/invitation.eml")),
    ("INBOX 4h new id=kiln-34", include_str!("mail/newsletter.eml")),
    ("INBOX 5h20m new id=bounce", include_str!("mail/bounce.eml")),
    ("INBOX 31h new id=receipt zone=+0100", include_str!("mail/receipt.eml")),
    ("INBOX 34h new flagged id=tea re=visit-1 zone=+0800", include_str!("mail/tea.eml")),
    ("INBOX 3d6h id=sunday", include_str!("mail/sunday.eml")),
    ("INBOX 8d5h id=sketch", include_str!("mail/sketch.eml")),
    ("INBOX 9d3h id=card", include_str!("mail/card.eml")),
    ("INBOX 10d2h id=list", include_str!("mail/list.eml")),
    ("INBOX 10d6h id=sealed", include_str!("mail/sealed.eml")),
    ("INBOX 11d8h id=forwarded", include_str!("mail/forwarded.eml")),
    ("Sent 18d2h id=roof-plan", include_str!("mail/roof_plan.eml")),
    ("Junk 9h new id=junk-3", include_str!("mail/prize.eml")),
    ("Reçus 31h id=receipt-copy zone=+0100", include_str!("mail/receipt.eml")),
];

/// The sample users, the one with the most mail first.
pub fn sample_users() -> Vec<SampleUser> {
    let user = |address, name, letters, messages| SampleUser {
        address,
        name,
        password: "postern",
        letters,
        messages,
    };
    vec![
        user(
            "alice@postern.example",
            "Alice Moreau",
            &[
                include_str!("mail/club.txt"),
                include_str!("mail/work.txt"),
                include_str!("mail/people.txt"),
            ],
            ALICE,
        ),
        user(
            "bob@postern.example",
            "Bob Lindqvist",
            &[include_str!("mail/bob.txt")],
            &[("Sent 8d5h id=sketch", include_str!("mail/sketch.eml"))],
        ),
        user(
            "mei@postern.example",
            "陈美",
            &[include_str!("mail/mei.txt")],
            &[("Sent 34h id=tea re=visit-1 zone=+0800", include_str!("mail/tea.eml"))],
        ),
        user(
            "kasia@postern.example",
            "Katarzyna Zielińska",
            &[include_str!("mail/kasia.txt")],
            &[("INBOX 18d2h flagged id=roof-plan", include_str!("mail/roof_plan.eml"))],
        ),
    ]
}

/// Puts a sample user's mail in place, in the order in which it came.
pub(crate) fn fill(user: &Arc<User>, sample: &SampleUser, now: SystemTime) {
    let mut letters: Vec<Letter> =
        sample.letters.iter().flat_map(|text| letter::split(text)).collect();
    letters.extend(sample.messages.iter().map(|(place, text)| Letter::new(place, text)));
    letters.sort_by_key(|letter| std::cmp::Reverse(letter.age_minutes));
    let mut mailboxes = user.mailboxes();
    for letter in letters {
        let sent_at = letter.sent_at(Stamp::from_time(now));
        let content = Content::new(letter.render(sent_at, Stamp::from_time(now)).as_bytes());
        mailboxes.get_or_create(letter.mailbox).add(content, letter.flags, sent_at, 0);
    }
    let names: Vec<String> = mailboxes.list.iter().map(|mailbox| mailbox.name.clone()).collect();
    mailboxes.subscribed.extend(names);
}
