//! Where rows go.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{Language, Saying, destination::Destination};

/// Standard output, or a file that appears under its name only when it is whole. A pipe or a device is written to
/// as it stands, and a link leads to what is written.
pub struct Sink {
    writer: BufWriter<Box<dyn Write>>,
    unfinished: Option<Unfinished>,
    /// As it is called in what is said of it.
    name: String,
    language: Language,
}

/// A file being written beside its place.
struct Unfinished {
    part: PathBuf,
    place: PathBuf,
}

impl Sink {
    pub fn open(output: Option<&Path>, language: Language) -> anyhow::Result<Self> {
        let name = output.map_or_else(|| language.say(&Saying::StandardOutput), |path| path.display().to_string());
        let opened = match output {
            Some(path) => Destination::of(path).and_then(opened),
            None => Ok((Box::new(io::stdout()) as Box<dyn Write>, None)),
        };
        let (writer, unfinished) = opened.map_err(|error| cannot_write(&name, error, language))?;
        Ok(Self { writer: BufWriter::new(writer), unfinished, name, language })
    }

    pub fn write(&mut self, text: &[u8]) -> anyhow::Result<()> {
        self.writer.write_all(text).map_err(|error| cannot_write(&self.name, error, self.language))
    }

    pub fn finish(mut self) -> anyhow::Result<()> {
        let flushed = self.writer.flush();
        let placed = flushed.and_then(|()| match &self.unfinished {
            Some(Unfinished { part, place }) => fs::rename(part, place),
            None => Ok(()),
        });
        placed.map_err(|error| cannot_write(&self.name, error, self.language))?;
        self.unfinished = None;
        Ok(())
    }
}

fn opened(destination: Destination) -> io::Result<(Box<dyn Write>, Option<Unfinished>)> {
    match destination {
        Destination::Through(device) => Ok((Box::new(File::options().append(true).open(device)?), None)),
        Destination::File(place) => {
            let mut part = place.clone().into_os_string();
            part.push(".part");
            let part = PathBuf::from(part);
            Ok((Box::new(File::create(&part)?), Some(Unfinished { part, place })))
        }
    }
}

fn cannot_write(name: &str, error: io::Error, language: Language) -> anyhow::Error {
    Saying::CannotWrite { file: name.to_owned() }.because_of(error, language)
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(Unfinished { part, .. }) = &self.unfinished {
            // Nobody wants half a file; that it cannot be removed changes nothing.
            let _ = fs::remove_file(part);
        }
    }
}
