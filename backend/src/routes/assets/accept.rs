//! Which encodings a client takes (RFC 9110 §12.5.3).

/// The encodings that files exist in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
}

impl Encoding {
    /// Its name in headers and tags.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// Whether `Accept-Encoding` allows it.
    pub(super) fn is_accepted(self, header: &str) -> bool {
        header.split(',').any(|choice| {
            let (name, parameters) = choice.split_once(';').unwrap_or((choice, ""));
            let refused = parameters
                .split(';')
                .filter_map(|parameter| parameter.trim().strip_prefix("q="))
                .any(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight == 0.0));
            name.trim().eq_ignore_ascii_case(self.name()) && !refused
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Encoding::{Brotli, Gzip};

    #[test]
    fn named_and_not_refused() {
        assert!(Brotli.is_accepted("gzip, deflate, BR") && Gzip.is_accepted("gzip;q=0.5, br"));
        assert!(
            !Brotli.is_accepted("gzip")
                && !Brotli.is_accepted("br;q=0, gzip")
                && !Gzip.is_accepted("")
        );
    }
}
