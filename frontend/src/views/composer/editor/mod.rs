//! Rich text: a frame in an origin of nobody's holds the editor, because what strangers wrote has
//! no place in the page's document (docs/decisions/0013-the-editor-is-a-frame.md).

pub mod toolbar;
pub mod wire;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Blob, File, HtmlIFrameElement};
use postern_shared::api::messages::{CleanHtml, MAX_CLEANED};

use super::Desk;
use crate::i18n::{Key, t, text};
use crate::state::drafts::Composing;
use crate::state::drafts::pictures::fetch_part;
use crate::state::frames::{Channel, Timer, build};
use crate::state::{base_path, stores};
use crate::ui::button::{Button, ButtonKind};

use toolbar::Toolbar;
use wire::{Look, News, Order, Pressed};

/// How long the frame may take to be there, in milliseconds.
const PATIENCE_MS: u32 = 10_000;
/// How long it may take to say what is written.
const ANSWER_MS: u32 = 1_500;

/// What is to be done once the frame has said what is written.
type Then = Box<dyn FnOnce()>;

#[derive(Default)]
struct Inside {
    channel: Option<Channel>,
    /// The HTML that page and frame agree on.
    agreed: Option<String>,
    waiting: Vec<(f64, Then)>,
    numbers: u32,
    timer: Option<Timer>,
    shown: Vec<String>,
}

/// The editor of one draft, as the parts of its composer know it.
#[derive(Clone, Copy)]
pub struct Editor {
    inside: StoredValue<Inside, LocalStorage>,
    /// How the selection looks.
    pub look: RwSignal<Look>,
    /// Plain text would lose something.
    pub formatted: RwSignal<bool>,
    /// A key that the composer is to answer.
    pub pressed: RwSignal<Option<Pressed>>,
    ready: RwSignal<bool>,
    late: RwSignal<bool>,
}

impl Editor {
    /// Not there yet.
    pub fn new() -> Self {
        Self {
            inside: StoredValue::new_local(Inside::default()),
            look: RwSignal::new(Look::default()),
            formatted: RwSignal::new(false),
            pressed: RwSignal::new(None),
            ready: RwSignal::new(false),
            late: RwSignal::new(false),
        }
    }

    /// Tells the frame something; it is lost where there is none.
    pub fn order(self, order: &Order<'_>) {
        self.inside.with_value(|inside| {
            if let Some(channel) = &inside.channel {
                channel.say(order.saying());
            }
        });
    }

    /// Whether there is a frame that hears orders.
    pub fn is_ready(self) -> bool {
        self.ready.get_untracked()
    }

    /// Does something once the draft holds what is written now.
    pub fn settled(self, desk: Desk, then: impl FnOnce() + 'static) {
        let is_rich = desk.draft.with_untracked(|draft| draft.html.is_some());
        if !is_rich || !self.ready.get_untracked() {
            return then();
        }
        let mut number = 0.0;
        self.inside.update_value(|inside| {
            inside.numbers += 1;
            number = f64::from(inside.numbers);
            inside.waiting.push((number, Box::new(then)));
            // A frame that does not answer said all that it will some time ago.
            inside.timer = Some(Timer::after(ANSWER_MS, move || self.told(f64::MAX)));
        });
        self.order(&Order::Tell { number });
    }

    fn told(self, number: f64) {
        let mut due = Vec::new();
        self.inside.update_value(|inside| {
            let (over, rest) = inside.waiting.drain(..).partition(|(wanted, _)| *wanted <= number);
            (due, inside.waiting) = (over, rest);
        });
        due.into_iter().for_each(|(_, then)| then());
    }

    /// Connects to the document that the frame has loaded.
    fn connect(self, desk: Desk, frame: &HtmlIFrameElement) {
        self.ready.set(false);
        let channel = Channel::open(frame, move |said| {
            if let Some(news) = News::read(&said) {
                self.hear(desk, news);
            }
        });
        self.inside.update_value(|inside| {
            inside.channel = channel;
            inside.timer = Some(Timer::after(PATIENCE_MS, move || {
                self.late.set(!self.ready.get_untracked());
            }));
        });
    }

    fn hear(self, desk: Desk, news: News) {
        match news {
            News::Ready => {
                self.late.set(false);
                self.ready.set(true);
                self.inside.update_value(|inside| {
                    inside.agreed = None;
                    inside.shown.clear();
                });
            }
            News::Changed { html, text, formatted } => self.changed(desk, html, text, formatted),
            News::Told(number) => self.told(number),
            News::Look(look) => self.look.set(look),
            News::Key(key) => self.pressed.set(Some(key)),
            News::Paste { number, html, text } => self.clean(desk, number, html, text),
            News::Picture { cid, file } => desk.enclose(cid, &file),
            News::File(file) => desk.attach(file),
        }
    }

    fn changed(self, desk: Desk, html: String, text: String, formatted: bool) {
        self.formatted.set(formatted);
        let before = self.inside.try_update_value(|inside| inside.agreed.replace(html.clone()));
        let opened = before.flatten().is_none_or(|before| before.is_empty());
        let change = move |draft: &mut Composing| {
            draft.html = Some(html);
            draft.text = text;
        };
        // What the editor makes of what it is given is nobody's change.
        match opened {
            true => desk.draft.update(change),
            false => desk.edit(change),
        }
    }

    /// Nothing enters the editor that the bridge has not made safe; without it, text does.
    fn clean(self, desk: Desk, number: f64, html: String, text: String) {
        let link = desk.stores.link;
        spawn_local(async move {
            let clean = match html.len() <= MAX_CLEANED {
                true => link.call(CleanHtml { html }).await.unwrap_or_default(),
                false => String::new(),
            };
            self.order(&Order::Insert { number, html: &clean, text: &text });
        });
    }

    /// Gives the frame what the draft holds, and what comes into it from elsewhere later.
    fn follow(self, desk: Desk) {
        Effect::new(move |_| {
            if !self.ready.get() {
                return;
            }
            let Some(html) = desk.draft.with(|draft| draft.html.clone()) else { return };
            let agreed = self.inside.with_value(|inside| inside.agreed.clone());
            let order = match &agreed {
                Some(agreed) if *agreed == html => return,
                Some(agreed) => match html.split_once(agreed.as_str()) {
                    Some((above, below)) if !agreed.is_empty() => Order::Around { above, below },
                    _ => Order::Open { html: &html },
                },
                None => Order::Open { html: &html },
            };
            // The first that it says then is what it was given.
            self.inside.update_value(|inside| inside.agreed = Some(String::new()));
            self.order(&order);
        });
    }

    /// Shows pictures that the draft brings along.
    fn show_pictures(self, desk: Desk) {
        Effect::new(move |_| {
            if !self.ready.get() {
                return;
            }
            let pictures = desk.draft.with(|draft| {
                let shown = |file: &&postern_shared::draft::Enclosed| file.content_id.is_some();
                draft.attachments.iter().filter(shown).cloned().collect::<Vec<_>>()
            });
            for file in pictures {
                let cid = file.content_id.clone().unwrap_or_default();
                let known = self.inside.try_update_value(|inside| {
                    let known = inside.shown.contains(&cid);
                    inside.shown.push(cid.clone());
                    known
                });
                if known != Some(false) {
                    continue;
                }
                spawn_local(async move {
                    if let Some(bytes) = fetch_part(&file).await {
                        self.order(&Order::Picture { cid: &cid, bytes: &bytes });
                    }
                });
            }
        });
    }

    /// A picture that the user put into the text is shown already.
    pub fn is_shown(self, cid: &str) {
        self.inside.update_value(|inside| inside.shown.push(cid.to_owned()));
    }
}

/// The text as rich text, with its tools.
#[component]
pub fn RichText(desk: Desk) -> impl IntoView {
    let editor = desk.editor;
    let node = NodeRef::<html::Iframe>::new();
    let preferences = stores().preferences;
    let loading = Memo::new(move |_| desk.draft.with(|draft| draft.loading));
    Effect::new(move |_| {
        preferences.all().track();
        let (dark, busy) = (preferences.dark(), loading.get());
        if editor.ready.get() {
            editor.order(&Order::Look { dark, label: &text(Key::ComposeText), busy });
        }
    });
    editor.follow(desk);
    editor.show_pictures(desk);
    let begin = desk.draft.with_untracked(|draft| !draft.to.is_empty());
    Effect::new(move |_| {
        if editor.ready.get() && (begin || desk.switched.get_untracked()) {
            focus(node);
            editor.order(&Order::Focus);
        }
    });
    let loaded = move |_| {
        if let Some(frame) = node.get_untracked() {
            editor.connect(desk, &frame);
        }
    };
    on_cleanup(move || {
        // What waits is done with what was heard last.
        editor.told(f64::MAX);
        drop(editor.inside.try_update_value(std::mem::take));
        editor.ready.try_set(false);
    });
    let address = [base_path(), "api/editor/".to_owned(), build()].concat();
    view! {
        {move || editor.late.get().then(|| view! { <Late desk /> })}
        <iframe
            node_ref=node
            class="composer-editor"
            class:is-here=editor.ready
            title=move || text(Key::ComposeEditor)
            sandbox="allow-scripts"
            src=address
            on:load=loaded
        ></iframe>
        <Toolbar desk node />
    }
}

/// Moves the focus into the frame.
pub fn focus(node: NodeRef<html::Iframe>) {
    if let Some(frame) = node.get_untracked() {
        // A frame that cannot take the focus leaves it where it is.
        let _ = frame.focus();
    }
}

/// The editor did not come: what is written can be written without it.
#[component]
fn Late(desk: Desk) -> impl IntoView {
    view! {
        <div class="composer-late" role="alert">
            <p>{t(Key::ComposeEditorLate)}</p>
            <Button
                label=t(Key::ComposePlain)
                kind=ButtonKind::Plain
                on_press=move |()| desk.write_plain()
            />
        </div>
    }
}

/// A blob's name and media type, where it is a file.
pub fn described(file: &Blob) -> (String, String) {
    let name = file.dyn_ref::<File>().map(File::name);
    (name.unwrap_or_default(), file.type_())
}
