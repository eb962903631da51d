//! The one tool of this repository: `cargo xtask VERB`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool talks on its streams")]

mod bench;
mod build;
mod check;
mod image;
mod install;
mod process;
mod run;
mod test;
mod timing;
mod torture;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};
use workspace::Workspace;

const USAGE: &str = "\
cargo xtask VERB

  run [--watch] [ARGS]  build page and bridge, start `postern demo ARGS`; --watch rebuilds on change
  test [PART…]          install what the tests need and run them all, or only: check units tidy
                        protocol bridge page e2e image
  check                 rustfmt, clippy on host and wasm32, rustdoc, the tidy test
  build [--dev]         bundle the page into dist/ and check its size
  image [FILE]          a container image FROM scratch, as an archive to load
  bench NAME [ARGS]     run a benchmark: page, link, imap, mime, fidelity, local, collect, transfer
  torture [SECONDS] [TARGET…]
                        hostile input against parsers, store and bridge: 600 s a target";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<()> {
    let Some((verb, rest)) = args.split_first() else { bail!("which verb?\n\n{USAGE}") };
    let workspace = Workspace::find()?;
    match verb.as_str() {
        "run" => run::run(&workspace, rest),
        "test" => test::run(&workspace, rest),
        "check" => check::run(&workspace, rest),
        "build" => build::run(&workspace, rest),
        "image" => image::run(&workspace, rest),
        "bench" => bench::run(&workspace, rest),
        "torture" => torture::run(&workspace, rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => bail!("no verb {other:?}\n\n{USAGE}"),
    }
}
