//! LIST and its options, and mailboxes made, renamed, removed.

use crate::raw::{ALICE, Raw, host, host_with};

#[tokio::test]
async fn list_shows_roles_children_and_status() {
    let host = host_with(&["one", "two"]).await;
    let mut raw = Raw::signed_in(&host).await;
    raw.check("LIST \"\" \"\"", &["* LIST (\\Noselect) \"/\" \"\""]).await;
    let all = [
        "* LIST (\\HasNoChildren) \"/\" INBOX",
        "* LIST (\\HasNoChildren \\Archive) \"/\" Archive",
        "* LIST (\\HasNoChildren \\Drafts) \"/\" Drafts",
        "* LIST (\\HasNoChildren \\Junk) \"/\" Junk",
        "* LIST (\\HasNoChildren \\Sent) \"/\" Sent",
        "* LIST (\\HasNoChildren \\Trash) \"/\" Trash",
    ];
    raw.check("LIST \"\" *", &all).await;
    let with_status = [
        "* LIST (\\HasNoChildren \\Subscribed) \"/\" INBOX",
        "* STATUS INBOX (MESSAGES 2 UNSEEN 2)",
    ];
    raw.check("LIST \"\" inbox RETURN (SUBSCRIBED STATUS (MESSAGES UNSEEN))", &with_status).await;
    let special = [
        "* LIST (\\HasNoChildren \\Sent) \"/\" Sent",
        "* LIST (\\HasNoChildren \\Trash) \"/\" Trash",
    ];
    raw.check("LIST (SPECIAL-USE) \"\" (S* T*) RETURN (SPECIAL-USE)", &special).await;
    raw.check("STATUS INBOX (UIDNEXT RECENT)", &["* STATUS INBOX (UIDNEXT 3 RECENT 2)"]).await;
    raw.check_tagged("STATUS Nowhere (UNSEEN)", "NO [NONEXISTENT]").await;
}

#[tokio::test]
async fn names_in_any_script_are_made_renamed_and_removed() {
    let host = host().await;
    let mut raw = Raw::signed_in(&host).await;
    raw.check_tagged("CREATE \"&ZeVnLIqe-/Plans & more\"", "BAD").await;
    raw.check_tagged("CREATE \"&ZeVnLIqe-/Plans &- more\"", "OK").await;
    assert!(host.mailbox_names(ALICE).contains(&"日本語/Plans & more".to_owned()));
    raw.check("LIST \"\" &ZeVnLIqe-", &["* LIST (\\HasChildren) \"/\" \"&ZeVnLIqe-\""]).await;
    raw.check_tagged("CREATE inbox", "NO [ALREADYEXISTS]").await;
    raw.check_tagged("RENAME &ZeVnLIqe- Japan", "OK").await;
    assert!(host.mailbox(ALICE, "Japan/Plans & more").is_some());
    raw.check_tagged("RENAME Japan Japan/Below", "NO").await;
    raw.check_tagged("DELETE Japan", "OK").await;
    raw.check("LIST \"\" Jap%", &["* LIST (\\Noselect \\HasChildren) \"/\" Japan"]).await;
    raw.check_tagged("SELECT Japan", "NO [NONEXISTENT]").await;
    raw.check_tagged("DELETE Japan", "NO").await;
    raw.check_tagged("DELETE \"Japan/Plans &- more\"", "OK").await;
    raw.check_tagged("DELETE Japan", "OK").await;
    raw.check_tagged("DELETE INBOX", "NO").await;
    raw.check_tagged("CREATE \"a//b\"", "NO").await;
}

#[tokio::test]
async fn a_renamed_inbox_leaves_an_empty_one() {
    let host = host_with(&["one", "two"]).await;
    let mut raw = Raw::signed_in(&host).await;
    raw.check_tagged("RENAME INBOX Old", "OK").await;
    assert_eq!(host.mailbox(ALICE, "INBOX").unwrap().messages.len(), 0);
    assert_eq!(host.mailbox(ALICE, "Old").unwrap().messages.len(), 2);
}

#[tokio::test]
async fn subscriptions_outlive_their_mailbox() {
    let host = host().await;
    let mut raw = Raw::signed_in(&host).await;
    raw.command("CREATE Club/Rowing").await;
    raw.check_tagged("SUBSCRIBE Club/Rowing", "OK").await;
    raw.check("LSUB \"\" Club*", &["* LSUB () \"/\" Club/Rowing"]).await;
    let inner = "* LIST (\\HasChildren) \"/\" Club (\"CHILDINFO\" (\"SUBSCRIBED\"))";
    raw.check("LIST (SUBSCRIBED RECURSIVEMATCH) \"\" C%", &[inner]).await;
    raw.check_tagged("DELETE Club/Rowing", "OK").await;
    let gone = "* LIST (\\NonExistent \\HasNoChildren \\Subscribed) \"/\" Club/Rowing";
    raw.check("LIST (SUBSCRIBED) \"\" Club/*", &[gone]).await;
    raw.check_tagged("UNSUBSCRIBE Club/Rowing", "OK").await;
    raw.check("LSUB \"\" Club*", &[]).await;
}

#[tokio::test]
async fn a_failed_select_leaves_nothing_selected() {
    let host = host_with(&["one"]).await;
    let mut raw = Raw::inbox(&host).await;
    raw.check_tagged("SELECT Nowhere", "NO [NONEXISTENT]").await;
    raw.check_tagged("FETCH 1 UID", "BAD").await;
    raw.command("SELECT INBOX").await;
    raw.command("STORE 1 +FLAGS (\\Deleted)").await;
    raw.check("CLOSE", &[]).await;
    assert_eq!(host.mailbox(ALICE, "INBOX").unwrap().messages.len(), 0);
}
