//! From tokens to the tree, by recursive descent of bounded depth.

use postern_shared::flag::Flag;

use super::day::Day;
use super::lex::{Kind, Token, tokens};
use super::value;
use super::{Error, ErrorKind, MAX_DEPTH, MAX_LENGTH, MAX_TERMS, Query, Term};

/// Reads a query; one of nothing but space means every message. `today` is what `older_than:` and
/// the like count from.
///
/// # Errors
/// What is wrong, and at which character.
pub fn parse(input: &str, today: Day) -> Result<Query, Error> {
    if input.chars().nth(MAX_LENGTH).is_some() {
        return Err(too_much(MAX_LENGTH));
    }
    let end = u32::try_from(input.chars().count()).unwrap_or(u32::MAX);
    let mut parser = Parser { tokens: tokens(input)?, next: 0, end, terms: 0, today };
    let query = parser.all(0, &Field::Anywhere)?;
    match parser.peek() {
        None => Ok(query),
        Some(token) => Err(Error { position: token.at, kind: ErrorKind::StrayParenthesis }),
    }
}

/// What a bare word means.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    Anywhere,
    /// The value of this key.
    Of(String),
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    end: u32,
    terms: usize,
    today: Day,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn is_next(&self, kind: &Kind) -> bool {
        self.peek().is_some_and(|token| token.kind == *kind)
    }

    fn missing(&self) -> Error {
        let position = self.peek().map_or(self.end, |token| token.at);
        Error { position, kind: ErrorKind::MissingTerm }
    }

    /// Terms beside each other, up to a closing parenthesis or the end.
    fn all(&mut self, depth: usize, field: &Field) -> Result<Query, Error> {
        if depth > MAX_DEPTH {
            return Err(too_much(self.peek().map_or(self.end, |token| token.at) as usize));
        }
        let mut all = Vec::new();
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Close => break,
                Kind::And if all.is_empty() => return Err(self.missing()),
                Kind::And => {
                    self.next += 1;
                    all.push(self.either(depth, field)?);
                }
                _ => all.push(self.either(depth, field)?),
            }
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Query::And(all) })
    }

    /// Neighbours joined by OR.
    fn either(&mut self, depth: usize, field: &Field) -> Result<Query, Error> {
        let mut either = vec![self.one(depth, field)?];
        while self.is_next(&Kind::Or) {
            self.next += 1;
            either.push(self.one(depth, field)?);
        }
        Ok(if either.len() == 1 { either.remove(0) } else { Query::Or(either) })
    }

    /// One term or group, turned round as often as it says.
    fn one(&mut self, depth: usize, field: &Field) -> Result<Query, Error> {
        let mut turned = false;
        while self.is_next(&Kind::Not) {
            turned = !turned;
            self.next += 1;
        }
        let Some(Token { at, kind }) = self.peek().cloned() else { return Err(self.missing()) };
        let query = match kind {
            Kind::Open => self.group(depth, field)?,
            Kind::Key(name) => self.keyed(depth, (name, at))?,
            Kind::Text(text) => {
                self.next += 1;
                self.count(at)?;
                self.term(field, &text, at)?
            }
            Kind::Close | Kind::Or | Kind::And | Kind::Not => return Err(self.missing()),
        };
        Ok(if turned { query.negated() } else { query })
    }

    fn group(&mut self, depth: usize, field: &Field) -> Result<Query, Error> {
        let opened = self.peek().map_or(self.end, |token| token.at);
        self.next += 1;
        let inside = self.all(depth + 1, field)?;
        if !self.is_next(&Kind::Close) {
            return Err(Error { position: opened, kind: ErrorKind::OpenParenthesis });
        }
        self.next += 1;
        match inside {
            Query::And(empty) if empty.is_empty() => {
                Err(Error { position: opened, kind: ErrorKind::MissingTerm })
            }
            inside => Ok(inside),
        }
    }

    /// `key:` and the word, quotation or group that follows it.
    fn keyed(&mut self, depth: usize, (name, at): (String, u32)) -> Result<Query, Error> {
        self.next += 1;
        let after = at + u32::try_from(name.chars().count()).unwrap_or(0) + 1;
        let missing = Error { position: after, kind: ErrorKind::MissingTerm };
        let Some(Token { at: value_at, kind }) = self.peek().cloned() else { return Err(missing) };
        match kind {
            Kind::Open => self.group(depth, &Field::Of(name)),
            Kind::Text(text) => {
                self.next += 1;
                self.count(value_at)?;
                self.term(&Field::Of(name), &text, value_at)
            }
            _ => Err(missing),
        }
    }

    fn count(&mut self, at: u32) -> Result<(), Error> {
        self.terms += 1;
        if self.terms > MAX_TERMS { Err(too_much(at as usize)) } else { Ok(()) }
    }

    fn term(&self, field: &Field, text: &str, at: u32) -> Result<Query, Error> {
        let wrong = |kind| Error { position: at, kind };
        let text = text.trim();
        if text.is_empty() {
            return Err(wrong(ErrorKind::MissingTerm));
        }
        let name = match field {
            Field::Anywhere => "text",
            Field::Of(name) => name.as_str(),
        };
        let owned = text.to_owned();
        let day = || value::date(text, self.today).ok_or(wrong(ErrorKind::BadDate));
        let ago = || value::ago(text, self.today).ok_or(wrong(ErrorKind::BadAge));
        let size = || value::size(text).ok_or(wrong(ErrorKind::BadSize));
        let term = match name {
            "from" => Term::From(owned),
            "to" => Term::To(owned),
            "cc" => Term::Cc(owned),
            "bcc" => Term::Bcc(owned),
            "subject" => Term::Subject(owned),
            "body" => Term::Body(owned),
            "filename" => Term::Filename(owned),
            "list" => Term::List(owned),
            "in" => Term::In(owned),
            "label" => Term::Flag(Flag::Keyword(owned)),
            "before" => Term::Before(day()?),
            "after" | "since" => Term::Since(day()?),
            "older_than" => Term::Before(ago()?),
            "newer_than" => Term::Since(ago()?),
            "larger" => Term::Larger(size()?),
            "smaller" => Term::Smaller(size()?),
            "is" => return state(text).ok_or(wrong(ErrorKind::UnknownWord)),
            "has" => return having(text).ok_or(wrong(ErrorKind::UnknownWord)),
            _ => Term::Text(owned),
        };
        Ok(Query::Term(term))
    }
}

/// What `is:` can say.
fn state(word: &str) -> Option<Query> {
    let flag = |flag| Query::Term(Term::Flag(flag));
    Some(match word.to_ascii_lowercase().as_str() {
        "unread" | "unseen" | "new" => flag(Flag::Seen).negated(),
        "read" | "seen" => flag(Flag::Seen),
        "starred" | "flagged" => flag(Flag::Flagged),
        "unstarred" | "unflagged" => flag(Flag::Flagged).negated(),
        "answered" | "replied" => flag(Flag::Answered),
        "unanswered" => flag(Flag::Answered).negated(),
        "forwarded" => flag(Flag::Keyword(Flag::FORWARDED.to_owned())),
        "draft" => flag(Flag::Draft),
        "deleted" => flag(Flag::Deleted),
        _ => return None,
    })
}

/// What `has:` can say.
fn having(word: &str) -> Option<Query> {
    match word.to_ascii_lowercase().as_str() {
        "attachment" | "attachments" | "file" => Some(Query::Term(Term::HasAttachment)),
        "star" => state("starred"),
        _ => None,
    }
}

fn too_much(position: usize) -> Error {
    let position = u32::try_from(position).unwrap_or(u32::MAX);
    Error { position, kind: ErrorKind::TooMuch }
}
