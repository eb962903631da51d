//! A tree with the keys of the ARIA Authoring Practices; the visible nodes lie flat, by level.

mod keys;

use super::{dom, each::each, icon::Icon, icon::icon as draw};
use keys::Step;
use leptos::attr::custom::custom_attribute;
use leptos::ev;
use leptos::prelude::*;

/// A visible node: one whose ancestors are all expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeNode {
    pub id: String,
    /// What assistive technology reads.
    pub name: String,
    /// 1 for a root.
    pub level: u32,
    /// `None` for a leaf.
    pub expanded: Option<bool>,
}

/// A single-select tree. Enter, Space and click select; Right and Left expand and collapse.
#[component]
pub fn Tree(
    #[prop(into)] label: Signal<String>,
    /// The visible nodes in order, parents before their children.
    nodes: Signal<Vec<TreeNode>>,
    #[prop(into)] selected: Signal<Option<String>>,
    #[prop(into)] on_select: Callback<String>,
    #[prop(into)] on_toggle: Callback<String>,
    /// Draws a node's content by its id.
    row: Callback<String, AnyView>,
) -> impl IntoView {
    // The node that has the tab stop: the last focused one, else the selected, else the first.
    let visited = RwSignal::new(None::<String>);
    let stop = Memo::new(move |_| {
        nodes.with(|nodes| {
            let known = |id: &String| nodes.iter().any(|node| node.id == *id);
            let first = || nodes.first().map(|node| node.id.clone());
            visited.get().filter(known).or_else(|| selected.get().filter(known)).or_else(first)
        })
    });
    let key = move |event: ev::KeyboardEvent| {
        let Some(here) = stop.get_untracked() else { return };
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let step = nodes.with_untracked(|nodes| keys::step(&event.key(), nodes, &here));
        let Some(step) = step else { return };
        event.prevent_default();
        event.stop_propagation();
        match step {
            Step::Focus(id) => {
                if let Some(element) = dom::closest(&event, "[role=tree]").and_then(|tree| {
                    dom::all(&tree, "[role=treeitem]")
                        .into_iter()
                        .find(|item| item.get_attribute("data-id").as_ref() == Some(&id))
                }) {
                    let _ = element.focus();
                }
            }
            Step::Toggle => on_toggle.run(here),
            Step::Select => on_select.run(here),
            Step::Stay => {}
        }
    };
    let item = move |id: String| {
        view! { <TreeItem id nodes selected stop visited on_select on_toggle row /> }.into_any()
    };
    let ids = move || nodes.with(|nodes| nodes.iter().map(|node| node.id.clone()).collect());
    view! {
        <div class="tree" role="tree" aria-label=label on:keydown=key>
            {each(ids, item)}
        </div>
    }
}

#[component]
fn TreeItem(
    id: String,
    nodes: Signal<Vec<TreeNode>>,
    selected: Signal<Option<String>>,
    stop: Memo<Option<String>>,
    visited: RwSignal<Option<String>>,
    on_select: Callback<String>,
    on_toggle: Callback<String>,
    row: Callback<String, AnyView>,
) -> impl IntoView {
    let own = id.clone();
    let node = Memo::new(move |last: Option<&TreeNode>| {
        let found = nodes.with(|nodes| nodes.iter().find(|node| node.id == own).cloned());
        // A node on its way out keeps its last face.
        let unknown =
            || TreeNode { id: own.clone(), name: String::new(), level: 1, expanded: None };
        found.or(last.cloned()).unwrap_or_else(unknown)
    });
    let content = row.run(id.clone());
    let is = move |slot: Option<String>| node.with(|node| slot.as_ref() == Some(&node.id));
    let expanded = move || node.with(|node| node.expanded);
    let chosen = move || if is(selected.get()) { "true" } else { "false" };
    let twist = move |event: ev::MouseEvent| {
        event.stop_propagation();
        on_toggle.run(node.with_untracked(|node| node.id.clone()));
    };
    // The framework's list of attributes lacks this one.
    let level = custom_attribute("aria-level", move || node.with(|node| node.level.to_string()));
    view! {
        <div
            class="tree-item"
            role="treeitem"
            data-id=id
            aria-label=move || node.with(|node| node.name.clone())
            aria-expanded=move || expanded().map(|expanded| if expanded { "true" } else { "false" })
            aria-selected=chosen
            tabindex=move || if is(stop.get()) { "0" } else { "-1" }
            style:--tree-level=move || node.with(|node| (node.level - 1).to_string())
            on:focus=move |_| visited.set(Some(node.with_untracked(|node| node.id.clone())))
            on:click=move |_| on_select.run(node.with_untracked(|node| node.id.clone()))
            {..level}
        >
            <span class="tree-twist" aria-hidden="true" on:click=twist hidden=move || expanded().is_none()>
                {draw(Icon::ChevronEnd)}
            </span>
            {content}
        </div>
    }
}
