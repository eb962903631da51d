//! The command line of Postern.

mod cli;

use std::process::ExitCode;

// musl's allocator is several times slower under threads. Without huge pages (`no_thp`): with them
// every account holds megabytes of which it uses a tenth.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The one place where arguments and environment are read.
    #[expect(clippy::disallowed_methods, reason = "everything else gets them from here")]
    let environment = std::env::vars().collect();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    cli::run(&arguments, &environment)
}
