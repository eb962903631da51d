//! What a code is sent in: words of ours alone, for whoever reads them decides who gets the code.

use postern_shared::account::AccountId;
use postern_shared::address::Address;
use postern_shared::draft::{Draft, DraftOptions, Origin};

/// Fields that keep answering machines silent (RFC 3834 §5, and Exchange's own).
pub(super) const SILENCE: &[u8] =
    b"Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n";

const ENGLISH: (&str, &str) = (
    "Confirm your address",
    "{own} wants to send mail from this address. To allow it, this code is typed into \
     Settings, Identities:\n\n{code}\n\nIf you did not ask for it, do nothing and tell the code \
     to nobody: whoever has it can send mail in the name of this address. Answers to this message \
     reach nobody.\n",
);
const CHINESE: (&str, &str) = (
    "请确认您的地址",
    "{own} 希望以此地址发送邮件。如果同意，请在“设置”的“发件身份”页中输入此验证码：\n\n{code}\n\n\
     如果这不是您本人的请求，请忽略此邮件，也不要把验证码告诉任何人：得到它的人就能以此地址的名义\
     发送邮件。请勿回复此邮件。\n",
);

/// The message with a code, from the account's own address.
///
/// The code does not stand in the subject, which notifications and reports of delivery repeat, and
/// an answer goes where the message went.
pub(super) fn letter(
    (account, own): (AccountId, &str),
    to: &str,
    code: &str,
    language: &str,
) -> Draft {
    let (subject, text) = if language.starts_with("zh") { CHINESE } else { ENGLISH };
    let address = |email: &str| Address { name: String::new(), email: email.to_owned() };
    Draft {
        account,
        from: address(own),
        to: vec![address(to)],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: subject.to_owned(),
        text: text.replace("{own}", own).replace("{code}", code),
        origin: Origin::New,
        html: None,
        attachments: Vec::new(),
        options: DraftOptions { reply_to: vec![address(to)], ..DraftOptions::default() },
    }
}
