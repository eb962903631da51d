//! Which key does what: single keys, and `g` followed by another.

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// The next message.
    Next,
    /// The previous message.
    Previous,
    /// Open what the cursor stands on.
    Open,
    /// Back to the list.
    Back,
    /// Select what the cursor stands on.
    Select,
    /// Select all that is loaded.
    SelectAll,
    /// Archive.
    Archive,
    /// Move to the trash.
    Trash,
    /// Report junk.
    Junk,
    /// Star, or remove the star.
    Star,
    /// Mark as read.
    Seen,
    /// Mark as unread.
    Unseen,
    /// Move to a mailbox.
    Move,
    /// Reply.
    Reply,
    /// Reply to all.
    ReplyAll,
    /// Forward.
    Forward,
    /// Compose.
    Compose,
    /// Search.
    Search,
    /// Go to the inbox.
    GoInbox,
    /// Go to sent mail.
    GoSent,
    /// Go to drafts.
    GoDrafts,
    /// Undo.
    Undo,
    /// Tag.
    Tag,
    /// Show the shortcuts.
    Help,
    /// One row a thread, or one a message.
    Converse,
}

/// Every shortcut as the help lists it.
pub const SHORTCUTS: [(&str, Command); 25] = [
    ("j", Command::Next),
    ("k", Command::Previous),
    ("o", Command::Open),
    ("u", Command::Back),
    ("x", Command::Select),
    ("e", Command::Archive),
    ("#", Command::Trash),
    ("Delete", Command::Trash),
    ("!", Command::Junk),
    ("s", Command::Star),
    ("I", Command::Seen),
    ("U", Command::Unseen),
    ("v", Command::Move),
    ("l", Command::Tag),
    ("r", Command::Reply),
    ("a", Command::ReplyAll),
    ("f", Command::Forward),
    ("c", Command::Compose),
    ("/", Command::Search),
    ("g i", Command::GoInbox),
    ("g s", Command::GoSent),
    ("g d", Command::GoDrafts),
    ("z", Command::Undo),
    ("?", Command::Help),
    ("Ctrl+A", Command::SelectAll),
];

/// A key as it was pressed.
#[derive(Debug, Clone, Copy)]
pub struct Press<'a> {
    /// `KeyboardEvent.key`.
    pub key: &'a str,
    /// Ctrl, or Command on a Mac.
    pub ctrl: bool,
    /// Alt.
    pub alt: bool,
    /// Where the focus is.
    pub place: Where,
}

/// Where the focus is while a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// In the list.
    List,
    /// In a field, a menu or a dialog: keys belong to it.
    Field,
    /// Anywhere else.
    Page,
}

/// What has been pressed so far.
#[derive(Debug, Default)]
pub struct Keys {
    went: bool,
}

impl Keys {
    /// What a key asks for; `single` says whether single-key shortcuts are on.
    pub fn press(&mut self, press: Press<'_>, single: bool) -> Option<Command> {
        let went = std::mem::take(&mut self.went);
        if press.place == Where::Field || press.alt {
            return None;
        }
        if press.ctrl {
            let all = press.key.eq_ignore_ascii_case("a") && press.place == Where::List;
            return all.then_some(Command::SelectAll);
        }
        if !single {
            return None;
        }
        if press.key == "g" && !went {
            self.went = true;
            return None;
        }
        let wanted = if went { format!("g {}", press.key) } else { press.key.to_owned() };
        SHORTCUTS.into_iter().find(|(keys, _)| *keys == wanted).map(|(_, command)| command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(keys: &[&str], place: Where, single: bool, expect: Option<Command>) {
        let mut state = Keys::default();
        let press = |key| Press { key, ctrl: false, alt: false, place };
        let last = keys.iter().map(|key| state.press(press(key), single)).last();
        assert_eq!(last.flatten(), expect, "{keys:?}");
    }

    #[test]
    fn single_keys_and_pairs_are_told_apart() {
        check(&["j"], Where::Page, true, Some(Command::Next));
        check(&["g"], Where::Page, true, None);
        check(&["g", "i"], Where::Page, true, Some(Command::GoInbox));
        check(&["g", "j"], Where::Page, true, None);
        check(&["g", "j", "j"], Where::Page, true, Some(Command::Next));
        check(&["U"], Where::List, true, Some(Command::Unseen));
        check(&["u"], Where::List, true, Some(Command::Back));
    }

    #[test]
    fn keys_rest_in_fields_and_when_switched_off() {
        check(&["j"], Where::Field, true, None);
        check(&["j"], Where::Page, false, None);
    }

    #[test]
    fn everything_is_selected_only_with_the_focus_in_the_list() {
        let check = |place, expect| {
            let press = Press { key: "a", ctrl: true, alt: false, place };
            assert_eq!(Keys::default().press(press, false), expect);
        };
        check(Where::List, Some(Command::SelectAll));
        check(Where::Page, None);
        check(Where::Field, None);
    }
}
