//! Which extensions of IMAP and POP3 the host offers: what is switched off is neither announced nor
//! understood.

/// Declares one switch per extension, so that tests can go through all of them by name.
macro_rules! switches {
    ($(#[$about:meta])* $kind:ident: $($(#[$doc:meta])* $name:ident,)*) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $kind {
            $($(#[$doc])* pub $name: bool,)*
        }

        impl $kind {
            /// The name of every switch.
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];

            /// The protocol alone: every extension off.
            pub const fn none() -> Self {
                Self { $($name: false),* }
            }

            /// Everything that the host can do.
            pub const fn every() -> Self {
                Self { $($name: true),* }
            }

            /// These extensions with one of them, by the name of its switch, turned off.
            ///
            /// # Panics
            /// When there is no such switch.
            #[must_use]
            pub fn without(mut self, name: &str) -> Self {
                match name {
                    $(stringify!($name) => self.$name = false,)*
                    _ => panic!("the mail host has no switch {name}"),
                }
                self
            }
        }
    };
}

switches! {
    /// The IMAP extensions on offer; all of them by default.
    Capabilities:
    /// AUTHENTICATE PLAIN (RFC 4616); LOGIN is always there.
    auth_plain,
    /// Whether a mailbox has children, in every LIST answer (RFC 3348).
    children,
    /// DEFLATE over the connection (RFC 4978).
    compress,
    /// Mod-sequences (RFC 7162).
    condstore,
    /// Roles given by CREATE (RFC 6154).
    create_special_use,
    /// ENABLE (RFC 5161); QRESYNC needs it.
    enable,
    /// Counted and ranged SEARCH results (RFC 4731).
    esearch,
    /// SORT with the return options of ESEARCH (RFC 5267); needs both.
    esort,
    /// Who the two programs are (RFC 2971).
    id,
    /// Changes pushed as they happen (RFC 2177).
    idle,
    /// Selection and return options of LIST (RFC 5258).
    list_extended,
    /// LIST RETURN (STATUS …) (RFC 5819); needs `list_extended`.
    list_status,
    /// Short literals without waiting (RFC 7888); announced where `literal_plus` is off.
    literal_minus,
    /// Literals without waiting for the continuation (RFC 7888).
    literal_plus,
    /// MOVE and UID MOVE (RFC 6851).
    moves,
    /// Several messages in one APPEND (RFC 3502).
    multi_append,
    /// NAMESPACE (RFC 2342).
    namespace,
    /// MAILBOXID, EMAILID, THREADID (RFC 8474).
    object_id,
    /// Stretches of results (RFC 9394); needs `esearch`.
    partial,
    /// The beginning of a message's text (RFC 8970).
    preview,
    /// Resynchronisation at SELECT, VANISHED (RFC 7162); needs `condstore` and `enable`.
    qresync,
    /// GETQUOTA, GETQUOTAROOT (RFC 9208); a quota itself is set on the host.
    quota,
    /// The initial response on the AUTHENTICATE line (RFC 4959).
    sasl_ir,
    /// A search's result kept on the server, `$` (RFC 5182); needs `esearch`.
    search_res,
    /// SORT (RFC 5256).
    sort,
    /// DISPLAYFROM and DISPLAYTO (RFC 5957); needs `sort`.
    sort_display,
    /// Roles of mailboxes in LIST (RFC 6154).
    special_use,
    /// STATUS (SIZE) (RFC 8438).
    status_size,
    /// THREAD=REFERENCES and THREAD=ORDEREDSUBJECT (RFC 5256).
    thread,
    /// APPENDUID, COPYUID and UID EXPUNGE (RFC 4315).
    uidplus,
    /// UNSELECT (RFC 3691).
    unselect,
    /// OLDER and YOUNGER in SEARCH (RFC 5032).
    within,
}

switches! {
    /// What a maildrop's server offers beyond RFC 1939's least; all of it by default.
    Pop3Capabilities:
    /// The timestamp of APOP (RFC 1939 §7) in the greeting; APOP itself is refused.
    apop,
    /// AUTH PLAIN (RFC 5034).
    auth_plain,
    /// Refused credentials are told apart (RFC 3206).
    auth_resp_code,
    /// CAPA (RFC 2449).
    capa,
    /// Several commands at once (RFC 2449 §6.6); without it they are understood all the same.
    pipelining,
    /// Response codes (RFC 2449 §8).
    resp_codes,
    /// TOP.
    top,
    /// UIDL.
    uidl,
    /// USER and PASS.
    user,
    /// UTF8 (RFC 6856).
    utf8,
}

impl Default for Pop3Capabilities {
    fn default() -> Self {
        Self::every().without("apop")
    }
}

impl Pop3Capabilities {
    /// The lines of CAPA.
    pub(crate) fn words(&self) -> Vec<&'static str> {
        let offered = [
            (self.user, "USER"),
            (self.auth_plain, "SASL PLAIN"),
            (self.top, "TOP"),
            (self.uidl, "UIDL"),
            (self.pipelining, "PIPELINING"),
            (self.resp_codes, "RESP-CODES"),
            (self.auth_resp_code, "AUTH-RESP-CODE"),
            (self.utf8, "UTF8 USER"),
        ];
        offered.into_iter().filter(|(on, _)| *on).map(|(_, words)| words).collect()
    }
}

impl Default for Capabilities {
    fn default() -> Self {
        Self::every()
    }
}

impl Capabilities {
    /// What remains once every extension that needs another, which is off, is off as well.
    pub(crate) fn consistent(mut self) -> Self {
        self.list_status &= self.list_extended;
        self.qresync &= self.condstore && self.enable;
        self.partial &= self.esearch;
        self.search_res &= self.esearch;
        self.sort_display &= self.sort;
        self.esort &= self.sort && self.esearch;
        self.create_special_use &= self.special_use;
        // RFC 7888 §6: never both.
        self.literal_minus &= !self.literal_plus;
        self
    }

    /// The words of a CAPABILITY answer.
    pub(crate) fn line(&self) -> String {
        let mut line = String::from("IMAP4rev1");
        for (_, words) in self.offered().iter().filter(|(on, _)| *on) {
            line.push(' ');
            line.push_str(words);
        }
        line
    }

    fn offered(&self) -> [(bool, &'static str); 32] {
        [
            (self.auth_plain, "AUTH=PLAIN"),
            (self.literal_plus, "LITERAL+"),
            (self.literal_minus, "LITERAL-"),
            (self.sasl_ir, "SASL-IR"),
            (self.id, "ID"),
            (self.enable, "ENABLE"),
            (self.idle, "IDLE"),
            (self.namespace, "NAMESPACE"),
            (self.uidplus, "UIDPLUS"),
            (self.moves, "MOVE"),
            (self.unselect, "UNSELECT"),
            (self.multi_append, "MULTIAPPEND"),
            (self.children, "CHILDREN"),
            (self.special_use, "SPECIAL-USE"),
            (self.create_special_use, "CREATE-SPECIAL-USE"),
            (self.list_extended, "LIST-EXTENDED"),
            (self.list_status, "LIST-STATUS"),
            (self.status_size, "STATUS=SIZE"),
            (self.esearch, "ESEARCH"),
            (self.search_res, "SEARCHRES"),
            (self.partial, "PARTIAL"),
            (self.within, "WITHIN"),
            (self.sort, "SORT"),
            (self.sort_display, "SORT=DISPLAY"),
            (self.esort, "ESORT"),
            (self.thread, "THREAD=REFERENCES THREAD=ORDEREDSUBJECT"),
            (self.condstore, "CONDSTORE"),
            (self.qresync, "QRESYNC"),
            (self.object_id, "OBJECTID"),
            (self.preview, "PREVIEW"),
            (self.quota, "QUOTA QUOTA=RES-STORAGE QUOTA=RES-MESSAGE"),
            (self.compress, "COMPRESS=DEFLATE"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::Capabilities;

    #[test]
    fn every_switch_changes_what_is_announced() {
        let every = Capabilities::every().without("literal_plus");
        let words = every.consistent().line();
        for name in Capabilities::NAMES.iter().filter(|name| **name != "literal_plus") {
            assert_ne!(every.without(name).consistent().line(), words, "{name}");
        }
        assert_eq!(Capabilities::none().line(), "IMAP4rev1");
    }
}
