//! `gridwatch import staff`: a staff list into the site, and a code to sign in with for everybody who is new.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use jiff::{SignedDuration, Timestamp};

use super::Language;
use crate::{
    cli::{Saying, check, is_there, truth::ACTOR, user::sign_in_code},
    domain::people::Staff,
    io::{
        catalog::{self, Problem, STAFF, Severity},
        tables::encoding,
    },
    service::app,
};

#[derive(clap::Args)]
pub struct Args {
    /// The staff list: a CSV with the columns of geodata/staff.csv
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The site's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    site: PathBuf,
    /// Folder of the store [default: the site's `data`, else data in its folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where the codes of those who are new go, outside the site's folder [default: standard output]
    #[arg(long, value_name = "FILE", requires = "write")]
    codes: Option<PathBuf>,
    /// Keep the list in the site, and make the codes; else only say what would change
    #[arg(long)]
    write: bool,
}

/// How long the codes are good: a week, for a street to be told.
const CODES: SignedDuration = SignedDuration::from_hours(7 * 24);

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    is_there(&args.site, language)?;
    let shown = args.file.display().to_string();
    let settings = catalog::settings(&args.site);
    let bytes = read(&args.file, settings.max_file_mb, language)?;
    let Ok(text) = encoding::decode(&bytes, None) else {
        return Err(Saying::CannotRead { file: shown }.failure(language));
    };
    let mut out = io::stdout().lock();
    let after = catalog::read_with_staff(&args.site, text.clone().into_bytes());
    let (of_list, of_site): (Vec<&Problem>, Vec<&Problem>) =
        after.problems.iter().partition(|problem| problem.file == STAFF);
    let of_site = of_site.into_iter().filter(|problem| problem.severity == Severity::Error);
    for problem in of_list.into_iter().cloned().map(|problem| Problem { file: shown.clone(), ..problem }) {
        writeln!(out, "{}", check::line(&problem, language))?;
    }
    for problem in of_site {
        writeln!(out, "{}", check::line(problem, language))?;
    }
    let Some(catalog) = &after.catalog else {
        writeln!(out, "{}", language.say(&Saying::MendErrors))?;
        return Ok(ExitCode::FAILURE);
    };
    let place = args.site.join(STAFF);
    let before = fs::read(&place).unwrap_or_default();
    let staff_before = catalog::staff_of(&before);
    let changes = Changes::between(&staff_before, &catalog.staff);
    if catalog.staff.is_empty() && !staff_before.is_empty() {
        return Err(Saying::NobodyInList { file: shown, staff: staff_before.len() }.failure(language));
    }
    changes.tell(&mut out, language)?;
    let file = place.display().to_string();
    if !args.write {
        writeln!(out, "{}", language.say(&Saying::SayWrite { file }))?;
        return Ok(ExitCode::SUCCESS);
    }
    // Everything that can fail without a trace does so before the first trace.
    let codes = args.codes.as_ref().map(|codes| secret_file(codes, &args.site, language)).transpose()?;
    let data = app::data_folder(&args.site, args.data.as_deref(), &settings.serving);
    let store = app::open_store(&data)?;
    let is_same = before == text.as_bytes();
    let written = match if is_same { None } else { catalog::write_over(&place, text.as_bytes())? } {
        Some(copy) => Saying::WrittenOver { file, copy: copy.display().to_string() },
        None => Saying::Written { file },
    };
    writeln!(out, "{}", language.say(&written))?;
    writeln!(out, "{}", language.say(&Saying::TakenOverSoon))?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let now = Timestamp::now();
    for staff in &changes.gone {
        runtime.block_on(store.close_account(&settings.id, staff.id.as_str(), ACTOR, now))?;
    }
    if changes.new.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let codes: Box<dyn Write> = match codes {
        Some(file) => Box::new(file),
        None => Box::new(out),
    };
    let mut table = csv::Writer::from_writer(codes);
    table.write_record(["id", "name", "code", "good_until"])?;
    for staff in &changes.new {
        let good_until = now + CODES;
        let (secret, credential) = sign_in_code(staff, now, good_until)?;
        runtime.block_on(store.add_credential(&settings.id, credential))?;
        let good_until = good_until.to_zoned(settings.time_zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
        table.write_record([staff.id.as_str(), &staff.name, secret.expose(), &good_until])?;
    }
    table.flush()?;
    Ok(ExitCode::SUCCESS)
}

pub fn read(file: &Path, limit_mb: u64, language: Language) -> anyhow::Result<Vec<u8>> {
    use io::Read;
    let failed = |error| Saying::CannotRead { file: file.display().to_string() }.because_of(error, language);
    let mut bytes = Vec::new();
    let opened = fs::File::open(file).map_err(failed)?;
    opened.take((limit_mb << 20) + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit_mb << 20 {
        return Err(failed(io::ErrorKind::FileTooLarge.into()));
    }
    Ok(bytes)
}

/// A file that its owner alone reads, and that is not there yet. In a site's folder it would go with every copy of it.
fn secret_file(file: &Path, site: &Path, language: Language) -> anyhow::Result<fs::File> {
    let shown = || file.display().to_string();
    let failed = |error| Saying::CannotWrite { file: shown() }.because_of(error, language);
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().map_err(failed)?;
    if folder.starts_with(site.canonicalize().map_err(failed)?) {
        return Err(Saying::CodesInSite { file: shown() }.failure(language));
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Saying::FileIsThere { file: shown() }.failure(language),
        _ => failed(error),
    })
}

/// What a list changes.
struct Changes<'a> {
    new: Vec<&'a Staff>,
    changed: Vec<&'a Staff>,
    gone: Vec<&'a Staff>,
    same: usize,
}

impl<'a> Changes<'a> {
    fn between(before: &'a [Staff], after: &'a [Staff]) -> Self {
        let mut left: BTreeMap<_, &Staff> = before.iter().map(|staff| (&staff.id, staff)).collect();
        let mut changes = Self { new: Vec::new(), changed: Vec::new(), gone: Vec::new(), same: 0 };
        for staff in after {
            match left.remove(&staff.id) {
                None => changes.new.push(staff),
                Some(was) if was == staff => changes.same += 1,
                Some(_) => changes.changed.push(staff),
            }
        }
        changes.gone = left.into_values().collect();
        changes
    }

    fn tell(&self, out: &mut impl Write, language: Language) -> io::Result<()> {
        let told = |staff: &Staff| (staff.id.as_str().to_owned(), staff.name.clone());
        let new = self.new.iter().map(|staff| told(staff)).map(|(id, name)| Saying::StaffNew { id, name });
        let changed = self.changed.iter().map(|staff| told(staff)).map(|(id, name)| Saying::StaffChanged { id, name });
        let gone = self.gone.iter().map(|staff| told(staff)).map(|(id, name)| Saying::StaffGone { id, name });
        for line in new.chain(changed).chain(gone) {
            writeln!(out, "{}", language.say(&line))?;
        }
        let counted = Saying::StaffCounted {
            new: self.new.len(),
            changed: self.changed.len(),
            gone: self.gone.len(),
            same: self.same,
        };
        writeln!(out, "{}", language.say(&counted))
    }
}
