//! What a mailbox is for: SPECIAL-USE (RFC 6154), or else a name that people are used to.

use postern_shared::mailbox::Role;

/// The role of an attribute such as `\Sent`.
pub(super) fn of_attribute(attribute: &str) -> Option<Role> {
    match attribute.to_ascii_lowercase().as_str() {
        "\\inbox" => Some(Role::Inbox),
        "\\all" | "\\allmail" => Some(Role::All),
        "\\archive" => Some(Role::Archive),
        "\\drafts" => Some(Role::Drafts),
        "\\flagged" | "\\starred" => Some(Role::Flagged),
        "\\important" => Some(Role::Important),
        "\\junk" | "\\spam" => Some(Role::Junk),
        "\\sent" => Some(Role::Sent),
        "\\trash" => Some(Role::Trash),
        _ => None,
    }
}

/// The attribute of a role, for CREATE; the inbox has none.
pub(super) fn to_attribute(role: Role) -> Option<&'static str> {
    match role {
        Role::Inbox => None,
        Role::All => Some("\\All"),
        Role::Archive => Some("\\Archive"),
        Role::Drafts => Some("\\Drafts"),
        Role::Flagged => Some("\\Flagged"),
        Role::Important => Some("\\Important"),
        Role::Junk => Some("\\Junk"),
        Role::Sent => Some("\\Sent"),
        Role::Trash => Some("\\Trash"),
    }
}

/// The role of a name, read without its levels above: `INBOX.Sent` as `Sent`.
pub(super) fn of_name(name: &str, delimiter: Option<char>) -> Option<Role> {
    if name.eq_ignore_ascii_case("INBOX") {
        return Some(Role::Inbox);
    }
    let levels: Vec<&str> = delimiter.map_or_else(|| vec![name], |it| name.split(it).collect());
    let last = match levels[..] {
        [only] => only,
        // Where everything lies below the inbox, or below one namespace.
        [above, last] if above.eq_ignore_ascii_case("INBOX") || above.starts_with('[') => last,
        _ => return None,
    };
    let last = last.to_lowercase();
    let found = NAMES.iter().find(|(_, names)| names.contains(&last.as_str()));
    found.map(|(role, _)| *role)
}

const NAMES: [(Role, &[&str]); 5] = [
    (
        Role::Sent,
        &[
            "sent",
            "sent items",
            "sent messages",
            "sent mail",
            "sent-mail",
            "gesendet",
            "gesendete elemente",
            "gesendete objekte",
            "envoyés",
            "éléments envoyés",
            "messages envoyés",
            "enviados",
            "elementos enviados",
            "mensajes enviados",
            "itens enviados",
            "posta inviata",
            "inviati",
            "verzonden",
            "verzonden items",
            "wysłane",
            "отправленные",
            "skickat",
            "sendt",
            "已发送",
            "已发送邮件",
            "已寄出",
            "寄件備份",
            "送信済み",
            "送信済みアイテム",
            "보낸편지함",
        ],
    ),
    (
        Role::Drafts,
        &[
            "drafts",
            "draft",
            "entwürfe",
            "brouillons",
            "borradores",
            "rascunhos",
            "bozze",
            "concepten",
            "szkice",
            "wersje robocze",
            "черновики",
            "utkast",
            "kladder",
            "草稿",
            "草稿箱",
            "草稿匣",
            "下書き",
            "임시보관함",
        ],
    ),
    (
        Role::Trash,
        &[
            "trash",
            "deleted items",
            "deleted messages",
            "deleted",
            "bin",
            "papierkorb",
            "gelöschte elemente",
            "gelöscht",
            "corbeille",
            "éléments supprimés",
            "papelera",
            "elementos eliminados",
            "lixeira",
            "lixo",
            "cestino",
            "posta eliminata",
            "prullenbak",
            "kosz",
            "корзина",
            "удаленные",
            "papperskorgen",
            "papirkurv",
            "已删除",
            "已删除邮件",
            "垃圾桶",
            "ゴミ箱",
            "휴지통",
        ],
    ),
    (
        Role::Junk,
        &[
            "junk",
            "spam",
            "junk e-mail",
            "junk email",
            "junk mail",
            "bulk",
            "bulk mail",
            "unerwünscht",
            "spamverdacht",
            "indésirables",
            "courrier indésirable",
            "pourriel",
            "correo no deseado",
            "lixo eletrônico",
            "posta indesiderata",
            "ongewenste e-mail",
            "спам",
            "skräppost",
            "垃圾邮件",
            "垃圾郵件",
            "迷惑メール",
            "스팸편지함",
        ],
    ),
    (
        Role::Archive,
        &[
            "archive",
            "archives",
            "archiv",
            "archivo",
            "arquivo",
            "archivio",
            "archief",
            "archiwum",
            "архив",
            "arkiv",
            "归档",
            "存档",
            "封存",
            "アーカイブ",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, delimiter: char, expect: Option<Role>) {
        assert_eq!(of_name(name, Some(delimiter)), expect, "{name}");
    }

    #[test]
    fn names_that_people_are_used_to_have_roles() {
        check("Inbox", '/', Some(Role::Inbox));
        check("Sent Items", '/', Some(Role::Sent));
        check("INBOX.Entwürfe", '.', Some(Role::Drafts));
        check("已发送", '/', Some(Role::Sent));
        check("Projects/Archive", '/', None);
        check("Letters", '/', None);
    }
}
