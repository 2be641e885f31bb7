//! The folder of a process that looks through cameras: who has it, and its socket.

use std::{
    fs::DirBuilder,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::service::lock::Lock;

/// How often it is looked whether who had it is gone.
const LOOK: Duration = Duration::from_millis(50);
/// Bytes of a socket's path that every system takes.
const LONGEST_PATH: usize = 100;

/// Waits until nobody has the folder, which is made if need be, and takes it.
///
/// # Errors
/// If somebody still has it after `patience`; else what the disk says.
pub async fn take(folder: &Path, patience: Duration) -> anyhow::Result<Lock> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let begun = Instant::now();
    loop {
        match Lock::take(folder) {
            Err(_) if begun.elapsed() < patience => tokio::time::sleep(LOOK).await,
            taken => return taken,
        }
    }
}

/// Where it listens. A path may be only so long: where the folder's is longer, among the machine's temporary files.
pub fn socket(folder: &Path) -> PathBuf {
    let here = folder.join("socket");
    if here.as_os_str().len() <= LONGEST_PATH {
        return here;
    }
    let hash = blake3::hash(folder.as_os_str().as_encoded_bytes()).to_hex();
    std::env::temp_dir().join(format!("gridwatch-{}", &hash[..16]))
}
