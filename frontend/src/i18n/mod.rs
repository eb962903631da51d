//! Screen texts: the typed message table of `locales/*.toml`, in the language of the moment.
//!
//! A missing key fails the build (`build.rs`); plurals, numbers and dates are the browser's `Intl`.

mod errors;
mod format;
mod moment;
#[cfg(test)]
mod tests;

use leptos::prelude::*;
use leptos::reactive::graph::Observer;
use leptos::task::spawn_local;
use std::cell::{Cell, RefCell};

pub use errors::error_text;
pub use format::{
    day_and_time, day_only, file_size, full_date, list, number, short_date, time_only, weekday,
};
pub use moment::moment;

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// What is known of a language before its messages are here.
struct Spoken {
    tag: &'static str,
    name: &'static str,
    rtl: bool,
}

/// A language's messages in the order of [`Key`]; the build parts them by NUL.
type Table = Vec<&'static str>;

/// The plural categories of CLDR, in the order in which variants are packed.
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

thread_local! {
    /// The messages of each language that was loaded, English from the start.
    static TABLES: RefCell<Vec<(Locale, Table)>> =
        RefCell::new(vec![(Locale(0), SOURCE.split('\0').collect())]);
    static WANTED: Cell<Locale> = const { Cell::new(Locale(0)) };
    static CURRENT: ArcRwSignal<Locale> = ArcRwSignal::new(Locale(0));
}

/// A language that the page speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locale(usize);

impl Locale {
    /// Every shipped locale, English first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..LOCALES.len()).map(Self)
    }

    /// The locale with exactly this BCP 47 tag.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::all().find(|locale| locale.tag() == tag)
    }

    /// The first of the wanted BCP 47 tags that is spoken here, else English.
    pub fn negotiate<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Self {
        wanted.into_iter().find_map(Self::matching).unwrap_or(Self(0))
    }

    fn matching(tag: &str) -> Option<Self> {
        // Chinese is told apart by script, which browsers often leave to the region.
        let lower = tag.to_ascii_lowercase();
        let traditional = lower.split('-').any(|part| matches!(part, "hant" | "tw" | "hk" | "mo"));
        let wanted = match lower.split('-').next().unwrap_or_default() {
            "zh" if traditional => "zh-Hant",
            "zh" => "zh-Hans",
            language => return Self::all().find(|locale| locale.tag() == language),
        };
        Self::from_tag(wanted)
    }

    /// Its BCP 47 tag.
    pub fn tag(self) -> &'static str {
        LOCALES[self.0].tag
    }

    /// Its name in itself.
    pub fn name(self) -> &'static str {
        LOCALES[self.0].name
    }

    /// Loads the language's messages; false where they cannot be had now.
    pub async fn load(self) -> bool {
        if self.loaded() {
            return true;
        }
        let Some(packed) = load(self.0).await else { return false };
        TABLES.with_borrow_mut(|tables| tables.push((self, packed.split('\0').collect())));
        true
    }

    fn loaded(self) -> bool {
        TABLES.with_borrow(|tables| tables.iter().any(|(known, _)| *known == self))
    }

    fn message(self, key: Key) -> &'static str {
        TABLES.with_borrow(|tables| {
            let own = tables.iter().find(|(known, _)| *known == self).or(tables.first());
            own.and_then(|(_, table)| table.get(key as usize)).copied().unwrap_or_default()
        })
    }
}

/// Brings in what only later parts of the page say; each of them does so when it comes.
pub fn learn_rest() {
    TABLES.with_borrow_mut(|tables| {
        let english = tables.iter_mut().find(|(known, table)| known.0 == 0 && table.len() == FIRST);
        english.into_iter().for_each(|(_, table)| table.extend(REST.split('\0')));
    });
    // Whoever asked for one of them too early asks again.
    CURRENT.with(ArcRwSignal::notify);
}

/// The language of the page; reading it inside an effect tracks it.
pub fn locale() -> Locale {
    let tracked = Observer::get().is_some();
    CURRENT.with(|current| if tracked { current.get() } else { current.get_untracked() })
}

/// Switches the page's language, once its messages are here; until then, and where they cannot be
/// had, the page stays as it is. Every text follows, and the document's `lang` and `dir`.
pub fn set_locale(locale: Locale) {
    WANTED.set(locale);
    if locale.loaded() {
        return show(locale);
    }
    spawn_local(async move {
        // Another language may have been chosen meanwhile.
        if locale.load().await && WANTED.get() == locale {
            show(locale);
        }
    });
}

fn show(locale: Locale) {
    if let Some(root) = document().document_element() {
        // An attribute with a valid name cannot be refused.
        let _ = root.set_attribute("lang", locale.tag());
        let _ = root.set_attribute("dir", if LOCALES[locale.0].rtl { "rtl" } else { "ltr" });
    }
    CURRENT.with(|current| current.set(locale));
}

/// A text for a view: follows the language by itself.
pub fn t(key: Key) -> Signal<String> {
    Signal::derive(move || text(key))
}

/// A text as it is now; tracks the language where it is read inside an effect.
pub fn text(key: Key) -> String {
    locale().message(key).to_owned()
}

/// A text with its `{name}` placeholders filled in.
pub fn text_with(key: Key, values: &[(&str, &str)]) -> String {
    fill(locale().message(key), values)
}

/// A text in the plural form that `count` asks for; `{count}` is filled in as well.
pub fn text_count(key: Key, count: u64, values: &[(&str, &str)]) -> String {
    let form = choose_form(locale().message(key), &format::plural_category(count));
    let digits = number(count);
    let mut all = vec![("count", digits.as_str())];
    all.extend_from_slice(values);
    fill(form, &all)
}

fn choose_form(packed: &'static str, category: &str) -> &'static str {
    let forms: Vec<_> = packed.split('\u{1}').collect();
    let at = CATEGORIES.iter().position(|name| *name == category);
    let chosen = at.and_then(|at| forms.get(at)).filter(|form| !form.is_empty());
    chosen.or(forms.last()).copied().unwrap_or_default()
}

/// Replaces placeholders in one pass, so that a value's own braces stay as they are.
fn fill(message: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            rest = rest.get(before.len()..).unwrap_or_default();
            break;
        };
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            out.push_str(value);
        }
        rest = tail;
    }
    out + rest
}
