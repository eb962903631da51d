//! Where the parser puts what it builds: nodes in one list, linked by their places (HTML §13.2.6).

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};

use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, Namespace, QualName, local_name, ns};

/// A node's place in the list.
pub(super) type Id = u32;
/// No node.
pub(super) const NONE: Id = Id::MAX;

/// What a node is.
pub(super) enum Kind {
    /// The document, a comment, or the contents of a template: nothing that is shown.
    Other,
    /// An element and its attributes.
    Element(QualName, Vec<Attribute>),
    /// Text.
    Text(StrTendril),
}

/// A node and its neighbours.
pub(super) struct Node {
    pub(super) parent: Id,
    pub(super) first: Id,
    pub(super) next: Id,
    pub(super) kind: Kind,
    last: Id,
    before: Id,
    depth: u32,
}

/// How closely the mail's first line asks for the layout of old browsers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// As the standards say.
    #[default]
    Standard,
    /// Pictures in table cells stand without a gap (limited quirks).
    Almost,
    /// Tables take no font from their surroundings either (quirks).
    Old,
}

/// An element's name, while the tree is built.
#[derive(Debug)]
pub(super) struct Name<'a>(Ref<'a, QualName>);

impl ElemName for Name<'_> {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

/// The tree while it grows.
pub(super) struct Sink {
    /// The nodes; the first is the document.
    pub(super) nodes: RefCell<Vec<Node>>,
    /// The style elements.
    pub(super) styles: RefCell<Vec<Id>>,
    nameless: RefCell<QualName>,
    integration: RefCell<Vec<Id>>,
    /// What the DOCTYPE asks for.
    pub(super) layout: Cell<Layout>,
    /// How deep the last node that was appended or closed stands.
    pub(super) depth: Cell<u32>,
    /// Something was kept out.
    pub(super) cut: Cell<bool>,
}

impl Sink {
    /// A document.
    pub(super) fn new() -> Self {
        let sink = Self {
            nodes: RefCell::default(),
            styles: RefCell::default(),
            nameless: RefCell::new(QualName::new(None, ns!(), local_name!(""))),
            integration: RefCell::default(),
            layout: Cell::new(Layout::Old),
            depth: Cell::new(0),
            cut: Cell::new(false),
        };
        sink.make(Kind::Other);
        sink
    }

    fn make(&self, kind: Kind) -> Id {
        let mut nodes = self.nodes.borrow_mut();
        let id = Id::try_from(nodes.len()).expect("the guard keeps the list short");
        let (parent, first, last, next, before) = (NONE, NONE, NONE, NONE, NONE);
        nodes.push(Node { parent, first, last, next, before, depth: 0, kind });
        id
    }

    fn detach(&self, id: Id) {
        let mut nodes = self.nodes.borrow_mut();
        let Node { parent, next, before, .. } = nodes[id as usize];
        if parent == NONE {
            return;
        }
        match before {
            NONE => nodes[parent as usize].first = next,
            before => nodes[before as usize].next = next,
        }
        match next {
            NONE => nodes[parent as usize].last = before,
            next => nodes[next as usize].before = before,
        }
        let node = &mut nodes[id as usize];
        (node.parent, node.next, node.before) = (NONE, NONE, NONE);
    }

    /// Puts a detached node before `next`, or last where that is none.
    fn place(&self, parent: Id, next: Id, id: Id) {
        let mut nodes = self.nodes.borrow_mut();
        let before = match next {
            NONE => nodes[parent as usize].last,
            next => nodes[next as usize].before,
        };
        let depth = nodes[parent as usize].depth + 1;
        let node = &mut nodes[id as usize];
        (node.parent, node.before, node.next, node.depth) = (parent, before, next, depth);
        match before {
            NONE => nodes[parent as usize].first = id,
            before => nodes[before as usize].next = id,
        }
        match next {
            NONE => nodes[parent as usize].last = id,
            next => nodes[next as usize].before = id,
        }
        self.depth.set(depth);
    }

    fn insert(&self, parent: Id, next: Id, child: NodeOrText<Id>) {
        let text = match child {
            NodeOrText::AppendNode(id) => {
                self.detach(id);
                return self.place(parent, next, id);
            }
            NodeOrText::AppendText(text) => text,
        };
        let before = {
            let nodes = self.nodes.borrow();
            match next {
                NONE => nodes[parent as usize].last,
                next => nodes[next as usize].before,
            }
        };
        if before != NONE
            && let Kind::Text(kept) = &mut self.nodes.borrow_mut()[before as usize].kind
        {
            return kept.push_tendril(&text);
        }
        let id = self.make(Kind::Text(text));
        self.place(parent, next, id);
    }
}

impl TreeSink for Sink {
    type Handle = Id;
    type Output = Self;
    type ElemName<'a> = Name<'a>;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Id {
        0
    }

    fn elem_name<'a>(&'a self, id: &'a Id) -> Name<'a> {
        let name = Ref::filter_map(self.nodes.borrow(), |nodes| match &nodes[*id as usize].kind {
            Kind::Element(name, _) => Some(name),
            _ => None,
        });
        Name(name.unwrap_or_else(|_| self.nameless.borrow()))
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Id {
        let style = name.ns == ns!(html) && name.local == local_name!("style");
        let id = self.make(Kind::Element(name, attrs));
        if style {
            self.styles.borrow_mut().push(id);
        }
        if flags.mathml_annotation_xml_integration_point {
            self.integration.borrow_mut().push(id);
        }
        id
    }

    fn create_comment(&self, _: StrTendril) -> Id {
        self.make(Kind::Other)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Id {
        self.make(Kind::Other)
    }

    fn append(&self, parent: &Id, child: NodeOrText<Id>) {
        self.insert(*parent, NONE, child);
    }

    fn append_before_sibling(&self, sibling: &Id, child: NodeOrText<Id>) {
        let parent = self.nodes.borrow()[*sibling as usize].parent;
        if parent != NONE {
            self.insert(parent, *sibling, child);
        }
    }

    fn append_based_on_parent_node(&self, element: &Id, previous: &Id, child: NodeOrText<Id>) {
        if self.nodes.borrow()[*element as usize].parent == NONE {
            self.append(previous, child);
        } else {
            self.append_before_sibling(element, child);
        }
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.layout.set(layout(&name, &public, &system));
    }

    fn pop(&self, id: &Id) {
        self.depth.set(self.nodes.borrow()[*id as usize].depth);
    }

    fn get_template_contents(&self, _: &Id) -> Id {
        // A node without a parent: what is in a template is shown nowhere.
        self.make(Kind::Other)
    }

    fn same_node(&self, one: &Id, two: &Id) -> bool {
        one == two
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn add_attrs_if_missing(&self, target: &Id, attrs: Vec<Attribute>) {
        if let Kind::Element(_, kept) = &mut self.nodes.borrow_mut()[*target as usize].kind {
            for attr in attrs {
                if !kept.iter().any(|kept| kept.name == attr.name) {
                    kept.push(attr);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &Id) {
        self.detach(*target);
    }

    fn reparent_children(&self, node: &Id, new_parent: &Id) {
        loop {
            let first = self.nodes.borrow()[*node as usize].first;
            if first == NONE {
                return;
            }
            self.detach(first);
            self.place(*new_parent, NONE, first);
        }
    }

    fn is_mathml_annotation_xml_integration_point(&self, id: &Id) -> bool {
        self.integration.borrow().contains(id)
    }
}

/// What a DOCTYPE asks for (HTML §13.2.6.4.1).
fn layout(name: &str, public: &str, system: &str) -> Layout {
    let public = public.to_ascii_lowercase();
    let transitional = ["transitional//", "frameset//"].iter().any(|word| public.contains(word));
    match () {
        () if name != "html" => Layout::Old,
        () if public.is_empty() => Layout::Standard,
        () if public.starts_with("-//w3c//dtd xhtml 1.0 ") && transitional => Layout::Almost,
        () if public.starts_with("-//w3c//dtd html 4.01 ") && transitional => {
            if system.is_empty() {
                Layout::Old
            } else {
                Layout::Almost
            }
        }
        () if public.starts_with("-//w3c//dtd xhtml 1") => Layout::Standard,
        () if public == "-//w3c//dtd html 4.01//en" => Layout::Standard,
        () => Layout::Old,
    }
}
