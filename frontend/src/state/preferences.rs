//! What the user prefers on this device.

use leptos::prelude::*;

use crate::browser::{device, page, storage};
use crate::i18n::{Locale, set_locale};

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the device.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How close rows stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Density {
    /// With room.
    #[default]
    Comfortable,
    /// Close.
    Compact,
}

/// Where the message stands beside the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReadingPane {
    /// To its right.
    #[default]
    Right,
    /// Below it.
    Below,
    /// In its place.
    Off,
}

/// A choice that is kept under a short name.
trait Named: Copy + PartialEq + 'static {
    const ALL: &'static [(&'static str, Self)];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }

    fn read(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

impl Named for Theme {
    const ALL: &'static [(&'static str, Self)] =
        &[("system", Self::System), ("light", Self::Light), ("dark", Self::Dark)];
}

impl Named for Density {
    const ALL: &'static [(&'static str, Self)] =
        &[("comfortable", Self::Comfortable), ("compact", Self::Compact)];
}

impl Named for ReadingPane {
    const ALL: &'static [(&'static str, Self)] =
        &[("right", Self::Right), ("below", Self::Below), ("off", Self::Off)];
}

impl Theme {
    /// The name under which settings offer it.
    #[must_use]
    pub fn slug(self) -> &'static str {
        self.name()
    }

    /// The theme of that name.
    #[must_use]
    pub fn from_slug(slug: &str) -> Self {
        Self::read(slug).unwrap_or_default()
    }
}

impl Density {
    /// The name under which settings offer it.
    #[must_use]
    pub fn slug(self) -> &'static str {
        self.name()
    }

    /// The density of that name.
    #[must_use]
    pub fn from_slug(slug: &str) -> Self {
        Self::read(slug).unwrap_or_default()
    }
}

impl ReadingPane {
    /// The name under which settings offer it.
    #[must_use]
    pub fn slug(self) -> &'static str {
        self.name()
    }

    /// The arrangement of that name.
    #[must_use]
    pub fn from_slug(slug: &str) -> Self {
        Self::read(slug).unwrap_or_default()
    }
}

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
#[derive(Debug, Clone, Default, PartialEq)]
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
    /// The panes.
    pub sizes: Sizes,
}

const NAME: &str = "preferences";

impl Preferred {
    /// One line a preference: what is unknown to an older or newer page is passed over.
    fn write(&self) -> String {
        let Sizes { tree, list, list_block } = self.sizes;
        format!(
            "theme={}\ndensity={}\nreading-pane={}\nlanguage={}\nshortcuts-off={}\n\
             tree={tree}\nlist={list}\nlist-block={list_block}",
            self.theme.name(),
            self.density.name(),
            self.reading_pane.name(),
            self.language,
            self.shortcuts_off,
        )
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
                "language" => read.language = value.to_owned(),
                "shortcuts-off" => read.shortcuts_off = value == "true",
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
        let Preferred { theme, density, language, .. } = self.preferred.get_untracked();
        let theme = (theme != Theme::System).then(|| theme.name());
        page::set_root_attribute("data-theme", theme);
        let compact = (density == Density::Compact).then(|| density.name());
        page::set_root_attribute("data-density", compact);
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

    #[test]
    fn preferences_come_back_as_they_were_kept() {
        let kept = Preferred {
            theme: Theme::Dark,
            density: Density::Compact,
            reading_pane: ReadingPane::Below,
            language: "zh-Hans".into(),
            shortcuts_off: true,
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
