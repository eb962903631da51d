//! An in-memory mail host.
