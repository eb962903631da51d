//! Turns `locales/*.toml` into the typed message table that `src/i18n` includes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

/// Plural categories in the order in which the table stores their variants.
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];
/// The locale that names the keys and stands in for what another one lacks.
const SOURCE: &str = "en";
/// Sections whose messages only later parts of the page say: they come with those.
const LATER: [&str; 17] = [
    "action.",
    "card.",
    "cause.",
    "collecting.",
    "compose.",
    "error.",
    "mailbox.",
    "message.",
    "outbox.",
    "servers.",
    "settings.",
    "shortcut.",
    "tag.",
    "time.",
    "transfer.",
    "trust.",
    "viewer.",
];
/// What the first screen says of them all the same.
const EARLY: [&str; 14] = [
    "error.authentication_failed",
    "error.internal",
    "error.limit",
    "error.limit_wait",
    "error.not_signed_in",
    "error.offline",
    "error.quoted",
    "error.unavailable",
    "error.unknown_provider",
    "error.untrusted_certificate",
    "error.version_mismatch",
    "message.none",
    "message.none_hint",
    "message.region",
];
/// And what it does not say of its own sections.
const NOT_EARLY: [&str; 29] = [
    "list.actions",
    "list.arrived",
    "list.conversations",
    "list.filter",
    "list.filter_all",
    "list.filter_attachment",
    "list.filter_flagged",
    "list.filter_known",
    "list.filter_unseen",
    "list.refresh_now",
    "list.refresh_pull",
    "list.refreshing",
    "list.select_everything",
    "list.select_none",
    "list.sort",
    "list.sort_flagged",
    "list.sort_from",
    "list.sort_newest",
    "list.sort_oldest",
    "list.sort_size",
    "list.sort_subject",
    "shell.account_menu",
    "shell.back",
    "shell.close",
    "shell.dismiss",
    "shell.notifications",
    "shell.server_says",
    "shell.settings",
    "shell.sign_out",
];

/// A message: one text, or one text per plural category.
#[derive(Clone, PartialEq, Eq)]
enum Message {
    Plain(String),
    Plural(BTreeMap<&'static str, String>),
}

struct Locale {
    tag: String,
    name: String,
    complete: bool,
    rtl: bool,
    messages: BTreeMap<String, Message>,
}

fn main() -> Fallible<()> {
    println!("cargo:rerun-if-changed=locales");
    println!("cargo:rerun-if-changed=build.rs");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("no manifest folder")?);
    let mut paths = fs::read_dir(root.join("locales"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let mut locales = paths.iter().map(|path| read(path)).collect::<Fallible<Vec<_>>>()?;
    locales.sort_by_key(|locale| (locale.tag != SOURCE, locale.tag.clone()));
    let (source, others) = locales.split_first().ok_or("no locale")?;
    if source.tag != SOURCE {
        return Err(format!("locales/{SOURCE}.toml is missing").into());
    }
    for locale in others {
        compare(source, locale)?;
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no output folder")?);
    fs::write(out.join("messages.rs"), generate(source, &locales)?)?;
    Ok(())
}

fn read(path: &Path) -> Fallible<Locale> {
    let place = path.display();
    let table: toml::Table =
        fs::read_to_string(path)?.parse().map_err(|error| format!("{place}: {error}"))?;
    let text = |key: &str| {
        table
            .get(key)
            .and_then(toml::Value::as_str)
            .map(str::to_owned)
            .ok_or_else(|| format!("{place}: `{key}` is missing"))
    };
    let entries = table
        .get("messages")
        .and_then(toml::Value::as_table)
        .ok_or_else(|| format!("{place}: no [messages]"))?;
    let mut messages = BTreeMap::new();
    for (key, value) in entries {
        let value = value.as_str().ok_or_else(|| format!("{place}: `{key}` is not a text"))?;
        match split_plural(key, entries) {
            None => {
                messages.insert(key.clone(), Message::Plain(value.to_owned()));
            }
            Some((base, category)) => {
                let slot = messages
                    .entry(base.to_owned())
                    .or_insert_with(|| Message::Plural(BTreeMap::new()));
                let Message::Plural(variants) = slot else {
                    return Err(format!("{place}: `{base}` is both plain and plural").into());
                };
                variants.insert(category, value.to_owned());
            }
        }
    }
    let stem = path.file_stem().and_then(|stem| stem.to_str()).ok_or("bad file name")?;
    Ok(Locale {
        tag: stem.to_owned(),
        name: text("name")?,
        complete: table.get("complete").and_then(toml::Value::as_bool).unwrap_or(false),
        rtl: text("direction")? == "rtl",
        messages,
    })
}

/// Splits `list.selected.one` where `list.selected.other` exists too.
fn split_plural<'a>(key: &'a str, entries: &toml::Table) -> Option<(&'a str, &'static str)> {
    let (base, last) = key.rsplit_once('.')?;
    let category = CATEGORIES.into_iter().find(|category| *category == last)?;
    entries.contains_key(&format!("{base}.other")).then_some((base, category))
}

/// Fails on unknown keys, differing placeholders and, in a complete locale, missing keys.
fn compare(source: &Locale, locale: &Locale) -> Fallible<()> {
    let tag = &locale.tag;
    for (key, message) in &locale.messages {
        let Some(original) = source.messages.get(key) else {
            return Err(format!("locales/{tag}.toml: unknown key `{key}`").into());
        };
        if std::mem::discriminant(original) != std::mem::discriminant(message) {
            return Err(format!("locales/{tag}.toml: `{key}` must be plural in both").into());
        }
        if placeholders(original) != placeholders(message) {
            return Err(format!("locales/{tag}.toml: `{key}` has other placeholders").into());
        }
    }
    match source.messages.keys().find(|key| !locale.messages.contains_key(*key)) {
        Some(key) if locale.complete => {
            Err(format!("locales/{tag}.toml is complete but lacks `{key}`").into())
        }
        _ => Ok(()),
    }
}

fn placeholders(message: &Message) -> BTreeSet<&str> {
    let named = |text: &'_ str| -> Vec<(usize, usize)> {
        let opens = text.match_indices('{').map(|(at, _)| at + 1);
        opens.filter_map(|from| text[from..].find('}').map(|to| (from, from + to))).collect()
    };
    // A plural's "one" may leave the number out ("one message"), so only "other" counts.
    let text = match message {
        Message::Plain(text) => text,
        Message::Plural(variants) => &variants["other"],
    };
    named(text).into_iter().map(|(from, to)| &text[from..to]).collect()
}

fn generate(source: &Locale, locales: &[Locale]) -> Fallible<String> {
    let mut out = String::new();
    writeln!(out, "/// Names a message of `locales/*.toml`.")?;
    writeln!(out, "#[derive(Clone, Copy, Debug, PartialEq, Eq)]\n#[repr(u16)]\npub enum Key {{")?;
    let mut names = BTreeSet::new();
    for (key, message) in ordered(source) {
        let name = variant(key);
        let text = match message {
            Message::Plain(text) => text,
            Message::Plural(variants) => &variants["other"],
        };
        writeln!(out, "    /// {}\n    {name},", text.replace('\n', " "))?;
        if !names.insert(name) {
            return Err(format!("two keys make the same name as `{key}`").into());
        }
    }
    writeln!(out, "}}\n")?;
    writeln!(out, "static LOCALES: [Spoken; {}] = [", locales.len())?;
    for Locale { tag, name, rtl, .. } in locales {
        writeln!(out, "    Spoken {{ tag: {tag:?}, name: {name:?}, rtl: {rtl} }},")?;
    }
    writeln!(out, "];\n")?;
    tables(&mut out, source, locales)?;
    Ok(out)
}

/// What the first screen says, then the rest.
fn ordered(source: &Locale) -> impl Iterator<Item = (&String, &Message)> {
    let (later, first): (Vec<_>, Vec<_>) =
        source.messages.iter().partition(|(key, _)| comes_later(key));
    first.into_iter().chain(later)
}

fn comes_later(key: &str) -> bool {
    let in_section = LATER.iter().any(|section| key.starts_with(section));
    in_section && !EARLY.contains(&key) || NOT_EARLY.contains(&key)
}

/// The source's messages lie in the page, those of later parts with these; each other language's
/// are a module of their own, which only those who read it load.
fn tables(out: &mut String, source: &Locale, locales: &[Locale]) -> Fallible<()> {
    let mut arms = String::new();
    for (at, locale) in locales.iter().enumerate() {
        let packed: Vec<String> = ordered(source)
            .map(|(key, fallback)| pack(locale.messages.get(key).unwrap_or(fallback)))
            .collect();
        if at == 0 {
            let first = source.messages.keys().filter(|key| !comes_later(key)).count();
            let (early, later) = packed.split_at(first);
            writeln!(out, "static SOURCE: &str = {:?};\n", early.join("\0"))?;
            writeln!(out, "/// What only later parts of the page say.")?;
            writeln!(out, "static REST: &str = {:?};\n", later.join("\0"))?;
            writeln!(out, "/// How many messages the first screen has.")?;
            writeln!(out, "const FIRST: usize = {first};\n")?;
            continue;
        }
        let packed = packed.join("\0");
        let module = format!("locale_{}", locale.tag.to_lowercase().replace('-', "_"));
        writeln!(
            out,
            "#[::leptos::wasm_split::wasm_split(\n    {module},\n    \
             wasm_split_path = ::leptos::wasm_split,\n    fallible\n)]\n\
             fn {module}() -> Result<&'static str, ::leptos::wasm_split::SplitLoaderError> {{\n    \
             Ok({packed:?})\n}}\n"
        )?;
        writeln!(arms, "        {at} => {module}().await.ok(),")?;
    }
    writeln!(
        out,
        "async fn load(locale: usize) -> Option<&'static str> {{\n    match locale {{\n        \
         0 => Some(SOURCE),\n{arms}        _ => None,\n    }}\n}}"
    )?;
    Ok(())
}

/// A plural's variants lie side by side, in the order of CATEGORIES, parted by U+0001.
fn pack(message: &Message) -> String {
    match message {
        Message::Plain(text) => text.clone(),
        Message::Plural(variants) => CATEGORIES
            .map(|category| variants.get(category).map_or("", String::as_str))
            .join("\u{1}"),
    }
}

/// `login.error.wrong_password` becomes `LoginErrorWrongPassword`.
fn variant(key: &str) -> String {
    key.split(['.', '_'])
        .filter_map(|word| {
            let mut letters = word.chars();
            let first = letters.next()?;
            Some(first.to_uppercase().chain(letters).collect::<String>())
        })
        .collect()
}
