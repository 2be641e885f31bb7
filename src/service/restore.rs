//! A backup becomes a site again, on an empty machine.

use std::{
    collections::HashSet,
    fs, io,
    path::{Component, Path, PathBuf},
};

use serde::Serialize;

use super::{
    app,
    backup::{EVIDENCE, SITE, STORE},
};
use crate::io::{
    archive::{self, ArchiveFault, Manifest, Member},
    catalog,
    evidence::EvidenceFolder,
    store::{self, StoreError},
};

/// Why a backup is not restored; there is nothing of it then.
#[derive(Debug, thiserror::Error, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RestoreError {
    /// Nothing is written over.
    #[error("{folder} is not empty")]
    TargetNotEmpty { folder: String },
    /// The site's settings put the store where nobody has said that it may be put.
    #[error("the settings of the site put the store in {folder}")]
    DataElsewhere { folder: String },
    #[error("the store has schema {found}, this program knows {known}")]
    NewerStore { found: i64, known: i64 },
    #[error("the store in the backup is damaged")]
    DamagedStore { error: String },
    /// Its rows name a photo that is neither there nor said to be missing.
    #[error("photo {hash} is missing")]
    PhotoLacking { hash: String },
    #[error(transparent)]
    #[serde(untagged)]
    Archive(#[from] ArchiveFault),
}

impl From<io::Error> for RestoreError {
    fn from(error: io::Error) -> Self {
        Self::Archive(ArchiveFault::Io(error))
    }
}

/// Unpacks, checks everything, and only then gives the files their places.
///
/// Without `data` the store goes where the site's settings say, if that is in the site's folder.
///
/// # Errors
/// With what is wrong; the folders are then as they were.
pub fn restore(archive: &Path, site: &Path, data: Option<&Path>) -> Result<Manifest, RestoreError> {
    let mut site = Target::empty(site)?;
    let mut data = data.map(Target::empty).transpose()?;
    let site_part = site.unfinished.clone();
    // Without a place of its own, the store waits beside the site's files until their settings are known.
    let data_part = data.as_ref().map_or_else(|| site_part.join("data"), |data| data.unfinished.clone());
    let site_part = if data.is_none() { site_part.join("site") } else { site_part };
    for part in [&site_part, &data_part] {
        fs::create_dir_all(part)?;
    }
    let manifest = archive::unpack(archive, |member| place(member, &site_part, &data_part))?;
    check_store(&manifest, &app::store_file(&data_part))?;
    if data.is_none() {
        let inner = data_in_site(&site_part)?;
        let within = site_part.join(&inner);
        if within.exists() {
            return Err(RestoreError::TargetNotEmpty { folder: inner.display().to_string() });
        }
        fs::create_dir_all(within.parent().unwrap_or(&site_part))?;
        fs::rename(&data_part, &within)?;
        owner_only(&within)?;
    }
    for (target, part) in data.iter_mut().map(|data| (data, &data_part)).chain([(&mut site, &site_part)]) {
        target.fill(part)?;
    }
    site.filled.clear();
    if let Some(mut data) = data {
        data.filled.clear();
    }
    Ok(manifest)
}

fn place(member: &Member, site: &Path, data: &Path) -> PathBuf {
    if member.path == STORE {
        app::store_file(data)
    } else if let Some(file) = member.path.strip_prefix(SITE) {
        site.join(file)
    } else {
        app::evidence_folder(data).join(member.path.strip_prefix(EVIDENCE).unwrap_or(&member.path))
    }
}

/// The store can be read by this program, is whole, and has its photos.
fn check_store(manifest: &Manifest, path: &Path) -> Result<(), RestoreError> {
    let holdings = store::inspect(path, &manifest.site).map_err(|error| match error {
        StoreError::TooNew { found, known } => RestoreError::NewerStore { found, known },
        other => RestoreError::DamagedStore { error: other.to_string() },
    })?;
    let members: HashSet<&str> = manifest.members.iter().map(|member| member.path.as_str()).collect();
    for hash in holdings.evidence {
        let name = EvidenceFolder::name_of(&hash).map(|name| format!("{EVIDENCE}{name}"));
        if !name.is_some_and(|name| members.contains(name.as_str())) && !manifest.missing_photos.contains(&hash) {
            return Err(RestoreError::PhotoLacking { hash });
        }
    }
    Ok(())
}

/// The folder of the store, from the site's: a backup from elsewhere must not choose another place on this machine.
fn data_in_site(site: &Path) -> Result<PathBuf, RestoreError> {
    let serving = catalog::settings(site).serving;
    let data = app::data_folder(Path::new(""), None, &serving);
    let is_inside = !data.as_os_str().is_empty() && data.components().all(|part| matches!(part, Component::Normal(_)));
    if is_inside { Ok(data) } else { Err(RestoreError::DataElsewhere { folder: data.display().to_string() }) }
}

/// An empty folder to be filled. It may be where a disk is mounted, so what goes into it is prepared inside.
struct Target {
    folder: PathBuf,
    unfinished: PathBuf,
    made: bool,
    /// What has been moved into it, and goes again unless all of the restoring goes well.
    filled: Vec<PathBuf>,
}

impl Target {
    fn empty(folder: &Path) -> Result<Self, RestoreError> {
        let made = !folder.exists();
        fs::create_dir_all(folder)?;
        if fs::read_dir(folder)?.next().is_some() {
            return Err(RestoreError::TargetNotEmpty { folder: folder.display().to_string() });
        }
        let random = getrandom::u64().map_err(io::Error::other)?;
        let unfinished = folder.join(format!(".restoring-{random:016x}"));
        fs::create_dir(&unfinished)?;
        for folder in [folder, &unfinished].into_iter().skip(usize::from(!made)) {
            owner_only(folder)?;
        }
        Ok(Self { folder: folder.to_owned(), unfinished, made, filled: Vec::new() })
    }

    /// Moves what is ready up into the folder.
    fn fill(&mut self, ready: &Path) -> Result<(), RestoreError> {
        let mut entries = fs::read_dir(ready)?.collect::<io::Result<Vec<_>>>()?;
        // The settings and the store come last: a folder without them is nobody's site.
        entries.sort_by_key(|entry| entry.path().is_file());
        for entry in entries {
            let place = self.folder.join(entry.file_name());
            fs::rename(entry.path(), &place)?;
            self.filled.push(place);
        }
        fs::remove_dir_all(&self.unfinished)?;
        Ok(fs::File::open(&self.folder)?.sync_all()?)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // All of this is there only if something went wrong.
        let _ = fs::remove_dir_all(&self.unfinished);
        for place in &self.filled {
            let _ = if place.is_dir() { fs::remove_dir_all(place) } else { fs::remove_file(place) };
        }
        if self.made {
            // Which succeeds only where it is empty.
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

fn owner_only(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    let _ = folder;
    Ok(())
}
