//! Starts the built binary the way the image does, and asks it whether it is well.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use super::engine::{Engine, NAME};
use super::{OWNER, VOLUME};
use crate::process;
use crate::workspace::Workspace;

const START: Duration = Duration::from_secs(20);
const STOP: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(50);
const PROVIDER: &str = r#"[{"name":"Probe","domains":["*"],"imap":"imaps://127.0.0.1:1","smtp":"smtps://127.0.0.1:1"}]"#;

/// An empty root, another user, one writable folder. As root only; others run the binary in place.
pub fn in_empty_root(workspace: &Workspace, binary: &Path) -> Result<()> {
    let root = workspace.target.join("image-root");
    let _ = fs::remove_dir_all(&root);
    let data = root.join(VOLUME);
    fs::create_dir_all(&data)?;
    fs::copy(binary, root.join("postern"))?;
    let privileged = process::output(Command::new("id").arg("-u"))?.trim() == "0";
    if privileged {
        process::quiet(Command::new("chown").arg(OWNER).arg(&data))?;
    } else {
        println!("not root: no empty root, the binary runs where it lies");
    }
    let address = free_address()?;
    let postern = |verb: &str| {
        let mut command = Command::new(if privileged { Path::new("chroot") } else { binary });
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        if privileged {
            command.arg(format!("--userspec={OWNER}")).arg(&root).arg("/postern");
            command.env("POSTERN_DATA_DIR", format!("/{VOLUME}"));
        } else {
            command.env("POSTERN_DATA_DIR", &data);
        }
        command.env("POSTERN_LISTEN", address.to_string()).env("POSTERN_PROVIDER", PROVIDER);
        command.arg(verb);
        command
    };
    let mut bridge = Bridge(postern("serve").spawn().context("cannot start the binary")?);
    wait_until_healthy(address, || bridge.0.try_wait().map_err(Into::into))?;
    process::run(&mut postern("healthcheck"))?;
    served(address)?;
    bridge.stop()?;
    fs::remove_dir_all(root)?;
    Ok(())
}

/// A read-only container with the port of the image published on loopback.
pub fn in_container(engine: &Engine) -> Result<()> {
    let address = free_address()?;
    let mut run = engine.command();
    run.args(["run", "--detach", "--read-only", "--volume", &format!("/{VOLUME}")]);
    run.args(["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--network", "host"]);
    run.args(["--env", &format!("POSTERN_LISTEN={address}")]);
    run.args(["--env", &format!("POSTERN_PROVIDER={PROVIDER}"), NAME]);
    println!("$ {}", process::line(&run));
    let id = process::output(&mut run)?.trim().to_owned();
    let result = container(engine, &id, address);
    // Also after a failure: nothing of ours keeps running.
    let removed = process::quiet(engine.command().args(["rm", "--force", "--volumes", &id]));
    result.and(removed)
}

fn container(engine: &Engine, id: &str, address: SocketAddr) -> Result<()> {
    wait_until_healthy(address, || Ok(None))?;
    process::run(engine.command().args(["exec", id, "/postern", "healthcheck"]))?;
    served(address)?;
    let start = now();
    process::run(engine.command().args(["stop", "--time", "10", id]))?;
    ensure!(start.elapsed() < STOP, "the container took {:?} to stop", start.elapsed());
    Ok(())
}

/// Asks until the bridge is alive, then once whether it is ready.
fn wait_until_healthy(
    address: SocketAddr,
    mut ended: impl FnMut() -> Result<Option<ExitStatus>>,
) -> Result<()> {
    let start = now();
    while !get(address, "/healthz").is_ok_and(|answer| answer.status == 200) {
        if let Some(status) = ended()? {
            bail!("the bridge ended by itself: {status}");
        }
        ensure!(start.elapsed() < START, "no /healthz within {START:?}");
        thread::sleep(POLL);
    }
    println!("healthy after {:?}", start.elapsed());
    ensure!(get(address, "/readyz")?.status == 200, "/readyz is not 200");
    Ok(())
}

/// The page is inside: index.html, and the wasm file that it names.
fn served(address: SocketAddr) -> Result<()> {
    let index = get(address, "/")?;
    ensure!(index.status == 200, "/ answered {}", index.status);
    let html = String::from_utf8(index.body).context("index.html is not UTF-8")?;
    let wasm = html
        .split('"')
        .find(|part| part.ends_with(".wasm"))
        .context("index.html names no wasm file: was the page built before the binary?")?;
    let module = get(address, wasm)?;
    ensure!(module.status == 200, "{wasm} answered {}", module.status);
    ensure!(module.head.contains("content-type: application/wasm"), "{wasm}: {}", module.head);
    ensure!(module.body.starts_with(b"\0asm"), "{wasm} is not a wasm module");
    Ok(())
}

struct Answer {
    status: u16,
    /// In lower case.
    head: String,
    body: Vec<u8>,
}

#[expect(clippy::disallowed_methods, reason = "a build tool that asks a server on loopback")]
fn get(address: SocketAddr, path: &str) -> Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(STOP))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").context("no HTTP head")?;
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    let mut body = bytes.split_off(end + 4);
    if head.contains("transfer-encoding: chunked") {
        body = unchunk(&body)?;
    }
    Ok(Answer { status: status.context("no HTTP status")?, head, body })
}

fn unchunk(mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|pair| pair == b"\r\n").context("a chunk's size")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line])?, 16)?;
        if size == 0 {
            return Ok(body);
        }
        rest = &rest[line + 2..];
        body.extend_from_slice(rest.get(..size).context("a chunk is cut off")?);
        rest = &rest[size + 2..];
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

#[expect(clippy::disallowed_methods, reason = "a build tool measures the real clock")]
fn now() -> Instant {
    Instant::now()
}

/// The started binary; gone with this value, whatever happened.
struct Bridge(Child);

impl Bridge {
    fn stop(&mut self) -> Result<()> {
        let start = now();
        let id = self.0.id().to_string();
        process::quiet(Command::new("kill").args(["-TERM", &id]))?;
        let status = loop {
            if let Some(status) = self.0.try_wait()? {
                break status;
            }
            ensure!(start.elapsed() < STOP, "still running {STOP:?} after SIGTERM");
            thread::sleep(POLL);
        };
        ensure!(status.success(), "after SIGTERM the bridge ended with {status}");
        println!("stopped after {:?}", start.elapsed());
        Ok(())
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
