//! What a reply or a forward starts from: recipients, subject, text.

use postern_shared::address::Address;
use postern_shared::envelope::Envelope;
use postern_shared::message::Quote;

/// How a draft came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// From nothing.
    New,
    /// As an answer to the sender.
    Reply,
    /// As an answer to everybody.
    ReplyAll,
    /// To pass a message on.
    Forward,
}

/// What "Re:" and "Fwd:" look like in the languages that mail arrives in.
const REPLIES: [&str; 8] = ["re:", "aw:", "sv:", "odp:", "ref:", "回复:", "回复：", "答复:"];
const FORWARDS: [&str; 7] = ["fwd:", "fw:", "wg:", "vs:", "pd:", "转发:", "转发："];

/// The subject of an answer: one prefix, never two.
#[must_use]
pub fn subject(kind: Kind, original: &str) -> String {
    let (prefix, known) = match kind {
        Kind::New => return original.to_owned(),
        Kind::Reply | Kind::ReplyAll => ("Re: ", &REPLIES[..]),
        Kind::Forward => ("Fwd: ", &FORWARDS[..]),
    };
    let lower = original.trim_start().to_ascii_lowercase();
    let prefixed = known.iter().any(|known| lower.starts_with(known));
    if prefixed { original.to_owned() } else { format!("{prefix}{original}") }
}

/// Who an answer goes to: (To, Cc). `own` are the user's addresses.
#[must_use]
pub fn recipients(
    kind: Kind,
    original: &Envelope,
    own: &[Address],
) -> (Vec<Address>, Vec<Address>) {
    let is_own = |address: &Address| own.iter().any(|known| known.same_mailbox(address));
    let sender = if original.reply_to.is_empty() { &original.from } else { &original.reply_to };
    // An answer to one's own message goes on to whom that went.
    let from_me = sender.iter().all(is_own) && !original.to.is_empty();
    let first = if from_me { &original.to } else { sender };
    match kind {
        Kind::New | Kind::Forward => (Vec::new(), Vec::new()),
        Kind::Reply => (distinct(first.iter(), &[]), Vec::new()),
        Kind::ReplyAll => {
            let others = original.to.iter().filter(|address| !from_me && !is_own(address));
            let to = distinct(first.iter().chain(others), &[]);
            let cc = original.cc.iter().filter(|address| !is_own(address));
            let cc = distinct(cc, &to);
            (to, cc)
        }
    }
}

/// Each once, and none that is in `without`.
fn distinct<'a>(all: impl Iterator<Item = &'a Address>, without: &[Address]) -> Vec<Address> {
    let mut kept: Vec<Address> = Vec::new();
    for address in all.filter(|address| !address.email.is_empty()) {
        let met = |known: &Address| known.same_mailbox(address);
        if !kept.iter().any(met) && !without.iter().any(met) {
            kept.push(address.clone());
        }
    }
    kept
}

/// The identity that an original was sent to, else the first.
#[must_use]
pub fn identity(original: &Envelope, own: &[Address]) -> Option<usize> {
    let reached = [&original.to, &original.cc, &original.from];
    let reached = |address: &Address| {
        reached.iter().copied().flatten().any(|known| known.same_mailbox(address))
    };
    own.iter().position(reached).or((!own.is_empty()).then_some(0))
}

/// What the headers of a forwarded message are called, in the user's language.
#[derive(Debug, Clone)]
pub struct Labels {
    /// The line above.
    pub intro: String,
    /// Header names and what they hold; empty ones are left out.
    pub headers: Vec<(String, String)>,
}

/// The text of a reply below what is typed: who wrote when, and the quotation.
#[must_use]
pub fn reply_text(quote: &Quote, attribution: &str) -> String {
    match quote.quoted.trim_end() {
        "" => String::new(),
        quoted => format!("{attribution}\n{quoted}\n"),
    }
}

/// The text of a forward below what is typed.
#[must_use]
pub fn forward_text(quote: &Quote, labels: &Labels) -> String {
    let mut text = format!("---------- {} ----------\n", labels.intro);
    for (name, value) in labels.headers.iter().filter(|(_, value)| !value.is_empty()) {
        text.push_str(&format!("{name}: {value}\n"));
    }
    text.push('\n');
    text.push_str(&quote.plain);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<Address> {
        super::super::recipients::parse(text)
    }

    fn emails(list: &[Address]) -> Vec<&str> {
        list.iter().map(|address| address.email.as_str()).collect()
    }

    fn check(kind: Kind, original: &Envelope, to: &[&str], cc: &[&str]) {
        let (found_to, found_cc) = recipients(kind, original, &list("me@x.test"));
        assert_eq!((emails(&found_to), emails(&found_cc)), (to.to_vec(), cc.to_vec()));
    }

    #[test]
    fn a_reply_goes_to_the_sender_or_where_the_sender_wants_it() {
        let mut original = Envelope { from: list("ann@x.test"), ..Envelope::default() };
        check(Kind::Reply, &original, &["ann@x.test"], &[]);
        original.reply_to = list("list@x.test");
        check(Kind::Reply, &original, &["list@x.test"], &[]);
    }

    #[test]
    fn a_reply_to_all_leaves_the_user_out_and_names_nobody_twice() {
        let original = Envelope {
            from: list("ann@x.test"),
            to: list("ME@x.test, bob@x.test, Ann <ANN@x.test>"),
            cc: list("cem@x.test, bob@x.test, me@x.test"),
            ..Envelope::default()
        };
        check(Kind::ReplyAll, &original, &["ann@x.test", "bob@x.test"], &["cem@x.test"]);
    }

    #[test]
    fn an_answer_to_an_own_message_goes_to_its_recipients() {
        let original = Envelope {
            from: list("me@x.test"),
            to: list("ann@x.test"),
            cc: list("bob@x.test"),
            ..Envelope::default()
        };
        check(Kind::Reply, &original, &["ann@x.test"], &[]);
        check(Kind::ReplyAll, &original, &["ann@x.test"], &["bob@x.test"]);
    }

    #[test]
    fn a_subject_gets_one_prefix() {
        let check = |kind, original: &str, expect| assert_eq!(subject(kind, original), expect);
        check(Kind::Reply, "Tea", "Re: Tea");
        check(Kind::ReplyAll, "RE: Tea", "RE: Tea");
        check(Kind::Reply, "AW: Tee", "AW: Tee");
        check(Kind::Reply, "回复：茶", "回复：茶");
        check(Kind::Forward, "Re: Tea", "Fwd: Re: Tea");
        check(Kind::Forward, "Fw: Tea", "Fw: Tea");
    }

    #[test]
    fn an_identity_that_was_written_to_answers() {
        let own = list("me@x.test, work@x.test");
        let check = |to: &str, expect| {
            let original = Envelope { to: list(to), ..Envelope::default() };
            assert_eq!(identity(&original, &own), Some(expect));
        };
        check("Work@x.test", 1);
        check("list@x.test", 0);
    }
}
