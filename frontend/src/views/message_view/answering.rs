//! Seldom ways to answer a message: to its mailing list, and passed on as a file.

use leptos::prelude::*;
use postern_shared::insight::Insight;
use postern_shared::message::MessageKey;

use crate::i18n::{Key, t};
use crate::state::messages::Opened;
use crate::state::stores;
use crate::ui::icon::Icon;
use crate::ui::menu::MenuItem;

/// Items of the message's menu.
#[component]
pub fn Answering(key: Signal<Option<MessageKey>>) -> impl IntoView {
    let stores = stores();
    let opened = move || match stores.messages.get(&key.get()?) {
        Some(Opened::Ready(message)) => Some(message),
        _ => None,
    };
    let list = move || {
        let post = Insight::decode(&opened()?.insight).list?.post?;
        // A `mailto:` address may hold more than whom it is for.
        let post = post.strip_prefix("mailto:").unwrap_or(&post).to_owned();
        Some(post.split('?').next().unwrap_or_default().to_owned()).filter(|it| it.contains('@'))
    };
    let whole = move |()| {
        if let Some(message) = untrack(opened) {
            stores.forward_whole(&message.summary);
        }
    };
    view! {
        {move || list().map(|list| {
            let answer = move |()| {
                if let Some(message) = untrack(opened) {
                    stores.answer_list(&message.summary, &list);
                }
            };
            view! { <MenuItem label=t(Key::MessageReplyList) icon=Icon::ReplyAll on_choose=answer /> }
        })}
        <MenuItem label=t(Key::MessageForwardWhole) icon=Icon::Forward on_choose=whole />
    }
}
