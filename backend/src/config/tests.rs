//! Reading configurations, good and bad.

use super::*;
use std::collections::BTreeMap;
use std::io::Write;

const FULL: &str = r#"
listen = "0.0.0.0:80"
public_url = "https://mail.example.test/webmail/"
trusted_proxies = ["10.0.0.0/8", "::1"]
[log]
format = "json"
[limits]
upload_mb = 7
[[provider]]
name = "Example"
domains = ["Example.test"]
imap = "imaps://mail.example.test"
smtp = "smtp+starttls://mail.example.test:2587"
login = "{local}"
sent_copy = "server"
authserv_ids = ["mx.example.test"]
[[provider]]
name = "Rest"
domains = ["*"]
imap = "imap://127.0.0.1:1143"
allow_plaintext = true
"#;

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let environment: BTreeMap<_, _> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let name = file.path().display().to_string();
    load(Some(file.path()), &environment).map_err(|error| error.to_string().replace(&name, "FILE"))
}

/// The error's text begins with `place` and mentions `about`.
fn check_error(text: &str, variables: &[(&str, &str)], (place, about): (&str, &str)) {
    let error = read(text, variables).expect_err(text);
    assert!(error.starts_with(&format!("{place}: ")) && error.contains(about), "{error}");
}

#[test]
fn nothing_at_all_gives_the_defaults() {
    let config = load(None, &BTreeMap::new()).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(
        (config.base_path(), config.session.idle_hours, config.limits.message_mb),
        ("/", 12, 50)
    );
    assert!(config.access.image_proxy && !config.access.custom_servers);
}

#[test]
fn a_full_file_is_read() {
    let config = read(FULL, &[]).unwrap();
    assert_eq!(config.base_path(), "/webmail/");
    assert_eq!((config.limits.upload_mb, config.log.format), (7, LogFormat::Json));
    assert_eq!(config.trusted_proxies.len(), 2);
    let example = &config.provider[0];
    assert_eq!(
        (example.login_of("ann@example.test").as_str(), example.sent_copy),
        ("ann", SentCopy::Server)
    );
    assert_eq!(example.smtp.as_ref().map(|smtp| smtp.security), Some(Security::StartTls));
    assert_eq!(example.domains, ["example.test"]);
    assert_eq!(example.authserv_ids, ["mx.example.test"]);
}

#[test]
fn variables_win_over_the_file() {
    let provider = r#"[{"name": "One", "domains": ["*"], "imap": "imaps://one.test"}]"#;
    let config = read(
        FULL,
        &[
            ("POSTERN_LISTEN", "127.0.0.1:9000"),
            ("POSTERN_PUBLIC_URL", ""),
            ("POSTERN_LIMITS__UPLOAD_MB", "9"),
            ("POSTERN_LOG__LEVEL", "5"),
            ("POSTERN_ACCESS__IMAGE_PROXY", "false"),
            ("POSTERN_TRUSTED_PROXIES", "[]"),
            ("POSTERN_PROVIDER", provider),
            ("POSTERN_CORPORA", "elsewhere"),
            ("OTHER", "ignored"),
        ],
    )
    .unwrap();
    assert_eq!(
        (config.listen.port(), config.limits.upload_mb, config.log.level.as_str()),
        (9000, 9, "5")
    );
    assert!(
        config.public_url.is_none()
            && !config.access.image_proxy
            && config.trusted_proxies.is_empty()
    );
    assert_eq!(config.provider.len(), 1);
}

#[test]
fn an_error_in_the_file_names_its_line() {
    check_error("listen = \"127.0.0.1:1\"\nlisten_too = 1", &[], ("FILE:2", "listen_too"));
    check_error("\n\nlisten = 5", &[], ("FILE:3", "invalid type"));
    check_error("a = [", &[], ("FILE:1", ""));
    check_error("[limits]\nupload_mb = -1", &[], ("FILE:2", "-1"));
    check_error("public_url = \"gopher://x\"", &[], ("FILE:1", "http"));
    check_error("database = \"oracle\"", &[], ("FILE:1", "oracle"));
    let bad_url = FULL.replace("imaps://mail", "imapz://mail");
    check_error(&bad_url, &[], ("FILE:12", "imapz"));
    let many = FULL.replace("sent_copy = \"server\"", "connections = 4");
    check_error(&many, &[], ("FILE:15", "1, 2 or 3"));
}

#[test]
fn a_check_that_fails_names_the_key_where_it_was_set() {
    let plain = FULL.replace("allow_plaintext = true", "");
    check_error(&plain, &[], ("FILE:20", "allow_plaintext"));
    check_error("public_url = \"http://mail.example.test/\"", &[], ("FILE:1", "insecure_http"));
    check_error("\nsecret_key = \"short\"", &[], ("FILE:2", "32"));
    check_error(
        FULL,
        &[("POSTERN_PUBLIC_URL", "http://a.test/")],
        ("POSTERN_PUBLIC_URL", "insecure_http"),
    );
    check_error(
        "",
        &[("POSTERN_SECRET_KEY_FILE", "/nonexistent/key")],
        ("POSTERN_SECRET_KEY_FILE", "nonexistent"),
    );
}

#[test]
fn an_error_in_a_variable_names_it() {
    check_error("", &[("POSTERN_LISTEN", "nowhere")], ("POSTERN_LISTEN", "invalid"));
    check_error(
        "",
        &[("POSTERN_LIMITS__UPLOAD_MB", "many")],
        ("POSTERN_LIMITS__UPLOAD_MB", "invalid type"),
    );
    check_error("", &[("POSTERN_TYPO", "1")], ("POSTERN_TYPO", "typo"));
    check_error("", &[("POSTERN_PROVIDER", "[{\"nam\": 1}]")], ("POSTERN_PROVIDER", "nam"));
}

#[test]
fn a_key_file_is_read_and_never_shown() {
    let mut key = tempfile::NamedTempFile::new().unwrap();
    let text = "0123456789abcdef0123456789abcdef";
    writeln!(key, "{text}").unwrap();
    let config = read("", &[("POSTERN_SECRET_KEY_FILE", key.path().to_str().unwrap())]).unwrap();
    assert_eq!(config.secret_key.expose().trim(), text);
    assert!(!format!("{config:?}").contains(text));
}

#[test]
fn what_an_imap_server_may_say_is_chosen_for_each_provider() {
    let text = |limits: &str| {
        format!(
            "[[provider]]\nname = \"A\"\ndomains = [\"*\"]\nimap = \"imaps://a.test\"\n\
             [provider.imap_limits]\n{limits}\n"
        )
    };
    let config = read(&text("literal_mb = 3\nsilence_seconds = 7"), &[]).unwrap();
    let limits = config.provider[0].imap_limits;
    let chosen = ImapLimits { literal_mb: 3, silence_seconds: 7, ..ImapLimits::default() };
    assert_eq!(limits, chosen);
    check_error(&text("answer_mb = 0"), &[], ("FILE:5", "lets nothing through"));
    check_error(&text("nesting = 65"), &[], ("FILE:5", "64"));
    check_error(&text("lines_mb = 1"), &[], ("FILE:6", "unknown field"));
}
