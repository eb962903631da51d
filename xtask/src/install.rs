//! Installs what a verb needs and the machine lacks; where nothing is missing it only looks.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::process;
use crate::workspace::Workspace;

/// Something that a verb needs beyond cargo and a C compiler.
#[derive(Clone, Copy)]
pub enum Need {
    /// The compiler's target for the page.
    Wasm,
    /// The compiler's target and the C compiler for a static binary.
    Musl,
    /// The JavaScript packages of package-lock.json.
    Npm,
    /// Chromium, with fonts that have Chinese and Arabic.
    Browser,
    /// Dovecot and Postfix, which the tests start themselves.
    MailServers,
    /// Something that builds container images.
    ImageBuilder,
}

/// A Debian package, and how to see without dpkg that what it brings is there.
struct Package(&'static str, Proof);

enum Proof {
    Program(&'static str),
    File(&'static str),
    /// A language that some font covers.
    Font(&'static str),
}

const NODE: &[Package] =
    &[Package("nodejs", Proof::Program("node")), Package("npm", Proof::Program("npm"))];
const MUSL: &[Package] = &[Package("musl-tools", Proof::Program("musl-gcc"))];
const BROWSER: &[Package] = &[
    Package("chromium", Proof::Program("chromium")),
    Package("fontconfig", Proof::Program("fc-list")),
    Package("fonts-dejavu-core", Proof::Font("ar")),
    Package("fonts-droid-fallback", Proof::Font("zh-cn")),
];
const MAIL_SERVERS: &[Package] = &[
    Package("dovecot-imapd", Proof::File("/usr/lib/dovecot/imap")),
    Package("dovecot-pop3d", Proof::File("/usr/lib/dovecot/pop3")),
    Package("dovecot-lmtpd", Proof::File("/usr/lib/dovecot/lmtp")),
    Package("postfix", Proof::Program("postfix")),
];
const IMAGE_BUILDER: &[Package] = &[Package("buildah", Proof::Program("buildah"))];

impl Need {
    fn packages(self) -> &'static [Package] {
        match self {
            Need::Wasm => &[],
            Need::Musl => MUSL,
            Need::Npm => NODE,
            Need::Browser => BROWSER,
            Need::MailServers => MAIL_SERVERS,
            Need::ImageBuilder => IMAGE_BUILDER,
        }
    }
}

/// Makes sure that everything in `needs` is there.
pub fn all(workspace: &Workspace, needs: &[Need]) -> Result<()> {
    let missing: Vec<&str> = needs
        .iter()
        .flat_map(|need| need.packages())
        .filter(|package| !package.1.is_there())
        .map(|package| package.0)
        .collect();
    if !missing.is_empty() {
        debian(&missing)?;
    }
    for need in needs {
        match need {
            Need::Wasm => rust_target(workspace, "wasm32-unknown-unknown")?,
            Need::Musl => rust_target(workspace, &musl())?,
            Need::Npm => npm(workspace)?,
            Need::Browser | Need::MailServers | Need::ImageBuilder => {}
        }
    }
    Ok(())
}

/// The static target of this machine's processor.
pub fn musl() -> String {
    format!("{}-unknown-linux-musl", env::consts::ARCH)
}

impl Proof {
    fn is_there(&self) -> bool {
        match self {
            Proof::Program(name) => process::find(name).is_some(),
            Proof::File(path) => Path::new(path).exists(),
            Proof::Font(language) => Command::new("fc-list")
                .args([&format!(":lang={language}"), "file"])
                .stderr(Stdio::null())
                .output()
                .is_ok_and(|output| !output.stdout.is_empty()),
        }
    }
}

/// The compiler keeps one folder per installed target: looking there is faster than rustup.
fn rust_target(workspace: &Workspace, target: &str) -> Result<()> {
    let sysroot = process::output(workspace.command("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(target).is_dir() {
        return Ok(());
    }
    process::run(workspace.command("rustup").args(["target", "add", target]))
        .with_context(|| format!("the Rust target {target} is missing"))
}

fn npm(workspace: &Workspace) -> Result<()> {
    let modified = |path: &str| workspace.root.join(path).metadata().and_then(|m| m.modified());
    let installed = modified("node_modules/.package-lock.json");
    if installed.is_ok_and(|installed| modified("package-lock.json").is_ok_and(|l| l <= installed))
    {
        return Ok(());
    }
    let mut command = workspace.command("npm");
    // What is optional (a canvas for Node) is for programs, not for pages.
    command.args(["ci", "--omit=optional", "--no-audit", "--no-fund"]);
    // The tests drive the system's Chromium.
    process::run(command.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))
}

fn debian(missing: &[&str]) -> Result<()> {
    let list = missing.join(" ");
    let root = process::output(Command::new("id").arg("-u"))?.trim() == "0";
    if process::find("apt-get").is_none() {
        bail!("please install what Debian calls: {list}");
    }
    if !root {
        bail!("please run: sudo apt-get install --no-install-recommends {list}");
    }
    println!("installing {list}");
    let _quiet = NoDaemons::begin()?;
    process::run(apt().arg("update"))?;
    process::run(apt().args(["install", "--yes", "--no-install-recommends"]).args(missing))
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.args(["--quiet", "--quiet"]).env("DEBIAN_FRONTEND", "noninteractive");
    command.stdin(Stdio::null());
    command
}

/// While it lives, packages do not start the daemons they bring: the tests start their own.
struct NoDaemons {
    ours: bool,
}

const POLICY: &str = "/usr/sbin/policy-rc.d";

impl NoDaemons {
    fn begin() -> Result<Self> {
        let ours = !Path::new(POLICY).exists();
        if ours {
            fs::write(POLICY, "#!/bin/sh\nexit 101\n").context(POLICY)?;
            process::quiet(Command::new("chmod").args(["755", POLICY]))?;
        }
        Ok(Self { ours })
    }
}

impl Drop for NoDaemons {
    fn drop(&mut self) {
        if self.ours {
            let _ = fs::remove_file(POLICY);
        }
    }
}
