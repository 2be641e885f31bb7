//! Where rows go.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{Language, Saying};

/// Standard output, or a file that appears under its name only when it is whole. A pipe or a device is written to
/// as it stands, and a link leads to what is written.
pub struct Sink {
    writer: BufWriter<Box<dyn Write>>,
    unfinished: Option<Unfinished>,
    language: Language,
}

/// A file being written beside its place.
struct Unfinished {
    part: PathBuf,
    place: PathBuf,
}

impl Sink {
    pub fn open(output: Option<&Path>, language: Language) -> anyhow::Result<Self> {
        let Some(path) = output else {
            return Ok(Self { writer: BufWriter::new(Box::new(io::stdout())), unfinished: None, language });
        };
        let cannot = |error| cannot_write(path).because_of(error, language);
        // Where a link leads; a path that leads nowhere yet is its own place.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if place.is_dir() {
            return Err(cannot(io::ErrorKind::IsADirectory.into()));
        }
        if place.exists() && !place.is_file() {
            let device = File::options().write(true).open(&place).map_err(cannot)?;
            return Ok(Self { writer: BufWriter::new(Box::new(device)), unfinished: None, language });
        }
        let mut part = place.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = File::create(&part).map_err(cannot)?;
        Ok(Self { writer: BufWriter::new(Box::new(file)), unfinished: Some(Unfinished { part, place }), language })
    }

    pub fn write(&mut self, text: &[u8]) -> anyhow::Result<()> {
        Ok(self.writer.write_all(text)?)
    }

    pub fn finish(mut self) -> anyhow::Result<()> {
        self.writer.flush()?;
        if let Some(Unfinished { part, place }) = &self.unfinished {
            fs::rename(part, place).map_err(|error| cannot_write(place).because_of(error, self.language))?;
            self.unfinished = None;
        }
        Ok(())
    }
}

fn cannot_write(path: &Path) -> Saying {
    Saying::CannotWrite { file: path.display().to_string() }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(Unfinished { part, .. }) = &self.unfinished {
            // Nobody wants half a file; that it cannot be removed changes nothing.
            let _ = fs::remove_file(part);
        }
    }
}
