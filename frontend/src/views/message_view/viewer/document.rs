//! A PDF document, shown by a frame of an origin of nobody's: the page hands its bytes over.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Unshown;
use crate::i18n::{Key, number, t, text, text_with};
use crate::state::frames::{Channel, Said, Saying, bytes};
use crate::state::stores;
use crate::ui::button::{Button, ButtonKind, IconButton};
use crate::ui::icon::Icon;

/// Larger ones are only saved, in bytes.
const MOST: u64 = 64 << 20;
/// How much one press changes.
const STEP: f64 = 1.25;

/// How far it has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Loading,
    /// Pages, and the one in sight.
    Here(u64, u64),
    Failed(Key),
}

/// A document of so many bytes.
#[component]
pub fn Paged(
    url: String,
    name: String,
    size: u64,
    /// Escape was pressed in it.
    #[prop(into)]
    on_leave: Callback<()>,
) -> impl IntoView {
    if size > MOST {
        return view! { <Unshown said=text(Key::ViewerLarge) /> }.into_any();
    }
    let stores = stores();
    let node = NodeRef::<html::Iframe>::new();
    let stage = RwSignal::new(Stage::Loading);
    let channel = StoredValue::new_local(None::<Channel>);
    let src = stores.viewer_url();
    let hear = move |said: Said| match said.text("is").as_str() {
        "pages" => drop(stage.try_set(Stage::Here(said.count("count"), 1))),
        "at" => drop(stage.try_update(|stage| {
            if let Stage::Here(_, at) = stage {
                *at = said.count("page");
            }
        })),
        "failed" if said.flag("locked") => drop(stage.try_set(Stage::Failed(Key::ViewerLocked))),
        "failed" => drop(stage.try_set(Stage::Failed(Key::ViewerBroken))),
        "leave" => on_leave.run(()),
        _ => {}
    };
    let loaded = move |_| {
        let Some(frame) = node.get_untracked() else { return };
        channel.set_value(Channel::open(&frame, hear));
        let dark = stores.preferences.dark();
        say(channel, Saying::new("look").with("dark", &dark.into()));
        let url = url.clone();
        spawn_local(async move {
            match bytes(&url).await {
                Some(file) => say(channel, Saying::new("open").with("file", &file)),
                None => drop(stage.try_set(Stage::Failed(Key::ViewerFailed))),
            }
        });
    };
    on_cleanup(move || drop(channel.try_update_value(Option::take)));
    let failed = move || match stage.get() {
        Stage::Failed(key) => Some(view! { <Unshown said=text(key) /> }),
        _ => None,
    };
    let title = move || text_with(Key::ViewerContents, &[("name", &name)]);
    view! {
        {failed}
        <iframe
            node_ref=node
            class="viewer-frame"
            hidden=move || matches!(stage.get(), Stage::Failed(_))
            title=title
            sandbox="allow-scripts"
            src=src
            on:load=loaded
        ></iframe>
        <Pages stage=stage.into() channel />
    }
    .into_any()
}

/// Which page is in sight, and how large pages are.
#[component]
fn Pages(
    stage: Signal<Stage>,
    channel: StoredValue<Option<Channel>, LocalStorage>,
) -> impl IntoView {
    let by = move |what: &'static str, by: f64| {
        move |()| say(channel, Saying::new(what).with("by", &by.into()))
    };
    let at = move || match stage.get() {
        Stage::Here(pages, at) => Some((at, pages)),
        Stage::Loading => Some((0, 0)),
        Stage::Failed(_) => None,
    };
    let first = Signal::derive(move || at().is_none_or(|(at, _)| at <= 1));
    let last = Signal::derive(move || at().is_none_or(|(at, pages)| at >= pages));
    let told = move || match at() {
        Some((at, pages)) if pages > 0 => {
            let values = [number(at), number(pages)];
            text_with(Key::ViewerPage, &[("number", &values[0]), ("total", &values[1])])
        }
        _ => text(Key::ShellLoading),
    };
    let shown = Memo::new(move |_| at().is_some());
    move || {
        shown.get().then(|| {
            view! {
                <div class="viewer-tools">
                    <span class="viewer-previous">
                        <IconButton
                            label=t(Key::ViewerPageBefore)
                            icon=Icon::ChevronEnd
                            disabled=first
                            on_press=by("turn", -1.0)
                        />
                    </span>
                    <span class="viewer-place" role="status">{told}</span>
                    <IconButton
                        label=t(Key::ViewerPageAfter)
                        icon=Icon::ChevronEnd
                        disabled=last
                        on_press=by("turn", 1.0)
                    />
                    <IconButton
                        label=t(Key::ViewerSmaller)
                        icon=Icon::ZoomOut
                        on_press=by("zoom", 1.0 / STEP)
                    />
                    <Button label=t(Key::ViewerFit) kind=ButtonKind::Quiet on_press=by("zoom", 0.0) />
                    <IconButton label=t(Key::ViewerLarger) icon=Icon::ZoomIn on_press=by("zoom", STEP) />
                </div>
            }
        })
    }
}

fn say(channel: StoredValue<Option<Channel>, LocalStorage>, message: Saying) {
    // It may be gone where another file is shown by now.
    let _ = channel.try_with_value(|channel| {
        if let Some(channel) = channel {
            channel.say(message);
        }
    });
}
