//! Rounds that break: nothing is lost, nothing comes twice, nothing goes before it is durable.

use postern_mailhost::{Pop3Effect, Trigger};

use super::*;

/// Rounds go on until one is through; the number of those that failed.
async fn until_through(stage: &Stage, removal: Removal) -> usize {
    for failed in 0..60 {
        if stage.collect(removal).await.is_ok() {
            return failed;
        }
    }
    panic!("no round is through")
}

#[tokio::test]
async fn a_cut_in_any_phase_loses_nothing_and_makes_nothing_twice() {
    let verbs = ["GREETING", "CAPA", "AUTH", "LIST", "UIDL", "RETR", "DELE", "QUIT"];
    let effects = [
        Pop3Effect::Close,
        Pop3Effect::CloseAfterwards,
        Pop3Effect::CloseAfter(0),
        Pop3Effect::CloseAfter(20),
        Pop3Effect::Error("[SYS/TEMP] not now".into()),
        Pop3Effect::Garbage(b"what?\r\n".to_vec()),
    ];
    for verb in verbs {
        for effect in &effects {
            let stage = Stage::new(Pop3Capabilities::default(), 5).await;
            let after = if matches!(verb, "RETR" | "DELE") { 2 } else { 0 };
            stage.host.faults().pop3(Trigger::on(verb).after(after).times(1), effect.clone());
            // Whatever the first one comes to, what is gone there is here.
            let _ = stage.collect(Removal::AfterDownload).await;
            let gone = 5 - stage.left();
            assert!(stage.came().await.len() >= gone, "{verb} {effect:?}");
            until_through(&stage, Removal::AfterDownload).await;
            stage.collect(Removal::AfterDownload).await.unwrap();
            let mut came = stage.came().await;
            came.sort_unstable();
            assert_eq!((came, stage.left()), (up_to(5), 0), "{verb} {effect:?}");
        }
    }
}

#[tokio::test]
async fn a_maildrop_comes_although_every_session_is_cut_early() {
    let stage = Stage::new(Pop3Capabilities::default(), 30).await;
    stage.host.faults().pop3(Trigger::on("RETR").after(7), Pop3Effect::CloseAfter(100));
    for _ in 0..3 {
        assert!(stage.collect(Removal::AfterDownload).await.is_err());
    }
    let came = stage.came().await.len();
    assert!(stage.left() == 30 && came > 0, "{came}: what came before a cut stays");
    stage.host.faults().clear_all();
    stage.collect(Removal::AfterDownload).await.unwrap();
    assert_eq!((stage.came().await, stage.left()), (up_to(30), 0));
}

#[tokio::test]
async fn a_round_that_is_dropped_anywhere_goes_on_the_next_time() {
    let stage = Stage::new(Pop3Capabilities::default(), 40).await;
    for millis in [1, 3, 5, 8, 12, 20, 30, 50, 80] {
        let round = stage.collect(Removal::AfterDownload);
        let _ = tokio::time::timeout(Duration::from_millis(millis), round).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(stage.came().await.len() >= 40 - stage.left());
    }
    until_through(&stage, Removal::AfterDownload).await;
    assert_eq!((stage.came().await, stage.left()), (up_to(40), 0));
}

#[tokio::test]
async fn what_does_not_fit_stays_where_it_is() {
    let stage = Stage::with_quota(Pop3Capabilities::default(), 3, 1_000).await;
    let refused = stage.collect(Removal::AfterDownload).await;
    assert!(matches!(refused, Err(Error::Store(crate::store::Error::OverQuota))), "{refused:?}");
    assert_eq!(stage.left(), 3);
    let stage = Stage {
        maildrop: Maildrop {
            store: open(&stage.disk, &stage.clock, 0).await,
            ..stage.maildrop.clone()
        },
        ..stage
    };
    let blobs = stage.disk.path().join("blobs");
    std::fs::remove_dir_all(&blobs).unwrap();
    std::fs::write(&blobs, "in the way").unwrap();
    stage.host.deliver(ANNA, letter(4, 3 << 20)).unwrap();
    assert!(stage.collect(Removal::AfterDownload).await.is_err(), "it cannot be stored");
    assert_eq!(stage.left(), 4, "a session that fails removes nothing");
    std::fs::remove_file(&blobs).unwrap();
    std::fs::create_dir(&blobs).unwrap();
    stage.collect(Removal::AfterDownload).await.unwrap();
    assert_eq!((stage.came().await, stage.left()), (up_to(4), 0));
}

#[tokio::test]
async fn a_message_that_does_not_come_keeps_no_other_from_coming() {
    let stage = Stage::new(Pop3Capabilities::default(), 4).await;
    let damaged = Pop3Effect::Error("[SYS/PERM] damaged".into());
    stage.host.faults().pop3(Trigger::on("RETR").after(1).times(2), damaged);
    let missed = stage.missed().await.unwrap().unwrap();
    assert_eq!((missed.messages, stage.came().await, stage.left()), (2, vec![1, 4], 2));
    let Reason::Refused(error) = missed.first else { panic!("{missed:?}") };
    assert!(error.has_code("SYS/PERM"), "{error:?}");
    // One that is said to be larger than anything is not even asked for.
    stage.quirks(Pop3Quirks { sizes: vec![(1, 5 << 30)], ..Pop3Quirks::default() });
    let missed = stage.missed().await.unwrap().unwrap();
    assert!(matches!(missed.first, Reason::TooLarge(super::super::LARGEST)), "{missed:?}");
    assert_eq!((missed.messages, stage.came().await, stage.left()), (1, vec![1, 4, 3], 1));
    stage.quirks(Pop3Quirks::default());
    assert!(stage.missed().await.unwrap().is_none());
    assert_eq!((stage.came().await, stage.left()), (vec![1, 4, 3, 2], 0));
}

#[tokio::test]
async fn a_message_that_proves_too_large_leaves_nothing_and_stays_at_the_server() {
    let mut stage = Stage::new(Pop3Capabilities::default(), 1).await;
    stage.maildrop.largest = 2 << 20;
    for (number, octets) in [(2, 3 << 20), (3, 200)] {
        stage.host.deliver(ANNA, letter(number, octets)).unwrap();
    }
    // Its server says less than there is.
    stage.quirks(Pop3Quirks { sizes: vec![(2, 300)], ..Pop3Quirks::default() });
    let missed = stage.missed().await.unwrap().unwrap();
    assert!(missed.messages == 1 && matches!(missed.first, Reason::TooLarge(_)), "{missed:?}");
    assert_eq!((stage.came().await, stage.left()), (vec![1, 3], 1));
    assert_eq!(blobs(&stage), 0, "half a message is kept");
    // And one without an end ends the round.
    stage.maildrop.largest = 1 << 20;
    stage.quirks(Pop3Quirks { sizes: vec![(1, 300)], ..Pop3Quirks::default() });
    assert!(matches!(stage.missed().await, Err(Error::Store(crate::store::Error::Limit(_)))));
    assert_eq!((blobs(&stage), stage.left()), (0, 1));
}

/// Large messages that are kept.
fn blobs(stage: &Stage) -> usize {
    fn files(place: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
        entries.map(|it| if it.path().is_dir() { files(&it.path()) } else { 1 }).sum()
    }
    files(&stage.disk.path().join("blobs"))
}

#[tokio::test]
async fn a_busy_maildrop_and_a_wrong_password_are_told_apart() {
    let stage = Stage::new(Pop3Capabilities::default(), 1).await;
    let strike = |words: &str| {
        let effect = Pop3Effect::Error(words.into());
        stage.host.faults().pop3(Trigger::on("AUTH").times(1), effect);
    };
    for (words, busy, refused) in [
        ("[IN-USE] wait", true, false),
        ("[LOGIN-DELAY] wait", true, false),
        ("[SYS/TEMP] wait", false, false),
        ("[AUTH] no", false, true),
    ] {
        strike(words);
        let error = stage.collect(Removal::Never).await.unwrap_err();
        assert_eq!((error.is_busy(), error.is_refused_sign_in()), (busy, refused), "{words}");
    }
    stage.quirks(Pop3Quirks { login_delay: Some(Duration::from_secs(60)), ..Default::default() });
    assert_eq!(stage.collect(Removal::Never).await.unwrap().login_delay, 60);
    assert_eq!(stage.maildrop.store.rounds(ACCOUNT).await.unwrap().login_delay, 60);
}
