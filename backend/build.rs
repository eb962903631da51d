//! Embeds the built page: writes `$OUT_DIR/assets.rs`, which `routes/assets.rs` includes.
//!
//! The including module declares the type, and the generated file is exactly this:
//! ```ignore
//! // declared by routes/assets.rs, before `include!(concat!(env!("OUT_DIR"), "/assets.rs"));`
//! pub struct Asset {
//!     pub path: &'static str,          // below the base path: "index.html", "assets/page-3f9c….wasm"
//!     pub content_type: &'static str,  // complete, with charset where there is one
//!     pub hashed: bool,                // the name holds its content's hash: cache it for ever
//!     pub raw: &'static [u8],
//!     pub br: Option<&'static [u8]>,   // None: not worth it, or a template (index.html)
//!     pub gz: Option<&'static [u8]>,
//! }
//! // generated
//! pub static BUILD: &str = "3f9c0a1b2c3d";      // the build hash, "" when nothing is embedded
//! pub static DIST: Option<&str> = None;         // Some(folder) exactly when ASSETS is empty
//! pub static ASSETS: &[Asset] = &[Asset { … }]; // sorted by path
//! ```
//! A release build embeds `dist/`. A debug build, and a release build made before
//! `cargo xtask build`, serve the folder `DIST` from disk: read `DIST/build.json`
//! (`{"build", "assets": [{"path", "type", "bytes", "br", "hashed"}]}`, where `br` is the brotli
//! size or null) on every request for a page, so that a rebuild shows without a restart; beside
//! `PATH` lie `PATH.br` and `PATH.gz` exactly when `br` is not null.
//! `index.html` holds `{{base}}`, which the bridge fills with the base path ("/", "/webmail/").

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, error, fs};

use serde_json::Value;

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("dist");
    let release = env::var_os("PROFILE").is_some_and(|profile| profile == "release");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let code = if release { embedded(&dist)? } else { from_disk(&dist) };
    fs::write(out.join("assets.rs"), code)?;
    Ok(())
}

/// Nothing inside: the bridge reads the folder while it runs.
fn from_disk(dist: &Path) -> String {
    format!(
        "/// The build hash.\npub static BUILD: &str = \"\";\n\
         /// The folder to serve from disk.\npub static DIST: Option<&str> = Some({:?});\n\
         /// Every file of the page.\npub static ASSETS: &[Asset] = &[];\n",
        dist.display().to_string()
    )
}

/// Every file that `build.json` lists, with the compressed forms beside it.
fn embedded(dist: &Path) -> Result<String, Box<dyn error::Error>> {
    let list = dist.join("build.json");
    println!("cargo:rerun-if-changed={}", list.display());
    let Ok(text) = fs::read_to_string(&list) else {
        println!("cargo:warning=no page to embed: run `cargo xtask build` first");
        return Ok(from_disk(dist));
    };
    let list: Value = serde_json::from_str(&text)?;
    let build = list["build"].as_str().ok_or("build.json: no `build`")?;
    let mut code = format!(
        "/// The build hash.\npub static BUILD: &str = {build:?};\n\
         /// The folder to serve from disk.\npub static DIST: Option<&str> = None;\n\
         /// Every file of the page.\npub static ASSETS: &[Asset] = &[\n"
    );
    for asset in list["assets"].as_array().ok_or("build.json: no `assets`")? {
        let path = asset["path"].as_str().ok_or("build.json: an asset without `path`")?;
        let content_type = asset["type"].as_str().ok_or("build.json: an asset without `type`")?;
        let file = |suffix| format!("include_bytes!({:?})", dist.join(format!("{path}{suffix}")));
        let packed = |suffix| match asset["br"].is_u64() {
            true => format!("Some({}.as_slice())", file(suffix)),
            false => "None".to_owned(),
        };
        writeln!(
            code,
            "Asset {{ path: {path:?}, content_type: {content_type:?}, hashed: {}, \
             raw: {}, br: {}, gz: {} }},",
            asset["hashed"] == true,
            file(""),
            packed(".br"),
            packed(".gz")
        )?;
    }
    code.push_str("];\n");
    Ok(code)
}
