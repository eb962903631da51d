//! How the user writes on this device: with formatting or without, and where quotations stand.

use crate::browser::storage;

const NAME: &str = "writing";

/// Where the text of what is answered stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Quoting {
    /// Below what is written.
    #[default]
    Below,
    /// Above what is written.
    Above,
    /// Not at all.
    None,
}

impl Quoting {
    /// All of them, by the names under which they are kept.
    pub const ALL: [(Self, &str); 3] =
        [(Self::Below, "below"), (Self::Above, "above"), (Self::None, "none")];

    /// The name under which it is kept.
    #[must_use]
    pub fn slug(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, slug)| slug)
    }

    /// What is kept under a name; the default where nothing is.
    #[must_use]
    pub fn from_slug(slug: &str) -> Self {
        Self::ALL.iter().find(|(_, known)| *known == slug).map(|(it, _)| *it).unwrap_or_default()
    }
}

/// What this device remembers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Writing {
    /// Whether text is written with formatting.
    pub rich: bool,
    /// Where quotations stand.
    pub quoting: Quoting,
}

impl Writing {
    /// What is remembered.
    #[must_use]
    pub fn kept() -> Self {
        Self::read(&storage::get(NAME).unwrap_or_default())
    }

    /// Remembers a change.
    pub fn change(change: impl FnOnce(&mut Self)) {
        let mut writing = Self::kept();
        change(&mut writing);
        storage::set(NAME, &writing.write());
    }

    fn write(self) -> String {
        let mode = if self.rich { "rich" } else { "plain" };
        ["mode=", mode, "\nquoting=", self.quoting.slug()].concat()
    }

    fn read(kept: &str) -> Self {
        let mut read = Self::default();
        for (name, value) in kept.lines().filter_map(|line| line.split_once('=')) {
            match name {
                "mode" => read.rich = value == "rich",
                "quoting" => read.quoting = Quoting::from_slug(value),
                _ => {}
            }
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_comes_back() {
        for rich in [true, false] {
            for (quoting, _) in Quoting::ALL {
                let writing = Writing { rich, quoting };
                assert_eq!(Writing::read(&writing.write()), writing);
            }
        }
        assert_eq!(Writing::read("quoting=sideways\nnonsense"), Writing::default());
    }
}
