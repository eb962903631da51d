//! PREVIEW (RFC 8970): the beginning of a message's text.

use mail_parser::MessageParser;

use crate::mailbox::Message;
use crate::mime::DEEPEST_DECODED;

/// Characters of a preview.
const LONGEST: usize = 200;

/// At most 200 characters, white space made single; nothing where there is no text.
pub(crate) fn of(message: &Message) -> String {
    let content = &message.content;
    if content.structure().depth() > DEEPEST_DECODED {
        return String::new();
    }
    let parsed = MessageParser::default().parse(&*content.raw);
    let text = parsed.as_ref().and_then(|parsed| parsed.body_text(0)).unwrap_or_default();
    let mut preview = String::new();
    for word in text.split_whitespace() {
        if preview.chars().count() >= LONGEST {
            break;
        }
        if !preview.is_empty() {
            preview.push(' ');
        }
        preview.push_str(word);
    }
    preview.chars().take(LONGEST).collect()
}
