//! What is true, files or store: the one rule, and the ways to settle it.
//!
//! Files that have changed become a new version; a version that was made in the service stays true while the files stay
//! as they were. Where both have changed, in different files, both changes hold; where they have changed the same file nobody
//! but the people of the site can know, and nothing is guessed.

use std::{path::Path, sync::Arc};

use anyhow::{Context, anyhow, bail};
use jiff::Timestamp;

use crate::io::{
    catalog::{self, Catalog, Difference, Put, Reading, SiteFiles},
    store::{Adopted, NewVersion, Origin, Present, Store},
};

/// Files and store say different things, and neither follows from the other.
#[derive(Debug, thiserror::Error)]
#[error("the site's files and the store differ, and both have changed")]
pub struct TwoTruths {
    /// The files, as seen from the store.
    pub differences: Vec<Difference>,
    /// The grids are gone from the files: that is no edit, whatever else is the same.
    pub grids_are_gone: bool,
}

/// Which of both is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    /// The store has nothing yet, or the files were changed and it was not.
    Files,
    Same,
    /// It was changed, and the files were not.
    Store,
    Neither,
}

/// By the version of the files, and what the store knows.
fn truth(files: &str, have_grids: bool, present: Option<&Present>, had_grids: bool) -> Truth {
    let Some(present) = present else { return Truth::Files };
    let (files_changed, store_changed) =
        (present.of_files.as_deref() != Some(files), present.of_files.as_ref() != Some(&present.version));
    match (files_changed, store_changed) {
        _ if present.version == files => Truth::Same,
        // A folder that was not mounted looks like one that was emptied.
        (true, false) if had_grids && !have_grids => Truth::Neither,
        (true, false) => Truth::Files,
        (false, _) => Truth::Store,
        (true, true) => Truth::Neither,
    }
}

/// Who is named in the trail for what happens at the start.
const SERVICE: &str = "service";

/// The catalog that is true for a site whose files were read just now, kept in the store.
///
/// # Errors
/// [`TwoTruths`] where it cannot be told; else what the store suffers.
pub async fn settle(root: &Path, reading: Reading, store: &Store, now: Timestamp) -> anyhow::Result<Arc<Catalog>> {
    let have_grids = reading.has_grids();
    let Reading { catalog, files, problems } = reading;
    let catalog = catalog.ok_or_else(|| anyhow!("{} has {} problems", root.display(), problems.len()))?;
    let site = catalog.settings.id.clone();
    let present = store.present_version(&site)?;
    let kept = kept_files(store, &site, present.as_ref())?;
    let version = catalog.version.as_str().to_owned();
    let had_grids = kept.contains_key(catalog::GRIDS);
    match truth(&version, have_grids, present.as_ref(), had_grids) {
        Truth::Store => {
            let kept_version = present.map(|present| present.version).unwrap_or_default();
            tracing::info!(
                version = short(&kept_version),
                "the store's version is true: it was edited after the files"
            );
            from_store(root, &kept_version, &kept).map(Arc::new)
        }
        Truth::Neither => {
            let base = present.as_ref().and_then(|present| present.of_files.as_deref());
            let base = base.map(|version| store.files_of_version(&site, version)).transpose()?.flatten();
            let is_emptied = had_grids && !have_grids;
            if let Some(both) = base.filter(|_| !is_emptied).and_then(|base| joined(&base, &kept, &files)) {
                tracing::info!("the site's files and the store have changed, and not in the same files: both hold");
                let of_files = (version, files);
                return adopt_both(root, store, &site, present.as_ref(), of_files, &both, now).await.map(Arc::new);
            }
            let differences = catalog::differences(&kept, &files);
            Err(TwoTruths { differences, grids_are_gone: had_grids && !have_grids }.into())
        }
        Truth::Files | Truth::Same => {
            if take(store, &site, &version, files, present.as_ref(), SERVICE, now).await? == Adopted::Taken {
                tracing::info!(version = short(&version), "the site's files are the version that is true now");
            }
            Ok(Arc::new(catalog))
        }
    }
}

/// What two versions have made of the one that both come from; `None` where they have changed the same file.
fn joined(base: &SiteFiles, kept: &SiteFiles, files: &SiteFiles) -> Option<SiteFiles> {
    let (of_store, of_files) = (catalog::differences(base, kept), catalog::differences(base, files));
    if of_files.iter().any(|one| of_store.iter().any(|other| other.file == one.file)) {
        return None;
    }
    let mut both = files.clone();
    for Difference { file, .. } in of_store {
        match kept.get(&file) {
            Some(bytes) => both.insert(file, bytes.clone()),
            None => both.remove(&file),
        };
    }
    Some(both)
}

/// Keeps the version of the files, and behind it the one that has the store's own changes too.
async fn adopt_both(
    root: &Path,
    store: &Store,
    site: &str,
    present: Option<&Present>,
    (version, files): (String, SiteFiles),
    both: &SiteFiles,
    now: Timestamp,
) -> anyhow::Result<Catalog> {
    let Reading { catalog, problems, files: together } = catalog::read_version(root, both);
    let catalog = catalog.with_context(|| {
        let problems = problems.len();
        format!("the site's files together with what was changed in the service have {problems} problems")
    })?;
    let new = |version: &str, files, origin, parent| NewVersion {
        site: site.to_owned(),
        version: version.to_owned(),
        files,
        origin,
        parent,
        at: now,
        actor: SERVICE.to_owned(),
    };
    let of_files = new(&version, files, Origin::Files, present.map(|present| present.version.clone()));
    let joined = new(catalog.version.as_str(), together, Origin::Edit, Some(version.clone()));
    match store.adopt_in_turn(vec![of_files, joined]).await? {
        Adopted::Overtaken { .. } => bail!("another version became true in the meantime: start again"),
        Adopted::Taken | Adopted::Already => Ok(catalog),
    }
}

/// The files of the true version; none where there is no version.
///
/// # Errors
/// What the store suffers.
pub fn kept_files(store: &Store, site: &str, present: Option<&Present>) -> anyhow::Result<SiteFiles> {
    let Some(present) = present else { return Ok(SiteFiles::new()) };
    let files = store.files_of_version(site, &present.version)?;
    files.with_context(|| format!("the store lacks the files of version {}", present.version))
}

fn from_store(root: &Path, version: &str, files: &SiteFiles) -> anyhow::Result<Catalog> {
    let Reading { catalog, problems, .. } = catalog::read_version(root, files);
    let Some(catalog) = catalog else { bail!("version {version} of the store has {} problems", problems.len()) };
    // A program that hashes otherwise must not pass one version off as another.
    if catalog.version.as_str() != version {
        bail!("version {version} of the store reads as {}", catalog.version.as_str());
    }
    Ok(catalog)
}

/// Makes what the files hold the true version, whatever was true before.
///
/// # Errors
/// What the store suffers, a version that came in between among it.
pub async fn import(
    store: &Store,
    catalog: &Catalog,
    files: SiteFiles,
    present: Option<&Present>,
    actor: &str,
    now: Timestamp,
) -> anyhow::Result<Adopted> {
    take(store, &catalog.settings.id, catalog.version.as_str(), files, present, actor, now).await
}

/// Makes what is true now with one file changed the true version: the service's own edit, which the site's files do not have
/// until they are exported.
///
/// # Errors
/// If the file makes the site unsound, another edit came in between, or what the store suffers.
pub async fn edit(
    root: &Path,
    store: &Store,
    site: &str,
    (file, bytes): (&str, Vec<u8>),
    actor: &str,
    now: Timestamp,
) -> anyhow::Result<Catalog> {
    let present = store.present_version(site)?;
    let mut files = kept_files(store, site, present.as_ref())?;
    files.insert(file.to_owned(), bytes);
    let Reading { catalog, problems, files } = catalog::read_version(root, &files);
    let catalog = catalog.with_context(|| format!("the site would have {} problems", problems.len()))?;
    let new = NewVersion {
        site: site.to_owned(),
        version: catalog.version.as_str().to_owned(),
        files,
        origin: Origin::Edit,
        parent: present.map(|present| present.version),
        at: now,
        actor: actor.to_owned(),
    };
    match store.adopt(new).await? {
        Adopted::Overtaken { .. } => bail!("another edit came in between"),
        Adopted::Taken | Adopted::Already => Ok(catalog),
    }
}

/// Makes the folder hold the files of the true version, and has the store know that it does.
///
/// # Errors
/// What the folder or the store suffers.
pub async fn export(
    root: &Path,
    store: &Store,
    site: &str,
    present: &Present,
    actor: &str,
    now: Timestamp,
) -> anyhow::Result<Vec<Put>> {
    let kept = kept_files(store, site, Some(present))?;
    let differences = catalog::differences(&kept, &catalog::read_for_service(root).files);
    let put = catalog::put(root, &kept, &differences)?;
    take(store, site, &present.version, kept, Some(present), actor, now).await?;
    Ok(put)
}

async fn take(
    store: &Store,
    site: &str,
    version: &str,
    files: SiteFiles,
    present: Option<&Present>,
    actor: &str,
    now: Timestamp,
) -> anyhow::Result<Adopted> {
    let new = NewVersion {
        site: site.to_owned(),
        version: version.to_owned(),
        files,
        origin: Origin::Files,
        parent: present.map(|present| present.version.clone()),
        at: now,
        actor: actor.to_owned(),
    };
    match store.adopt(new).await? {
        Adopted::Overtaken { by } => {
            bail!("version {} became true in the meantime: look again", by.unwrap_or_default())
        }
        adopted => Ok(adopted),
    }
}

/// Enough of a version for people to tell it from others.
#[must_use]
pub fn short(version: &str) -> &str {
    version.get(..12).unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn present(version: &str, of_files: &str) -> Present {
        Present {
            version: version.to_owned(),
            at: Timestamp::UNIX_EPOCH,
            actor: String::new(),
            of_files: Some(of_files.to_owned()),
        }
    }

    #[test]
    fn whoever_alone_has_changed_is_true_and_two_who_have_are_neither() {
        let cases = [
            ("A", present("A", "A"), Truth::Same),
            ("B", present("A", "A"), Truth::Files),
            ("A", present("B", "A"), Truth::Store),
            ("C", present("B", "A"), Truth::Neither),
            ("B", present("B", "A"), Truth::Same),
        ];
        for (files, present, expected) in cases {
            assert_eq!(truth(files, true, Some(&present), true), expected, "{files} {present:?}");
        }
        assert_eq!(truth("A", false, None, false), Truth::Files);
        assert_eq!(truth("B", false, Some(&present("A", "A")), true), Truth::Neither, "the grids are gone");
        assert_eq!(truth("B", true, Some(&present("A", "A")), false), Truth::Files, "the first grids");
    }
}
