//! A server process that cannot outlive the test: a small shell stands guard and stops it by its pid
//! when the pipe from the test closes, however the test ends.

use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Runs `"$@"`; on a line from the test stops it; at the end of input also removes the folder.
const GUARD: &str = r#"
"$@" </dev/null & pid=$!
if read -r _; then keep=1; else keep=; fi
[ -s "$PID_FILE" ] && pid=$(cat "$PID_FILE")
kill -TERM $pid 2>/dev/null
wait
[ -n "$keep" ] || rm -rf -- "$FOLDER"
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
    /// Starts the program in a process group of its own, its output in `FOLDER/output.log`.
    pub fn start(launch: Launch<'_>) -> Result<Self> {
        let output = std::fs::File::options()
            .create(true)
            .append(true)
            .open(launch.folder.join("output.log"))?;
        let guard = Command::new("sh")
            .args(["-c", GUARD, "guard"])
            .arg(launch.program)
            .args(&launch.arguments)
            .env("FOLDER", launch.folder)
            .env("PID_FILE", &launch.pid_file)
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0)
            .spawn()
            .with_context(|| format!("starting {}", launch.program.display()))?;
        Ok(Self { guard })
    }

    /// Asks the server to stop, waits for it, and keeps its folder.
    pub fn stop(mut self) -> Result<()> {
        if let Some(mut pipe) = self.guard.stdin.take() {
            // A guard that is gone already has nothing left to stop.
            let _ = pipe.write_all(b"stop\n");
        }
        self.wait()
    }

    /// Kills the whole process group at once, as a power cut would.
    pub fn kill(mut self) -> Result<()> {
        let group = format!("-{}", self.guard.id());
        Command::new("kill").args(["-KILL", "--", &group]).status()?;
        self.guard.wait()?;
        Ok(())
    }

    fn wait(&mut self) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(10);
        while self.guard.try_wait()?.is_none() {
            if Instant::now() >= deadline {
                bail!("a server did not stop within 10 s of being asked");
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
            let group = format!("-{}", self.guard.id());
            let killed = Command::new("kill").args(["-KILL", "--", &group]).status();
            let _ = writeln!(std::io::stderr(), "{error:#}; killed: {killed:?}");
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

/// A loopback port that is free now.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
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
