//! Files that the user chose, dropped or pasted: their names and bytes, and the shelf on which this
//! device keeps those that are still on their way.

pub mod shelf;

use web_sys::{AbortController, AbortSignal, Blob, File, FileList};

/// A file's bytes, which the browser reads when they are wanted.
#[derive(Clone)]
pub struct Bytes(File);

impl Bytes {
    /// The files of a list.
    #[must_use]
    pub fn all(list: Option<FileList>) -> Vec<Self> {
        let files =
            list.into_iter().flat_map(|list| (0..list.length()).filter_map(move |at| list.get(at)));
        files.map(Self).collect()
    }

    /// One that came another way.
    pub(super) fn of(file: File) -> Self {
        Self(file)
    }

    /// The name; never empty.
    #[must_use]
    pub fn name(&self) -> String {
        match self.0.name() {
            name if name.is_empty() => "file".to_owned(),
            name => name,
        }
    }

    /// The `type/subtype`, as far as the browser knows it.
    #[must_use]
    pub fn content_type(&self) -> String {
        self.0.type_()
    }

    /// How many there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        // Truncation is meant: a file's bytes are whole.
        self.0.size() as u64
    }

    /// Those from one place up to another.
    #[must_use]
    pub fn slice(&self, from: u64, to: u64) -> Option<Piece> {
        self.0.slice_with_f64_and_f64(from as f64, to as f64).ok().map(Piece)
    }
}

/// Some bytes of a file.
pub struct Piece(Blob);

impl Piece {
    /// As the browser sends it.
    pub(super) fn blob(&self) -> &Blob {
        &self.0
    }
}

/// Stops requests that nobody wants any more.
#[derive(Clone)]
pub struct Stop(Option<AbortController>);

impl Stop {
    /// Nothing is stopped yet.
    #[must_use]
    pub fn new() -> Self {
        Self(AbortController::new().ok())
    }

    /// Stops them.
    pub fn now(&self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }

    /// What the browser watches: this one, or the end of its patience.
    pub(super) fn signal(&self, patience_ms: u32) -> Option<AbortSignal> {
        let own = self.0.as_ref()?.signal();
        let timeout = AbortSignal::timeout_with_u32(patience_ms);
        Some(AbortSignal::any(&js_sys::Array::of2(&own, &timeout)))
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}
