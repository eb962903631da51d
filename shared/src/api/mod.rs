//! Calls and their replies, paired so that a call cannot be answered with another call's reply.

pub mod accounts;
pub mod addresses;
pub mod collecting;
pub mod drafts;
pub mod identities;
pub mod invitations;
pub mod mailboxes;
pub mod messages;
pub mod parts;
pub mod receipts;
pub mod submissions;
pub mod templates;
pub mod transfers;
pub mod windows;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::action::ActionId;
use crate::address::Address;
use crate::calendar::Standing;
use crate::collecting::Collecting;
use crate::draft::Draft;
use crate::frame::decode_body;
use crate::mailbox::{Mailbox, MailboxId, Renamed};
use crate::message::{Message, MessageSummary, Quote, RemoteContent};
use crate::part::PartContent;
use crate::quota::Quota;
use crate::submission::{Submission, SubmissionId};
use crate::template::Template;
use crate::transfer::{Transfer, TransferId};
use crate::uid::Uid;
use crate::window::Window;

use accounts::{EditAccount, ListAccounts, OrderAccounts, RemoveAccount, RetryAccount};
use addresses::SuggestAddresses;
use collecting::{CollectNow, ReadCollecting, SetPolicy, StopCollecting};
use drafts::{DiscardDraft, OpenDraft, ReadSizeLimits, SaveDraft, Saved, SizeLimits};
use identities::{ConfirmIdentity, DeleteIdentity, RequestCode, SaveIdentity};
use invitations::{AnswerInvitation, ReadInvitation};
use mailboxes::{
    CreateMailbox, DeleteMailbox, EmptyMailbox, ListMailboxes, MarkAllSeen, ReadQuota,
    RenameMailbox, SetMailboxRole, SubscribeMailbox,
};
use messages::{
    AllowImages, ArchiveMessages, ChangeFlags, CleanHtml, CopyMessages, ExpungeMessages,
    JudgeMessages, LeaveList, ListImageSenders, MoveMessages, OpenMessage, OpenThread, Outcome,
    QuoteMessage, ReadPreviews, ReadRemoteContent, RereadMessage, UndoAction,
};
use parts::OpenPart;
use receipts::AnswerReceipt;
use submissions::{
    CancelSubmission, ConfirmSubmission, EditSubmission, ListSubmissions, RetrySubmission,
    SubmitMessage,
};
use templates::{DeleteTemplate, ListTemplates, SaveTemplate};
use transfers::{ExportMessages, ImportMessages, ListTransfers, StopTransfer};
use windows::{CloseWindow, FocusWindow, OpenWindow, ResumeWindow, Resumed};

/// A call: what the page asks and what it gets.
pub trait Call: Sized + Serialize {
    /// What a successful call answers.
    type Reply: DeserializeOwned;
    /// Its place among the calls, by which it is known where it is encoded.
    const PLACE: u32;

    /// The call alone as it travels: the same bytes as its [`Request`].
    fn encode(&self) -> Vec<u8> {
        postcard::to_stdvec(&(Self::PLACE, self)).expect("a call always encodes into memory")
    }

    /// The answer out of an encoded [`Reply`]; none where it is malformed or answers another call.
    fn decode(reply: &[u8]) -> Option<Self::Reply> {
        let (place, answer) = postcard::take_from_bytes::<u32>(reply).ok()?;
        if place != Self::PLACE {
            return None;
        }
        decode_body(answer).ok()
    }

    /// The call as it travels.
    fn into_request(self) -> Request;

    /// The answer as it travels.
    fn wrap(reply: Self::Reply) -> Reply;

    /// The answer out of what travelled; none where it answers another call.
    fn unwrap(reply: Reply) -> Option<Self::Reply>;

    /// The action that a mutating call is; none for a question.
    fn action(&self) -> Option<ActionId> {
        None
    }
}

/// Declares the request and reply enums and pairs them: questions first, then mutations.
macro_rules! calls {
    (questions { $($ask:ident => $answer:ty,)* } mutations { $($do:ident => $done:ty,)* }) => {
        /// Everything that the page can ask for.
        #[allow(clippy::large_enum_variant, reason = "large on 64 bits only; used up at once")]
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Request {
            $(#[doc = concat!("See [`", stringify!($ask), "`].")] $ask($ask),)*
            $(#[doc = concat!("See [`", stringify!($do), "`].")] $do($do),)*
        }

        /// Every answer.
        #[allow(clippy::large_enum_variant, reason = "large on 64 bits only; used up at once")]
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Reply {
            $(#[doc = concat!("Answers [`", stringify!($ask), "`].")] $ask($answer),)*
            $(#[doc = concat!("Answers [`", stringify!($do), "`].")] $do($done),)*
        }

        /// The calls in their order.
        enum Place { $($ask,)* $($do,)* }

        impl Request {
            /// The call as it encodes alone.
            #[cfg(test)]
            pub(crate) fn encode_alone(&self) -> Vec<u8> {
                match self {
                    $(Self::$ask(call) => call.encode(),)*
                    $(Self::$do(call) => call.encode(),)*
                }
            }

            /// The names of all calls.
            pub const NAMES: &[&str] = &[$(stringify!($ask),)* $(stringify!($do),)*];

            /// The action that a mutating call is; none for a question.
            #[must_use]
            pub fn action(&self) -> Option<ActionId> {
                match self {
                    $(Self::$ask(_) => None,)*
                    $(Self::$do(call) => call.action(),)*
                }
            }

            /// The call's name, for logs.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$ask(_) => stringify!($ask),)*
                    $(Self::$do(_) => stringify!($do),)*
                }
            }
        }

        $(calls!(@pair $ask => $answer { });)*
        $(calls!(@pair $do => $done {
            fn action(&self) -> Option<ActionId> {
                Some(self.action)
            }
        });)*
    };
    (@pair $call:ident => $reply:ty { $($action:item)? }) => {
        impl Call for $call {
            type Reply = $reply;
            const PLACE: u32 = Place::$call as u32;

            fn into_request(self) -> Request {
                Request::$call(self)
            }

            fn wrap(reply: $reply) -> Reply {
                Reply::$call(reply)
            }

            fn unwrap(reply: Reply) -> Option<$reply> {
                match reply {
                    Reply::$call(reply) => Some(reply),
                    _ => None,
                }
            }

            $($action)?
        }
    };
}

calls! {
    questions {
        ListAccounts => Vec<Account>,
        ListMailboxes => Vec<Mailbox>,
        OpenWindow => Window,
        ResumeWindow => Resumed,
        FocusWindow => (),
        CloseWindow => (),
        OpenMessage => Message,
        QuoteMessage => Quote,
        RereadMessage => Message,
        OpenThread => Vec<MessageSummary>,
        SuggestAddresses => Vec<Address>,
        ListSubmissions => Vec<Submission>,
        RetryAccount => (),
        ReadQuota => Vec<Quota>,
        ReadRemoteContent => RemoteContent,
        ReadPreviews => Vec<(Uid, String)>,
        ReadInvitation => Standing,
        OpenDraft => Draft,
        ReadSizeLimits => SizeLimits,
        CleanHtml => String,
        OpenPart => PartContent,
        ListImageSenders => Vec<String>,
        ListTemplates => Vec<Template>,
        ReadCollecting => Collecting,
        CollectNow => (),
        StopCollecting => (),
        ListTransfers => Vec<Transfer>,
    }
    mutations {
        ChangeFlags => Outcome,
        MoveMessages => Outcome,
        CopyMessages => Outcome,
        ExpungeMessages => Outcome,
        ArchiveMessages => Outcome,
        JudgeMessages => Outcome,
        UndoAction => Outcome,
        CreateMailbox => MailboxId,
        RenameMailbox => Vec<Renamed>,
        DeleteMailbox => (),
        SubscribeMailbox => (),
        SetMailboxRole => (),
        EmptyMailbox => Outcome,
        MarkAllSeen => Outcome,
        SubmitMessage => SubmissionId,
        CancelSubmission => (),
        RetrySubmission => (),
        AllowImages => (),
        EditSubmission => Draft,
        ConfirmSubmission => (),
        LeaveList => (),
        AnswerInvitation => Standing,
        SaveDraft => Saved,
        DiscardDraft => (),
        SaveIdentity => (),
        DeleteIdentity => (),
        ConfirmIdentity => (),
        SaveTemplate => Template,
        DeleteTemplate => (),
        RequestCode => (),
        AnswerReceipt => (),
        EditAccount => (),
        RemoveAccount => (),
        OrderAccounts => (),
        SetPolicy => (),
        ExportMessages => TransferId,
        ImportMessages => TransferId,
        StopTransfer => (),
    }
}
