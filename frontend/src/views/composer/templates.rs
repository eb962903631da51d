//! "Insert template": a text that was written before, put in where the caret stands.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::error::CallError;
use postern_shared::template::Template;

use super::Desk;
use super::editor::wire::Order;
use crate::i18n::{Key, error_text, t};
use crate::state::drafts::rich;
use crate::ui::dialog::Dialog;

/// The dialog.
#[component]
pub fn Templates(desk: Desk, open: RwSignal<bool>) -> impl IntoView {
    // What is pressed in here is none of the composer's keys.
    view! {
        <div class="composer-templates" on:keydown=|event| event.stop_propagation()>
            <Dialog
                open=open.into()
                on_close=move |()| open.set(false)
                title=t(Key::ComposeTemplate)
                close_label=t(Key::ShellClose)
            >
                <Choices desk open />
            </Dialog>
        </div>
    }
}

#[component]
fn Choices(desk: Desk, open: RwSignal<bool>) -> impl IntoView {
    let all = RwSignal::new(None::<Result<Vec<Template>, CallError>>);
    spawn_local(async move {
        // The dialog may be closed by now.
        let _ = all.try_set(Some(desk.stores.templates().await));
    });
    let choice = move |template: Template| {
        let name = template.name.clone();
        let choose = move |_| {
            open.set(false);
            desk.insert(&template);
        };
        view! {
            <li>
                <button type="button" class="composer-template" dir="auto" on:click=choose>
                    {name}
                </button>
            </li>
        }
    };
    move || match all.get() {
        None => view! { <p class="composer-templates-note">{t(Key::ShellLoading)}</p> }.into_any(),
        Some(Err(error)) => {
            let reason = error_text(&error);
            view! { <p class="composer-templates-note" role="alert">{reason}</p> }.into_any()
        }
        Some(Ok(all)) if all.is_empty() => {
            view! { <p class="composer-templates-note">{t(Key::ComposeTemplateNone)}</p> }
                .into_any()
        }
        Some(Ok(all)) => view! {
            <ul class="composer-template-list" role="list">
                {all.into_iter().map(choice).collect_view()}
            </ul>
        }
        .into_any(),
    }
}

impl Desk {
    /// Puts a template in at the caret; its subject only where there is none.
    fn insert(self, template: &Template) {
        let is_rich = self.draft.with_untracked(|draft| draft.html.is_some());
        let caret = self.plain.get_untracked().and_then(|area| area.selection_start().ok()?);
        self.edit(|draft| {
            if draft.subject.trim().is_empty() {
                draft.subject.clone_from(&template.subject);
            }
            if !is_rich {
                draft.text = with(&draft.text, caret.unwrap_or(0), &template.text);
            }
        });
        if is_rich {
            let html = match template.html.as_str() {
                "" => rich::from_text(&template.text),
                html => html.to_owned(),
            };
            self.editor.order(&Order::Bring { html: &html });
            self.editor.order(&Order::Focus);
        }
    }
}

/// A text with another put in at a place, which is counted in UTF-16 units.
fn with(text: &str, caret: u32, inserted: &str) -> String {
    let mut units = 0;
    let reached = text.char_indices().find(|(_, letter)| {
        let here = units >= caret;
        units += letter.len_utf16() as u32;
        here
    });
    let at = reached.map_or(text.len(), |(at, _)| at);
    let (before, after) = text.split_at(at);
    [before, inserted, after].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_put_in_where_the_caret_stands() {
        assert_eq!(with("ab", 1, "X"), "aXb");
        assert_eq!(with("😀b", 2, "X"), "😀Xb");
        assert_eq!(with("你好", 1, "X"), "你X好");
        assert_eq!(with("ab", 9, "X"), "abX");
        assert_eq!(with("", 0, "X"), "X");
    }
}
