//! Cuts the page's module where the front-end says `#[wasm_split]`: what the first screen does not
//! need becomes modules of their own, loaded when they are called for.

use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context as _, Result, anyhow};
use wasm_split_cli_support::{Options, transform};

/// How the loader's script names the glue, which it is joined with.
const IMPORT: &str = "import { initSync } from \"./main.js\";\n";
/// The module in its pieces.
pub struct Split {
    /// What is left of the module, still to be bound.
    pub main: PathBuf,
    /// The other modules, by the name that the loader fetches them under.
    pub parts: Vec<(String, Vec<u8>)>,
    /// The script that loads them: exports one function for each part.
    pub loader: String,
}

/// Cuts cargo's wasm file; the pieces are also left in a folder beside it.
pub fn split(wasm: &Path) -> Result<Split> {
    let folder = wasm.with_file_name("split");
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => fs::create_dir_all(&folder)?,
    }
    let input = fs::read(wasm).with_context(|| wasm.display().to_string())?;
    let main = folder.join("main.wasm");
    let mut options = Options::new(&input);
    options.output_dir = &folder;
    options.main_out_path = &main;
    let script = folder.join(options.link_name);
    let made = transform(options).map_err(|error| anyhow!("cannot split the module: {error:?}"))?;
    let mut parts = Vec::new();
    for path in made.split_modules {
        let name = path.file_name().and_then(|name| name.to_str()).context("a part's name")?;
        let part = fs::read(&path).with_context(|| path.display().to_string())?;
        parts.push((name.to_owned(), without_custom(&part)?));
    }
    parts.sort();
    Ok(Split { main, parts, loader: loader(&fs::read_to_string(script)?)? })
}

fn loader(script: &str) -> Result<String> {
    let rest = script.strip_prefix(IMPORT);
    rest.map(str::to_owned).context("the loader no longer begins with its import of the glue")
}

/// A module without its custom sections: names and what only the splitter reads.
fn without_custom(wasm: &[u8]) -> Result<Vec<u8>> {
    let (header, mut rest) = wasm.split_at_checked(8).context("no wasm header")?;
    let mut out = header.to_vec();
    while let Some((&id, after)) = rest.split_first() {
        let (length, head) = leb128(after).context("a section's length")?;
        let end = 1 + head + length;
        let section = rest.get(..end).context("a section is cut short")?;
        if id != 0 {
            out.extend_from_slice(section);
        }
        rest = &rest[end..];
    }
    Ok(out)
}

/// An unsigned number in the format's own coding, and how many bytes it takes.
fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{IMPORT, loader, without_custom};

    #[test]
    fn only_custom_sections_go() {
        let header = b"\0asm\x01\0\0\0";
        let (custom, code) = (b"\x00\x03\x02ab", b"\x0a\x81\x00\x00");
        let whole = [&header[..], custom, code, custom].concat();
        assert_eq!(without_custom(&whole).unwrap(), [&header[..], code].concat());
        assert!(without_custom(&whole[..whole.len() - 1]).is_err());
    }

    #[test]
    fn a_changed_loader_is_an_error_and_not_a_broken_page() {
        assert_eq!(loader(&format!("{IMPORT}let a;")).unwrap(), "let a;");
        assert!(loader("let a;").is_err());
    }
}
