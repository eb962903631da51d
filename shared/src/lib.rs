//! The message types of the link between page and bridge.
