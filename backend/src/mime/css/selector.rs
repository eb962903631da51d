//! Selectors of a mail's style sheets, held within the mail (Selectors 4).
//!
//! Every selector is held to the element that stands for the mail and what is below it, without
//! changing its weight; `html` and `body` mean the two elements that stand for them.

use cssparser::{Delimiter, Parser, Token};

use super::value::{Refused, is_word, refused, write_name, write_string};
use crate::mime::html::asked;
use crate::mime::html::edits::Text;

/// Selectors that tell what the reader does.
const STATES: &[&str] =
    &["active", "checked", "focus", "focus-visible", "focus-within", "hover", "target", "visited"];

/// Selectors that tell where an element stands.
const PLACES: &[&str] = &[
    "any-link",
    "empty",
    "first-child",
    "first-of-type",
    "last-child",
    "last-of-type",
    "link",
    "only-child",
    "only-of-type",
];

const COUNTED: &[&str] = &["nth-child", "nth-last-child", "nth-last-of-type", "nth-of-type"];

/// What is no element of its own; the first four are also written with one colon.
const PSEUDO: &[&str] = &["after", "before", "first-letter", "first-line", "marker", "selection"];

/// A longer selector is no mail's: one with `&` grows with every level.
const LENGTH_LIMIT: usize = 4096;

/// A list of selectors, written anew.
#[derive(Default)]
pub(super) struct Selectors {
    /// The list, without a comma at its end.
    pub(super) text: String,
    /// The list without what holds it within the mail, for rules within the rule.
    inner: String,
    /// One of them begins at the root.
    from_root: bool,
    /// One of them is the mail's root itself.
    pub(super) root: bool,
    /// One of them is the mail's body itself.
    pub(super) body: bool,
    /// One of them depends on what the reader does or on what the mail says.
    pub(super) state: bool,
    /// Attributes without a meaning that they ask for.
    pub(super) asked: Vec<String>,
}

/// Reads a list; selectors that may not stand are left out of it. `parent` is the rule around.
pub(super) fn list(
    input: &mut Parser<'_>,
    scope: &str,
    parent: Option<&Selectors>,
) -> Result<Selectors, Refused> {
    let state = parent.is_some_and(|parent| parent.state);
    let mut list = Selectors { state, ..Selectors::default() };
    loop {
        let mut one = One { scope, parent, ..One::default() };
        if input.parse_until_before(Delimiter::Comma, |input| one.read(input)).is_ok() {
            list.add(&one);
        }
        if input.next().is_err() {
            return if list.text.is_empty() { Err(refused()) } else { Ok(list) };
        }
    }
}

impl Selectors {
    fn add(&mut self, one: &One<'_>) {
        if !self.text.is_empty() {
            self.text.push(',');
            self.inner.push(',');
        }
        let (first, rest) = one.text.split_at(one.first_end.unwrap_or(one.text.len()));
        let scope = one.scope;
        let placed = match () {
            () if one.from_root => one.text.clone(),
            () if one.typed => format!(":where(.{scope}) {}", one.text),
            // It may mean the root, which is not below itself.
            () => format!("{first}:where(.{scope},.{scope} *){rest}"),
        };
        self.text.push_str(&placed);
        self.inner.push_str(&one.text);
        self.from_root |= one.from_root;
        self.root |= one.root && !one.pseudo;
        self.body |= one.body && !one.pseudo;
        self.state |= one.state;
        self.asked.extend_from_slice(&one.asked);
    }
}

#[derive(Default)]
struct One<'s> {
    scope: &'s str,
    /// The rule around.
    parent: Option<&'s Selectors>,
    text: String,
    combinator: Option<char>,
    compound_is_empty: bool,
    /// Where its first compound ends, before what is no element.
    first_end: Option<usize>,
    /// Its first compound names an element.
    typed: bool,
    asked: Vec<String>,
    /// It begins at the root.
    from_root: bool,
    /// Its last compound is the root, or the body.
    root: bool,
    body: bool,
    state: bool,
    /// It names the rule around.
    names_parent: bool,
    /// It ends in what is no element.
    pseudo: bool,
    /// Inside `:not()` and the like, where nothing is prefixed.
    nested: bool,
}

impl One<'_> {
    fn read(&mut self, input: &mut Parser<'_>) -> Result<(), Refused> {
        self.compound_is_empty = true;
        loop {
            let token = match input.next_including_whitespace_and_comments() {
                Ok(Token::Comment(_)) => continue,
                Ok(Token::WhiteSpace(_)) => {
                    if !self.compound_is_empty {
                        self.combinator.get_or_insert(' ');
                    }
                    continue;
                }
                Ok(token) => token.clone(),
                Err(_) => break,
            };
            match token {
                Token::Delim(c @ ('>' | '+' | '~')) => {
                    if self.compound_is_empty && self.parent.is_some() && self.text.is_empty() {
                        self.parent()?;
                    }
                    if self.compound_is_empty || self.combinator.is_some_and(|before| before != ' ')
                    {
                        return Err(refused());
                    }
                    self.combinator = Some(c);
                }
                token => self.simple(&token, input)?,
            }
            if self.text.len() > LENGTH_LIMIT {
                return Err(refused());
            }
        }
        if self.compound_is_empty || !matches!(self.combinator, None | Some(' ')) {
            return Err(refused());
        }
        if self.parent.is_some() && !self.names_parent {
            let own = std::mem::take(&mut self.text);
            self.parent()?;
            (self.first_end, self.typed) = (Some(self.text.len()), false);
            self.text.push(' ');
            self.text.push_str(&own);
        }
        Ok(())
    }

    /// Writes what stands for the rule around.
    fn parent(&mut self) -> Result<(), Refused> {
        let parent = self.parent.ok_or_else(refused)?;
        self.from_root |= parent.from_root;
        self.names_parent = true;
        self.compound_is_empty = false;
        self.text.push_str(":is(");
        self.text.push_str(&parent.inner);
        self.text.push(')');
        Ok(())
    }

    /// One simple selector; begins a new compound where a combinator stands before it.
    fn simple(&mut self, token: &Token<'_>, input: &mut Parser<'_>) -> Result<(), Refused> {
        if let Some(combinator) = self.combinator.take() {
            self.first_end.get_or_insert(self.text.len());
            self.text.push(combinator);
            self.compound_is_empty = true;
            (self.body, self.root) = (false, false);
        }
        if self.pseudo {
            return Err(refused());
        }
        match token {
            Token::Delim('&') => self.parent()?,
            Token::Ident(name) if self.compound_is_empty => self.element(name)?,
            Token::Delim('*') if self.compound_is_empty => self.text.push('*'),
            Token::Delim('.') => {
                let name = input.expect_ident_cloned()?;
                self.text.push('.');
                write_name(&name, &mut self.text);
            }
            Token::IDHash(name) => {
                self.text.push('#');
                write_name(name, &mut self.text);
            }
            Token::Colon => self.pseudo(input)?,
            Token::SquareBracketBlock => {
                self.state = true;
                let (written, asked) = input.parse_nested_block(attribute)?;
                self.text.push_str(&written);
                self.asked.extend(asked);
            }
            _ => return Err(refused()),
        }
        self.compound_is_empty = false;
        Ok(())
    }

    fn element(&mut self, name: &str) -> Result<(), Refused> {
        if !is_word(name) {
            return Err(refused());
        }
        self.typed |= self.first_end.is_none();
        match name.to_ascii_lowercase().as_str() {
            "html" => self.root(),
            "body" => {
                self.body = true;
                self.text.push_str("div:where(.");
                self.text.push_str(self.scope);
                self.text.push_str("b)");
                Ok(())
            }
            // The elements that stand for root and body are none that the mail means.
            "div" => {
                self.text.push_str(&format!("div:where(:not(.{0},.{0}b))", self.scope));
                Ok(())
            }
            lower => {
                self.text.push_str(lower);
                Ok(())
            }
        }
    }

    fn root(&mut self) -> Result<(), Refused> {
        if !self.text.is_empty() || self.nested {
            return Err(refused());
        }
        (self.from_root, self.root) = (true, true);
        self.text.push_str("div:where(.");
        self.text.push_str(self.scope);
        self.text.push(')');
        Ok(())
    }

    fn pseudo(&mut self, input: &mut Parser<'_>) -> Result<(), Refused> {
        let mut token = input.next_including_whitespace()?.clone();
        let twice = matches!(token, Token::Colon);
        if twice {
            token = input.next_including_whitespace()?.clone();
        }
        match token {
            Token::Ident(name) => {
                let lower = name.to_ascii_lowercase();
                let element = PSEUDO.iter().position(|known| *known == lower);
                if element.is_some_and(|place| twice || place < 4) && !self.nested {
                    self.pseudo = true;
                    self.first_end.get_or_insert(self.text.len());
                    self.text.push(':');
                } else if twice {
                    return Err(refused());
                } else if lower == "root" {
                    return self.root();
                } else if STATES.contains(&lower.as_str()) {
                    self.state = true;
                } else if !PLACES.contains(&lower.as_str()) {
                    return Err(refused());
                }
                self.text.push(':');
                self.text.push_str(&lower);
                Ok(())
            }
            Token::Function(name) if !twice => self.function(&name.to_ascii_lowercase(), input),
            _ => Err(refused()),
        }
    }

    fn function(&mut self, name: &str, input: &mut Parser<'_>) -> Result<(), Refused> {
        let inside = match name {
            _ if COUNTED.contains(&name) => input.parse_nested_block(|input| {
                let (step, offset) = cssparser::parse_nth(input)?;
                Ok::<_, Refused>(format!("{step}n{offset:+}"))
            })?,
            "dir" | "lang" => {
                let word = input.parse_nested_block(|input| {
                    let word = input.expect_ident_cloned()?;
                    Ok::<_, Refused>(word)
                })?;
                Some(word.to_string()).filter(|word| is_word(word)).ok_or_else(refused)?
            }
            "is" | "not" | "where" if !self.nested => {
                input.parse_nested_block(|input| self.choices(input))?
            }
            _ => return Err(refused()),
        };
        self.text.push(':');
        self.text.push_str(name);
        self.text.push('(');
        self.text.push_str(&inside);
        self.text.push(')');
        Ok(())
    }

    /// A list of selectors as an argument: each of them must stand, or none does.
    fn choices(&mut self, input: &mut Parser<'_>) -> Result<String, Refused> {
        let mut text = String::new();
        loop {
            let mut inner = One { scope: self.scope, nested: true, ..One::default() };
            input.parse_until_before(Delimiter::Comma, |input| inner.read(input))?;
            self.state |= inner.state;
            self.asked.append(&mut inner.asked);
            text.push_str(&inner.text);
            if input.next().is_err() {
                return Ok(text);
            }
            text.push(',');
        }
    }
}

/// What stands in square brackets, brackets included; with it an attribute without a meaning.
fn attribute(input: &mut Parser<'_>) -> Result<(String, Option<String>), Refused> {
    let mut written = "[".to_owned();
    let name = input.expect_ident_cloned()?.to_ascii_lowercase();
    let asked = asked::is_meaningless(&name).then_some(name.clone());
    match &asked {
        Some(name) => written.push_str(&asked::written(name)),
        None => write_name(&name, &mut written),
    }
    let operator = match input.next() {
        Err(_) => {
            written.push(']');
            return Ok((written, asked));
        }
        Ok(Token::Delim('=')) => "=",
        Ok(Token::IncludeMatch) => "~=",
        Ok(Token::DashMatch) => "|=",
        Ok(Token::PrefixMatch) => "^=",
        Ok(Token::SuffixMatch) => "$=",
        Ok(Token::SubstringMatch) => "*=",
        Ok(_) => return Err(refused()),
    };
    written.push_str(operator);
    let value = input.expect_ident_or_string()?.clone();
    let mut quoted = Text::default();
    write_string(&value, &mut quoted);
    written.push_str(quoted.as_str());
    if input.try_parse(|input| input.expect_ident_matching("i")).is_ok() {
        written.push_str(" i");
    }
    input.expect_exhausted()?;
    written.push(']');
    Ok((written, asked))
}
