//! What the page tells the editor's frame, and what it hears: nothing else passes between them.

use leptos::web_sys::Blob;

use crate::state::attaching::Bytes;
use crate::state::frames::{Said, Saying};

/// What the editor is asked to do.
pub enum Order<'a> {
    /// How it looks, and what it is called.
    Look { dark: bool, label: &'a str, busy: bool },
    /// Begin anew with this text.
    Open { html: &'a str },
    /// Put this around what is being written.
    Around { above: &'a str, below: &'a str },
    /// Take the focus.
    Focus,
    /// Change how the selection looks.
    Format { name: &'a str, value: &'a str },
    /// Insert what was pasted under this number: HTML that was made safe, or text.
    Insert { number: f64, html: &'a str, text: &'a str },
    /// Insert a picture that was chosen.
    Add { name: &'a str, file: &'a Blob },
    /// Show a picture wherever the text names it.
    Picture { cid: &'a str, bytes: &'a Blob },
    /// Take a picture out of the text.
    Lose { cid: &'a str },
    /// Put a safe text in at the caret.
    Bring { html: &'a str },
    /// Put a signature in the place of another, unless somebody wrote on that.
    Sign { old: &'a str, new: &'a str, below: bool },
    /// Say what is written now, then this number.
    Tell { number: f64 },
}

impl Order<'_> {
    /// As it travels.
    pub fn saying(&self) -> Saying {
        match self {
            Self::Look { dark, label, busy } => Saying::new("look")
                .with("dark", &(*dark).into())
                .text("label", label)
                .with("busy", &(*busy).into()),
            Self::Open { html } => Saying::new("open").text("html", html),
            Self::Around { above, below } => {
                Saying::new("around").text("above", above).text("below", below)
            }
            Self::Focus => Saying::new("focus"),
            Self::Format { name, value } => {
                Saying::new("format").text("name", name).text("value", value)
            }
            Self::Insert { number, html, text } => Saying::new("insert")
                .with("number", &(*number).into())
                .text("html", html)
                .text("text", text),
            Self::Add { name, file } => Saying::new("add").text("name", name).with("file", file),
            Self::Picture { cid, bytes } => {
                Saying::new("picture").text("cid", cid).with("blob", bytes)
            }
            Self::Lose { cid } => Saying::new("lose").text("cid", cid),
            Self::Bring { html } => Saying::new("bring").text("html", html),
            Self::Sign { old, new, below } => Saying::new("sign")
                .text("old", old)
                .text("new", new)
                .with("below", &(*below).into()),
            Self::Tell { number } => Saying::new("tell").with("number", &(*number).into()),
        }
    }
}

/// What the selection looks like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// Names of what is on, as [`Order::Format`] names it.
    pub on: Vec<&'static str>,
    /// Where the link around it leads; empty for none.
    pub link: String,
    /// Its size, with unit; empty for the usual.
    pub size: String,
}

/// What can be on or off.
pub const TOGGLES: [&str; 7] =
    ["bold", "italic", "underline", "strike", "bullets", "numbers", "quote"];

/// A key that the page is to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    /// Ctrl+Enter.
    Send,
    /// Escape.
    Leave,
    /// Ctrl+K.
    Link,
}

/// What the editor says.
pub enum News {
    /// It is here.
    Ready,
    /// What is written changed.
    Changed { html: String, text: String, formatted: bool },
    /// It said what is written, up to this number.
    Told(f64),
    /// The selection is another, or looks otherwise.
    Look(Look),
    /// A key was pressed.
    Key(Pressed),
    /// HTML from elsewhere is to be made safe and given back under this number.
    Paste { number: f64, html: String, text: String },
    /// A picture was put into the text.
    Picture { cid: String, file: Blob },
    /// A file was dropped or pasted that is no picture.
    File(Bytes),
}

impl News {
    /// Reads what the frame said; none where it is nothing that is known.
    pub fn read(said: &Said) -> Option<Self> {
        let news = match said.text("is").as_str() {
            "ready" => Self::Ready,
            "changed" => Self::Changed {
                html: said.text("html"),
                text: said.text("text"),
                formatted: said.flag("formatted"),
            },
            "told" => Self::Told(said.number("number")),
            "state" => Self::Look(Look {
                on: TOGGLES.into_iter().filter(|name| said.flag(name)).collect(),
                link: said.text("link"),
                size: said.text("fontSize"),
            }),
            "key" => Self::Key(match said.text("name").as_str() {
                "send" => Pressed::Send,
                "leave" => Pressed::Leave,
                "link" => Pressed::Link,
                _ => return None,
            }),
            "paste" => Self::Paste {
                number: said.number("number"),
                html: said.text("html"),
                text: said.text("text"),
            },
            "picture" => Self::Picture { cid: said.text("cid"), file: said.blob("file")? },
            "file" => Self::File(said.file("file")?),
            _ => return None,
        };
        Some(news)
    }
}
