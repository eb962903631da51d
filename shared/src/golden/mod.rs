//! The bytes of every type that travels: a change here means a new `PROTOCOL_VERSION`.

mod mutations;
mod samples;

use serde::Serialize;

use crate::api::Request;
use crate::frame::{ToBridge, ToPage, decode, encode};

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
fn every_call_and_every_reply_has_a_sample() {
    let sent: String = lines(&samples::to_bridge());
    let answered: String = lines(&samples::to_page());
    for name in Request::NAMES {
        assert!(sent.contains(&format!("call {name} ")), "no sample of the call {name}");
        assert!(answered.contains(&format!("reply {name} ")), "no sample of the reply {name}");
    }
}
