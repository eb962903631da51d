//! `cargo xtask image`: the bridge with its page in one static file, and that in an empty image.

mod engine;
mod probe;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::build::{self, Mode};
use crate::install::{self, Need};
use crate::process;
use crate::workspace::Workspace;
use engine::Engine;

/// Where the image keeps what must last, as in the Containerfile.
const VOLUME: &str = "var/lib/postern";
/// The image's user and group, as in the Containerfile.
const OWNER: &str = "65532:65532";

/// The verb: builds the image and writes it to a file.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    let file = match args {
        [] => workspace.target.join("postern-image.tar"),
        [file] => PathBuf::from(file),
        _ => bail!("image takes one argument at most: the file to write"),
    };
    let engine = match Engine::find() {
        Some(engine) => engine,
        None => {
            install::all(workspace, &[Need::ImageBuilder])?;
            Engine::find().context("neither docker, podman nor buildah works here")?
        }
    };
    let binary = static_binary(workspace)?;
    engine.build(workspace, &stage(workspace, &binary)?)?;
    engine.save(&file)?;
    println!("{}: {} bytes", binary.display(), binary.metadata()?.len());
    println!("{}: {} bytes ({engine:?})", file.display(), file.metadata()?.len());
    Ok(())
}

/// Starts what the image would start, in an empty root, and in a real container where one can be.
pub fn test(workspace: &Workspace) -> Result<()> {
    let binary = static_binary(workspace)?;
    probe::in_empty_root(workspace, &binary)?;
    match Engine::find().filter(Engine::can_run) {
        Some(engine) => {
            engine.build(workspace, &stage(workspace, &binary)?)?;
            probe::in_container(&engine)
        }
        None => {
            println!("no container engine that can run here: the empty root must do");
            Ok(())
        }
    }
}

/// Builds the bridge against musl, with the page inside.
fn static_binary(workspace: &Workspace) -> Result<PathBuf> {
    install::all(workspace, &[Need::Musl])?;
    build::when_changed(workspace, Mode::Page)?;
    let target = install::musl();
    let mut command = workspace.cargo(["build", "--release", "--package", "postern"]);
    command.args(["--target", &target]);
    // SQLite and ring are C: they need the C compiler that knows musl's headers.
    command.env(format!("CC_{}", target.replace('-', "_")), "musl-gcc");
    process::run(&mut command)?;
    Ok(workspace.target.join(target).join("release/postern"))
}

/// The folder that the Containerfile copies from: nothing else can slip into the image.
fn stage(workspace: &Workspace, binary: &Path) -> Result<PathBuf> {
    let folder = workspace.target.join("image");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("data"))?;
    fs::copy(binary, folder.join("postern"))?;
    Ok(folder)
}
