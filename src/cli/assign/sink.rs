//! Where the rows go.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};

/// Standard output, or a file that appears under its name only when it is whole. A pipe or a device is written to
/// as it stands, and a link leads to what is written.
pub struct Sink {
    writer: BufWriter<Box<dyn Write>>,
    unfinished: Option<Unfinished>,
}

/// A file being written beside its place.
struct Unfinished {
    part: PathBuf,
    place: PathBuf,
}

impl Sink {
    pub fn open(output: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = output else {
            return Ok(Self { writer: BufWriter::new(Box::new(io::stdout())), unfinished: None });
        };
        let cannot = || format!("cannot write {}", path.display());
        // Where a link leads; a path that leads nowhere yet is its own place.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        ensure!(!place.is_dir(), "cannot write {}: it is a folder", path.display());
        if place.exists() && !place.is_file() {
            let device = File::options().write(true).open(&place).with_context(cannot)?;
            return Ok(Self { writer: BufWriter::new(Box::new(device)), unfinished: None });
        }
        let mut part = place.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = File::create(&part).with_context(cannot)?;
        Ok(Self { writer: BufWriter::new(Box::new(file)), unfinished: Some(Unfinished { part, place }) })
    }

    pub fn write(&mut self, text: &[u8]) -> anyhow::Result<()> {
        Ok(self.writer.write_all(text)?)
    }

    pub fn finish(mut self) -> anyhow::Result<()> {
        self.writer.flush()?;
        if let Some(Unfinished { part, place }) = &self.unfinished {
            fs::rename(part, place).with_context(|| format!("cannot write {}", place.display()))?;
            self.unfinished = None;
        }
        Ok(())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(Unfinished { part, .. }) = &self.unfinished {
            // Nobody wants half a file; that it cannot be removed changes nothing.
            let _ = fs::remove_file(part);
        }
    }
}
