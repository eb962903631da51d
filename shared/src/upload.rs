//! Files on their way to the bridge: the JSON of `/api/upload`.
//!
//! `POST` announces a file, `PUT …?offset=N` adds a piece where the bridge says that it stands,
//! `GET` asks where that is, `DELETE` gives it up. A piece is kept whole or not at all.

use serde::{Deserialize, Serialize};

/// Largest piece, in bytes.
pub const MAX_PIECE: u64 = 8 << 20;

/// An upload's id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UploadId(pub String);

/// What a file is uploaded for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// To be attached to what is written.
    #[default]
    Attachment,
    /// To have the mail in it brought in.
    Import,
}

/// The body of `POST /api/upload`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUpload {
    /// The file's name.
    pub name: String,
    /// Its `type/subtype`; may be empty.
    pub content_type: String,
    /// Its bytes.
    pub size: u64,
    /// What it is for.
    #[serde(default)]
    pub purpose: Purpose,
}

/// How far an upload has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// The file's name.
    pub name: String,
    /// Its `type/subtype`.
    pub content_type: String,
    /// Bytes that it will have.
    pub size: u64,
    /// Bytes that are here: where the next piece begins.
    pub offset: u64,
}

impl Upload {
    /// Whether all of it is here.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.offset == self.size
    }
}
