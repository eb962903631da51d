//! The page's Content-Security-Policy: nothing but our own files, and mail only in frames.

/// The policy of a page served at `origin` below `base_path`.
#[must_use]
pub fn page(origin: &str, base_path: &str) -> String {
    let below = format!("{origin}{base_path}");
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' blob: data:; connect-src 'self'; media-src 'self'; \
         frame-src {below}api/body/ {below}api/editor/ {below}api/viewer/; worker-src 'self'; \
         manifest-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_policy_is_the_one_that_was_decided() {
        assert_eq!(
            super::page("https://mail.example.test", "/webmail/"),
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
             img-src 'self' blob: data:; connect-src 'self'; media-src 'self'; \
             frame-src https://mail.example.test/webmail/api/body/ \
             https://mail.example.test/webmail/api/editor/ \
             https://mail.example.test/webmail/api/viewer/; \
             worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'"
        );
    }
}
