//! The walk through the tree that writes what may stay of it.

use html5ever::tendril::StrTendril;
use html5ever::{Attribute, QualName, local_name, ns};

use super::attributes::{Reader, plain};
use super::edits::Text;
use super::elements::{self, Fate};
use super::nesting::Nesting;
use super::stand_in;
use super::tree::{Id, Kind, Tree};

/// Deeper than this, elements lose their tags: browsers stop at 512.
const DEPTH_LIMIT: usize = 300;
/// Text of a link beyond this says nothing about where it leads.
const LINK_TEXT: usize = 400;

/// What is written of attributes.
pub(super) trait Attributes {
    /// Writes them.
    fn write(
        &mut self,
        element: (&Tree, Id),
        tag: &'static str,
        attributes: &[Attribute],
        out: &mut Text,
    );
}

impl Attributes for Reader<'_> {
    fn write(
        &mut self,
        (tree, id): (&Tree, Id),
        tag: &'static str,
        attributes: &[Attribute],
        out: &mut Text,
    ) {
        Reader::write(self, tag, attributes, || tree.text(id, LINK_TEXT), out);
    }
}

/// Writes every attribute as it is, for text that is only read again here.
pub(super) struct Verbatim;

impl Attributes for Verbatim {
    fn write(&mut self, _: (&Tree, Id), _: &'static str, attributes: &[Attribute], out: &mut Text) {
        for attribute in attributes.iter().filter(|attribute| attribute.name.ns == ns!()) {
            // A name may hold what would end it where it is written.
            if attribute.name.local.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                plain(&attribute.name.local, &attribute.value, out);
            }
        }
    }
}

/// Writes what is below `root`; answers whether it will surely be read as the same tree.
pub(super) fn write(
    tree: &Tree,
    root: Id,
    attributes: &mut impl Attributes,
    out: &mut Text,
) -> bool {
    let mut writer =
        Writer { tree, attributes, out, nesting: Nesting::default(), at_start_of_pre: false };
    writer.walk(root);
    !writer.nesting.unsure
}

struct Writer<'w, A> {
    tree: &'w Tree,
    attributes: &'w mut A,
    out: &'w mut Text,
    nesting: Nesting,
    /// The next line break would be taken for the one that may follow `<pre>`.
    at_start_of_pre: bool,
}

/// What is left to do: the rest of some siblings, or an end tag.
enum Task {
    Siblings(Option<Id>),
    End(&'static str),
}

impl<A: Attributes> Writer<'_, A> {
    fn walk(&mut self, root: Id) {
        let mut tasks = vec![Task::Siblings(self.tree.first_child(root))];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Siblings(None) => {}
                Task::Siblings(Some(id)) => {
                    tasks.push(Task::Siblings(self.tree.next(id)));
                    self.node(id, &mut tasks);
                }
                Task::End(name) => {
                    self.out.push("</");
                    self.out.push(name);
                    self.out.push_char('>');
                    self.nesting.end();
                    self.at_start_of_pre = false;
                }
            }
        }
    }

    fn node(&mut self, id: Id, tasks: &mut Vec<Task>) {
        match self.tree.kind(id) {
            Kind::Text(text) => self.text(text),
            Kind::Element(name, attributes) => self.element(id, name, attributes, tasks),
            Kind::Other => {}
        }
    }

    fn text(&mut self, text: &StrTendril) {
        // White space at the beginning of a document is none, and a byte order mark no text.
        let beginning = self.out.is_empty();
        let is_nothing = |c| is_blank(c) || c == '\u{feff}';
        let text = if beginning { text.trim_start_matches(is_nothing) } else { text };
        if text.is_empty() {
            return;
        }
        self.nesting.text(text);
        if std::mem::take(&mut self.at_start_of_pre) && text.starts_with('\n') {
            self.out.push_char('\n');
        }
        escape_text(text, self.out);
    }

    fn element(
        &mut self,
        id: Id,
        name: &QualName,
        attributes: &[Attribute],
        tasks: &mut Vec<Task>,
    ) {
        let fate = match name.ns {
            ns!(html) => elements::of_html(&name.local),
            ns!(mathml) => elements::of_math(&name.local),
            ns!(svg) => elements::of_svg(&name.local),
            _ => Fate::Drop,
        };
        let inside = self.tree.first_child(id);
        let borne = match fate {
            Fate::Unwrap if name.ns == ns!(html) => {
                stand_in::find_for(&name.local, attributes, inside.is_some())
            }
            _ => None,
        };
        let (tag, attributes) = match (fate, &borne) {
            (Fate::Drop, _) => return,
            _ if self.nesting.depth() >= DEPTH_LIMIT => return tasks.push(Task::Siblings(inside)),
            (Fate::Keep(tag), _) => (tag, attributes),
            (Fate::Unwrap, Some((tag, attributes))) => (*tag, attributes.as_slice()),
            (Fate::Unwrap, None) => return tasks.push(Task::Siblings(inside)),
        };
        self.out.push_char('<');
        self.out.push(tag);
        self.attributes.write((self.tree, id), tag, attributes, self.out);
        self.out.push_char('>');
        let void = elements::is_void(tag);
        self.nesting.begin(tag, void);
        self.at_start_of_pre = tag == "pre";
        if !void {
            tasks.push(Task::End(tag));
            tasks.push(Task::Siblings(inside));
        }
    }
}

/// White space as parsers count it.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

/// Writes text so that it is read as the same text.
fn escape_text(text: &str, out: &mut Text) {
    escape(text, out, false);
}

/// Writes a value so that it is read as the same value between double quotes.
pub(super) fn escape_attribute(value: &str, out: &mut Text) {
    escape(value, out, true);
}

fn escape(text: &str, out: &mut Text, quoted: bool) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' if quoted => "&quot;",
            b'\r' => "&#13;",
            // U+00A0, for the eyes of whoever reads the source.
            0xc2 if text.as_bytes().get(at + 1) == Some(&0xa0) => "&nbsp;",
            _ => continue,
        };
        out.push(&text[from..at]);
        out.push(escaped);
        from = at + if byte == 0xc2 { 2 } else { 1 };
    }
    out.push(&text[from..]);
}

/// The CSS of all style elements, in order.
pub(super) fn style_sheets(tree: &Tree) -> impl Iterator<Item = String> {
    tree.styles.iter().map(|id| tree.text(*id, usize::MAX))
}

/// Whether a meta element says that the mail is made for dark pages too, and for nothing else.
pub(super) fn declares_dark(tree: &Tree) -> (bool, bool) {
    let Some(head) = tree.part(&local_name!("head")) else { return (false, false) };
    let schemes = tree.children(head).filter_map(|id| {
        let Kind::Element(name, attributes) = tree.kind(id) else { return None };
        let value = |name| super::attributes::find(attributes, name);
        let named = value("name").is_some_and(|name| name.eq_ignore_ascii_case("color-scheme"));
        (name.local == local_name!("meta") && named).then(|| value("content")).flatten()
    });
    let has = |schemes: &str, word: &str| schemes.split_whitespace().any(|scheme| scheme == word);
    schemes.fold((false, false), |(knows, only), schemes| {
        let dark = has(schemes, "dark");
        (knows || dark, only || (dark && !has(schemes, "light") && !has(schemes, "normal")))
    })
}
