//! What a key does in a tree.

use super::TreeNode;

/// The answer to a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    Focus(String),
    Toggle,
    Select,
    /// The key is the tree's, but there is nowhere to go.
    Stay,
}

/// What `key` does on the node `here`; `None` for keys that are not the tree's.
pub fn step(key: &str, nodes: &[TreeNode], here: &str) -> Option<Step> {
    let at = nodes.iter().position(|node| node.id == here)?;
    let node = &nodes[at];
    let focus = |target: Option<&TreeNode>| {
        Some(target.map_or(Step::Stay, |node| Step::Focus(node.id.clone())))
    };
    match (key, node.expanded) {
        ("ArrowDown", _) => focus(nodes.get(at + 1)),
        ("ArrowUp", _) => focus(at.checked_sub(1).map(|before| &nodes[before])),
        ("Home", _) => focus(nodes.first()),
        ("End", _) => focus(nodes.last()),
        ("ArrowRight", Some(false)) | ("ArrowLeft", Some(true)) => Some(Step::Toggle),
        ("ArrowRight", Some(true)) => {
            focus(nodes.get(at + 1).filter(|next| next.level > node.level))
        }
        ("ArrowLeft", _) => focus(nodes[..at].iter().rev().find(|above| above.level < node.level)),
        ("ArrowRight", None) => Some(Step::Stay),
        ("Enter" | " ", _) => Some(Step::Select),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Vec<TreeNode> {
        [("inbox", 1, Some(true)), ("lists", 2, None), ("work", 2, Some(false)), ("sent", 1, None)]
            .into_iter()
            .map(|(id, level, expanded)| TreeNode {
                id: id.to_owned(),
                name: id.to_owned(),
                level,
                expanded,
            })
            .collect()
    }

    fn check(key: &str, here: &str, expect: Option<Step>) {
        assert_eq!(step(key, &tree(), here), expect, "{key} on {here}");
    }

    fn focus(id: &str) -> Option<Step> {
        Some(Step::Focus(id.to_owned()))
    }

    #[test]
    fn arrows_walk_the_visible_nodes() {
        check("ArrowDown", "inbox", focus("lists"));
        check("ArrowUp", "sent", focus("work"));
        check("ArrowUp", "inbox", Some(Step::Stay));
        check("ArrowDown", "sent", Some(Step::Stay));
        check("Home", "sent", focus("inbox"));
        check("End", "inbox", focus("sent"));
    }

    #[test]
    fn right_expands_then_descends_and_left_collapses_then_climbs() {
        check("ArrowRight", "work", Some(Step::Toggle));
        check("ArrowRight", "inbox", focus("lists"));
        check("ArrowLeft", "inbox", Some(Step::Toggle));
        check("ArrowLeft", "lists", focus("inbox"));
        check("ArrowLeft", "sent", Some(Step::Stay));
        check("ArrowRight", "sent", Some(Step::Stay));
    }

    #[test]
    fn other_keys_are_left_to_the_page() {
        check("Enter", "work", Some(Step::Select));
        check("j", "work", None);
        check("Tab", "work", None);
    }
}
