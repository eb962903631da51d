//! SCRAM-SHA-256 (RFC 5802, RFC 7677): the password is proved, not sent, and so does the server.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::base64;

/// Fewer rounds protect nobody (RFC 7677 §4).
const LEAST_ROUNDS: u32 = 4096;
/// More rounds are a way to keep us busy.
const MOST_ROUNDS: u32 = 1_000_000;
/// The channel is not bound: `n,,` in base64.
const HEADER: &str = "n,,";

/// One sign-in.
pub(super) struct Scram {
    password: Zeroizing<String>,
    nonce: String,
    first: String,
    /// What the server has to prove, once our proof is made.
    expected: Option<[u8; 32]>,
    verified: bool,
}

/// The server's answer is none that a server makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused;

impl Scram {
    /// `nonce` is random, printable, and without commas.
    pub(super) fn new(login: &str, password: &str, nonce: String) -> Self {
        let name = login.replace('=', "=3D").replace(',', "=2C");
        let first = format!("n={name},r={nonce}");
        let password = Zeroizing::new(password.to_owned());
        Self { password, nonce, first, expected: None, verified: false }
    }

    /// The first message.
    pub(super) fn initial(&self) -> String {
        format!("{HEADER}{}", self.first)
    }

    /// The answer to a challenge. The first takes as long as the server wishes: not for a thread
    /// that others wait for.
    pub(super) fn answer(&mut self, challenge: &[u8]) -> Result<String, Refused> {
        let challenge = std::str::from_utf8(challenge).map_err(|_| Refused)?;
        match self.expected {
            None => self.prove(challenge),
            Some(expected) => {
                let signature =
                    attribute(challenge, "v").and_then(|it| base64::decode(it.as_bytes()));
                self.verified = signature.as_deref() == Some(&expected);
                if self.verified { Ok(String::new()) } else { Err(Refused) }
            }
        }
    }

    /// Whether the server proved that it knows the password too.
    pub(super) fn is_verified(&self) -> bool {
        self.verified
    }

    fn prove(&mut self, challenge: &str) -> Result<String, Refused> {
        let get = |name| attribute(challenge, name).ok_or(Refused);
        let (nonce, salt, rounds) = (get("r")?, get("s")?, get("i")?);
        let rounds: u32 = rounds.parse().map_err(|_| Refused)?;
        let extended = nonce.len() > self.nonce.len() && nonce.starts_with(&self.nonce);
        if !extended || !(LEAST_ROUNDS..=MOST_ROUNDS).contains(&rounds) {
            return Err(Refused);
        }
        let salt = base64::decode(salt.as_bytes()).ok_or(Refused)?;
        let salted = salted_password(self.password.as_bytes(), &salt, rounds);
        let bare = format!("c={},r={nonce}", base64::encode(HEADER.as_bytes()).as_str());
        let message = format!("{},{challenge},{bare}", self.first);
        let client_key = hmac(&salted[..], b"Client Key");
        let stored_key: [u8; 32] = Sha256::digest(client_key).into();
        let mut proof = hmac(&stored_key, message.as_bytes());
        proof.iter_mut().zip(client_key).for_each(|(octet, key)| *octet ^= key);
        let server_key = hmac(&salted[..], b"Server Key");
        self.expected = Some(hmac(&server_key, message.as_bytes()));
        Ok(format!("{bare},p={}", base64::encode(&proof).as_str()))
    }
}

/// An attribute of a message: `r=…` by `r`.
fn attribute<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    message.split(',').find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
}

/// `Hi` of RFC 5802 §2.2: PBKDF2 with one block.
fn salted_password(password: &[u8], salt: &[u8], rounds: u32) -> Zeroizing<[u8; 32]> {
    let mut last = hmac(password, &[salt, &1_u32.to_be_bytes()].concat());
    let mut salted = Zeroizing::new(last);
    let keyed = keyed(password);
    for _ in 1..rounds {
        let mut round = keyed.clone();
        round.update(&last);
        last = round.finalize().into_bytes().into();
        salted.iter_mut().zip(last).for_each(|(octet, other)| *octet ^= other);
    }
    salted
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut keyed = keyed(key);
    keyed.update(message);
    keyed.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                         s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    fn scram() -> Scram {
        Scram::new("user", "pencil", "rOprNGfwEbeRWgbNEkqO".into())
    }

    #[test]
    fn the_vectors_of_rfc_7677_hold() {
        let mut scram = scram();
        assert_eq!(scram.initial(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        let proof = scram.answer(FIRST.as_bytes()).unwrap();
        assert_eq!(
            proof,
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
             p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        );
        assert!(!scram.is_verified());
        let last = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
        assert_eq!(scram.answer(last).as_deref(), Ok(""));
        assert!(scram.is_verified());
    }

    #[test]
    fn a_server_that_does_not_know_the_password_is_refused() {
        let mut scram = scram();
        scram.answer(FIRST.as_bytes()).unwrap();
        let last = b"v=AAriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
        assert_eq!(scram.answer(last), Err(Refused));
        assert!(!scram.is_verified());
    }

    #[test]
    fn odd_challenges_are_refused() {
        let salt = "s=W22ZaJ0SNY7soEsUEjb6gQ==";
        for challenge in [
            format!("r=other,{salt},i=4096"),
            format!("r=rOprNGfwEbeRWgbNEkqO,{salt},i=4096"),
            format!("r=rOprNGfwEbeRWgbNEkqOx,{salt},i=1"),
            format!("r=rOprNGfwEbeRWgbNEkqOx,{salt},i=4294967295"),
            "r=rOprNGfwEbeRWgbNEkqOx,s=!,i=4096".to_owned(),
            "e=other-error".to_owned(),
            String::new(),
        ] {
            assert_eq!(scram().answer(challenge.as_bytes()), Err(Refused), "{challenge}");
        }
    }

    #[test]
    fn a_name_keeps_its_commas() {
        let scram = Scram::new("a,b=c", "x", "n".into());
        assert_eq!(scram.initial(), "n,,n=a=2Cb=3Dc,r=n");
    }
}
