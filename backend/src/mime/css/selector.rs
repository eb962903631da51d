//! Selectors of a mail's style sheets, held within the mail (Selectors 4).
//!
//! Every selector is put below the element that stands for the mail, without changing its weight;
//! `html` and `body` mean the two elements that stand for them.

use cssparser::{Delimiter, Parser, Token};

use super::value::{Refused, is_word, refused, write_name, write_string};
use crate::mime::html::edits::Text;

/// Selectors that tell what the reader does.
const STATES: &[&str] = &["active", "focus", "focus-visible", "focus-within", "hover", "visited"];

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

/// A list of selectors, written anew.
#[derive(Default)]
pub(super) struct Selectors {
    /// The list, without a comma at its end.
    pub(super) text: String,
    /// One of them is the mail's body itself.
    pub(super) body: bool,
    /// One of them depends on what the reader does or on what the mail says.
    pub(super) state: bool,
}

/// Reads a list; selectors that may not stand are left out of it.
pub(super) fn list(input: &mut Parser<'_>, scope: &str) -> Result<Selectors, Refused> {
    let mut list = Selectors::default();
    loop {
        let mut one = One { scope, ..One::default() };
        if input.parse_until_before(Delimiter::Comma, |input| one.read(input)).is_ok()
            && !one.compound_is_empty
        {
            if !list.text.is_empty() {
                list.text.push(',');
            }
            if !one.from_root {
                list.text.push_str(":where(.");
                list.text.push_str(scope);
                list.text.push_str(") ");
            }
            list.text.push_str(&one.text);
            list.body |= one.body;
            list.state |= one.state;
        }
        if input.next().is_err() {
            return if list.text.is_empty() { Err(refused()) } else { Ok(list) };
        }
    }
}

#[derive(Default)]
struct One<'s> {
    scope: &'s str,
    text: String,
    combinator: Option<char>,
    compound_is_empty: bool,
    /// It begins at the root.
    from_root: bool,
    /// Its last compound is the body.
    body: bool,
    state: bool,
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
                    if self.compound_is_empty || self.combinator.is_some_and(|before| before != ' ')
                    {
                        return Err(refused());
                    }
                    self.combinator = Some(c);
                }
                token => self.simple(&token, input)?,
            }
        }
        match self.combinator {
            None | Some(' ') => Ok(()),
            _ => Err(refused()),
        }
    }

    /// One simple selector; begins a new compound where a combinator stands before it.
    fn simple(&mut self, token: &Token<'_>, input: &mut Parser<'_>) -> Result<(), Refused> {
        if let Some(combinator) = self.combinator.take() {
            self.text.push(combinator);
            self.compound_is_empty = true;
            self.body = false;
        }
        match token {
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
                let written = input.parse_nested_block(attribute)?;
                self.text.push_str(&written);
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
        match name.to_ascii_lowercase().as_str() {
            "html" => self.root(),
            "body" => {
                self.body = true;
                self.text.push_str("div:where(.");
                self.text.push_str(self.scope);
                self.text.push_str("b)");
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
        self.from_root = true;
        self.text.push_str("div:where(.");
        self.text.push_str(self.scope);
        self.text.push(')');
        Ok(())
    }

    fn pseudo(&mut self, input: &mut Parser<'_>) -> Result<(), Refused> {
        let token = input.next_including_whitespace()?.clone();
        match token {
            Token::Ident(name) => {
                let lower = name.to_ascii_lowercase();
                if lower == "root" {
                    return self.root();
                }
                let state = STATES.contains(&lower.as_str());
                if !state && !PLACES.contains(&lower.as_str()) {
                    return Err(refused());
                }
                self.state |= state;
                self.text.push(':');
                self.text.push_str(&lower);
                Ok(())
            }
            Token::Function(name) => self.function(&name.to_ascii_lowercase(), input),
            _ => Err(refused()),
        }
    }

    fn function(&mut self, name: &str, input: &mut Parser<'_>) -> Result<(), Refused> {
        let inside = if COUNTED.contains(&name) {
            input.parse_nested_block(|input| {
                let (step, offset) = cssparser::parse_nth(input)?;
                Ok::<_, Refused>(format!("{step}n{offset:+}"))
            })?
        } else if name == "not" && !self.nested {
            let mut inner = One { scope: self.scope, nested: true, ..One::default() };
            input.parse_nested_block(|input| inner.read(input))?;
            if inner.compound_is_empty {
                return Err(refused());
            }
            self.state |= inner.state;
            inner.text
        } else {
            return Err(refused());
        };
        self.text.push(':');
        self.text.push_str(name);
        self.text.push('(');
        self.text.push_str(&inside);
        self.text.push(')');
        Ok(())
    }
}

/// What stands in square brackets, brackets included.
fn attribute(input: &mut Parser<'_>) -> Result<String, Refused> {
    let mut written = "[".to_owned();
    write_name(&input.expect_ident_cloned()?, &mut written);
    let operator = match input.next() {
        Err(_) => {
            written.push(']');
            return Ok(written);
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
    Ok(written)
}
