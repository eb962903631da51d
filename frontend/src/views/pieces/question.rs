//! Asking, in a dialog, before something is done that cannot be taken back.

use leptos::prelude::*;

use crate::i18n::{Key, t};
use crate::ui::button::{Button, ButtonKind};
use crate::ui::dialog::Dialog;

/// A question with two answers: to leave it, which Escape says too, and to do it.
#[component]
pub fn Question(
    #[prop(into)] open: Signal<bool>,
    #[prop(into)] title: Signal<String>,
    answers: [Key; 2],
    /// How the button looks that does it.
    #[prop(default = ButtonKind::Danger)]
    kind: ButtonKind,
    #[prop(into)] on_leave: Callback<()>,
    #[prop(into)] on_agree: Callback<()>,
    children: ChildrenFn,
) -> impl IntoView {
    let [leave, agree] = answers;
    view! {
        <Dialog open on_close=on_leave title close_label=t(Key::ShellClose)>
            {children()}
            <div class="mailbox-answers">
                <Button label=t(leave) on_press=on_leave />
                <Button label=t(agree) kind on_press=on_agree />
            </div>
        </Dialog>
    }
}
