//! The bytes of every type that travels: a change here means a new `PROTOCOL_VERSION`.

mod accounts;
mod collecting;
mod drafts;
mod identities;
mod insight;
mod invitations;
mod mutations;
mod parts;
mod receipts;
mod samples;
mod submissions;
mod transfers;

use serde::Serialize;

use crate::api::accounts::ListAccounts;
use crate::api::submissions::ListSubmissions;
use crate::api::{Call as _, Reply, Request};
use crate::event::{Aside, Event};
use crate::frame::{CallId, ToBridge, ToPage, decode, decode_body, encode};
use crate::page::{Heard, Said, encode_call, hear};

/// The calls of the nouns that have a file of their own.
fn requests() -> Vec<Request> {
    let all = [
        invitations::requests(),
        drafts::requests(),
        receipts::requests(),
        parts::requests(),
        identities::requests(),
        accounts::requests(),
        collecting::requests(),
        transfers::requests(),
    ];
    all.into_iter().flatten().collect()
}

/// The replies of the nouns that have a file of their own.
fn replies() -> Vec<(&'static str, Reply)> {
    let all = [
        submissions::replies(),
        invitations::replies(),
        drafts::replies(),
        receipts::replies(),
        accounts::replies(),
        parts::replies(),
        identities::replies(),
        collecting::replies(),
        transfers::replies(),
    ];
    all.into_iter().flatten().collect()
}

/// News for later parts.
fn asides() -> Vec<Aside> {
    let all = [collecting::asides(), transfers::asides(), submissions::asides()];
    all.into_iter().flatten().collect()
}

/// One line a sample: its name and its bytes, the flag byte first.
fn lines<T: Serialize>(samples: &[(String, T)]) -> String {
    let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    samples.iter().map(|(name, frame)| format!("{name} {}\n", hex(encode(frame)))).collect()
}

#[test]
fn every_frame_to_the_bridge_keeps_its_bytes() {
    let samples = samples::to_bridge();
    insta::assert_snapshot!("to_bridge", lines(&samples));
    for (name, frame) in samples {
        assert_eq!(decode::<ToBridge>(&encode(&frame)).as_ref(), Ok(&frame), "{name}");
    }
}

#[test]
fn every_frame_to_the_page_keeps_its_bytes() {
    let samples = samples::to_page();
    insta::assert_snapshot!("to_page", lines(&samples));
    for (name, frame) in samples {
        assert_eq!(decode::<ToPage>(&encode(&frame)).as_ref(), Ok(&frame), "{name}");
    }
}

#[test]
fn a_page_writes_and_reads_the_same_bytes_without_knowing_every_call() {
    for (name, frame) in samples::to_bridge() {
        if let ToBridge::Call(id, request) = &frame {
            assert_eq!(encode_call(*id, &request.encode_alone()), encode(&frame), "{name}");
        }
    }
    for (name, frame) in samples::to_page() {
        let bytes = encode(&frame);
        let (heard, rest) = hear(&bytes[1..]).unwrap();
        match (frame, heard) {
            (ToPage::Reply(id, Ok(reply)), Heard::Reply(known, Ok(()))) => {
                assert_eq!((decode_body(rest), known), (Ok(reply), id), "{name}");
            }
            (frame, heard) => assert_eq!(format!("{heard:?}"), format!("{frame:?}"), "{name}"),
        }
    }
    let (hello, beat) = (Said::Hello { protocol: 1, build: "b".into() }, Said::Heartbeat);
    let known = ToBridge::Hello { protocol: 1, build: "b".into() };
    assert_eq!(decode(&encode(&hello)), Ok(known));
    assert_eq!(decode(&encode(&beat)), Ok(ToBridge::Heartbeat));
    assert_eq!(decode(&encode(&Said::Cancel(CallId(7)))), Ok(ToBridge::Cancel(CallId(7))));
}

#[test]
fn an_answer_to_another_call_is_none() {
    let reply = postcard::to_stdvec(&Reply::ListAccounts(Vec::new())).unwrap();
    assert_eq!(ListAccounts::decode(&reply), Some(Vec::new()));
    assert_eq!(ListSubmissions::decode(&reply), None);
    assert_eq!(ListAccounts::decode(&reply[..reply.len() - 1]), None);
    assert_eq!(ListAccounts::decode(&[&reply[..], &[0]].concat()), None);
}

#[test]
fn every_call_and_every_reply_has_a_sample() {
    let sent: String = lines(&samples::to_bridge());
    let answered: String = lines(&samples::to_page());
    for name in Request::NAMES {
        assert!(sent.contains(&format!("call {name} ")), "no sample of the call {name}");
        assert!(answered.contains(&format!("reply {name} ")), "no sample of the reply {name}");
    }
}

#[test]
fn news_for_later_parts_come_out_as_they_went_in() {
    for aside in asides() {
        let Event::Aside(bytes) = aside.wrap() else { panic!("another event") };
        assert_eq!(Aside::unwrap(&bytes).as_ref(), Some(&aside));
        assert_eq!(Aside::unwrap(&bytes[..bytes.len() - 1]), None);
    }
}
