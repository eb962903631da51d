//! One sample of every frame, call, reply and event, with every variant of every noun among them.

use super::submissions;
use crate::account::{Account, AccountId, AccountState, Protocol};
use crate::address::Address;
use crate::api::accounts::{ListAccounts, RetryAccount};
use crate::api::addresses::SuggestAddresses;
use crate::api::mailboxes::{
    CreateMailbox, DeleteMailbox, EmptyMailbox, ListMailboxes, MarkAllSeen, ReadQuota,
    RenameMailbox, SetMailboxRole, SubscribeMailbox,
};
use crate::api::messages::{
    AllowImages, ArchiveMessages, ChangeFlags, CleanHtml, CopyMessages, ExpungeMessages,
    JudgeMessages, LeaveList, MoveMessages, OpenMessage, OpenThread, Outcome, QuoteMessage,
    ReadPreviews, ReadRemoteContent, RereadMessage, UndoAction, Urgency,
};
use crate::api::submissions::ListSubmissions;
use crate::api::windows::{CloseWindow, FocusWindow, OpenWindow, ResumeWindow, Resumed};
use crate::api::{Call, Reply, Request};
use crate::attachment::Attachment;
use crate::envelope::Envelope;
use crate::error::{CallError, ErrorCode};
use crate::event::{Aside, Event};
use crate::flag::{Flag, Flags};
use crate::frame::{CallId, ToBridge, ToPage};
use crate::mailbox::{Counts, Mailbox, MailboxId, Renamed, Role};
use crate::message::{
    CautionReason, LinkCaution, Message, MessageKey, MessageSummary, Moved, Quote, RemoteContent,
    RemoteImages, ThreadSummary, Tracker, TrackerSign,
};
use crate::quota::{Quota, Resource};
use crate::settings::Limits;
use crate::uid::{Uid, UidValidity};
use crate::window::{
    Anchor, Delta, Filter, Generation, Grouping, Order, Scope, Sort, SortKey, Total, View, Window,
    WindowId, Within,
};

const WINDOW: WindowId = WindowId(3);

pub(super) fn account() -> AccountId {
    AccountId("a1".into())
}

pub(super) fn mailbox() -> MailboxId {
    MailboxId("m1".into())
}

pub(super) fn address() -> Address {
    Address { name: "Zoë".into(), email: "zoe@example.test".into() }
}

pub(super) fn key() -> MessageKey {
    MessageKey {
        account: account(),
        mailbox: mailbox(),
        uid_validity: UidValidity(9),
        uid: Uid(300),
    }
}

fn flags() -> Flags {
    let keyword = Flag::Keyword(Flag::FORWARDED.into());
    Flags(vec![Flag::Seen, Flag::Flagged, Flag::Answered, Flag::Draft, Flag::Deleted, keyword])
}

fn summary() -> MessageSummary {
    MessageSummary {
        key: key(),
        envelope: Envelope {
            sent_at: Some(1_700_000_000),
            subject: "你好".into(),
            from: vec![address()],
            message_id: "<1@example.test>".into(),
            ..Envelope::default()
        },
        flags: flags(),
        size: 4096,
        received_at: -1,
        has_attachment: true,
        preview: "Hi".into(),
        thread: None,
    }
}

fn thread() -> MessageSummary {
    let participants = vec![address()];
    let thread = ThreadSummary { messages: 5, unseen: 1, participants, flagged: true };
    MessageSummary { thread: Some(thread), ..summary() }
}

fn view(scope: Scope, sort: Sort, filter: Filter, grouping: Grouping) -> View {
    View { scope, sort, filter, grouping }
}

fn open(view: View, anchor: Anchor) -> OpenWindow {
    OpenWindow { window: WINDOW, view, anchor, count: 50 }
}

fn views() -> Vec<OpenWindow> {
    use Anchor::{Around, Offset};
    let newest = |scope| view(scope, Sort::NEWEST_FIRST, Filter::All, Grouping::Messages);
    let filters =
        [Filter::Unseen, Filter::Flagged, Filter::WithAttachment, Filter::FromKnown, Filter::All];
    let keys = [SortKey::SentAt, SortKey::From, SortKey::Subject, SortKey::Size, SortKey::Flagged];
    let sorted = filters.into_iter().zip(keys).map(|(filter, by)| {
        let sort = Sort { by, descending: false };
        open(view(Scope::All, sort, filter, Grouping::Threads), Offset(0))
    });
    let search = |within| Scope::Search { query: "from:zoe".into(), within };
    let mut all = vec![
        open(View::of_mailbox(account(), mailbox()), Offset(5000)),
        open(newest(Scope::Role(Role::Inbox)), Around(key())),
        open(newest(Scope::Account(account())), Offset(0)),
        open(newest(search(Within::Mailbox(account(), mailbox()))), Offset(0)),
        open(newest(search(Within::Account(account()))), Offset(0)),
        open(newest(search(Within::All)), Offset(0)),
    ];
    all.extend(sorted);
    all
}

fn window() -> Window {
    Window {
        generation: Generation(1 << 40),
        offset: 2,
        total: Total::Exact(4),
        order: Order::Final,
        rows: vec![Some(summary()), None, Some(thread())],
    }
}

fn accounts() -> Vec<Account> {
    let states = [
        (Protocol::Imap, AccountState::Connecting),
        (Protocol::Pop3, AccountState::Online),
        (Protocol::Imap, AccountState::Offline { code: ErrorCode::Unavailable, retry_in_ms: 500 }),
        (Protocol::Imap, AccountState::NeedsSignIn),
    ];
    let with = |(protocol, state)| Account {
        id: account(),
        address: "zoe@example.test".into(),
        protocol,
        state,
        identities: super::identities::all(),
        name: "Praca".into(),
        colour: 3,
        added: true,
    };
    states.into_iter().map(with).collect()
}

fn mailboxes() -> Vec<Mailbox> {
    use Role::{All, Archive, Drafts, Flagged, Important, Inbox, Junk, Sent, Trash};
    let roles = [Inbox, Drafts, Sent, Archive, Junk, Trash, Flagged, Important, All];
    let with = |role| Mailbox {
        id: mailbox(),
        account: account(),
        parent: Some(mailbox()),
        name: "Pošta".into(),
        role: Some(role),
        selectable: true,
        subscribed: false,
        counts: Some(Counts { messages: 2, unseen: 1 }),
    };
    roles.into_iter().map(with).collect()
}

fn questions() -> Vec<Request> {
    let resume = |open| ResumeWindow { open, generation: Generation(5) }.into_request();
    let message = |urgency| OpenMessage { key: key(), urgency }.into_request();
    let MessageKey { account: of, mailbox: inbox, uid_validity, uid } = key();
    let previews = ReadPreviews { account: of, mailbox: inbox, uid_validity, uids: vec![uid] };
    let mut all: Vec<Request> = views().into_iter().map(Call::into_request).collect();
    all.extend([
        ListAccounts.into_request(),
        ListMailboxes { account: account() }.into_request(),
        resume(open(View::of_mailbox(account(), mailbox()), Anchor::Offset(0))),
        FocusWindow { window: WINDOW }.into_request(),
        CloseWindow { window: WINDOW }.into_request(),
        message(Urgency::Now),
        message(Urgency::Ahead),
        QuoteMessage { key: key() }.into_request(),
        CleanHtml { html: "<p>Hi".into() }.into_request(),
        ReadRemoteContent { key: key() }.into_request(),
        previews.into_request(),
        RereadMessage { key: key(), charset: "gb18030".into() }.into_request(),
        OpenThread { key: key() }.into_request(),
        SuggestAddresses { prefix: "zo".into(), count: 8 }.into_request(),
        ListSubmissions.into_request(),
        RetryAccount { account: account() }.into_request(),
        ReadQuota { account: account(), mailbox: mailbox() }.into_request(),
    ]);
    all
}

/// Every frame that the page sends.
pub(super) fn to_bridge() -> Vec<(String, ToBridge)> {
    let calls = questions().into_iter().chain(super::mutations::mutations());
    let calls = calls.chain(super::requests());
    let mut frames: Vec<_> = calls
        .map(|call| (format!("call {}", call.name()), ToBridge::Call(CallId(200), call)))
        .collect();
    frames.extend([
        ("hello".into(), ToBridge::Hello { protocol: 1, build: "abc".into() }),
        ("cancel".into(), ToBridge::Cancel(CallId(1))),
        ("heartbeat".into(), ToBridge::Heartbeat),
    ]);
    frames
}

pub(super) fn remote_contents() -> [RemoteContent; 3] {
    let signs = [TrackerSign::Unseen, TrackerSign::Host, TrackerSign::Path];
    let reasons = [
        CautionReason::OtherHost("bank.example".into()),
        CautionReason::Punycode,
        CautionReason::UserName,
    ];
    let blocked = RemoteContent {
        count: 2,
        images: RemoteImages::Blocked,
        trackers: signs.map(|sign| Tracker { host: "t.example.test".into(), sign }).into(),
        cautions: reasons.map(|reason| LinkCaution { host: "evil.test".into(), reason }).into(),
    };
    let with = |images| RemoteContent { images, ..RemoteContent::default() };
    [with(RemoteImages::Off), with(RemoteImages::Shown), blocked]
}

fn quote() -> Quote {
    Quote {
        quoted: "> Hi".into(),
        plain: "Hi".into(),
        from: vec![address()],
        sent_at: None,
        html: Some("<p>Hi</p>".into()),
        pictures: vec![],
        delivered_to: vec!["zoe@example.test".into()],
    }
}

fn replies() -> Vec<(&'static str, Reply)> {
    let attachment = Attachment {
        section: "2".into(),
        name: "plan.pdf".into(),
        content_type: "application/pdf".into(),
        size: 70_000,
        inline: false,
    };
    let message = Message {
        summary: summary(),
        references: vec!["<0@example.test>".into()],
        body: "t0ken".into(),
        attachments: vec![attachment],
        blocked_images: 2,
        insight: super::insight::sample().encode(),
    };
    let remote = remote_contents();
    let [images_off, images_shown, images_blocked] = remote.map(ReadRemoteContent::wrap);
    let outcome = outcome();
    let renamed = vec![Renamed { from: mailbox(), to: mailbox() }];
    vec![
        ("ListAccounts", ListAccounts::wrap(accounts())),
        ("ListMailboxes", ListMailboxes::wrap(mailboxes())),
        ("OpenWindow", OpenWindow::wrap(window())),
        ("ResumeWindow", ResumeWindow::wrap(Resumed::Current)),
        ("ResumeWindow", ResumeWindow::wrap(Resumed::Stale(window()))),
        ("FocusWindow", FocusWindow::wrap(())),
        ("CloseWindow", CloseWindow::wrap(())),
        ("OpenMessage", OpenMessage::wrap(message.clone())),
        ("RereadMessage", RereadMessage::wrap(message)),
        ("QuoteMessage", QuoteMessage::wrap(quote())),
        ("CleanHtml", CleanHtml::wrap("<p>Hi</p>".into())),
        ("OpenThread", OpenThread::wrap(vec![summary()])),
        ("SuggestAddresses", SuggestAddresses::wrap(vec![address()])),
        ("ListSubmissions", ListSubmissions::wrap(submissions::all())),
        ("RetryAccount", RetryAccount::wrap(())),
        ("ChangeFlags", ChangeFlags::wrap(Outcome::default())),
        ("MoveMessages", MoveMessages::wrap(outcome.clone())),
        ("CopyMessages", CopyMessages::wrap(outcome.clone())),
        ("ExpungeMessages", ExpungeMessages::wrap(Outcome::default())),
        ("ArchiveMessages", ArchiveMessages::wrap(outcome.clone())),
        ("JudgeMessages", JudgeMessages::wrap(outcome.clone())),
        ("UndoAction", UndoAction::wrap(outcome)),
        ("CreateMailbox", CreateMailbox::wrap(mailbox())),
        ("RenameMailbox", RenameMailbox::wrap(renamed)),
        ("ReadQuota", ReadQuota::wrap(quotas())),
        ("DeleteMailbox", DeleteMailbox::wrap(())),
        ("SubscribeMailbox", SubscribeMailbox::wrap(())),
        ("SetMailboxRole", SetMailboxRole::wrap(())),
        ("EmptyMailbox", EmptyMailbox::wrap(Outcome::default())),
        ("MarkAllSeen", MarkAllSeen::wrap(Outcome::default())),
        ("AllowImages", AllowImages::wrap(())),
        ("LeaveList", LeaveList::wrap(())),
        ("ReadPreviews", ReadPreviews::wrap(vec![(key().uid, "Dear Zoë".into())])),
        ("ReadRemoteContent", images_off),
        ("ReadRemoteContent", images_shown),
        ("ReadRemoteContent", images_blocked),
    ]
}

fn quotas() -> Vec<Quota> {
    let of = |resource| Quota { root: "User".into(), resource, used: 300, limit: 1 << 40 };
    [Resource::Storage, Resource::Messages, Resource::Mailboxes].into_iter().map(of).collect()
}

fn outcome() -> Outcome {
    let moved = vec![Moved { from: key(), to: Some(key()) }, Moved { from: key(), to: None }];
    let failure = Some(CallError::new(ErrorCode::Unavailable).with_retry_after(2));
    Outcome { done: 2, moved, failure, undoable: true }
}

fn errors() -> Vec<CallError> {
    use ErrorCode::{
        AlreadyExists, AuthenticationFailed, Cancelled, ForbiddenOrigin, Garbled, Incomplete,
        Internal, Invalid, Limit, NoPermission, NonExistent, NotSignedIn, OverQuota, Refused,
        Unavailable, UnknownProvider, Unsupported, UntrustedCertificate, VersionMismatch,
    };
    let codes = [
        AuthenticationFailed,
        NotSignedIn,
        Unavailable,
        UntrustedCertificate,
        UnknownProvider,
        NonExistent,
        AlreadyExists,
        NoPermission,
        OverQuota,
        Limit,
        Refused,
        Garbled,
        Unsupported,
        Invalid,
        ForbiddenOrigin,
        VersionMismatch,
        Cancelled,
        Internal,
        Incomplete,
    ];
    let with = |code| CallError::new(code).with_text("no").with_retry_after(3).with_position(7);
    codes.into_iter().map(with).chain([CallError::new(Internal)]).collect()
}

fn events() -> Vec<Event> {
    let delta = |total| Delta {
        from: Generation(1),
        to: Generation(2),
        removed: vec![0, 9],
        inserted: vec![(0, Some(summary())), (1, None)],
        changed: vec![(key(), flags())],
        total,
        order: Order::Provisional { done: 3, of: 4 },
    };
    let mut all: Vec<Event> = accounts().into_iter().map(Event::AccountChanged).collect();
    all.extend([
        Event::MailboxesChanged(account(), mailboxes()),
        Event::CountsChanged(account(), vec![(mailbox(), Counts { messages: 1, unseen: 0 })]),
        Event::WindowDelta(WINDOW, delta(Total::Exact(1))),
        Event::WindowDelta(WINDOW, delta(Total::AtLeast(1))),
        Event::WindowDelta(WINDOW, delta(Total::Unknown)),
        Event::WindowStale(WINDOW),
        Event::MailArrived(vec![summary()]),
        Event::ServerAlert(account(), "full soon".into()),
        Event::SessionEnded,
        Event::BridgeStopping,
        Event::AccountsChanged(accounts()),
    ]);
    all.extend(super::asides().iter().map(Aside::wrap));
    all
}

/// Every frame that the bridge sends.
pub(super) fn to_page() -> Vec<(String, ToPage)> {
    let call = CallId(200);
    let limits = Limits {
        message_bytes: 50 << 20,
        recipients: 100,
        upload_bytes: 50 << 20,
        undo_seconds: 10,
    };
    let mut frames = vec![
        ("hello".into(), ToPage::Hello { protocol: 1, build: "abc".into(), limits }),
        ("progress".into(), ToPage::Progress { call, done: 1, of: 2 }),
        ("heartbeat".into(), ToPage::Heartbeat),
    ];
    let provisional = Window { order: Order::Provisional { done: 1, of: 9 }, ..window() };
    frames.push(("provisional".into(), ToPage::Reply(call, Ok(OpenWindow::wrap(provisional)))));
    let reply = |(name, reply)| (format!("reply {name}"), ToPage::Reply(call, Ok(reply)));
    let replies = replies().into_iter().chain(super::replies());
    frames.extend(replies.map(reply));
    let named = |error: &CallError| format!("error {:?}", error.code);
    frames.extend(errors().into_iter().map(|error| (named(&error), ToPage::Goodbye(error))));
    frames.extend(events().into_iter().map(|event| ("event".into(), ToPage::Event(event))));
    frames
}
