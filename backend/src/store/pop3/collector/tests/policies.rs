//! What comes and what is removed, by policy, whatever the server offers and however it counts.

use postern_shared::collecting::KnownBy;

use super::*;

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn each_message_comes_once_and_whole_whatever_a_server_lacks() {
    let every =
        Pop3Capabilities::NAMES.iter().map(|name| Pop3Capabilities::default().without(name));
    let bare = Pop3Capabilities::default().without("uidl").without("top");
    for offers in every.chain([bare, bare.without("capa").without("pipelining")]) {
        let stage = Stage::new(offers, 5).await;
        let done = stage.collect(Removal::Never).await.unwrap();
        assert_eq!((done.done, done.total), (5, 5), "{offers:?}");
        assert_eq!(done.known_by == KnownBy::Uidl, offers.uidl, "{offers:?}");
        assert_eq!(stage.came().await, up_to(5), "in order, {offers:?}");
        let letters: Vec<_> = (1..=5).map(|number| letter(number, 200 + 15 * number)).collect();
        assert_eq!(stage.bytes().await, letters);
        stage.host.deliver(ANNA, letter(6, 900)).unwrap();
        stage.collect(Removal::Never).await.unwrap();
        assert_eq!((stage.came().await, stage.left()), (up_to(6), 6), "{offers:?}");
        let removed = stage.collect(Removal::AfterDownload).await.unwrap().removed;
        assert_eq!((removed, stage.left()), (6, 0), "{offers:?}");
        stage.collect(Removal::AfterDownload).await.unwrap();
        assert_eq!(stage.came().await, up_to(6), "{offers:?}");
    }
}

#[tokio::test]
async fn what_came_is_removed_when_the_policy_says_so() {
    let stage = Stage::new(Pop3Capabilities::default(), 2).await;
    stage.collect(Removal::AfterDays(3)).await.unwrap();
    stage.clock.advance(DAY * 2);
    stage.host.deliver(ANNA, letter(3, 500)).unwrap();
    stage.collect(Removal::AfterDays(3)).await.unwrap();
    assert_eq!(stage.left(), 3);
    stage.clock.advance(DAY);
    stage.collect(Removal::AfterDays(3)).await.unwrap();
    assert_eq!(stage.left(), 1, "counted from when each came");
    stage.host.deliver(ANNA, letter(4, 500)).unwrap();
    let done = stage.collect(Removal::AfterDownload).await.unwrap();
    assert_eq!((done.removed, stage.left()), (2, 0));
    assert_eq!(stage.came().await, up_to(4));
}

#[tokio::test]
async fn only_what_is_expunged_everywhere_here_is_removed_there() {
    let stage = Stage::new(Pop3Capabilities::default(), 3).await;
    stage.collect(Removal::WhenExpunged).await.unwrap();
    let mut inbox = stage.inbox().await;
    inbox.copy(&[1], &MailboxName::from_text("Archive")).await.unwrap();
    inbox.move_to(&[2], &MailboxName::from_text("Trash")).await.unwrap();
    inbox.expunge(&[1, 3]).await.unwrap();
    let done = stage.collect(Removal::WhenExpunged).await.unwrap();
    assert_eq!((done.removed, stage.left()), (1, 2), "one is copied and one was moved");
    let mut trash = stage.maildrop.store.connect(ACCOUNT).await.unwrap();
    trash.select(&MailboxName::from_text("Trash")).await.unwrap();
    trash.expunge(&[1]).await.unwrap();
    stage.maildrop.store.sweep(Duration::ZERO).await.unwrap();
    stage.collect(Removal::WhenExpunged).await.unwrap();
    assert_eq!(stage.left(), 1);
    assert_eq!(stage.came().await, [0_usize; 0], "nothing comes again");
}

#[tokio::test]
async fn the_first_round_goes_back_as_far_as_it_is_told() {
    let old = |number: usize| {
        let text = String::from_utf8(letter(number, 300)).unwrap();
        text.replace("14 Nov 2023", "14 Oct 2023").into_bytes()
    };
    for offers in [Pop3Capabilities::default(), Pop3Capabilities::default().without("top")] {
        let stage = Stage::new(offers, 0).await;
        for number in 1..=3 {
            stage.host.deliver(ANNA, old(number)).unwrap();
        }
        stage.host.deliver(ANNA, letter(4, 300)).unwrap();
        let policy = Policy { removal: Removal::AfterDownload, first_days: 7, ..Policy::default() };
        stage.collect_by(policy).await.unwrap();
        assert_eq!(stage.came().await, [4]);
        assert_eq!(stage.left(), 3, "what is older stays where it is");
        // Whatever comes later comes, also if it is old.
        stage.host.deliver(ANNA, old(5)).unwrap();
        stage.collect_by(Policy { first_days: 0, ..policy }).await.unwrap();
        assert_eq!((stage.came().await, stage.left()), (vec![4, 5], 3));
    }
}

#[tokio::test]
async fn equal_headers_are_as_many_messages_as_there_are() {
    let offers = Pop3Capabilities::default().without("uidl");
    let stage = Stage::new(offers, 0).await;
    let with = |body: &str| {
        let mut letter = letter(1, 100);
        letter.extend_from_slice(body.as_bytes());
        letter
    };
    for body in ["one\r\n", "two\r\n", "three and more\r\n"] {
        stage.host.deliver(ANNA, with(body)).unwrap();
    }
    stage.collect(Removal::Never).await.unwrap();
    stage.host.deliver(ANNA, with("four is another\r\n")).unwrap();
    stage.collect(Removal::AfterDownload).await.unwrap();
    stage.collect(Removal::AfterDownload).await.unwrap();
    assert_eq!((stage.came().await, stage.left()), (vec![1; 4], 0));
    // One that is as long as one that was removed is another one.
    stage.host.deliver(ANNA, with("six\r\n")).unwrap();
    stage.collect(Removal::AfterDownload).await.unwrap();
    assert_eq!((stage.came().await.len(), stage.left()), (5, 0));
}

#[tokio::test]
async fn servers_that_count_oddly_make_nothing_twice_and_nothing_lost() {
    let stage = Stage::new(Pop3Capabilities::default(), 6).await;
    let called = |uidls: &[(usize, &str)]| Pop3Quirks {
        uidls: uidls.iter().map(|(of, uidl)| (*of, (*uidl).to_owned())).collect(),
        ..Pop3Quirks::default()
    };
    let long = "x".repeat(400);
    // The same uidl twice, one that is too long, one that only an own question gives.
    let odd = Pop3Quirks { without_uidl: vec![5], ..called(&[(1, "a"), (2, "a"), (3, &long)]) };
    stage.quirks(odd);
    for _ in 0..2 {
        stage.collect(Removal::Never).await.unwrap();
        assert_eq!(stage.came().await, up_to(6));
    }
    // Everything is called otherwise, and counted otherwise.
    let renamed: Vec<(usize, String)> = (1..=6).map(|at| (at, format!("new{at}"))).collect();
    let sizes = (1..=6).map(|at| (at, 7 * at as i64)).collect();
    let odd = Pop3Quirks { uidls: renamed, sizes, bare_dot: true, ..Pop3Quirks::default() };
    stage.quirks(odd.clone());
    stage.collect(Removal::Never).await.unwrap();
    assert_eq!(stage.came().await, up_to(6));
    // A uidl that was used before names another message.
    stage.host.deliver(ANNA, letter(7, 800)).unwrap();
    let mut again = odd;
    again.uidls.push((7, "new3".into()));
    stage.quirks(again);
    stage.collect(Removal::Never).await.unwrap();
    assert_eq!(stage.came().await, up_to(7));
    let done = stage.collect(Removal::AfterDownload).await.unwrap();
    assert_eq!((done.removed, stage.left()), (7, 0));
}

#[tokio::test]
async fn another_message_under_a_known_name_and_as_large_comes_by_its_message_id() {
    let stage = Stage::new(Pop3Capabilities::default(), 0).await;
    // All of these are as large as each other.
    stage.host.deliver(ANNA, letter(1, 200)).unwrap();
    stage.host.deliver(ANNA, letter(2, 200)).unwrap();
    let called = |uidls: [&str; 2]| Pop3Quirks {
        uidls: uidls.into_iter().enumerate().map(|(at, it)| (at + 1, it.to_owned())).collect(),
        ..Pop3Quirks::default()
    };
    stage.quirks(called(["a", "b"]));
    stage.collect(Removal::Never).await.unwrap();
    stage.host.expunge((ANNA, "INBOX"), 2).unwrap();
    stage.host.deliver(ANNA, letter(3, 200)).unwrap();
    for _ in 0..2 {
        stage.collect(Removal::Never).await.unwrap();
        assert_eq!(stage.came().await, up_to(3), "each once");
    }
    // All of them went, and others took their names.
    stage.host.expunge((ANNA, "INBOX"), 1).unwrap();
    stage.host.expunge((ANNA, "INBOX"), 3).unwrap();
    stage.host.deliver(ANNA, letter(4, 200)).unwrap();
    stage.host.deliver(ANNA, letter(5, 200)).unwrap();
    let done = stage.collect(Removal::AfterDownload).await.unwrap();
    assert_eq!(stage.came().await, up_to(5));
    assert_eq!((done.removed, stage.left()), (2, 0));
}

#[tokio::test]
async fn what_is_there_under_a_name_is_removed_only_if_it_is_what_came() {
    let stage = Stage::new(Pop3Capabilities::default(), 0).await;
    // Without a Message-ID nothing else tells that it is another.
    let nameless = |number| {
        let letter = String::from_utf8(letter(number, 500)).unwrap();
        letter.replace("Message-ID:", "X-Id:").into_bytes()
    };
    stage.host.deliver(ANNA, nameless(1)).unwrap();
    stage.host.deliver(ANNA, nameless(2)).unwrap();
    let called = |first: &str, second: &str| Pop3Quirks {
        uidls: vec![(1, first.into()), (2, second.into())],
        sizes: vec![(1, 1), (2, 1)],
        ..Pop3Quirks::default()
    };
    stage.quirks(called("a", "b"));
    stage.collect(Removal::Never).await.unwrap();
    // As long and called the same: only the header tells.
    stage.host.expunge((ANNA, "INBOX"), 1).unwrap();
    stage.host.deliver(ANNA, nameless(3)).unwrap();
    stage.quirks(called("b", "a"));
    let done = stage.collect(Removal::AfterDownload).await.unwrap();
    assert_eq!((done.removed, stage.left()), (1, 1), "the new one stays");
    stage.quirks(Pop3Quirks { uidls: vec![(1, "c".into())], ..Pop3Quirks::default() });
    stage.collect(Removal::AfterDownload).await.unwrap();
    assert_eq!((stage.came().await, stage.left()), (up_to(3), 0));
}

#[tokio::test]
async fn a_message_that_is_moved_here_counts_as_kept() {
    let stage = Stage::new(Pop3Capabilities::default(), 2).await;
    stage.collect(Removal::WhenExpunged).await.unwrap();
    assert_eq!(stage.move_all("Archive").await.pairs.len(), 2);
    stage.collect(Removal::WhenExpunged).await.unwrap();
    assert_eq!(stage.left(), 2);
}

#[tokio::test]
async fn large_messages_are_stored_as_they_come_and_found_in_their_parts() {
    let stage = Stage::new(Pop3Capabilities::default(), 1).await;
    let file = "QUJDREVGR0g=\r\n".repeat(200_000);
    let large = format!(
        "Subject: Letter 2\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nThe words.\r\n--b\r\n\
         Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n\
         {file}\r\n--b\r\nContent-Type: text/plain; name=b.txt\r\n\r\nlast\r\n--b--\r\n"
    );
    stage.host.deliver(ANNA, large.as_bytes()).unwrap();
    stage.host.deliver(ANNA, letter(3, 300)).unwrap();
    stage.collect(Removal::AfterDownload).await.unwrap();
    assert_eq!((stage.came().await, stage.left()), (up_to(3), 0));
    assert!(stage.bytes().await[1] == large.as_bytes(), "the bytes are what they were");
    let mut inbox = stage.inbox().await;
    let mut part = async |section: &str| {
        let mut bytes = Vec::new();
        inbox.download(2, section, &mut bytes).await.unwrap();
        String::from_utf8(bytes).unwrap()
    };
    assert_eq!(part("1").await, "The words.");
    assert!(part("2").await == file, "a part in the middle");
    assert_eq!(part("3").await, "last");
    let opened = inbox.message(2).await.unwrap().unwrap();
    let structure = opened.structure.unwrap();
    assert_eq!(structure.children[1].octets, file.len() as u64);
    assert_eq!(opened.row.size as usize, large.len());
    assert!(stage.maildrop.store.scrub().await.unwrap().damaged.is_empty());
}
