//! Makes the JavaScript glue, with the library that the wasm-bindgen command itself uses.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use super::Mode;
use super::shrink::shrink;
use super::split::{Split, split};

/// Modules and glue, ready for the browser.
pub struct Bound {
    /// The glue: an ES module whose default export starts the page.
    pub glue: String,
    /// The module without what only the linker needed.
    pub wasm: Vec<u8>,
    /// The modules that are loaded later, by the name in `loader`.
    pub parts: Vec<(String, Vec<u8>)>,
    /// What loads them: a script that wants to lie beside the glue.
    pub loader: String,
}

// binaryen's wasm-opt would follow here. Measured on this page (132 from npm): -18 % raw but
// +0.5 % after brotli, for 18 s of every build and a 100 MB dependency. It is left out.

/// Binds cargo's wasm file.
pub fn bind(wasm: &Path, mode: Mode) -> Result<Bound> {
    let Split { main, parts, loader } = split(wasm)?;
    let mut output = Bindgen::new()
        .input_path(main)
        .web(true)
        .context("wasm-bindgen: target web")?
        .typescript(false)
        .omit_default_module_path(true)
        // The other modules use the main one's table, memory and stack.
        .keep_lld_exports(true)
        .demangle(false)
        .remove_name_section(mode == Mode::Page)
        .remove_producers_section(true)
        .generate_output()
        .context("wasm-bindgen refused the module")?;
    ensure!(
        output.snippets().values().all(Vec::is_empty) && output.local_modules().is_empty(),
        "a crate brings JavaScript of its own (wasm-bindgen snippets), which the bundle does not \
         carry: use a web-sys binding in its place"
    );
    let mut glue = output.js().to_owned();
    if mode == Mode::Page {
        glue = shrink(output.wasm_mut(), &glue)?;
    }
    Ok(Bound { glue, wasm: output.wasm_mut().emit_wasm(), parts, loader })
}
