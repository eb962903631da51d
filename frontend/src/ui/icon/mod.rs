//! A 20-pixel stroke icon out of the one sprite.

use leptos::prelude::*;

/// The icons of the sprite, `public/icons.svg`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Archive,
    Attach,
    Back,
    Calendar,
    Check,
    ChevronEnd,
    Close,
    Compose,
    Download,
    Draft,
    Flag,
    Forward,
    ImageOff,
    Inbox,
    Junk,
    Keyboard,
    Mail,
    MailOpen,
    Mailbox,
    /// The product's own mark.
    Mark,
    Menu,
    Minimise,
    More,
    Move,
    NotJunk,
    Offline,
    Outbox,
    Palette,
    Print,
    Refresh,
    Search,
    Reply,
    ReplyAll,
    Send,
    Settings,
    Shield,
    SignOut,
    Source,
    Star,
    StarFilled,
    Tag,
    Threads,
    Trash,
    User,
    Warning,
    ZoomIn,
    ZoomOut,
}

impl Icon {
    fn name(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Attach => "attach",
            Self::Back => "back",
            Self::Calendar => "calendar",
            Self::Check => "check",
            Self::ChevronEnd => "chevron-end",
            Self::Close => "close",
            Self::Compose => "compose",
            Self::Download => "download",
            Self::Draft => "draft",
            Self::Flag => "flag",
            Self::Forward => "forward",
            Self::ImageOff => "image-off",
            Self::Inbox => "inbox",
            Self::Junk => "junk",
            Self::Keyboard => "keyboard",
            Self::Mail => "mail",
            Self::MailOpen => "mail-open",
            Self::Mailbox => "mailbox",
            Self::Mark => "mark",
            Self::Menu => "menu",
            Self::Minimise => "minimise",
            Self::More => "more",
            Self::Move => "move",
            Self::NotJunk => "not-junk",
            Self::Offline => "offline",
            Self::Outbox => "outbox",
            Self::Palette => "palette",
            Self::Print => "print",
            Self::Refresh => "refresh",
            Self::Search => "search",
            Self::Reply => "reply",
            Self::ReplyAll => "reply-all",
            Self::Send => "send",
            Self::Settings => "settings",
            Self::Shield => "shield",
            Self::SignOut => "sign-out",
            Self::Source => "source",
            Self::Star => "star",
            Self::StarFilled => "star-filled",
            Self::Tag => "tag",
            Self::Threads => "threads",
            Self::Trash => "trash",
            Self::User => "user",
            Self::Warning => "warning",
            Self::ZoomIn => "zoom-in",
            Self::ZoomOut => "zoom-out",
        }
    }

    /// Icons that point along the line are mirrored where lines run from right to left.
    fn mirrors(self) -> bool {
        matches!(
            self,
            Self::Back
                | Self::ChevronEnd
                | Self::Forward
                | Self::Reply
                | Self::ReplyAll
                | Self::Send
                | Self::SignOut
        )
    }
}

thread_local! {
    static SPRITE: String = document()
        .query_selector("meta[name=icons]")
        .ok()
        .flatten()
        .and_then(|meta| meta.get_attribute("content"))
        .unwrap_or_default();
}

/// Draws an icon; it is decoration, so the name belongs to the control around it.
pub fn icon(icon: Icon) -> impl IntoView {
    let href = SPRITE.with(|sprite| format!("{sprite}#{}", icon.name()));
    view! {
        <svg class="icon" class:is-mirrored=icon.mirrors() aria-hidden="true" viewBox="0 0 20 20">
            <use href=href></use>
        </svg>
    }
}
