//! Which IMAP extensions the host offers: what is switched off is neither announced nor understood.

/// The IMAP extensions on offer; all of them by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether a mailbox has children, in every LIST answer (RFC 3348).
    pub children: bool,
    /// Counted and ranged SEARCH results (RFC 4731).
    pub esearch: bool,
    /// Who the two programs are (RFC 2971).
    pub id: bool,
    /// Changes pushed as they happen (RFC 2177).
    pub idle: bool,
    /// Selection and return options of LIST (RFC 5258).
    pub list_extended: bool,
    /// LIST RETURN (STATUS …) (RFC 5819); needs `list_extended`.
    pub list_status: bool,
    /// Literals without waiting for the continuation (RFC 7888).
    pub literal_plus: bool,
    /// MOVE and UID MOVE (RFC 6851).
    pub moves: bool,
    /// The initial response on the AUTHENTICATE line (RFC 4959).
    pub sasl_ir: bool,
    /// Roles of mailboxes in LIST (RFC 6154).
    pub special_use: bool,
    /// APPENDUID, COPYUID and UID EXPUNGE (RFC 4315).
    pub uidplus: bool,
    /// UNSELECT (RFC 3691).
    pub unselect: bool,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            children: true,
            esearch: true,
            id: true,
            idle: true,
            list_extended: true,
            list_status: true,
            literal_plus: true,
            moves: true,
            sasl_ir: true,
            special_use: true,
            uidplus: true,
            unselect: true,
        }
    }
}

impl Capabilities {
    /// Plain IMAP4rev1: every extension off.
    pub fn none() -> Self {
        Self {
            children: false,
            esearch: false,
            id: false,
            idle: false,
            list_extended: false,
            list_status: false,
            literal_plus: false,
            moves: false,
            sasl_ir: false,
            special_use: false,
            uidplus: false,
            unselect: false,
        }
    }

    /// The words of a CAPABILITY answer.
    pub(crate) fn line(&self) -> String {
        let offered = [
            (self.literal_plus, "LITERAL+"),
            (self.sasl_ir, "SASL-IR"),
            (self.id, "ID"),
            (self.idle, "IDLE"),
            (self.uidplus, "UIDPLUS"),
            (self.moves, "MOVE"),
            (self.unselect, "UNSELECT"),
            (self.children, "CHILDREN"),
            (self.special_use, "SPECIAL-USE"),
            (self.list_extended, "LIST-EXTENDED"),
            (self.list_extended && self.list_status, "LIST-STATUS"),
            (self.esearch, "ESEARCH"),
        ];
        let mut line = String::from("IMAP4rev1 AUTH=PLAIN");
        for (_, word) in offered.iter().filter(|(on, _)| *on) {
            line.push(' ');
            line.push_str(word);
        }
        line
    }
}
