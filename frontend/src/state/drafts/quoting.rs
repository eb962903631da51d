//! What is answered or passed on, put around what is being written: as text and as HTML.

use postern_shared::message::Quote;

use super::Composing;
use super::answer::{self, Kind, Labels};
use super::rich::{EMPTY, block, cite, from_text};
use super::signing::Signature;
use super::writing::Quoting;

/// What the original says of itself, in the user's language.
pub enum Heading {
    /// Who wrote when.
    Reply(String),
    /// Its header.
    Forward(Labels),
}

/// An original in both forms; empty where there is nothing to be quoted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Quoted {
    text: String,
    html: String,
}

impl Quoted {
    /// Under its heading.
    #[must_use]
    pub fn new(quote: &Quote, heading: &Heading) -> Self {
        let body = quote.html.clone().unwrap_or_else(|| from_text(&quote.plain));
        match heading {
            Heading::Reply(attribution) => {
                let text = answer::reply_text(quote, attribution);
                let html = match text.is_empty() && quote.html.is_none() {
                    true => String::new(),
                    false => [block(attribution), cite(&body)].concat(),
                };
                Self { text, html }
            }
            Heading::Forward(labels) => {
                let text = answer::forward_text(quote, labels);
                let head =
                    answer::forward_text(&Quote { plain: String::new(), ..quote.clone() }, labels);
                let html = [from_text(head.trim_end()), EMPTY.to_owned(), body].concat();
                Self { text, html }
            }
        }
    }

    /// Puts it around what a draft holds, with a signature.
    pub fn arrange(&self, draft: &mut Composing, signature: &Signature, quoting: Quoting) {
        let forwards = draft.kind == Kind::Forward;
        let (above, below) = match quoting {
            Quoting::Above if !forwards => (self.clone(), Self::default()),
            Quoting::None if !forwards => Default::default(),
            _ => (Self::default(), self.clone()),
        };
        let gap = if above.text.is_empty() { "" } else { "\n" };
        let end = signature.with_text(&below.text);
        draft.text = [&above.text, gap, &draft.text, &end].concat();
        if let Some(html) = &mut draft.html {
            let mut around = above.html;
            around.push_str(html);
            around.push_str(&signature.with_html(&below.html));
            *html = around;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_shared::address::Address;
    use postern_shared::draft::{Draft, DraftOptions, Origin};
    use postern_shared::identity::Identity;

    fn quote(html: Option<&str>) -> Quote {
        Quote {
            quoted: "> Hi".into(),
            plain: "Hi".into(),
            from: vec![],
            sent_at: None,
            html: html.map(str::to_owned),
            pictures: vec![],
            delivered_to: vec![],
        }
    }

    fn draft(kind: Kind, html: Option<&str>) -> Composing {
        let draft = Draft {
            account: crate::state::fixtures::account(),
            from: Address::default(),
            to: vec![],
            cc: vec![],
            bcc: vec![],
            subject: String::new(),
            text: "typed".into(),
            origin: Origin::New,
            html: html.map(str::to_owned),
            attachments: vec![],
            options: DraftOptions::default(),
        };
        Composing { kind, ..Composing::from_draft(1, draft) }
    }

    fn signature(words: &str) -> Signature {
        Signature::of(&Identity { signature: words.to_owned(), ..Identity::default() })
    }

    fn check(kind: Kind, quoting: Quoting, expect: &str) {
        let heading = match kind {
            Kind::Forward => Heading::Forward(Labels { intro: "Fwd".into(), headers: vec![] }),
            _ => Heading::Reply("Ann wrote:".into()),
        };
        let mut draft = draft(kind, None);
        Quoted::new(&quote(None), &heading).arrange(&mut draft, &signature("Me"), quoting);
        assert_eq!(draft.text, expect);
    }

    #[test]
    fn a_quotation_stands_where_it_is_wanted_and_the_signature_below_what_is_typed() {
        check(Kind::Reply, Quoting::Below, "typed\n\n-- \nMe\n\n\nAnn wrote:\n> Hi\n");
        check(Kind::Reply, Quoting::Above, "Ann wrote:\n> Hi\n\ntyped\n\n-- \nMe\n");
        check(Kind::ReplyAll, Quoting::None, "typed\n\n-- \nMe\n");
    }

    #[test]
    fn what_is_passed_on_is_always_there() {
        for quoting in [Quoting::Above, Quoting::None] {
            check(Kind::Forward, quoting, "typed\n\n-- \nMe\n\n\n---------- Fwd ----------\n\nHi");
        }
    }

    #[test]
    fn html_is_quoted_as_it_was_written_and_text_as_html() {
        let arrange = |html: Option<&str>| {
            let mut draft = draft(Kind::Reply, Some("<p>typed</p>"));
            let heading = Heading::Reply("Ann <ann@x.test> wrote:".into());
            Quoted::new(&quote(html), &heading).arrange(&mut draft, &signature(""), Quoting::Below);
            draft.html.unwrap()
        };
        let rich = arrange(Some("<b>Hi</b>"));
        assert!(rich.starts_with("<p>typed</p>"), "{rich}");
        assert!(rich.contains("Ann &lt;ann@x.test&gt; wrote:"), "{rich}");
        assert!(
            rich.contains("<blockquote type=\"cite\"") && rich.contains("<b>Hi</b></blockquote>")
        );
        assert!(arrange(None).contains("<div dir=\"auto\">Hi</div></blockquote>"));
    }
}
