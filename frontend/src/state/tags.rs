//! Tags: keywords (RFC 5788) that people gave a name and a colour.

use leptos::prelude::*;
use postern_shared::flag::Flag;
use postern_shared::message::MessageSummary;

use super::Stores;
use super::conversing::Reach;
use super::keyword::{keyword_of, name_of};
use crate::i18n::{Key, text};

/// How many colours there are; `--hue-0` and so on in the style sheet.
pub const HUES: u32 = 8;

/// A tag. The keyword is what the mail server keeps; name and colour are this device's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The keyword.
    pub keyword: Flag,
    /// What it is called on the screen.
    pub name: String,
    /// Which colour, below [`HUES`].
    pub hue: u32,
}

impl Tag {
    /// The style of a chip that shows it.
    #[must_use]
    pub fn class(&self) -> String {
        format!("tag is-hue-{}", self.hue)
    }

    /// How it is kept: a line of keyword, colour and name.
    #[must_use]
    pub fn write(&self) -> String {
        [self.keyword.as_imap(), " ", &self.hue.to_string(), " ", &self.name].concat()
    }

    /// Reads what [`Tag::write`] wrote.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        let (keyword, rest) = line.split_once(' ')?;
        let (hue, name) = rest.split_once(' ')?;
        let keyword = Flag::Keyword(keyword.to_owned());
        Some(Self { keyword, name: name.to_owned(), hue: hue.parse().unwrap_or(0) % HUES })
    }
}

/// Keywords that programs set for themselves; those that begin with `$` are such anyway.
const MACHINES: [&str; 7] =
    ["Junk", "NonJunk", "NotJunk", "Forwarded", "Redirected", "MDNSent", "JunkRecorded"];
/// What other mail programs call their five tags of old.
const LABELS: [(&str, Key); 5] = [
    ("$label1", Key::TagLabel1),
    ("$label2", Key::TagLabel2),
    ("$label3", Key::TagLabel3),
    ("$label4", Key::TagLabel4),
    ("$label5", Key::TagLabel5),
];

impl Stores {
    /// The tags of a message.
    #[must_use]
    pub fn tags_of(self, row: &MessageSummary) -> Vec<Tag> {
        let own = |tag: &&Tag| row.flags.0.contains(&tag.keyword);
        self.preferences.all().with(|all| all.tags.iter().filter(own).cloned().collect())
    }

    /// Makes a tag, unless there is one of that name, and answers it.
    pub fn make_tag(self, name: &str, hue: u32) -> Tag {
        let tag = Tag {
            keyword: Flag::Keyword(keyword_of(name)),
            name: name.trim().to_owned(),
            hue: hue % HUES,
        };
        self.preferences.change(|all| {
            all.tags.retain(|known| known.keyword != tag.keyword);
            all.tags.push(tag.clone());
        });
        tag
    }

    /// Gives a tag its next colour.
    pub fn recolour(self, keyword: &Flag) {
        self.preferences.change(|all| {
            let known = all.tags.iter_mut().find(|tag| tag.keyword == *keyword);
            known.into_iter().for_each(|tag| tag.hue = (tag.hue + 1) % HUES);
        });
    }

    /// Gives the targets a tag, or takes it from them.
    pub fn tag(self, tag: &Tag, on: bool) {
        let keyword = tag.keyword.clone();
        if untrack(|| self.flag_all(keyword.clone(), on)) {
            return;
        }
        let act = move |targets: &[_]| self.actions.flag(targets, &keyword, on);
        self.reach(untrack(|| self.targets()), Reach::Row, act);
    }

    /// Shows every message that has a tag.
    pub fn show_tagged(self, tag: &Tag) {
        self.search(&["label:\"", tag.keyword.as_imap(), "\""].concat());
    }

    /// Tags that other devices and programs set are known here once they are seen.
    pub(super) fn follow_tags(self) {
        let seen = Memo::new(move |_| self.windows.keywords());
        Effect::new(move |_| {
            let known = self.preferences.all().get_untracked().tags;
            let seen = seen.get().into_iter().filter(|word| is_tag(word));
            let news: Vec<Tag> = seen
                .map(|word| Tag {
                    name: shown(&word),
                    hue: hue(&word),
                    keyword: Flag::Keyword(word),
                })
                .filter(|tag| known.iter().all(|known| known.keyword != tag.keyword))
                .collect();
            if !news.is_empty() {
                self.preferences.change(|all| all.tags.extend(news));
            }
        });
    }
}

fn is_tag(word: &str) -> bool {
    let label = LABELS.iter().any(|(label, _)| *label == word);
    label || !word.starts_with('$') && !MACHINES.contains(&word)
}

fn shown(word: &str) -> String {
    let label = LABELS.iter().find(|(label, _)| *label == word);
    label.map_or_else(|| name_of(word), |(_, key)| text(*key))
}

/// A colour that is the same on every device.
fn hue(word: &str) -> u32 {
    word.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % HUES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_comes_back_from_its_line() {
        let tag = Tag { keyword: Flag::Keyword("To_do".into()), name: "To do now".into(), hue: 5 };
        assert_eq!(Tag::read(&tag.write()), Some(tag));
        assert_eq!(Tag::read("nonsense"), None);
    }

    #[test]
    fn what_programs_set_for_themselves_is_no_tag() {
        let check = |word, expect| assert_eq!(is_tag(word), expect, "{word}");
        check("Work", true);
        check("$label1", true);
        check("$Forwarded", false);
        check("NonJunk", false);
    }
}
