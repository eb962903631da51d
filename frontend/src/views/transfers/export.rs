//! "Export": which form the file is to have.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::transfer::Form;
use postern_shared::window::View;

use super::list::Transfers;
use crate::i18n::{Key, error_text, t, text};
use crate::state::stores;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::field::{Choice, RadioGroup};

/// Makes a file of a view; `title` says what is in it.
#[component]
pub fn Export(view: View, title: String) -> impl IntoView {
    let stores = stores();
    let zip = RwSignal::new(false);
    let (busy, problem) = (RwSignal::new(false), RwSignal::new(String::new()));
    let choices = Signal::derive(|| {
        vec![
            Choice { value: "mbox", label: text(Key::TransferMbox) },
            Choice { value: "zip", label: text(Key::TransferZip) },
        ]
    });
    let value = move || if zip.get() { "zip".to_owned() } else { "mbox".to_owned() };
    let begin = move |()| {
        let (view, form) = (view.clone(), if zip.get_untracked() { Form::Zip } else { Form::Mbox });
        busy.set(true);
        problem.set(String::new());
        spawn_local(async move {
            let begun = stores.export(view, form).await;
            let _ = busy.try_set(false);
            if let Err(error) = begun {
                let _ = problem.try_set(error_text(&error));
            }
        });
    };
    view! {
        <div class="transfers">
            <p class="mailbox-name" dir="auto">{title}</p>
            <RadioGroup
                label=t(Key::TransferForm)
                choices
                value=Signal::derive(value)
                on_change=move |form: String| zip.set(form == "zip")
            />
            <p class="settings-problem" role="alert">{problem}</p>
            <div class="settings-deeds">
                <Button
                    label=t(Key::TransferExport)
                    kind=ButtonKind::Primary
                    disabled=busy
                    on_press=begin
                />
            </div>
            <Transfers />
        </div>
    }
}
