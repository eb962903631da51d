//! The frames that run code apart from the page: libraries of npm, our own scripts and styles from
//! `public/frames/`, and the documents that name them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::bundle::{Bundle, base_name};
use super::{css, javascript, pdf, template};

/// What a library is called in a template, its file below node_modules, and its licence where the
/// file does not hold one.
type Library = (&'static str, &'static str, Option<&'static str>);

const LIBRARIES: [Library; 3] = [
    ("squire", "squire-rte/dist/squire.mjs", Some("squire-rte/LICENSE")),
    ("pdf", "pdfjs-dist/legacy/build/pdf.min.mjs", None),
    ("pdf-worker", "pdfjs-dist/legacy/build/pdf.worker.min.mjs", None),
];

/// Adds everything that frames need. A script names another by `{{its stem}}`; a document names all
/// of them, below `{{base}}`.
pub fn collect(root: &Path, bundle: &mut Bundle) -> Result<()> {
    let mut names = pdf::collect(root, bundle)?;
    for (name, file, licence) in LIBRARIES {
        let path = root.join("node_modules").join(file);
        let mut script = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        // The map stays at home.
        script.truncate(script.find("\n//# sourceMappingURL").unwrap_or(script.len()));
        if let Some(licence) = licence {
            let text = fs::read_to_string(root.join("node_modules").join(licence))?;
            script = format!("/*!\n{}\n*/\n{script}\n", text.trim());
        }
        names
            .push((name.to_owned(), bundle.hashed(&asset(name, "js"), script.into_bytes(), false)));
    }
    let mut files: Vec<PathBuf> = fs::read_dir(root.join("public/frames"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    let (documents, rest): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| file.extension().is_some_and(|kind| kind == "html"));
    for (file, text) in ordered(rest)? {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (name, kind, text) = match file.extension().is_some_and(|kind| kind == "css") {
            true => (format!("{stem}-css"), "css", css::minify(&text)),
            false => {
                let beside =
                    |(name, path): &(String, String)| (name.clone(), base_name(path).to_owned());
                let values: Vec<_> = names.iter().map(beside).collect();
                let script = javascript::minify(&template::fill(&stem, &text, &borrowed(&values))?);
                (stem.clone(), "js", script)
            }
        };
        names.push((name, bundle.hashed(&asset(&stem, kind), text.into_bytes(), false)));
    }
    for file in documents {
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let path = format!("frames/{}", file.file_name().unwrap_or_default().to_string_lossy());
        let below = |(name, path): &(String, String)| (name.clone(), format!("{{{{base}}}}{path}"));
        let values: Vec<_> = names.iter().map(below).collect();
        let document = template::fill(&path, &text, &borrowed(&values))?;
        bundle.named(&path, document.into_bytes(), false);
    }
    Ok(())
}

/// Scripts and styles with what they hold, those that others name before these.
fn ordered(files: Vec<PathBuf>) -> Result<Vec<(PathBuf, String)>> {
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        Ok((file, text))
    };
    let mut rest: Vec<(PathBuf, String)> = files.into_iter().map(read).collect::<Result<_>>()?;
    let mut done = Vec::new();
    while !rest.is_empty() {
        let waits = |text: &str| {
            let names = |(file, _): &(PathBuf, String)| {
                let stem = file.file_stem().unwrap_or_default().to_string_lossy();
                text.contains(&format!("{{{{{stem}}}}}"))
            };
            rest.iter().any(names)
        };
        let free = rest.iter().position(|(_, text)| !waits(text));
        // Of a circle the first one says which name it lacks.
        done.push(rest.remove(free.unwrap_or(0)));
    }
    Ok(done)
}

/// Whether a file is asked for by a frame: its origin is nobody's, and no service worker sees it.
pub fn is_for_frames(path: &str) -> bool {
    path.starts_with("frames/") || path.starts_with("assets/frames/")
}

fn asset(stem: &str, kind: &str) -> String {
    format!("frames/{stem}.{kind}")
}

fn borrowed(values: &[(String, String)]) -> Vec<(&str, String)> {
    values.iter().map(|(name, value)| (name.as_str(), value.clone())).collect()
}
