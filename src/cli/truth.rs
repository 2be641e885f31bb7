//! How files and store are told apart and settled, for `serve`, `import site` and `export site`.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{Language, Saying, is_there};
use crate::{
    io::{
        catalog::{self, Change, Difference},
        store::{Present, Store},
    },
    service::{
        app,
        truth::{self, TwoTruths},
    },
};

/// Who is named in the audit trail for what is done on the command line.
pub const ACTOR: &str = "command line";

#[derive(clap::Args)]
#[group(skip)]
pub struct Args {
    /// The site's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub site: PathBuf,
    /// Folder of the store [default: the site's `data`, else data in its folder]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Do it; else only the differences are named
    #[arg(long)]
    pub write: bool,
}

/// A site with its store, before files or store give way.
pub struct Both {
    pub store: Store,
    pub site: String,
    pub present: Option<Present>,
    pub now: Timestamp,
}

impl Both {
    pub fn open(args: &Args, language: Language) -> anyhow::Result<Self> {
        is_there(&args.site, language)?;
        let settings = catalog::settings(&args.site);
        let store = app::open_store(&app::data_folder(&args.site, args.data.as_deref(), &settings.serving))?;
        let present = store.present_version(&settings.id)?;
        Ok(Self { store, site: settings.id, present, now: Timestamp::now() })
    }
}

/// Each file in which they differ, a line each.
pub fn name(out: &mut impl Write, differences: &[Difference], language: Language) {
    for Difference { file, change } in differences {
        let file = file.clone();
        let saying = match change {
            Change::Added => Saying::OnlyInFiles { file },
            Change::Removed => Saying::OnlyInStore { file },
            Change::Changed => Saying::NotTheSame { file },
        };
        let _ = writeln!(out, "  {}", language.say(&saying));
    }
}

/// What `serve` says that cannot tell which is true: where they differ, and the two commands that settle it.
pub fn refusal(two: &TwoTruths, site: &Path, data: Option<&Path>, language: Language) -> String {
    let file = catalog::GRIDS.to_owned();
    let head = if two.grids_are_gone { Saying::GridsAreGone { file } } else { Saying::TwoTruths };
    let mut said = format!("{}\n", language.say(&head)).into_bytes();
    name(&mut said, &two.differences, language);
    let command = |verb: &str| {
        let data = data.map(|data| format!(" --data {}", data.display())).unwrap_or_default();
        format!("gridwatch {verb} site --site {}{data} --write", site.display())
    };
    let (import, export) = (command("import"), command("export"));
    let _ = writeln!(said, "{}", language.say(&Saying::TakeTheFiles { command: import }));
    let _ = write!(said, "{}", language.say(&Saying::TakeTheStore { command: export }));
    String::from_utf8_lossy(&said).into_owned()
}

pub fn version(version: &str) -> String {
    truth::short(version).to_owned()
}
