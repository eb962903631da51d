//! The fields To, Cc and Bcc: a chip for each recipient, and a place to type or paste more.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use postern_shared::address::Address;

use super::Desk;
use super::suggestions::{SuggestionList, Suggestions};
use crate::i18n::{Key, t, text, text_with};
use crate::state::drafts::Composing;
use crate::state::drafts::recipients::{parse, valid, written};
use crate::ui::dom;
use crate::ui::icon::{Icon, icon};

/// Which header a field is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    To,
    Cc,
    Bcc,
}

impl Field {
    fn label(self) -> Key {
        match self {
            Self::To => Key::ComposeTo,
            Self::Cc => Key::ComposeCc,
            Self::Bcc => Key::ComposeBcc,
        }
    }

    fn list(self, draft: &Composing) -> &Vec<Address> {
        match self {
            Self::To => &draft.to,
            Self::Cc => &draft.cc,
            Self::Bcc => &draft.bcc,
        }
    }

    fn list_mut(self, draft: &mut Composing) -> &mut Vec<Address> {
        match self {
            Self::To => &mut draft.to,
            Self::Cc => &mut draft.cc,
            Self::Bcc => &mut draft.bcc,
        }
    }

    /// The button that shows a hidden field.
    fn adder(self) -> Key {
        if self == Self::Cc { Key::ComposeAddCc } else { Key::ComposeAddBcc }
    }
}

/// One field; Cc and Bcc are a button until they are wanted.
#[component]
pub fn Recipients(desk: Desk, field: Field) -> impl IntoView {
    let filled = Memo::new(move |_| desk.draft.with(|draft| !field.list(draft).is_empty()));
    let wanted = RwSignal::new(field == Field::To);
    let node = NodeRef::<html::Input>::new();
    let open = Memo::new(move |_| wanted.get() || filled.get());
    let add = move |_| {
        wanted.set(true);
        // The field is mounted with this change; the next frame finds it.
        request_animation_frame(move || {
            if let Some(input) = node.get_untracked() {
                let _ = input.focus();
            }
        });
    };
    view! {
        {move || match open.get() {
            true => view! { <Chips desk field node /> }.into_any(),
            false => view! {
                <button type="button" class="composer-adder" on:click=add>{t(field.adder())}</button>
            }
            .into_any(),
        }}
    }
}

#[component]
fn Chips(desk: Desk, field: Field, node: NodeRef<html::Input>) -> impl IntoView {
    let list = Memo::new(move |_| desk.draft.with(|draft| field.list(draft).clone()));
    let suggestions = Suggestions::new();
    let box_node = NodeRef::<html::Div>::new();
    let put = move |fresh: Vec<Address>| {
        suggestions.close();
        if let Some(input) = node.get_untracked() {
            input.set_value("");
        }
        if !fresh.is_empty() {
            desk.edit(|draft| add(field.list_mut(draft), fresh));
        }
    };
    let take = move || put(parse(&typed(node)));
    let key = move |event: ev::KeyboardEvent| {
        let typed = typed(node);
        let done = match event.key().as_str() {
            _ if event.is_composing() => false,
            "Enter" if event.ctrl_key() || event.meta_key() => false,
            "ArrowDown" | "ArrowUp" if suggestions.open() => {
                suggestions.step(event.key() == "ArrowDown");
                true
            }
            "Escape" if suggestions.open() => {
                suggestions.close();
                event.stop_propagation();
                true
            }
            // A comma may still belong to a quoted name.
            "," | ";" if !complete(&typed) => false,
            "Tab" if typed.is_empty() => false,
            name @ ("Enter" | "," | ";" | "Tab") => {
                let whole = parse(&typed).iter().all(valid);
                match suggestions.taken(name != "," && name != ";" && !whole) {
                    Some(address) => put(vec![address]),
                    None => take(),
                }
                name != "Tab"
            }
            "Backspace" if typed.is_empty() => {
                desk.edit(|draft| drop(field.list_mut(draft).pop()));
                false
            }
            "ArrowLeft" if typed.is_empty() => focus_chip(box_node, usize::MAX),
            _ => false,
        };
        if done {
            event.prevent_default();
        }
    };
    let input = move |event: ev::Event| {
        // A list that is pasted becomes chips at once; one address stays to be completed.
        let text = event_target_value(&event);
        let is_list = text.contains([',', ';', '\n', '\t']) || text.matches('@').count() > 1;
        if complete(&text) && is_list && parse(&text).len() > 1 {
            return take();
        }
        suggestions.ask(&text, list.get_untracked());
    };
    let paste = move |event: ev::ClipboardEvent| {
        // The field itself drops the ends of lines that part a list.
        let pasted = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok());
        let pasted = pasted.filter(|text| text.trim().contains(['\n', '\r', '\t']));
        if let Some(text) = pasted {
            event.prevent_default();
            put(parse(&[typed(node), text].concat()));
        }
    };
    let focus = move |event: ev::MouseEvent| {
        let on_chip = dom::closest(&event, "button,input,.composer-chip").is_some();
        if let Some(input) = node.get_untracked().filter(|_| !on_chip) {
            let _ = input.focus();
        }
    };
    let dropped = move |event: ev::DragEvent| {
        if let Some(dragged) = desk.dragged.get_untracked() {
            event.prevent_default();
            desk.dragged.set(None);
            desk.edit(|draft| dragged.bring(draft, field));
        }
    };
    let edit = move |address: Address| {
        take();
        desk.edit(|draft| field.list_mut(draft).retain(|known| *known != address));
        if let Some(input) = node.get_untracked() {
            input.set_value(&written(&address));
            // A field of the page takes the focus.
            let _ = input.focus();
            input.select();
        }
    };
    view! {
        <div
            class="composer-row"
            on:click=focus
            on:dragover=move |event| {
                if desk.dragged.with_untracked(Option::is_some) {
                    event.prevent_default();
                }
            }
            on:drop=dropped
        >
            <span class="composer-label" aria-hidden="true">{t(field.label())}</span>
            <div class="composer-chips" node_ref=box_node>
                <For
                    each=move || list.get()
                    key=|address| (address.email.clone(), address.name.clone())
                    let:address
                >
                    <Chip desk field address on_edit=edit on_step=move |to| step_chip(box_node, node, to) />
                </For>
                <input
                    node_ref=node
                    class="composer-typed"
                    type="text"
                    inputmode="email"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    dir="auto"
                    role="combobox"
                    aria-autocomplete="list"
                    aria-expanded=move || if suggestions.open() { "true" } else { "false" }
                    aria-controls=suggestions.list_id()
                    aria-activedescendant=move || suggestions.active_id()
                    aria-label=move || text(field.label())
                    on:keydown=key
                    on:input=input
                    on:paste=paste
                    on:blur=move |_| take()
                />
                <SuggestionList suggestions on_choose=move |address| put(vec![address]) />
            </div>
        </div>
    }
}

fn typed(node: NodeRef<html::Input>) -> String {
    node.get_untracked().map(|input| input.value()).unwrap_or_default()
}

/// Moves the focus to a chip, the last one past the end; false where there is none.
fn focus_chip(chips: NodeRef<html::Div>, at: usize) -> bool {
    let Some(chips) = chips.get_untracked() else { return false };
    let all = dom::all(&chips, ".composer-chip");
    let chip = all.get(at.min(all.len().saturating_sub(1)));
    if let Some(chip) = chip {
        dom::focus(chip);
    }
    chip.is_some()
}

/// Where the focus goes from a chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Before,
    After,
    Gone,
}

fn step_chip(chips: NodeRef<html::Div>, input: NodeRef<html::Input>, step: Step) {
    let Some(root) = chips.get_untracked() else { return };
    let all = dom::all(&root, ".composer-chip");
    let at = dom::focused().and_then(|now| all.iter().position(|chip| *chip == now)).unwrap_or(0);
    let to = match step {
        Step::Before => Some(at.saturating_sub(1)),
        Step::After => Some(at + 1).filter(|at| *at < all.len()),
        Step::Gone => None,
    };
    match (to, input.get_untracked()) {
        (Some(to), _) => drop(focus_chip(chips, to)),
        (None, Some(input)) => drop(input.focus()),
        (None, None) => {}
    }
}

/// A recipient on its way from one field to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dragged {
    from: Field,
    address: Address,
}

impl Dragged {
    fn bring(self, draft: &mut Composing, to: Field) {
        self.from.list_mut(draft).retain(|known| *known != self.address);
        add(to.list_mut(draft), vec![self.address]);
    }
}

/// Whether no quote and no bracket is open.
fn complete(typed: &str) -> bool {
    typed.matches('"').count().is_multiple_of(2)
        && typed.matches('<').count() == typed.matches('>').count()
}

/// Adds recipients, each once.
fn add(list: &mut Vec<Address>, fresh: Vec<Address>) {
    for address in fresh {
        if !list.iter().any(|known| known.same_mailbox(&address)) {
            list.push(address);
        }
    }
}

#[component]
fn Chip(
    desk: Desk,
    field: Field,
    address: Address,
    #[prop(into)] on_edit: Callback<Address>,
    #[prop(into)] on_step: Callback<Step>,
) -> impl IntoView {
    let wrong = !valid(&address);
    let shown = address.shown().to_owned();
    let whole = written(&address);
    let email = address.email.clone();
    let address = StoredValue::new(address);
    let remove = move || {
        let address = address.get_value();
        on_step.run(Step::Gone);
        desk.edit(|draft| field.list_mut(draft).retain(|known| *known != address));
    };
    let key = move |event: ev::KeyboardEvent| {
        // What is pressed on the button inside is the button's.
        if event.target() != event.current_target() {
            return;
        }
        match event.key().as_str() {
            "Enter" | "F2" if !event.ctrl_key() => on_edit.run(address.get_value()),
            "Delete" | "Backspace" => remove(),
            "ArrowLeft" => on_step.run(Step::Before),
            "ArrowRight" => on_step.run(Step::After),
            _ => return,
        }
        event.prevent_default();
    };
    let dragged = move |event: ev::DragEvent| {
        if let Some(data) = event.data_transfer() {
            // Without data some browsers drag nothing.
            let _ = data.set_data("text/plain", &written(&address.get_value()));
        }
        desk.dragged.set(Some(Dragged { from: field, address: address.get_value() }));
    };
    let label = move || text_with(Key::ComposeRemove, &[("address", &email)]);
    view! {
        <span
            class="composer-chip"
            class:is-wrong=wrong
            title=whole
            tabindex="-1"
            draggable="true"
            on:keydown=key
            on:dblclick=move |_| on_edit.run(address.get_value())
            on:dragstart=dragged
            on:dragend=move |_| desk.dragged.set(None)
        >
            <span class="composer-chip-text" dir="auto">{shown}</span>
            <button
                type="button"
                class="composer-chip-remove"
                aria-label=label
                on:click=move |_| remove()
            >
                {icon(Icon::Close)}
            </button>
        </span>
    }
}
