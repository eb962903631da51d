//! Each target of `torture` for ten seconds (`POSTERN_SECONDS`); `cargo xtask torture` has more time.

use anyhow::{Result, ensure};

/// Runs a target in a process of its own: a panic, an abort or too much memory is its failure.
async fn check(target: &str) -> Result<()> {
    let ended = tokio::process::Command::new(env!("CARGO_BIN_EXE_torture"))
        .arg(target)
        .kill_on_drop(true)
        .output()
        .await?;
    let said = String::from_utf8_lossy(&ended.stdout);
    let complaint = String::from_utf8_lossy(&ended.stderr);
    ensure!(ended.status.success(), "{target}: {}\n{complaint}", ended.status);
    ensure!(said.starts_with(target) && !said.contains(": 0 "), "it did nothing: {said}");
    Ok(())
}

#[tokio::test]
async fn garbled_octets_harm_nothing() -> Result<()> {
    check("wire").await
}

#[tokio::test]
async fn garbled_tokens_harm_nothing() -> Result<()> {
    check("tokens").await
}

#[tokio::test]
async fn lines_of_other_servers_harm_nothing() -> Result<()> {
    check("transcripts").await
}

#[tokio::test]
async fn a_malicious_server_harms_nothing_and_takes_no_more_memory_than_allowed() -> Result<()> {
    check("server").await
}

#[tokio::test]
async fn any_search_query_is_read_or_refused() -> Result<()> {
    check("query").await
}

#[tokio::test]
async fn any_mailbox_name_is_shown() -> Result<()> {
    check("utf7").await
}

#[tokio::test]
async fn any_message_is_shown() -> Result<()> {
    check("mime").await
}

#[tokio::test]
async fn any_html_is_made_safe() -> Result<()> {
    check("html").await
}
