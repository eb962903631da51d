//! What can be chosen for this device, and the short names under which choices are kept.

use super::shortcuts::Command;
use crate::i18n::Key;

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

/// What swiping a row does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Swipe {
    /// Nothing.
    #[default]
    Nothing,
    /// Archive.
    Archive,
    /// Move to the trash.
    Trash,
    /// Mark as read.
    Seen,
    /// Star, or remove the star.
    Star,
}

/// A choice that is kept, and offered by the settings, under a short name.
pub trait Named: Copy + Default + PartialEq + 'static {
    /// Every choice with its name.
    const ALL: &'static [(&'static str, Self)];

    /// Its name.
    fn slug(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }

    /// The choice of that name; of any other, what is chosen at first.
    fn from_slug(slug: &str) -> Self {
        let found = Self::ALL.iter().find(|(known, _)| *known == slug);
        found.map(|(_, value)| *value).unwrap_or_default()
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

impl Named for Swipe {
    const ALL: &'static [(&'static str, Self)] = &[
        ("nothing", Self::Nothing),
        ("archive", Self::Archive),
        ("trash", Self::Trash),
        ("seen", Self::Seen),
        ("star", Self::Star),
    ];
}

impl Swipe {
    /// Every choice.
    pub const CHOICES: [Self; 5] =
        [Self::Archive, Self::Trash, Self::Seen, Self::Star, Self::Nothing];

    /// What it is called.
    #[must_use]
    pub fn key(self) -> Key {
        match self {
            Self::Nothing => Key::SettingsSwipeNothing,
            Self::Archive => Key::ActionArchive,
            Self::Trash => Key::ActionTrash,
            Self::Seen => Key::ActionSeen,
            Self::Star => Key::ActionFlag,
        }
    }

    /// What it asks for.
    #[must_use]
    pub fn command(self) -> Option<Command> {
        match self {
            Self::Nothing => None,
            Self::Archive => Some(Command::Archive),
            Self::Trash => Some(Command::Trash),
            Self::Seen => Some(Command::Seen),
            Self::Star => Some(Command::Star),
        }
    }
}
