//! Arguments, good and bad.

use super::*;

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn check(line: &str, expect: Option<(Option<&str>, &[&str], &[&str])>) {
    let found = Options::read(&words(line), &["--config"], &["--deep"]).ok();
    let found = found.map(|mut options| (options.value("--config"), options.flags, options.plain));
    let expect = expect.map(|(value, flags, plain)| {
        (value.map(str::to_owned), words(&flags.join(" ")), words(&plain.join(" ")))
    });
    assert_eq!(found, expect, "{line}");
}

#[test]
fn values_flags_and_plain_arguments_are_told_apart() {
    check("a --config f --deep b", Some((Some("f"), &["--deep"], &["a", "b"])));
    check("--config=f", Some((Some("f"), &[], &[])));
    check("a=b", Some((None, &[], &["a=b"])));
    check("--config", None);
    check("--nope", None);
    check("--deep=1", None);
}

#[test]
fn misuse_is_told_from_failure() {
    let ends = |line: &str| match dispatch(&words(line), &Environment::new()) {
        Ok(()) => 0,
        Err(End::Failing(_)) => 1,
        Err(End::Misused(_)) => 2,
    };
    assert_eq!(ends(""), 2);
    assert_eq!(ends("fly"), 2);
    assert_eq!(ends("serve now"), 2);
    assert_eq!(ends("serve --config /nonexistent/postern.toml"), 2);
    assert_eq!(ends("demo --listen 0.0.0.0:0"), 2);
}

#[test]
fn a_cause_is_named_once() {
    let error = anyhow::anyhow!("disk full").context("writing: disk full").context("stopped");
    assert_eq!(with_causes(&error), "stopped: writing: disk full");
}
