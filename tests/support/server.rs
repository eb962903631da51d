//! A server process that cannot outlive the test: a small shell stands guard and ends it by its pid
//! when the pipe from the test closes, however the test ends.

use std::cell::Cell;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::net::TcpStream;

use crate::chance::Chance;
use crate::wait;

/// Runs `"$@"` in a session of its own and ends it, and whatever it started, as a line from the test
/// says (`TERM` or `KILL`); the end of input kills and removes the folder as well.
const GUARD: &str = r#"
setsid "$@" </dev/null & started=$!
read -r signal || signal=
if [ -s "$PID_FILE" ]; then leader=$(($(cat "$PID_FILE"))); else leader=$started; fi
if [ "$signal" = TERM ]; then
  kill -s TERM "$leader"
else
  kill -s KILL "$started"
  kill -s KILL -- "-$leader" "-$started"
  rm -f "$PID_FILE"
fi 2>/dev/null
wait
[ -n "$signal" ] || rm -rf -- "$FOLDER"
"#;

/// A running server and its guard.
#[derive(Debug)]
pub struct Server {
    guard: Child,
}

/// How to start a server.
#[derive(Debug)]
pub struct Launch<'a> {
    /// The program.
    pub program: &'a Path,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Everything it writes lies here; removed should the test die.
    pub folder: &'a Path,
    /// Where the server writes its own pid; where there is no such file the started process is stopped.
    pub pid_file: PathBuf,
}

impl Server {
    /// Starts the program, its output in `FOLDER/output.log`.
    pub fn start(launch: Launch<'_>) -> Result<Self> {
        let output = std::fs::File::options()
            .create(true)
            .append(true)
            .open(launch.folder.join("output.log"))?;
        let mut command = Command::new("sh");
        // The bridge takes every such variable for its own and refuses those it does not know.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("POSTERN_") {
                command.env_remove(name);
            }
        }
        let guard = command
            .args(["-c", GUARD, "guard"])
            .arg(launch.program)
            .args(&launch.arguments)
            .env("FOLDER", launch.folder)
            .env("PID_FILE", &launch.pid_file)
            // Apart from the test's group: a signal that ends the test leaves the guard to clean up.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("starting {}", launch.program.display()))?;
        Ok(Self { guard })
    }

    /// The pid of the started process.
    pub fn pid(&self) -> Result<u32> {
        let guard = self.guard.id();
        let children = std::fs::read_to_string(format!("/proc/{guard}/task/{guard}/children"))?;
        children.trim().parse().with_context(|| format!("the guard's children are {children:?}"))
    }

    /// Waits until the server listens on a loopback port, and fails at once when it has ended.
    pub async fn listening(&self, port: u16) -> Result<()> {
        let seen = Cell::new(false);
        wait::until_over(wait::LONG_PATIENCE, "the server's port", || async {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return Ok(Some(()));
            }
            // The guard may not have come to starting it yet.
            match self.pid() {
                Ok(_) => seen.set(true),
                Err(_) if seen.get() => bail!("the server ended before it listened"),
                Err(_) => {}
            }
            Ok(None)
        })
        .await
    }

    /// Asks the server to stop, waits for it, and keeps its folder.
    pub fn stop(self) -> Result<()> {
        self.end("TERM\n")
    }

    /// Kills the server and all its processes at once, as a power cut would; keeps its folder.
    pub fn kill(self) -> Result<()> {
        self.end("KILL\n")
    }

    fn end(mut self, order: &str) -> Result<()> {
        let mut pipe = self.guard.stdin.take().context("the guard's pipe is taken only here")?;
        pipe.write_all(order.as_bytes())?;
        self.wait()
    }

    fn wait(&mut self) -> Result<()> {
        let deadline = Instant::now() + wait::LONG_PATIENCE;
        while self.guard.try_wait()?.is_none() {
            if Instant::now() >= deadline {
                bail!("a server did not end though it was told to");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if let Err(error) = self.wait() {
            let _ = writeln!(std::io::stderr(), "{error:#}");
        }
    }
}

/// The path of an installed program, or a sentence that says who installs it.
pub fn program(name: &str) -> Result<PathBuf> {
    ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"]
        .iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.exists())
        .with_context(|| format!("{name} is not installed; `cargo xtask test` installs it"))
}

/// The ports that servers get: below those that the system gives to whoever connects somewhere, so
/// that a port is not taken while its server is down.
const PORTS: std::ops::Range<u16> = 10_000..32_000;

/// A loopback port that is free now, and that nobody gets by chance.
pub fn free_port() -> Result<u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let own = Chance::new(Chance::seed() ^ u64::from(std::process::id()) << 32).draw();
    for _ in 0..PORTS.len() {
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let at = (own / 7 + u64::from(next) * 127) % PORTS.len() as u64;
        let port = PORTS.start + u16::try_from(at)?;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port is free")
}

/// Waits until nobody listens on a port.
pub async fn released(port: u16) -> Result<()> {
    wait::until_over(wait::LONG_PATIENCE, "a port to be free", || async {
        Ok(TcpStream::connect(("127.0.0.1", port)).await.is_err().then_some(()))
    })
    .await
}

/// A folder with a short path (a Unix socket's is limited) that other users may enter.
pub fn folder() -> Result<tempfile::TempDir> {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::Builder::new().prefix("postern-").tempdir()?;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

/// The numeric user that owns `path`, which for a new file is who runs the tests.
pub fn owner(path: &Path) -> Result<u32> {
    Ok(std::fs::metadata(path)?.uid())
}
