//! A virtualised list of any length as an ARIA grid: only the rows in sight are mounted.
//!
//! Rows have one fixed height (the token `--row`, measured), so a row's place follows from its
//! index. The row with the tab stop stays mounted wherever the list is scrolled to.

mod range;

use super::dom;
use super::each::each;
use super::placement::px;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, closure::Closure};
use leptos::web_sys::{HtmlElement, ResizeObserver};
use leptos::{ev, html};
use range::{Move, View};
use std::ops::Range;

pub use range::RowCount;

/// The user moved the tab stop by keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    pub index: usize,
    /// Shift was held: a selection grows from where it began.
    pub extend: bool,
}

/// A row was clicked, or Enter pressed on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pressed {
    pub index: usize,
    pub shift: bool,
    /// Ctrl, or Command on a Mac.
    pub ctrl: bool,
}

/// What a grid shows and whom it tells.
///
/// `K` identifies what stands in a row, so that a row keeps its element (and its focus) when
/// others come or go above it; rows not loaded yet need keys too.
pub struct GridModel<K: 'static> {
    pub count: Signal<RowCount>,
    /// Index of the row with the tab stop.
    pub active: Signal<usize>,
    pub key_at: Callback<usize, K>,
    /// Makes a row: its attributes and cells.
    pub row: Callback<K, GridRow>,
    /// The rows now in sight, with some around them: load these.
    pub on_range: Callback<Range<usize>>,
    pub on_move: Callback<Moved>,
    pub on_press: Callback<Pressed>,
}

impl<K> Clone for GridModel<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for GridModel<K> {}

/// One row as its renderer made it.
pub struct GridRow {
    /// The row's accessible name.
    pub name: Signal<String>,
    pub selected: Signal<bool>,
    /// Shown elsewhere right now, as the message in the reading pane.
    pub current: Signal<bool>,
    /// Elements with the role gridcell; controls in them have `tabindex=-1`.
    pub cells: AnyView,
}

/// The geometry of the moment, in pixels.
#[derive(Clone, Copy)]
struct Geometry {
    scroll: RwSignal<f64>,
    height: RwSignal<f64>,
    row: RwSignal<f64>,
}

impl Geometry {
    fn view(self) -> View {
        View { top: self.scroll.get(), height: self.height.get(), row: self.row.get() }
    }
}

/// The grid itself, which is also what scrolls.
#[component]
pub fn Grid<K>(#[prop(into)] label: Signal<String>, model: GridModel<K>) -> impl IntoView
where
    K: Clone + PartialEq + Send + Sync + 'static,
{
    let (node, probe) = (NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new());
    let sight = Geometry {
        scroll: RwSignal::new(0.0),
        height: RwSignal::new(0.0),
        row: RwSignal::new(0.0),
    };
    measure(node, probe, sight);
    let rows = Memo::new(move |_| model.count.get().rows);
    let range = Memo::new(move |_| sight.view().range(rows.get()));
    Effect::new(move |_| model.on_range.run(range.get()));
    let mounted = Memo::new(move |_| {
        let indices = range::with_pinned(range.get(), model.active.get(), rows.get());
        indices.into_iter().map(|index| (index, model.key_at.run(index))).collect::<Vec<_>>()
    });
    // Whether the focus belongs in here; it may fall out when the focused row goes away.
    let engaged = StoredValue::new(false);
    // Whether a mouse button or finger is down: a row must not move from under it.
    let pressing = StoredValue::new(false);
    follow_active(node, model, sight, pressing);
    hold_still(node, mounted, sight);
    let on_key = move |event: ev::KeyboardEvent| grid_key(&event, model, sight, rows);
    let total = move || model.count.get().aria();
    let keys = move || mounted.with(|rows| rows.iter().map(|(_, key)| key.clone()).collect());
    let row = move |key: K| view! { <Row key model mounted sight engaged /> }.into_any();
    view! {
        <div
            node_ref=node
            class="grid"
            role="grid"
            aria-label=label
            aria-rowcount=total
            aria-multiselectable="true"
            on:scroll=move |event| {
                sight.scroll.set(f64::from(event_target::<HtmlElement>(&event).scroll_top()));
            }
            on:pointerdown=move |_| pressing.set_value(true)
            on:pointerup=move |_| pressing.set_value(false)
            on:pointercancel=move |_| pressing.set_value(false)
            on:pointerleave=move |_| pressing.set_value(false)
            on:keydown=on_key
            on:focusin=move |_| engaged.set_value(true)
            on:focusout=move |event| engaged.set_value(event.related_target().is_none())
        >
            <div node_ref=probe class="grid-probe" role="presentation"></div>
            <div
                class="grid-rows"
                role="rowgroup"
                style:block-size=move || px(rows.get() as f64 * sight.row.get())
            >
                {each(keys, row)}
            </div>
        </div>
    }
}

#[component]
fn Row<K>(
    key: K,
    model: GridModel<K>,
    mounted: Memo<Vec<(usize, K)>>,
    sight: Geometry,
    engaged: StoredValue<bool>,
) -> impl IntoView
where
    K: Clone + PartialEq + Send + Sync + 'static,
{
    let node = NodeRef::<html::Div>::new();
    let GridRow { name, selected, current, cells } = model.row.run(key.clone());
    // The same key may move to another index when rows come or go above it.
    let index = Memo::new(move |last: Option<&usize>| {
        let found = mounted.with(|rows| rows.iter().find(|row| row.1 == key).map(|row| row.0));
        found.or(last.copied()).unwrap_or_default()
    });
    let active = Memo::new(move |_| model.active.get() == index.get());
    Effect::new(move |_| {
        let Some(node) = node.get().filter(|_| active.get() && engaged.get_value()) else { return };
        let focused = dom::focused();
        let elsewhere = focused.is_some_and(|focused| {
            node.contains(Some(&focused)) || focused.closest("[role=grid]").ok().flatten().is_none()
        });
        if !elsewhere {
            dom::focus(&node);
        }
    });
    let press = move |event: ev::MouseEvent| {
        if dom::closest(&event, "button,input,a,label").is_none() {
            model.on_press.run(Pressed {
                index: index.get_untracked(),
                shift: event.shift_key(),
                ctrl: event.ctrl_key() || event.meta_key(),
            });
        }
    };
    let flag = |on: bool| if on { "true" } else { "false" };
    view! {
        <div
            node_ref=node
            class="grid-row"
            class:is-current=current
            role="row"
            aria-label=name
            aria-rowindex=move || (index.get() + 1).to_string()
            aria-selected=move || flag(selected.get())
            aria-current=move || current.get().then_some("true")
            tabindex=move || if active.get() { "0" } else { "-1" }
            style:inset-block-start=move || px(index.get() as f64 * sight.row.get())
            on:click=press
            on:focus=move |_| {
                let index = index.get_untracked();
                if index != model.active.get_untracked() {
                    model.on_move.run(Moved { index, extend: false });
                }
            }
        >
            {cells}
        </div>
    }
}

/// Scrolls to the row with the tab stop when the user moves it, but not by pressing on it: its
/// click would land on the row that comes to lie there.
fn follow_active<K>(
    node: NodeRef<html::Div>,
    model: GridModel<K>,
    sight: Geometry,
    pressing: StoredValue<bool>,
) where
    K: Clone + PartialEq + Send + Sync + 'static,
{
    Effect::new(move |last: Option<(usize, K)>| {
        let active = model.active.get();
        let key = model.key_at.run(active);
        // A row that others pushed along is where it was, as far as the user is concerned.
        let moved = last.is_some_and(|(was, held)| was != active && held != key);
        let moved = moved && !pressing.get_value();
        let target = moved.then(|| untrack(|| sight.view()).reveal(active)).flatten();
        if let (Some(top), Some(node)) = (target, node.get_untracked()) {
            node.set_scroll_top(top as i32);
            sight.scroll.set(top);
        }
        (active, key)
    });
}

/// What is in sight stays where it is when rows come or go above; at the very top new ones show.
fn hold_still<K>(node: NodeRef<html::Div>, mounted: Memo<Vec<(usize, K)>>, sight: Geometry)
where
    K: Clone + PartialEq + Send + Sync + 'static,
{
    Effect::new(move |held: Option<Option<(usize, K)>>| {
        mounted.with(|rows| {
            let View { mut top, row, .. } = untrack(|| sight.view());
            let held = held.flatten().filter(|_| top > 0.0 && row > 0.0);
            let pushed = held.and_then(|(was, key)| {
                let (now, _) = rows.iter().find(|(_, known)| *known == key)?;
                (*now != was).then_some((*now as f64 - was as f64) * row)
            });
            if let (Some(pushed), Some(node)) = (pushed, node.get_untracked()) {
                top = (top + pushed).max(0.0);
                node.set_scroll_top(top as i32);
                sight.scroll.set(top);
            }
            // Truncation is meant: the row that the upper edge cuts through.
            let first = if row > 0.0 { (top / row) as usize } else { 0 };
            rows.iter().find(|(index, _)| *index >= first).cloned()
        })
    });
}

/// Keeps the geometry true: at first, and whenever pane, density or text size change.
fn measure(node: NodeRef<html::Div>, probe: NodeRef<html::Div>, sight: Geometry) {
    let observer = StoredValue::new_local(None::<(ResizeObserver, Closure<dyn FnMut()>)>);
    Effect::new(move |_| {
        let (Some(node), Some(probe)) = (node.get(), probe.get()) else { return };
        let (seen_node, seen_probe) = (node.clone(), probe.clone());
        let read = move || {
            let row = seen_probe.get_bounding_client_rect().height();
            let (old, top) = (sight.row.get_untracked(), sight.scroll.get_untracked());
            sight.height.set(f64::from(seen_node.client_height()));
            if row > 0.0 && row != old {
                sight.row.set(row);
                // Another density: the same rows stay in sight.
                if old > 0.0 {
                    seen_node.set_scroll_top((top / old * row) as i32);
                }
            }
        };
        read();
        let closure = Closure::<dyn FnMut()>::new(read);
        if let Ok(watcher) = ResizeObserver::new(closure.as_ref().unchecked_ref()) {
            watcher.observe(&node);
            watcher.observe(&probe);
            observer.set_value(Some((watcher, closure)));
        }
    });
    on_cleanup(move || {
        if let Some((watcher, _)) = observer.try_update_value(Option::take).flatten() {
            watcher.disconnect();
        }
    });
}

fn grid_key<K>(event: &ev::KeyboardEvent, model: GridModel<K>, sight: Geometry, rows: Memo<usize>) {
    let (rows, active) = (rows.get_untracked(), model.active.get_untracked());
    if rows == 0 || event.alt_key() {
        return;
    }
    let page = untrack(|| sight.view()).page();
    let step = match event.key().as_str() {
        "ArrowDown" => Move::By(1),
        "ArrowUp" => Move::By(-1),
        "PageDown" => Move::By(page),
        "PageUp" => Move::By(-page),
        "Home" => Move::First,
        "End" => Move::Last,
        "ArrowRight" | "ArrowLeft" => return move_within_row(event),
        "Enter" if dom::closest(event, "button,input,a").is_none() => {
            event.prevent_default();
            let (shift, ctrl) = (event.shift_key(), event.ctrl_key() || event.meta_key());
            return model.on_press.run(Pressed { index: active, shift, ctrl });
        }
        _ => return,
    };
    event.prevent_default();
    let index = step.target(active, rows);
    if index != active {
        model.on_move.run(Moved { index, extend: event.shift_key() });
    }
}

/// Right and Left walk between the row and the controls in its cells.
fn move_within_row(event: &ev::KeyboardEvent) {
    let Some(row) = dom::closest(event, "[role=row]") else { return };
    let mut stops = vec![row.clone()];
    stops.extend(dom::all(&row, "button,input,a"));
    let now = dom::focused().and_then(|focused| stops.iter().position(|stop| *stop == focused));
    let forward = event.key() == "ArrowRight";
    let next = now.and_then(|now| if forward { now.checked_add(1) } else { now.checked_sub(1) });
    if let Some(stop) = next.and_then(|next| stops.get(next)) {
        event.prevent_default();
        dom::focus(stop);
    }
}
