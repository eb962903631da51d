//! One sample of every mutating call, with every variant of what it carries.

use super::samples::{account, address, key, mailbox};
use crate::action::ActionId;
use crate::api::mailboxes::{
    CreateMailbox, DeleteMailbox, EmptyMailbox, MarkAllSeen, RenameMailbox, SetMailboxRole,
    SubscribeMailbox,
};
use crate::api::messages::{
    AllowImages, ArchiveBy, ArchiveMessages, ChangeFlags, CopyMessages, ExpungeMessages,
    JudgeMessages, LeaveList, MoveMessages, Targets, UndoAction, Verdict,
};
use crate::api::submissions::{
    CancelSubmission, ConfirmSubmission, EditSubmission, RetrySubmission, SubmitMessage,
};
use crate::api::{Call, Request};
use crate::draft::{Draft, DraftOptions, Enclosed, Origin, Source};
use crate::flag::{Flag, FlagChange};
use crate::mailbox::Role;
use crate::submission::{Plan, SubmissionId};
use crate::upload::UploadId;
use crate::window::View;

pub(super) const ACTION: ActionId = ActionId([7; 16]);

pub(super) fn drafts() -> Vec<Draft> {
    let references = vec!["<0@example.test>".to_owned()];
    let origins = [
        Origin::New,
        Origin::Reply {
            original: key(),
            message_id: "<1@example.test>".into(),
            references: references.clone(),
        },
        Origin::Forward {
            original: key(),
            message_id: String::new(),
            references,
            sections: vec!["2".into()],
        },
    ];
    let with = |origin| Draft {
        account: account(),
        from: address(),
        to: vec![address()],
        cc: vec![],
        bcc: vec![],
        subject: "Re: Hi".into(),
        text: "Yes.\n".into(),
        origin,
        html: None,
        attachments: Vec::new(),
        options: DraftOptions::default(),
    };
    let mut drafts: Vec<Draft> = origins.into_iter().map(with).collect();
    drafts[1].html = Some("<p>Yes.</p>".into());
    let sources = [Source::Upload(UploadId("u1".into())), Source::Part(key(), "2".into())];
    let enclosed = |source| Enclosed {
        name: "a.png".into(),
        content_type: "image/png".into(),
        size: 300,
        source,
        content_id: Some("i@x".into()),
    };
    drafts[1].attachments = sources.into_iter().map(enclosed).collect();
    drafts[1].options = DraftOptions {
        message_id: "<m@x>".into(),
        reply_to: vec![address()],
        zone_minutes: -90,
        ask_read: true,
        ask_delivered: false,
        stored: Some(key()),
    };
    drafts
}

/// Every mutating call.
pub(super) fn mutations() -> Vec<Request> {
    let (action, submission) = (ACTION, SubmissionId("s1".into()));
    let keys = || Targets::Keys(vec![key()]);
    let change = FlagChange { add: vec![Flag::Seen], remove: vec![Flag::Flagged] };
    let plans = [Plan::Now, Plan::Held(10), Plan::At(99)];
    let submit = |(draft, plan)| SubmitMessage { action, draft, plan }.into_request();
    let mut sent: Vec<Request> = drafts().into_iter().zip(plans).map(submit).collect();
    sent.extend([
        ChangeFlags { action, targets: keys(), change }.into_request(),
        MoveMessages { action, targets: keys(), to: mailbox() }.into_request(),
        CopyMessages { action, targets: keys(), to: mailbox() }.into_request(),
        ExpungeMessages { action, targets: all() }.into_request(),
        LeaveList { action, key: key() }.into_request(),
        UndoAction { action, undone: ActionId([8; 16]) }.into_request(),
        CancelSubmission { action, submission: submission.clone() }.into_request(),
        RetrySubmission { action, submission: submission.clone() }.into_request(),
        EditSubmission { action, submission: submission.clone() }.into_request(),
        ConfirmSubmission { action, submission }.into_request(),
    ]);
    for by in [ArchiveBy::Flat, ArchiveBy::Year, ArchiveBy::Month] {
        sent.push(ArchiveMessages { action, targets: keys(), by }.into_request());
    }
    for verdict in [Verdict::Junk, Verdict::NotJunk] {
        sent.push(JudgeMessages { action, targets: keys(), verdict }.into_request());
    }
    sent.extend(mailbox_mutations());
    sent
}

/// All in a view but one message.
fn all() -> Targets {
    Targets::View { view: View::of_mailbox(account(), mailbox()), except: vec![key()] }
}

fn mailbox_mutations() -> Vec<Request> {
    let (action, account, mailbox, name) = (ACTION, account(), mailbox(), "Pošta".to_owned());
    let (of, box_) = (|| account.clone(), || mailbox.clone());
    let parent = Some(box_());
    let role = |role| SetMailboxRole { action, account: of(), mailbox: box_(), role };
    let subscribe =
        |subscribed| SubscribeMailbox { action, account: of(), mailbox: box_(), subscribed };
    vec![
        CreateMailbox { action, account: of(), parent: None, name: name.clone() }.into_request(),
        RenameMailbox { action, account: of(), mailbox: box_(), parent, name }.into_request(),
        DeleteMailbox { action, account: of(), mailbox: box_() }.into_request(),
        subscribe(true).into_request(),
        subscribe(false).into_request(),
        role(Some(Role::Archive)).into_request(),
        role(None).into_request(),
        EmptyMailbox { action, account: of(), mailbox: box_() }.into_request(),
        MarkAllSeen { action, account: of(), mailbox: box_() }.into_request(),
        AllowImages { action, sender: None, allowed: false }.into_request(),
        AllowImages { action, sender: Some("news@example.test".into()), allowed: true }
            .into_request(),
    ]
}
