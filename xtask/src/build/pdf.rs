//! What pdf.js needs for documents that do not bring it: how East Asian text is written (CMaps), two
//! fonts of signs, decoders of JPEG 2000 and JBIG2.
//!
//! A frame without a network loads nothing but scripts: each pack is one, of its own, loaded when a
//! document first asks for what is in it. It holds each file by name, deflated, in base64, and no
//! further form of it is kept.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::bundle::Bundle;

/// A script's name in templates, its files below pdfjs-dist, how these end, and their licences.
struct Pack {
    name: &'static str,
    folder: &'static str,
    files: &'static [&'static str],
    ending: &'static str,
    licences: &'static [&'static str],
}

/// The CMaps are those of ISO 32000-1 §9.7.5.2, what these are made of, and the way back to
/// characters: what a document may name without bringing it.
const PACKS: [Pack; 7] = [
    cmaps("pdf-gb", GB),
    cmaps("pdf-cns", CNS),
    cmaps("pdf-japan", JAPAN),
    cmaps("pdf-korea", KOREA),
    Pack {
        name: "pdf-signs",
        folder: "standard_fonts",
        files: &["FoxitDingbats", "FoxitSymbol"],
        ending: ".pfb",
        licences: &["standard_fonts/LICENSE_FOXIT"],
    },
    Pack {
        name: "pdf-jpeg2000",
        folder: "wasm",
        files: &["openjpeg"],
        ending: ".wasm",
        licences: &["wasm/LICENSE_OPENJPEG", "wasm/LICENSE_PDFJS_OPENJPEG"],
    },
    Pack {
        name: "pdf-jbig2",
        folder: "wasm",
        files: &["jbig2"],
        ending: ".wasm",
        licences: &["wasm/LICENSE_JBIG2", "wasm/LICENSE_PDFJS_JBIG2"],
    },
];

const fn cmaps(name: &'static str, files: &'static [&'static str]) -> Pack {
    let (folder, ending, licences) = ("cmaps", ".bcmap", &["cmaps/LICENSE"]);
    Pack { name, folder, files, ending, licences }
}

#[rustfmt::skip]
const GB: &[&str] = &[
    "Adobe-GB1-UCS2", "GB-EUC-H", "GB-EUC-V", "GBK-EUC-H", "GBK-EUC-V", "GBK2K-H", "GBK2K-V",
    "GBKp-EUC-H", "GBKp-EUC-V", "GBpc-EUC-H", "GBpc-EUC-V", "UniGB-UCS2-H", "UniGB-UCS2-V",
    "UniGB-UTF16-H", "UniGB-UTF16-V",
];

#[rustfmt::skip]
const CNS: &[&str] = &[
    "Adobe-CNS1-UCS2", "B5-H", "B5pc-H", "B5pc-V", "CNS-EUC-H", "CNS-EUC-V", "ETen-B5-H",
    "ETen-B5-V", "ETenms-B5-H", "ETenms-B5-V", "HKscs-B5-H", "HKscs-B5-V", "UniCNS-UCS2-H",
    "UniCNS-UCS2-V", "UniCNS-UTF16-H", "UniCNS-UTF16-V",
];

#[rustfmt::skip]
const JAPAN: &[&str] = &[
    "83pv-RKSJ-H", "90ms-RKSJ-H", "90ms-RKSJ-V", "90msp-RKSJ-H", "90msp-RKSJ-V", "90pv-RKSJ-H",
    "Add-RKSJ-H", "Add-RKSJ-V", "Adobe-Japan1-UCS2", "EUC-H", "EUC-V", "Ext-RKSJ-H", "Ext-RKSJ-V",
    "H", "UniJIS-UCS2-H", "UniJIS-UCS2-HW-H", "UniJIS-UCS2-HW-V", "UniJIS-UCS2-V",
    "UniJIS-UTF16-H", "UniJIS-UTF16-V", "UniJIS2004-UTF16-H", "UniJIS2004-UTF16-V", "V",
];

#[rustfmt::skip]
const KOREA: &[&str] = &[
    "Adobe-Korea1-UCS2", "KSC-EUC-H", "KSC-EUC-V", "KSCms-UHC-H", "KSCms-UHC-HW-H",
    "KSCms-UHC-HW-V", "KSCms-UHC-V", "KSCpc-EUC-H", "UniKS-UCS2-H", "UniKS-UCS2-V",
    "UniKS-UTF16-H", "UniKS-UTF16-V",
];

/// Adds the packs; answers each with its path.
pub fn collect(root: &Path, bundle: &mut Bundle) -> Result<Vec<(String, String)>> {
    let library = root.join("node_modules/pdfjs-dist");
    let read = |path: &str| {
        let path = library.join(path);
        fs::read(&path).with_context(|| path.display().to_string())
    };
    let mut names = Vec::new();
    for Pack { name, folder, files, ending, licences } in PACKS {
        let mut script = String::new();
        for licence in licences {
            let text = String::from_utf8_lossy(&read(licence)?).replace("*/", "* /");
            script.push_str(&format!("/*!\n{}\n*/\n", text.trim()));
        }
        script.push_str("export default {\n");
        for file in files {
            let file = format!("{file}{ending}");
            let bytes = read(&format!("{folder}/{file}"))?;
            script.push_str(&format!("{file:?}:{:?},\n", STANDARD.encode(deflate(&bytes)?)));
        }
        script.push_str("};\n");
        names.push((
            name.to_owned(),
            bundle.dense(&format!("frames/{name}.js"), script.into_bytes()),
        ));
    }
    Ok(names)
}

fn deflate(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_sorted_and_no_file_is_in_two() {
        let mut all: Vec<&str> = PACKS.iter().flat_map(|pack| pack.files).copied().collect();
        let count = all.len();
        assert!(PACKS.iter().all(|pack| pack.files.is_sorted()));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
