//! A mail's HTML as the tree that a browser would build of it (HTML §13.2), in one list of nodes.
//!
//! What would take a parser quadratic time or unbounded memory is cut before it gets there: tags
//! with thousands of attributes, elements nested past [`DEPTH_LIMIT`], more than [`NODE_LIMIT`].

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::Tendril;
use html5ever::tokenizer::{Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{LocalName, TokenizerResult, local_name, ns};

pub use super::sink::Layout;
pub(super) use super::sink::{Id, Kind};
use super::sink::{NONE, Node, Sink};

/// Deeper than this nothing is nested: further elements lose their tags and keep their words.
const DEPTH_LIMIT: u32 = 1000;
/// More nodes than this are not made.
const NODE_LIMIT: usize = 600_000;
/// A tag with more words than this is where the mail ends: attributes are compared pairwise.
const WORDS_IN_TAG: usize = 1000;

/// A parsed mail.
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// The style elements, in order.
    pub(super) styles: Vec<Id>,
    /// What its first line asks for.
    pub(super) layout: Layout,
    /// It was cut.
    pub(super) cut: bool,
}

impl Tree {
    /// Parses a whole document.
    pub(super) fn parse(html: &str) -> Self {
        let end = end_before_swollen_tag(html);
        let opts = TreeBuilderOpts {
            scripting_enabled: false,
            // The result is shown without quirks, so it is read without them.
            iframe_srcdoc: true,
            ..TreeBuilderOpts::default()
        };
        let guarded = Guarded(TreeBuilder::new(Sink::new(), opts));
        let tokenizer = Tokenizer::new(guarded, TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(Tendril::from_slice(&html[..end]));
        while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
        tokenizer.end();
        let sink = tokenizer.sink.0.sink;
        Self {
            nodes: sink.nodes.into_inner(),
            styles: sink.styles.into_inner(),
            layout: sink.layout.get(),
            cut: sink.cut.get() || end < html.len(),
        }
    }

    /// What a node is.
    pub(super) fn kind(&self, id: Id) -> &Kind {
        &self.nodes[id as usize].kind
    }

    /// The first child.
    pub(super) fn first_child(&self, id: Id) -> Option<Id> {
        some(self.nodes[id as usize].first)
    }

    /// The next sibling.
    pub(super) fn next(&self, id: Id) -> Option<Id> {
        some(self.nodes[id as usize].next)
    }

    /// The children in order.
    pub(super) fn children(&self, id: Id) -> impl Iterator<Item = Id> {
        std::iter::successors(self.first_child(id), |id| self.next(*id))
    }

    /// A child element of the root by name: `head` or `body`.
    pub(super) fn part(&self, name: &LocalName) -> Option<Id> {
        self.children(self.root()?).find(|id| self.is_html(*id, name))
    }

    /// The root element.
    pub(super) fn root(&self) -> Option<Id> {
        self.children(0).find(|id| self.is_html(*id, &local_name!("html")))
    }

    fn is_html(&self, id: Id, name: &LocalName) -> bool {
        matches!(self.kind(id), Kind::Element(found, _) if found.ns == ns!(html) && found.local == *name)
    }

    /// All text below a node, up to a limit of bytes.
    pub(super) fn text(&self, of: Id, limit: usize) -> String {
        let mut text = String::new();
        let mut at = of;
        'walk: loop {
            if let Kind::Text(piece) = self.kind(at) {
                text.push_str(piece);
                if text.len() > limit {
                    break;
                }
            }
            if let Some(child) = self.first_child(at) {
                at = child;
                continue;
            }
            while at != of {
                if let Some(next) = self.next(at) {
                    at = next;
                    continue 'walk;
                }
                at = self.nodes[at as usize].parent;
            }
            break;
        }
        text
    }
}

fn some(id: Id) -> Option<Id> {
    (id != NONE).then_some(id)
}

/// Where a tag begins that holds too many words, or the end.
fn end_before_swollen_tag(html: &str) -> usize {
    let bytes = html.as_bytes();
    let mut at = 0;
    while let Some(found) = html[at..].find('<') {
        let start = at + found;
        at = start + 1;
        if !bytes.get(at).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'/') {
            continue;
        }
        let mut words = 0;
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'>' => break,
                b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'/' => words += 1,
                // A picture as text has many lines and slashes; it ends where the value does.
                b'"' | b'\'' | b'=' if bytes[at..].starts_with(b"data:") => {
                    at += html[at..].find(['"', '\'', '<', '>']).unwrap_or(html.len() - at);
                }
                b'"' | b'\'' | b'=' => words += 1,
                _ => {}
            }
        }
        if words > WORDS_IN_TAG {
            return start;
        }
    }
    html.len()
}

/// Stands before the tree builder and keeps out what would make it slow.
struct Guarded(TreeBuilder<Id, Sink>);

impl TokenSink for Guarded {
    type Handle = Id;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Id> {
        let sink = &self.0.sink;
        let start =
            matches!(&token, Token::TagToken(tag) if tag.kind == html5ever::tokenizer::StartTag);
        let full = sink.nodes.borrow().len() > NODE_LIMIT;
        if (full && token != Token::EOFToken) || (start && sink.depth.get() > DEPTH_LIMIT) {
            sink.cut.set(true);
            return TokenSinkResult::Continue;
        }
        self.0.process_token(token, line)
    }

    fn end(&self) {
        self.0.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.0.adjusted_current_node_present_but_not_in_html_namespace()
    }
}
