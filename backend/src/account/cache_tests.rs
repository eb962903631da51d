//! What is remembered of opened messages stays within its bounds.

use postern_shared::account::AccountId;
use postern_shared::envelope::Envelope;
use postern_shared::message::MessageSummary;
use postern_shared::uid::{Uid, UidValidity};

use super::*;

fn key(uid: u32) -> MessageKey {
    MessageKey {
        account: AccountId("a".into()),
        mailbox: MailboxId("m".into()),
        uid_validity: UidValidity(1),
        uid: Uid(uid),
    }
}

fn opened(uid: u32, weight: usize) -> Arc<Opened> {
    let summary = MessageSummary {
        key: key(uid),
        envelope: Envelope::default(),
        flags: Flags::default(),
        size: 0,
        received_at: 0,
        has_attachment: false,
        preview: String::new(),
        thread: None,
    };
    let message = Message {
        summary,
        references: Vec::new(),
        body: String::new(),
        attachments: Vec::new(),
        blocked_images: 0,
        insight: Vec::new(),
    };
    let text = "x".repeat(weight);
    Arc::new(Opened {
        message,
        parts: Vec::new(),
        parsed: None,
        body: Sanitised::default(),
        charset: None,
        text: text.into(),
        layouts: Mutex::default(),
    })
}

fn holds(cache: &Cache, uid: u32) -> bool {
    cache.get(&key(uid)).is_some()
}

#[test]
fn an_account_keeps_what_it_used_last() {
    let cache = Cache::new(Memory::default());
    cache.put(opened(1, SHARE / 3));
    cache.put(opened(2, SHARE / 3));
    assert!(holds(&cache, 1));
    cache.put(opened(3, SHARE / 2));
    assert!(holds(&cache, 1) && !holds(&cache, 2) && holds(&cache, 3));
    cache.put(opened(4, SHARE * 2));
    assert!(holds(&cache, 4) && !holds(&cache, 1) && !holds(&cache, 3));
}

#[test]
fn all_accounts_together_stay_within_one_bound() {
    let memory = Memory::default();
    let accounts: Vec<Cache> = (0..40).map(|_| Cache::new(memory.clone())).collect();
    for cache in &accounts {
        cache.put(opened(1, SHARE - 4096));
    }
    assert!(memory.pool().weight <= CAPACITY);
    assert!(!holds(&accounts[0], 1) && holds(&accounts[39], 1));
    drop(accounts);
    let left = memory.pool();
    assert_eq!((left.weight, left.order.len()), (0, 0));
}

#[test]
fn what_is_gone_is_forgotten() {
    let cache = Cache::new(Memory::default());
    cache.put(opened(1, 10));
    cache.put(opened(2, 10));
    cache.forget(&MailboxId("m".into()), &[1]);
    assert!(!holds(&cache, 1) && holds(&cache, 2));
    cache.forget_mailbox(&MailboxId("m".into()));
    assert!(!holds(&cache, 2));
}
