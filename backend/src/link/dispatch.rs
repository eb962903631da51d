//! From a call to the user's verb, and back to its reply.

use std::sync::Arc;

use postern_shared::api::accounts::{
    EditAccount, ListAccounts, OrderAccounts, RemoveAccount, RetryAccount,
};
use postern_shared::api::addresses::SuggestAddresses;
use postern_shared::api::collecting::{CollectNow, ReadCollecting, SetPolicy, StopCollecting};
use postern_shared::api::drafts::{DiscardDraft, OpenDraft, ReadSizeLimits, SaveDraft};
use postern_shared::api::identities::{ConfirmIdentity, DeleteIdentity, RequestCode, SaveIdentity};
use postern_shared::api::invitations::{AnswerInvitation, ReadInvitation};
use postern_shared::api::mailboxes::{
    CreateMailbox, DeleteMailbox, EmptyMailbox, ListMailboxes, MarkAllSeen, ReadQuota,
    RenameMailbox, SetMailboxRole, SubscribeMailbox,
};
use postern_shared::api::messages::{
    AllowImages, ArchiveMessages, ChangeFlags, CleanHtml, CopyMessages, ExpungeMessages,
    JudgeMessages, LeaveList, ListImageSenders, MoveMessages, OpenMessage, OpenThread,
    QuoteMessage, ReadPreviews, ReadRemoteContent, RereadMessage, UndoAction,
};
use postern_shared::api::parts::OpenPart;
use postern_shared::api::receipts::AnswerReceipt;
use postern_shared::api::submissions::{
    CancelSubmission, ConfirmSubmission, EditSubmission, ListSubmissions, RetrySubmission,
    SubmitMessage,
};
use postern_shared::api::templates::{DeleteTemplate, ListTemplates, SaveTemplate};
use postern_shared::api::transfers::{ExportMessages, ImportMessages, ListTransfers, StopTransfer};
use postern_shared::api::windows::{CloseWindow, FocusWindow, OpenWindow, ResumeWindow};
use postern_shared::api::{Call, Reply, Request};
use postern_shared::error::{CallError, ErrorCode};

use crate::account::LinkId;
use crate::user::{self, User};

/// Answers a call of a link.
///
/// A mutation runs to its end even if nobody waits for it any longer, and at most once for its
/// `ActionId`; a question stops where its future is dropped.
pub(super) async fn answer(
    user: Arc<User>,
    link: LinkId,
    request: Request,
) -> Result<Reply, CallError> {
    let Some(action) = request.action() else { return ask(&user, link, request).await };
    let work = async move {
        let mutation = async { mutate(&user, request).await };
        user.actions().once(action, mutation).await
    };
    tokio::spawn(work).await.unwrap_or_else(|_| Err(ErrorCode::Internal.into()))
}

/// Pairs a verb's result with the reply of its call.
fn reply<C: Call>(result: Result<C::Reply, user::Error>) -> Result<Reply, CallError> {
    result.map(C::wrap).map_err(CallError::from)
}

async fn ask(user: &User, link: LinkId, request: Request) -> Result<Reply, CallError> {
    match request {
        Request::ListAccounts(_) => reply::<ListAccounts>(user.accounts().await),
        Request::RetryAccount(call) => {
            reply::<RetryAccount>(user.retry_account(&call.account).await)
        }
        Request::ListMailboxes(call) => {
            reply::<ListMailboxes>(user.list_mailboxes(&call.account).await)
        }
        Request::ReadQuota(call) => {
            reply::<ReadQuota>(user.read_quota(&call.account, call.mailbox).await)
        }
        Request::OpenWindow(call) => reply::<OpenWindow>(user.open_window(link, call).await),
        Request::ResumeWindow(call) => reply::<ResumeWindow>(user.resume_window(link, call).await),
        Request::FocusWindow(call) => {
            user.focus_window(link, call.window);
            reply::<FocusWindow>(Ok(()))
        }
        Request::CloseWindow(call) => {
            user.close_window(link, call.window);
            reply::<CloseWindow>(Ok(()))
        }
        Request::OpenMessage(call) => {
            reply::<OpenMessage>(user.open_message(call.key, call.urgency).await)
        }
        Request::QuoteMessage(call) => reply::<QuoteMessage>(user.quote_message(call.key).await),
        Request::CleanHtml(call) => reply::<CleanHtml>(user.clean_html(call.html).await),
        Request::ReadRemoteContent(call) => {
            reply::<ReadRemoteContent>(user.remote_content(&call.key).await)
        }
        Request::RereadMessage(call) => {
            reply::<RereadMessage>(user.reread_message(call.key, &call.charset).await)
        }
        Request::ReadPreviews(call) => reply::<ReadPreviews>(user.read_previews(call).await),
        Request::OpenThread(call) => reply::<OpenThread>(user.open_thread(&call.key).await),
        Request::SuggestAddresses(call) => {
            reply::<SuggestAddresses>(user.suggest_addresses(&call.prefix, call.count).await)
        }
        Request::ListSubmissions(_) => reply::<ListSubmissions>(user.list_submissions().await),
        Request::ReadInvitation(call) => reply::<ReadInvitation>(
            user.read_invitation(&call.key, &call.section, &call.event).await,
        ),
        Request::OpenPart(call) => {
            reply::<OpenPart>(user.open_part(&call.key, &call.section).await)
        }
        Request::OpenDraft(call) => reply::<OpenDraft>(user.open_draft(call.key).await),
        Request::ReadSizeLimits(call) => {
            reply::<ReadSizeLimits>(user.size_limits(&call.account).await)
        }
        Request::ListImageSenders(_) => reply::<ListImageSenders>(user.list_image_senders().await),
        Request::ListTransfers(_) => reply::<ListTransfers>(user.list_transfers().await),
        Request::ListTemplates(_) => reply::<ListTemplates>(user.list_templates().await),
        other => ask_maildrop(user, other).await,
    }
}

/// Of maildrops; what is none of that is a mutation.
async fn ask_maildrop(user: &User, request: Request) -> Result<Reply, CallError> {
    match request {
        Request::ReadCollecting(call) => {
            reply::<ReadCollecting>(user.read_collecting(&call.account))
        }
        Request::CollectNow(call) => reply::<CollectNow>(user.collect_now(&call.account).await),
        Request::StopCollecting(call) => {
            reply::<StopCollecting>(user.stop_collecting(&call.account).await)
        }
        mutation => mutate(user, mutation).await,
    }
}

async fn mutate(user: &User, request: Request) -> Result<Reply, CallError> {
    match request {
        Request::SubmitMessage(call) => {
            let accepted = user.submit_message(call.action, call.draft, call.plan).await;
            reply::<SubmitMessage>(accepted)
        }
        Request::AnswerInvitation(call) => {
            reply::<AnswerInvitation>(user.answer_invitation(call).await)
        }
        Request::AnswerReceipt(call) => reply::<AnswerReceipt>(user.answer_receipt(call).await),
        Request::SaveDraft(call) => reply::<SaveDraft>(user.save_draft(call).await),
        Request::DiscardDraft(call) => reply::<DiscardDraft>(user.discard_draft(call).await),
        Request::CancelSubmission(call) => {
            reply::<CancelSubmission>(user.cancel_submission(&call.submission).await)
        }
        Request::RetrySubmission(call) => {
            reply::<RetrySubmission>(user.retry_submission(&call.submission).await)
        }
        Request::EditSubmission(call) => {
            reply::<EditSubmission>(user.edit_submission(&call.submission).await)
        }
        Request::ConfirmSubmission(call) => {
            reply::<ConfirmSubmission>(user.confirm_submission(&call.submission).await)
        }
        other => mutate_own(user, other).await,
    }
}

/// What a user says of themself.
async fn mutate_own(user: &User, request: Request) -> Result<Reply, CallError> {
    match request {
        Request::SaveIdentity(call) => reply::<SaveIdentity>(user.save_identity(call).await),
        Request::DeleteIdentity(call) => reply::<DeleteIdentity>(user.delete_identity(&call).await),
        Request::ConfirmIdentity(call) => {
            reply::<ConfirmIdentity>(user.confirm_identity(&call).await)
        }
        Request::RequestCode(call) => reply::<RequestCode>(user.request_code(&call).await),
        Request::SaveTemplate(call) => {
            reply::<SaveTemplate>(user.save_template(call.action, call.template).await)
        }
        Request::DeleteTemplate(call) => {
            reply::<DeleteTemplate>(user.delete_template(&call.template).await)
        }
        other => mutate_messages(user, other).await,
    }
}

async fn mutate_messages(user: &User, request: Request) -> Result<Reply, CallError> {
    match request {
        Request::ChangeFlags(call) => {
            reply::<ChangeFlags>(user.change_flags(call.action, call.targets, call.change).await)
        }
        Request::MoveMessages(call) => {
            reply::<MoveMessages>(user.move_messages(call.action, call.targets, call.to).await)
        }
        Request::CopyMessages(call) => {
            reply::<CopyMessages>(user.copy_messages(call.action, call.targets, call.to).await)
        }
        Request::ExpungeMessages(call) => {
            reply::<ExpungeMessages>(user.expunge_messages(call.action, call.targets).await)
        }
        Request::ArchiveMessages(call) => {
            let archived = user.archive_messages(call.action, call.targets, call.by).await;
            reply::<ArchiveMessages>(archived)
        }
        Request::JudgeMessages(call) => {
            let judged = user.judge_messages(call.action, call.targets, call.verdict).await;
            reply::<JudgeMessages>(judged)
        }
        Request::AllowImages(call) => {
            reply::<AllowImages>(user.allow_images(call.sender, call.allowed).await)
        }
        Request::LeaveList(call) => reply::<LeaveList>(user.leave_list(&call.key).await),
        Request::UndoAction(call) => {
            reply::<UndoAction>(user.undo_action(call.action, call.undone).await)
        }
        other => mutate_mailboxes(user, other).await,
    }
}

async fn mutate_mailboxes(user: &User, request: Request) -> Result<Reply, CallError> {
    match request {
        Request::CreateMailbox(call) => reply::<CreateMailbox>(user.create_mailbox(call).await),
        Request::RenameMailbox(call) => reply::<RenameMailbox>(user.rename_mailbox(call).await),
        Request::DeleteMailbox(call) => {
            reply::<DeleteMailbox>(user.delete_mailbox(&call.account, call.mailbox).await)
        }
        Request::SubscribeMailbox(call) => {
            let at = (&call.account, call.mailbox);
            let done = user.subscribe_mailbox(call.action, at, call.subscribed).await;
            reply::<SubscribeMailbox>(done)
        }
        Request::SetMailboxRole(call) => {
            let at = (&call.account, call.mailbox);
            reply::<SetMailboxRole>(user.set_mailbox_role(call.action, at, call.role).await)
        }
        Request::EmptyMailbox(call) => {
            let emptied = user.empty_mailbox(call.action, &call.account, call.mailbox).await;
            reply::<EmptyMailbox>(emptied)
        }
        Request::MarkAllSeen(call) => {
            let marked = user.mark_all_seen(call.action, &call.account, call.mailbox).await;
            reply::<MarkAllSeen>(marked)
        }
        Request::EditAccount(call) => {
            reply::<EditAccount>(user.edit_account(&call.account, call.name, call.colour).await)
        }
        Request::RemoveAccount(call) => {
            reply::<RemoveAccount>(user.remove_account(&call.account).await)
        }
        Request::OrderAccounts(call) => {
            reply::<OrderAccounts>(user.order_accounts(&call.accounts).await)
        }
        Request::SetPolicy(call) => {
            reply::<SetPolicy>(user.set_policy(&call.account, call.policy).await)
        }
        Request::ExportMessages(call) => reply::<ExportMessages>(user.export_messages(call).await),
        Request::ImportMessages(call) => reply::<ImportMessages>(user.import_messages(call).await),
        Request::StopTransfer(call) => {
            reply::<StopTransfer>(user.stop_transfer(&call.transfer).await)
        }
        // `answer` sends questions elsewhere.
        _ => Err(ErrorCode::Internal.into()),
    }
}
