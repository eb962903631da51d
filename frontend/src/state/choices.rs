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

/// A choice that is kept under a short name.
pub(super) trait Named: Copy + PartialEq + 'static {
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

    /// The name under which settings offer it.
    #[must_use]
    pub fn slug(self) -> &'static str {
        self.name()
    }

    /// The choice of that name.
    #[must_use]
    pub fn from_slug(slug: &str) -> Self {
        Self::read(slug).unwrap_or_default()
    }

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
