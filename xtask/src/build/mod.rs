//! `cargo xtask build`: the page, from Rust, CSS and templates to compressed files in dist/.

mod bind;
mod budget;
mod bundle;
mod compile;
mod css;
mod frames;
mod fresh;
mod javascript;
mod pdf;
mod shrink;
mod split;
mod template;

use anyhow::{Result, bail};

use crate::install::{self, Need};
use crate::workspace::Workspace;
pub use fresh::newest;

/// What the page is built for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// For people: small, offline-capable, held to the size budget.
    Page,
    /// For the developer: compiles fast, reloads itself when a newer build is there.
    Dev,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Mode::Page => "page",
            Mode::Dev => "dev",
        }
    }
}

/// The verb.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    match args {
        [] => page(workspace, Mode::Page),
        [flag] if flag == "--dev" => page(workspace, Mode::Dev),
        other => bail!("build knows only --dev, not {other:?}"),
    }
}

/// Builds unless dist/ already holds this mode's result for these sources.
pub fn when_changed(workspace: &Workspace, mode: Mode) -> Result<()> {
    if fresh::is_fresh(workspace, mode) {
        return Ok(());
    }
    page(workspace, mode)
}

/// Builds the page into dist/.
pub fn page(workspace: &Workspace, mode: Mode) -> Result<()> {
    install::all(workspace, &[Need::Wasm, Need::Npm])?;
    let sources = fresh::stamp(&workspace.root);
    let wasm = compile::wasm(workspace, mode)?;
    let bound = bind::bind(&wasm, mode)?;
    let bundle = bundle::collect(&workspace.root, mode, bound)?;
    let files = bundle.pack(mode)?;
    let list = bundle.list(mode, &sources, &files);
    bundle::write(&workspace.dist(), &list, &files)?;
    budget::print(&files);
    if mode == Mode::Page { budget::check(&files) } else { Ok(()) }
}
