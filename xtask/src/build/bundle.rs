//! The files of dist/: names, references to each other, compressed forms.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::{fs, thread};

use anyhow::{Context as _, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::bind::Bound;
use super::{Mode, css, frames, javascript, template};

/// Files of public/ that get a hashed name; templates write them as `{{name}}`.
const HASHED: [(&str, &str); 5] = [
    ("icons", "icons.svg"),
    ("icon-180", "icon-180.png"),
    ("icon-192", "icon-192.png"),
    ("icon-512", "icon-512.png"),
    ("icon-maskable-512", "icon-maskable-512.png"),
];

/// What dist/ will hold, in the order in which it was made.
pub struct Bundle {
    build: String,
    files: Vec<Packed>,
}

/// One file, with its compressed forms where they are smaller.
#[derive(Default)]
pub struct Packed {
    /// Below the base path.
    pub path: String,
    /// The file itself.
    pub bytes: Vec<u8>,
    /// The name holds the content's hash.
    pub hashed: bool,
    /// Fetched before the sign-in page can be used.
    pub first_load: bool,
    /// Compressed within: no other form is kept of it.
    pub dense: bool,
    /// gzip 9.
    pub gzip: Option<Vec<u8>>,
    /// brotli 11.
    pub brotli: Option<Vec<u8>>,
}

impl Packed {
    /// The bytes that a browser receives.
    pub fn sent(&self) -> usize {
        self.brotli.as_ref().map_or(self.bytes.len(), Vec::len)
    }

    /// The bridge fills these in at start-up and compresses them then.
    fn is_template(&self) -> bool {
        self.path.ends_with(".html")
    }
}

/// Gathers everything under its final name.
pub fn collect(root: &Path, mode: Mode, bound: Bound) -> Result<Bundle> {
    let public = root.join("public");
    let text = |path: &str| fs::read_to_string(root.join(path)).with_context(|| path.to_owned());
    let mut bundle = Bundle { build: String::new(), files: Vec::new() };
    let mut names = Vec::new();
    for (name, file) in HASHED {
        let bytes = fs::read(public.join(file)).with_context(|| format!("public/{file}"))?;
        names.push((name, bundle.hashed(file, bytes, name == "icons")));
    }
    for (name, file, when) in
        [("css", "page.css", css::When::First), ("later", "later.css", css::When::Later)]
    {
        let sheet = css::collect(root, when)?.into_bytes();
        names.push((name, bundle.hashed(file, sheet, when == css::When::First)));
    }
    let wasm = bundle.hashed("page.wasm", bound.wasm, true);
    let mut loader = bound.loader;
    for (name, part) in bound.parts {
        let path = bundle.hashed(&name, part, false);
        let (before, after) = (format!("\"./{name}\""), format!("\"./{}\"", base_name(&path)));
        ensure!(loader.contains(&before), "the loader does not fetch {name}");
        loader = loader.replace(&before, &after);
    }
    let boot = template::fill(
        "boot.js",
        &text("public/boot.js")?,
        &[("wasm", base_name(&wasm).to_owned())],
    )?;
    let last = text(if mode == Mode::Page { "public/update.js" } else { "public/reload.js" })?;
    let script = javascript::join(&bound.glue, &loader, &boot, &[&last])?;
    let script = bundle.hashed("page.js", script.into_bytes(), true);
    names.push(("js", script));
    names.push(("wasm", wasm));

    let manifest = text("public/manifest.webmanifest")?;
    let manifest = template::fill("manifest.webmanifest", &manifest, &names)?;
    bundle.named("manifest.webmanifest", manifest.into_bytes(), true);
    bundle.named("favicon.svg", fs::read(public.join("favicon.svg"))?, true);

    frames::collect(root, &mut bundle)?;
    let (index, worker) = (text("frontend/index.html")?, text("public/sw.js")?);
    bundle.build = digest(
        bundle
            .files
            .iter()
            .flat_map(|file| [file.path.as_bytes(), &file.bytes])
            .chain([index.as_bytes(), worker.as_bytes()]),
    );
    let paths = bundle.files.iter().map(|file| &*file.path);
    let list: Vec<&str> = paths.filter(|path| !frames::is_for_frames(path)).collect();
    let list = serde_json::to_string(&list)?;
    let build = bundle.build.clone();
    let worker = template::fill("sw.js", &worker, &[("build", build.clone()), ("assets", list)])?;
    bundle.named("sw.js", javascript::minify(&worker).into_bytes(), false);
    // A page may be asked for at any depth: here the names are absolute, once the base is known.
    let mut values: Vec<_> =
        names.iter().map(|(name, path)| (*name, format!("{{{{base}}}}{path}"))).collect();
    values.push(("build", build));
    let index = template::fill("index.html", &index, &values)?;
    bundle.named("index.html", index.into_bytes(), true);
    Ok(bundle)
}

impl Bundle {
    /// Adds a file whose name holds its hash; returns its path.
    pub fn hashed(&mut self, name: &str, bytes: Vec<u8>, first_load: bool) -> String {
        let (stem, extension) = name.split_once('.').unwrap_or((name, "bin"));
        let path = format!("assets/{stem}-{}.{extension}", digest([&*bytes]));
        let file =
            Packed { path: path.clone(), bytes, hashed: true, first_load, ..Packed::default() };
        self.files.push(file);
        path
    }

    /// Adds a script that is compressed within and rarely fetched; returns its path.
    pub fn dense(&mut self, name: &str, bytes: Vec<u8>) -> String {
        let path = self.hashed(name, bytes, false);
        if let Some(file) = self.files.last_mut() {
            file.dense = true;
        }
        path
    }

    /// Adds a file that keeps its name.
    pub fn named(&mut self, path: &str, bytes: Vec<u8>, first_load: bool) {
        let file = Packed { path: path.to_owned(), bytes, first_load, ..Packed::default() };
        self.files.push(file);
    }

    /// Compresses everything, on as many cores as there are.
    pub fn pack(&self, mode: Mode) -> Result<Vec<Packed>> {
        let pack = |file: &Packed| -> Result<Packed> {
            // In development the way is short and the wait is not.
            let worth = mode == Mode::Page && !file.dense;
            let brotli = if worth { smaller(&file.bytes, brotli(&file.bytes)?) } else { None };
            let gzip = if brotli.is_some() { Some(gzip(&file.bytes)?) } else { None };
            let (path, bytes) = (file.path.clone(), file.bytes.clone());
            Ok(Packed { path, bytes, gzip, brotli, ..*file })
        };
        let pack = &pack;
        thread::scope(|scope| {
            let jobs: Vec<_> =
                self.files.iter().map(|file| scope.spawn(move || pack(file))).collect();
            jobs.into_iter().map(|job| job.join().expect("compressors do not panic")).collect()
        })
    }

    /// What the bridge and its build script read. In development the list itself is an asset:
    /// the page looks there for a newer build.
    pub fn list(&self, mode: Mode, sources: &str, files: &[Packed]) -> String {
        let mut assets: Vec<_> = files
            .iter()
            .map(|file| {
                let brotli = file.brotli.as_ref().filter(|_| !file.is_template()).map(Vec::len);
                json!({
                    "path": file.path, "type": content_type(&file.path),
                    "bytes": file.bytes.len(), "br": brotli, "hashed": file.hashed,
                })
            })
            .collect();
        if mode == Mode::Dev {
            assets.push(json!({
                "path": "build.json", "type": "application/json",
                "bytes": null, "br": null, "hashed": false,
            }));
        }
        assets.sort_by_key(|asset| asset["path"].to_string());
        let list = json!({
            "build": self.build, "mode": mode.name(), "sources": sources, "assets": assets,
        });
        format!("{list:#}\n")
    }
}

/// Writes dist/ so that a bridge that serves it meanwhile finds a whole page: new files, then
/// the pages that name them, then away with what nothing names any more.
pub fn write(dist: &Path, list: &str, files: &[Packed]) -> Result<()> {
    fs::create_dir_all(dist.join("assets/frames"))?;
    fs::create_dir_all(dist.join("frames"))?;
    let mut keep = BTreeSet::from([dist.join("build.json")]);
    let mut put = |path: String, bytes: &[u8]| {
        let path = dist.join(path);
        let unchanged = fs::read(&path).is_ok_and(|old| old == bytes);
        let written = if unchanged { Ok(()) } else { fs::write(&path, bytes) };
        keep.insert(path);
        written
    };
    for file in files {
        if !file.is_template() {
            for (suffix, bytes) in [(".br", &file.brotli), (".gz", &file.gzip)] {
                if let Some(bytes) = bytes {
                    put(format!("{}{suffix}", file.path), bytes)?;
                }
            }
        }
        put(file.path.clone(), &file.bytes)?;
    }
    fs::write(dist.join("build.json"), list)?;
    let mut stale = Vec::new();
    super::fresh::walk(dist, &mut |path| {
        if path.is_file() && !keep.contains(path) {
            stale.push(path.to_owned());
        }
    })?;
    stale.iter().try_for_each(fs::remove_file).context("cannot clear dist/")
}

/// A browser that gets another type than these refuses the file.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}

fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// What comes after the last slash.
pub fn base_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// A compressed form that saves less than a twentieth costs more than it gives.
fn smaller(bytes: &[u8], compressed: Vec<u8>) -> Option<Vec<u8>> {
    (compressed.len() < bytes.len() - bytes.len() / 20).then_some(compressed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut out, &params)?;
    Ok(out)
}
