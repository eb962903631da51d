//! One word for one thing: the terms of the mail RFCs, in types, fields, modules and functions.

use crate::rust;
use crate::tree::{File, Finding, Tree, report, repository};

/// Never said, and what to say instead; the words of a name in this order.
const BANNED: [(&str, &str); 21] = [
    ("folder", "mailbox"),
    ("spam", "junk"),
    ("send_mail", "submit, Submission"),
    ("header_info", "Envelope"),
    ("mail_row", "MessageSummary"),
    ("email_msg", "Message"),
    ("message_uid", "MessageKey, or uid"),
    ("msgno", "seq"),
    ("starred", "flagged"),
    ("favourite", "flagged"),
    ("favorite", "flagged"),
    ("conversation", "thread"),
    ("body_part", "Part, section"),
    ("persona", "Identity"),
    ("outgoing_message", "Draft, Submission"),
    ("purge", "expunge"),
    ("utils", "the name of what it does"),
    ("util", "the name of what it does"),
    ("helper", "the name of what it does"),
    ("misc", "the name of what it does"),
    ("manager", "the name of what it does"),
];
/// Said of the Seen flag as whole names only: `a_key_is_read` is a sentence about a key.
const WHOLE: [(&str, &str); 2] = [("is_read", "seen"), ("is_unread", "unseen")];
/// Where no mailbox is: there a folder is a folder of files.
const NO_MAIL: [&str; 2] = ["xtask/", "tests/"];
/// Too vague to be a whole name; fine inside one (`data_dir`).
const VAGUE: [&str; 2] = ["common", "data"];

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.below("", ".rs") {
        let code = rust::code(&file.text).text;
        let module = file.path.trim_end_matches(".rs").trim_end_matches("/mod");
        let module = module.rsplit('/').next().unwrap_or_default();
        findings.extend(judge(file, 0, module));
        for (at, name) in declared(&code) {
            findings.extend(judge(file, at, name));
        }
    }
    findings
}

fn judge(file: &File, at: usize, name: &str) -> Option<Finding> {
    let words = words(name);
    let said = |term: &str| {
        let term: Vec<&str> = term.split('_').collect();
        words.windows(term.len()).any(|window| {
            window
                .iter()
                .zip(&term)
                .all(|(word, part)| word == part || word.strip_suffix('s') == Some(part))
        })
    };
    if VAGUE.contains(&name.to_lowercase().as_str()) {
        return Some(file.finding(at, format!("`{name}` says nothing: name what it holds")));
    }
    let of_files =
        |term: &str| term == "folder" && NO_MAIL.iter().any(|prefix| file.path.starts_with(prefix));
    let whole = WHOLE.iter().find(|(term, _)| *term == name);
    let banned = || BANNED.iter().find(|(term, _)| said(term) && !of_files(term));
    let (term, instead) = whole.or_else(banned)?;
    Some(file.finding(at, format!("`{name}`: not `{term}` but {instead}")))
}

/// `ReadMailRow` and `read_mail_row` are read, mail, row.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        let last = words.last_mut().expect("never empty");
        if c == '_' {
            words.push(String::new());
        } else if c.is_uppercase() && last.ends_with(char::is_lowercase) {
            words.push(c.to_lowercase().collect());
        } else {
            last.extend(c.to_lowercase());
        }
    }
    words
}

/// The names that this file introduces: after a keyword, and the fields and variants inside types.
fn declared(code: &str) -> Vec<(usize, &str)> {
    const KEYWORDS: [&str; 8] = ["fn", "mod", "struct", "enum", "trait", "type", "const", "static"];
    let names = rust::names(code);
    let mut declared = Vec::new();
    for pair in names.windows(2) {
        let [(_, keyword), (at, name)] = *pair else { continue };
        if !KEYWORDS.contains(&keyword) || name == "fn" {
            continue;
        }
        // A test's name is a sentence.
        if !code[..at]
            .trim_end_matches("fn ")
            .trim_end()
            .trim_end_matches("async")
            .trim_end()
            .ends_with("test]")
        {
            declared.push((at, name));
        }
        let body = code[at..].find(['{', ';']).map(|offset| at + offset);
        if let Some(open) = body.filter(|open| code[*open..].starts_with('{'))
            && matches!(keyword, "struct" | "enum")
        {
            declared.extend(members(code, open));
        }
    }
    declared
}

/// Fields (`name:`) at any depth and variants at the top of a type's body.
fn members(code: &str, open: usize) -> Vec<(usize, &str)> {
    let range = rust::inside(code, open);
    let body = &code[range.clone()];
    let member = |&(at, name): &(usize, &str)| {
        let after = body[at + name.len()..].trim_start();
        let before = body[..at].trim_end();
        let field = after.starts_with(':') && !after.starts_with("::") && !before.ends_with(':');
        let variant = (before.is_empty() || before.ends_with([',', ']', '{']))
            && (after.is_empty() || after.starts_with([',', '{', '(']));
        field || variant
    };
    rust::names(body).into_iter().filter(member).map(|(at, n)| (range.start + at, n)).collect()
}

#[test]
fn the_repository_keeps_to_its_words() {
    report(&check(repository()));
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::sample(&[(path, text)])).len()
    }

    #[test]
    fn banned_names_are_found() {
        assert_eq!(count("a.rs", "pub struct FolderList;"), 1);
        assert_eq!(count("a.rs", "fn list_folders() {}"), 1);
        assert_eq!(count("a.rs", "struct A { #[x] pub is_read: bool, b: u8 }"), 1);
        assert_eq!(count("a.rs", "enum A { Starred, B { spam: u8 } }"), 2);
        assert_eq!(count("a.rs", "mod data;\nstruct A { common: u8 }"), 2);
        assert_eq!(count("src/utils.rs", ""), 1);
        assert_eq!(count("src/helpers/mod.rs", ""), 1);
    }

    #[test]
    fn other_uses_pass() {
        assert_eq!(count("a.rs", "#[test]\nfn no_folder_is_lost() {}"), 0);
        assert_eq!(count("xtask/a.rs", "struct A { folder: u8 }"), 0);
        assert_eq!(count("a.rs", "// folder\nfn f() { let folder = \"spam\"; }"), 0);
        assert_eq!(count("a.rs", "struct A { is_ready: bool, data_dir: u8, t: Vec<B> }"), 0);
        assert_eq!(count("a.rs", "enum A { B(C), D { e: u8 } }"), 0);
    }
}
