//! Handing messages over for sending.
