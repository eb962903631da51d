//! Whichever container tool works here.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::process;
use crate::workspace::Workspace;

/// The image's name in the engine's own store.
pub const NAME: &str = "localhost/postern:latest";

/// A tool that answers when asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// With its daemon running.
    Docker,
    /// Builds and runs.
    Podman,
    /// Builds only.
    Buildah,
}

impl Engine {
    /// The first that works.
    pub fn find() -> Option<Self> {
        [Engine::Docker, Engine::Podman, Engine::Buildah].into_iter().find(|engine| {
            let mut command = engine.command();
            command.arg("info").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        })
    }

    /// Buildah could run one too, but not as a container is run.
    pub fn can_run(&self) -> bool {
        *self != Engine::Buildah
    }

    /// The tool with what makes it work also inside a container and without systemd: plain files
    /// for storage, no cgroup manager, and runc, because crun wants more from the kernel.
    pub fn command(self) -> Command {
        match self {
            Engine::Docker => Command::new("docker"),
            Engine::Buildah => {
                let mut command = Command::new("buildah");
                command.args(["--storage-driver", "vfs"]);
                command
            }
            Engine::Podman => {
                let mut command = Command::new("podman");
                command.args(["--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"]);
                if let Some(runc) = process::find("runc") {
                    command.arg("--runtime").arg(runc);
                }
                command
            }
        }
    }

    /// Builds the Containerfile over a folder.
    pub fn build(self, workspace: &Workspace, folder: &Path) -> Result<()> {
        let mut command = self.command();
        command.args(["build", "--tag", NAME, "--file"]);
        command.arg(workspace.root.join("Containerfile"));
        if self != Engine::Docker {
            // The OCI format has no HEALTHCHECK; every engine reads this one.
            command.args(["--format", "docker", "--isolation", "chroot"]);
        }
        process::run(command.arg(folder))
    }

    /// Writes the image to a file that docker, podman and containerd load.
    pub fn save(self, file: &Path) -> Result<()> {
        if file.exists() {
            std::fs::remove_file(file).with_context(|| file.display().to_string())?;
        }
        let archive = format!("docker-archive:{}:{NAME}", file.display());
        let mut command = self.command();
        match self {
            Engine::Docker => command.args(["save", "--output"]).arg(file).arg(NAME),
            Engine::Podman => command.args(["push", NAME, &archive]),
            Engine::Buildah => command.args(["push", NAME, &archive]),
        };
        process::run(&mut command)
    }
}
