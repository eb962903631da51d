//! A message in pieces becomes a stream: files are read only when their turn comes.

use futures_util::{StreamExt, stream};

use super::compose::Piece;
use super::{Content, base64, content, whole};

/// The bytes of a message whose files come from `sources`, each of them once.
pub fn fill(pieces: Vec<Piece>, sources: Vec<Content>) -> Content {
    let mut sources: Vec<Option<Content>> = sources.into_iter().map(Some).collect();
    let mut take = move |file: usize| {
        sources.get_mut(file).and_then(Option::take).unwrap_or_else(|| {
            // A layout names each of its files once.
            let missing = std::io::Error::other("a file of the message is not there");
            content(stream::iter([Err(missing)]))
        })
    };
    let bytes: Vec<Content> = pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Bytes(bytes) => whole(bytes),
            Piece::Encoded(file) => base64::stream(take(file)),
            Piece::Verbatim(file) => take(file),
        })
        .collect();
    content(stream::iter(bytes).flatten())
}
