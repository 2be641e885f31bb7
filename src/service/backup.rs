//! A backup of everything that a site has, made while it is served.

use std::{
    fs::File,
    io::{self, Cursor, Read},
    path::{Path, PathBuf},
};

use anyhow::Context;
use jiff::Timestamp;

use super::app;
use crate::io::{
    archive::{self, Manifest, Member, Unfinished},
    catalog::{self, SiteFiles},
    evidence::EvidenceFolder,
    store,
};

/// Where things are in an archive.
pub const STORE: &str = "store.db";
pub const EVIDENCE: &str = "evidence/";
pub const SITE: &str = "site/";

/// Writes the archive: first a copy of the store at one instant, then the photos that its rows name, which are all there
/// since each was on disk before its row was. A photo whose report came later, or never, is not part of it.
///
/// Photos that are damaged or gone are named in the manifest, and hinder nothing.
///
/// # Errors
/// If there is no store, or a disk refuses; then there is no archive.
pub fn backup(site: &Path, data: &Path, output: &Path, now: Timestamp) -> anyhow::Result<Manifest> {
    let copy = Unfinished::beside(output).with_context(|| format!("cannot write beside {}", output.display()))?;
    let settings = catalog::settings(site);
    let holdings = store::copy(&app::store_file(data), copy.path(), &settings.id)?;
    let evidence = EvidenceFolder::at(&app::evidence_folder(data));

    let mut members = vec![Member::of(STORE.to_owned(), File::open(copy.path())?)?];
    let (version, files) = files_of(site, holdings.catalog);
    for (file, bytes) in &files {
        members.push(Member::of(format!("{SITE}{file}"), &bytes[..])?);
    }
    for file in catalog::basemap_files(site) {
        members.push(Member::of(format!("{SITE}{file}"), File::open(site.join(&file))?)?);
    }
    let (mut photos, mut missing_photos) = (0, Vec::new());
    for hash in holdings.evidence {
        match photo(&evidence, &hash)? {
            Some(member) => {
                photos += 1;
                members.push(member);
            }
            None => missing_photos.push(hash),
        }
    }
    let manifest = Manifest {
        format: archive::FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        site: settings.id,
        made_at: now.to_string(),
        schema: holdings.schema,
        seq: holdings.seq,
        catalog: version,
        cases: holdings.cases,
        reports: holdings.reports,
        photos,
        missing_photos,
        members,
    };
    archive::write(output, &manifest, |member| open(member, copy.path(), &evidence, site, &files))?;
    Ok(manifest)
}

/// The files of the version that is true in the copy; those of the folder where it has none. `gridwatch.toml` is the
/// folder's as long as it places as that version does: it says how this service is reached.
fn files_of(site: &Path, kept: Option<(String, SiteFiles)>) -> (Option<String>, SiteFiles) {
    let here = catalog::read_for_service(site).files;
    let Some((version, mut files)) = kept else { return (None, here) };
    let same_placing = !catalog::differences(&files, &here).iter().any(|other| other.file == catalog::SETTINGS);
    if let Some(settings) = here.get(catalog::SETTINGS).filter(|_| same_placing) {
        files.insert(catalog::SETTINGS.to_owned(), settings.clone());
    }
    (Some(version), files)
}

/// The photo as a member; `None` where it is gone, or is not what its name says.
fn photo(evidence: &EvidenceFolder, hash: &str) -> anyhow::Result<Option<Member>> {
    let Some((name, path)) = EvidenceFolder::name_of(hash).zip(evidence.file_of(hash)) else { return Ok(None) };
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let member = Member::of(format!("{EVIDENCE}{name}"), file)?;
    Ok(Some(member).filter(|member| member.blake3 == hash))
}

fn open(
    member: &Member,
    copy: &Path,
    evidence: &EvidenceFolder,
    site: &Path,
    files: &SiteFiles,
) -> io::Result<Box<dyn Read>> {
    let path: PathBuf = if member.path == STORE {
        copy.to_owned()
    } else if let Some(file) = member.path.strip_prefix(SITE) {
        match files.get(file) {
            Some(bytes) => return Ok(Box::new(Cursor::new(bytes.clone()))),
            None => site.join(file),
        }
    } else {
        evidence.file_of(&member.blake3).ok_or(io::ErrorKind::NotFound)?
    };
    Ok(Box::new(File::open(path)?))
}
