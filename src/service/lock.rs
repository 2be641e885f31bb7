//! One service at a time on a data folder.
//!
//! Two would each number their screens' changes and hand out turns as if alone, and each would take the other's rows for
//! what was there before it.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use anyhow::Context;

/// Held as long as the service lives; the system gives it back even where the process is killed.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Another service has the folder.
#[derive(Debug, thiserror::Error)]
#[error("another gridwatch serves from {}", folder.display())]
pub struct ServedAlready {
    pub folder: PathBuf,
}

/// In the data folder; empty, and never removed: a file that is gone while somebody holds it locks nobody out.
const FILE: &str = "serve.lock";

impl Lock {
    /// Takes the folder, which is there.
    ///
    /// # Errors
    /// [`ServedAlready`]; else what the disk says.
    pub fn take(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(FILE);
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).with_context(|| format!("cannot open {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(ServedAlready { folder: folder.to_owned() }.into()),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_taken_once_and_free_again_when_it_is_let_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Lock::take(folder.path()).expect("free");
        let second = Lock::take(folder.path()).expect_err("taken");
        assert!(second.is::<ServedAlready>(), "{second}");
        drop(first);
        Lock::take(folder.path()).expect("free again");
    }
}
