//! What the user prefers on this device.

use leptos::prelude::*;

use super::tags::Tag;
use crate::browser::{device, page, storage};
use crate::i18n::{Locale, set_locale};

pub use super::choices::{Density, Named, ReadingPane, Swipe, Theme};

/// Sizes of the panes in whole pixels; 0 for the default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// The tree's width.
    pub tree: u32,
    /// The list's width with the message to its right.
    pub list: u32,
    /// The list's height with the message below.
    pub list_block: u32,
}

/// Everything that is preferred.
#[derive(Debug, Clone, PartialEq)]
pub struct Preferred {
    /// Light or dark.
    pub theme: Theme,
    /// How close rows stand.
    pub density: Density,
    /// Where the message stands.
    pub reading_pane: ReadingPane,
    /// BCP 47 tag; empty for the browser's.
    pub language: String,
    /// Whether single-key shortcuts rest.
    pub shortcuts_off: bool,
    /// Whether lists show one row a thread.
    pub threads: bool,
    /// Whether rows leave out how messages begin.
    pub previews_off: bool,
    /// Whether mailboxes that the user did not subscribe to are shown too.
    pub all_mailboxes: bool,
    /// What swiping a row along the line of writing does.
    pub swipe_forward: Swipe,
    /// What swiping it the other way does.
    pub swipe_backward: Swipe,
    /// Seconds for which sending can be undone; none for what the bridge says.
    pub undo_seconds: Option<u32>,
    /// The tags that this device knows.
    pub tags: Vec<Tag>,
    /// The panes.
    pub sizes: Sizes,
}

const NAME: &str = "preferences";

impl Default for Preferred {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            density: Density::default(),
            reading_pane: ReadingPane::default(),
            language: String::new(),
            shortcuts_off: false,
            threads: false,
            previews_off: false,
            all_mailboxes: false,
            swipe_forward: Swipe::Archive,
            swipe_backward: Swipe::Trash,
            undo_seconds: None,
            tags: Vec::new(),
            sizes: Sizes::default(),
        }
    }
}

impl Preferred {
    /// One line a preference: what is unknown to an older or newer page is passed over.
    fn write(&self) -> String {
        let Sizes { tree, list, list_block } = self.sizes;
        let sizes = format!("tree={tree}\nlist={list}\nlist-block={list_block}");
        let mut lines = vec![
            ["theme=", self.theme.slug()].concat(),
            ["density=", self.density.slug()].concat(),
            ["reading-pane=", self.reading_pane.slug()].concat(),
            ["language=", &self.language].concat(),
            ["swipe-forward=", self.swipe_forward.slug()].concat(),
            ["swipe-backward=", self.swipe_backward.slug()].concat(),
            sizes,
        ];
        lines.extend(self.undo_seconds.map(|seconds| ["undo=", &seconds.to_string()].concat()));
        let on = self.switches().into_iter().filter(|(_, on)| *on);
        lines.extend(on.map(|(name, _)| [name, "=true"].concat()));
        lines.extend(self.tags.iter().map(|tag| ["tag=", &tag.write()].concat()));
        lines.join("\n")
    }

    fn switches(&self) -> [(&'static str, bool); 4] {
        [
            ("shortcuts-off", self.shortcuts_off),
            ("conversations", self.threads),
            ("previews-off", self.previews_off),
            ("all-mailboxes", self.all_mailboxes),
        ]
    }

    fn read(text: &str) -> Self {
        let mut read = Self::default();
        for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
            // An earlier page kept fractions.
            let pixels = || value.split('.').next().unwrap_or_default().parse().unwrap_or(0);
            match name {
                "theme" => read.theme = Theme::from_slug(value),
                "density" => read.density = Density::from_slug(value),
                "reading-pane" => read.reading_pane = ReadingPane::from_slug(value),
                "swipe-forward" => read.swipe_forward = Swipe::from_slug(value),
                "swipe-backward" => read.swipe_backward = Swipe::from_slug(value),
                "language" => read.language = value.to_owned(),
                "shortcuts-off" => read.shortcuts_off = value == "true",
                "conversations" => read.threads = value == "true",
                "previews-off" => read.previews_off = value == "true",
                "all-mailboxes" => read.all_mailboxes = value == "true",
                "undo" => read.undo_seconds = value.parse().ok(),
                "tag" => read.tags.extend(Tag::read(value)),
                "tree" => read.sizes.tree = pixels(),
                "list" => read.sizes.list = pixels(),
                "list-block" => read.sizes.list_block = pixels(),
                _ => {}
            }
        }
        read
    }
}

/// The preferences, as views know them.
#[derive(Clone, Copy)]
pub struct Preferences {
    preferred: RwSignal<Preferred>,
}

impl Preferences {
    /// What this device kept.
    #[must_use]
    pub fn new() -> Self {
        Self { preferred: RwSignal::new(Preferred::default()) }
    }

    /// Reads what this device kept, and shows it.
    pub fn load(self) {
        self.preferred.set(kept());
        self.show();
    }

    /// What is preferred.
    #[must_use]
    pub fn all(self) -> Signal<Preferred> {
        self.preferred.into()
    }

    /// Changes a preference, shows it and keeps it on this device.
    pub fn change(self, change: impl FnOnce(&mut Preferred)) {
        self.preferred.update(change);
        storage::set(NAME, &self.preferred.with_untracked(Preferred::write));
        self.show();
    }

    /// Whether the page is dark.
    #[must_use]
    pub fn dark(self) -> bool {
        match self.preferred.with(|preferred| preferred.theme) {
            Theme::Light => false,
            Theme::Dark => true,
            Theme::System => device::prefers_dark(),
        }
    }

    fn show(self) {
        let Preferred { theme, density, language, previews_off, .. } =
            self.preferred.get_untracked();
        let theme = (theme != Theme::System).then(|| theme.slug());
        page::set_root_attribute("data-theme", theme);
        let compact = (density == Density::Compact).then(|| density.slug());
        page::set_root_attribute("data-density", compact);
        page::set_root_attribute("data-previews", previews_off.then_some("off"));
        set_locale(spoken(language));
    }
}

/// The language in which the page begins.
#[must_use]
pub fn language() -> Locale {
    spoken(kept().language)
}

fn kept() -> Preferred {
    storage::get(NAME).map(|kept| Preferred::read(&kept)).unwrap_or_default()
}

/// The language of a tag; without one, that of the browser.
fn spoken(tag: String) -> Locale {
    let wanted = if tag.is_empty() { device::languages() } else { vec![tag] };
    Locale::negotiate(wanted.iter().map(String::as_str))
}

impl Default for Preferences {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_shared::flag::Flag;

    #[test]
    fn preferences_come_back_as_they_were_kept() {
        let kept = Preferred {
            theme: Theme::Dark,
            density: Density::Compact,
            reading_pane: ReadingPane::Below,
            language: "zh-Hans".into(),
            shortcuts_off: true,
            threads: true,
            previews_off: true,
            all_mailboxes: false,
            swipe_forward: Swipe::Seen,
            swipe_backward: Swipe::Nothing,
            undo_seconds: Some(30),
            tags: vec![Tag {
                keyword: Flag::Keyword("work".into()),
                name: "My work".into(),
                hue: 3,
            }],
            sizes: Sizes { tree: 200, list: 400, list_block: 0 },
        };
        assert_eq!(Preferred::read(&kept.write()), kept);
    }

    #[test]
    fn what_is_not_understood_is_passed_over() {
        let check = |text, expect: Preferred| assert_eq!(Preferred::read(text), expect);
        check("", Preferred::default());
        check("theme=neon\nfuture=1\ntree=NaN\nnonsense", Preferred::default());
        let compact = Preferred { density: Density::Compact, ..Preferred::default() };
        check("density=compact", compact);
    }
}
