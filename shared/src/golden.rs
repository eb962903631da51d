//! The bytes of every type that travels: a change here means a new `PROTOCOL_VERSION`.
