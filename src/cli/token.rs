//! `gridwatch token`: keys for programs.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::ensure;
use jiff::{SignedDuration, Timestamp};

use super::{Language, Saying, is_there, one_of};
use crate::{
    domain::{
        grid::GridCode,
        people::{Actor, ActorKind, Reach, Role},
    },
    io::{
        catalog,
        store::{Credential, Purpose},
    },
    service::{app, secret::Secret},
};

#[derive(clap::Args)]
pub struct Args {
    /// The site's folder
    #[arg(long, default_value = ".", value_name = "DIR", global = true)]
    site: PathBuf,
    /// Folder of the store [default: the site's `data`, else data in its folder]
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Make a token and print it: it is shown this once
    Create {
        /// As it will stand in the trail
        name: String,
        /// What its holder may: as a program that reports and reads all, unless roles say otherwise
        #[arg(long, value_parser = one_of::<Role>, value_delimiter = ',')]
        role: Vec<Role>,
        /// Grids, or wider levels, beyond which it sees nothing [default: the whole site]
        #[arg(long, value_name = "CODE", value_delimiter = ',')]
        grid: Vec<String>,
        /// How many days it is good [default: until it is revoked]
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3_660))]
        days: Option<u16>,
    },
    /// Names of the tokens that are good
    List,
    /// End a token
    Revoke { name: String },
}

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    is_there(&args.site, language)?;
    let settings = catalog::settings(&args.site);
    let data = app::data_folder(&args.site, args.data.as_deref(), &settings.serving);
    // A token of a site that nobody will ever serve is a riddle for whoever uses it.
    if !app::store_file(&data).exists() && !catalog::is_site(&args.site) {
        return Err(Saying::NoSite { folder: args.site.display().to_string() }.failure(language));
    }
    let store = app::open_store(&data)?;
    let site = settings.id;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let now = Timestamp::now();
    match &args.command {
        Command::Create { name, role, grid, days } => {
            ensure!(!name.trim().is_empty(), "a token needs a name");
            // The trail, and what is kept of each sender, tell them apart by their names.
            ensure!(name.parse::<ActorKind>().is_err(), "{name} is what others are called: name the token otherwise");
            let staff = catalog::read_for_service(&args.site).catalog.map(|catalog| catalog.staff.clone());
            let is_staff = staff.iter().flat_map(|staff| staff.iter()).any(|staff| staff.id.as_str() == name);
            ensure!(!is_staff, "{name} is one of the staff: name the token otherwise");
            ensure!(!store.api_tokens(&site, now)?.contains(name), "there is a token {name} already");
            if let Some(grid) = grid.iter().find(|code| !is_grid(&args.site, code, now)) {
                return Err(Saying::NoSuchGrid { grid: grid.clone() }.failure(language));
            }
            let secret = Secret::new()?;
            let credential = Credential {
                hash: secret.hash(),
                purpose: Purpose::Api,
                actor: Actor { roles: role.clone(), reach: reach(grid, role), ..Actor::of(ActorKind::Program, name) },
                created_at: now,
                expires_at: days.map(|days| now + SignedDuration::from_hours(24 * i64::from(days))),
            };
            runtime.block_on(store.add_credential(&site, credential))?;
            writeln!(io::stdout(), "{}", secret.expose())?;
        }
        Command::List => {
            for name in store.api_tokens(&site, now)? {
                writeln!(io::stdout(), "{name}")?;
            }
        }
        Command::Revoke { name } => {
            let ended = runtime.block_on(store.revoke(&site, Purpose::Api, name, now))?;
            ensure!(ended > 0, "there is no token {name}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether the site has such a grid, or wider level.
fn is_grid(site: &Path, code: &str, now: Timestamp) -> bool {
    catalog::read_for_service(site).catalog.is_some_and(|catalog| {
        let hierarchy = &catalog.coverages.at(now).hierarchy;
        hierarchy.nodes().any(|node| hierarchy.grid(node).code.as_str() == code)
    })
}

fn reach(grids: &[String], roles: &[Role]) -> Reach {
    if grids.is_empty() {
        return Reach::everywhere();
    }
    let unplaced = roles.iter().any(|role| role.places());
    Reach { grids: grids.iter().map(GridCode::new).collect(), unplaced, ..Reach::default() }
}
