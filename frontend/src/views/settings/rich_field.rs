//! A field of rich text: the composer's editor in its frame, with the tools that short texts need.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;

use crate::i18n::{Key, t};
use crate::state::drafts::rich;
use crate::state::frames::{Channel, Timer, build};
use crate::state::{Stores, base_path, stores};
use crate::ui::dom;
use crate::views::composer::editor::focus;
use crate::views::composer::editor::toolbar::{TOGGLES, Tool, ToolButton, keep_focus, step};
use crate::views::composer::editor::wire::{Look, News, Order, Pressed};

/// How long the frame may take to be there, and to say what is written, in milliseconds.
const PATIENCE_MS: u32 = 10_000;
const ANSWER_MS: u32 = 1_500;

type Then = Box<dyn FnOnce()>;

#[derive(Default)]
struct Inside {
    channel: Option<Channel>,
    then: Option<Then>,
    timer: Option<Timer>,
}

/// What is written, as text and as HTML; that is empty where the text says it all.
#[derive(Clone, Copy)]
pub struct Rich {
    pub html: RwSignal<String>,
    pub text: RwSignal<String>,
    stores: Stores,
    inside: StoredValue<Inside, LocalStorage>,
    look: RwSignal<Look>,
    ready: RwSignal<bool>,
    late: RwSignal<bool>,
}

impl Rich {
    /// Begins with what was written before.
    pub fn new(html: String, text: String) -> Self {
        Self {
            html: RwSignal::new(html),
            text: RwSignal::new(text),
            stores: stores(),
            inside: StoredValue::new_local(Inside::default()),
            look: RwSignal::new(Look::default()),
            ready: RwSignal::new(false),
            late: RwSignal::new(false),
        }
    }

    /// Does something once the two hold what is written now.
    pub fn settled(self, then: impl FnOnce() + 'static) {
        if !self.ready.get_untracked() {
            return then();
        }
        self.inside.update_value(|inside| {
            inside.then = Some(Box::new(then));
            // A frame that does not answer said all that it will some time ago.
            inside.timer = Some(Timer::after(ANSWER_MS, move || self.told()));
        });
        self.order(&Order::Tell { number: 1.0 });
    }

    fn told(self) {
        let then = self.inside.try_update_value(|inside| inside.then.take()).flatten();
        if let Some(then) = then {
            then();
        }
    }

    fn order(self, order: &Order<'_>) {
        self.inside.with_value(|inside| {
            if let Some(channel) = &inside.channel {
                channel.say(order.saying());
            }
        });
    }

    fn hear(self, news: News) {
        match news {
            News::Ready => {
                self.ready.set(true);
                let (html, text) = (self.html.get_untracked(), self.text.get_untracked());
                let html = if html.is_empty() { rich::from_text(&text) } else { html };
                self.order(&Order::Open { html: &html });
            }
            News::Changed { html, text, formatted } => {
                self.html.set(if formatted { html } else { String::new() });
                self.text.set(text);
            }
            News::Told(_) => self.told(),
            News::Look(look) => self.look.set(look),
            News::Paste { number, html, text } => spawn_local(async move {
                let clean = self.stores.clean(html).await;
                self.order(&Order::Insert { number, html: &clean, text: &text });
            }),
            // No file is kept beside it.
            News::Picture { cid, .. } => self.order(&Order::Lose { cid: &cid }),
            News::Key(Pressed::Leave) => leave(),
            News::Key(_) | News::File(_) => {}
        }
    }

    /// What is typed where the editor does not come.
    fn type_plain(self, text: String) {
        self.html.set(String::new());
        self.text.set(text);
    }
}

/// Escape leads out of the frame, to its tools.
fn leave() {
    let first = document().query_selector(".rich-field [role=toolbar] [tabindex='0']").ok();
    if let Some(tool) = first.flatten().and_then(|it| it.dyn_into().ok()) {
        dom::focus(&tool);
    }
}

/// The field.
#[component]
pub fn RichField(#[prop(into)] label: Signal<String>, field: Rich) -> impl IntoView {
    let node = NodeRef::<html::Iframe>::new();
    let id = dom::unique_id("field");
    let named = id.clone();
    let preferences = stores().preferences;
    Effect::new(move |_| {
        preferences.all().track();
        let (dark, label) = (preferences.dark(), label.get());
        if field.ready.get() {
            field.order(&Order::Look { dark, label: &label, busy: false });
        }
    });
    let loaded = move |_| {
        let Some(frame) = node.get_untracked() else { return };
        field.ready.set(false);
        let channel = Channel::open(&frame, move |said| {
            if let Some(news) = News::read(&said) {
                field.hear(news);
            }
        });
        field.inside.update_value(|inside| {
            inside.channel = channel;
            inside.timer = Some(Timer::after(PATIENCE_MS, move || {
                field.late.set(!field.ready.get_untracked());
            }));
        });
    };
    on_cleanup(move || drop(field.inside.try_update_value(std::mem::take)));
    let address = [base_path(), "api/editor/".to_owned(), build()].concat();
    let frame = move || {
        view! {
            <Tools field node />
            <iframe
                node_ref=node
                class="rich-field-frame"
                title=label
                sandbox="allow-scripts"
                src=address.clone()
                on:load=loaded
            ></iframe>
        }
    };
    let plain = move || {
        view! {
            <textarea
                class="rich-field-plain"
                dir="auto"
                aria-label=label
                prop:value=field.text
                on:input=move |event| field.type_plain(event_target_value(&event))
            ></textarea>
        }
    };
    let shown = move || if field.late.get() { plain().into_any() } else { frame().into_any() };
    view! {
        <div class="field rich-field" role="group" aria-labelledby=named>
            <span class="field-label" id=id>{label}</span>
            <div class="rich-field-box">{shown}</div>
        </div>
    }
}

#[component]
fn Tools(field: Rich, node: NodeRef<html::Iframe>) -> impl IntoView {
    let tool = move |(name, label, keys, drawing): Tool| {
        let on = Memo::new(move |_| field.look.with(|look| look.on.contains(&name)));
        let press = move |()| {
            field.order(&Order::Format { name, value: "" });
            focus(node);
            field.order(&Order::Focus);
        };
        view! { <ToolButton label keys drawing pressed=on on_press=press /> }
    };
    let tools = TOGGLES.into_iter().filter(|(name, ..)| *name != "quote");
    view! {
        <div
            class="composer-tools"
            role="toolbar"
            aria-label=t(Key::ComposeTools)
            on:keydown=|event| step(&event)
            on:mousedown=|event| keep_focus(&event)
        >
            {tools.map(tool).collect_view()}
        </div>
    }
}
