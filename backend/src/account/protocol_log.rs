//! An account's protocol log, for support: without secrets, names or mail.
//!
//! The administrator switches it on for one account by the log's filter:
//! `level = "info,postern::protocol[account{id=ID}]=trace"`.

use std::sync::Arc;

use postern_shared::account::AccountId;

use crate::store::imap::ProtocolLog;

/// Where the lines of an account's connections go; none while nobody wants them.
pub(super) fn of(id: &AccountId) -> Option<ProtocolLog> {
    let span = tracing::trace_span!(target: "postern::protocol", "account", id = %id.0);
    if span.is_disabled() {
        return None;
    }
    Some(Arc::new(move |line: &str| {
        span.in_scope(|| tracing::trace!(target: "postern::protocol", "{line}"));
    }))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Mutex;

    use tracing_subscriber::EnvFilter;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is logged of two accounts' lines under a filter.
    fn logged(filter: &str) -> String {
        let lines = Lines::default();
        let kept = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::try_new(filter).unwrap())
            .with_writer(move || kept.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            for id in ["one", "other"] {
                if let Some(log) = of(&AccountId(id.to_owned())) {
                    log(&format!("C: P1 NOOP of {id}"));
                }
            }
        });
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn one_account_is_logged_and_no_other() {
        let text = logged("info,postern::protocol[account{id=one}]=trace");
        assert!(text.contains("P1 NOOP of one"), "{text}");
        assert!(!text.contains("of other"), "{text}");
        assert_eq!(logged("info"), "");
        assert!(logged("postern::protocol=trace").contains("of other"));
    }
}
