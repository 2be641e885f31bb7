//! `gridwatch user`: how members of staff sign in.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use jiff::{SignedDuration, Timestamp};

use super::{Language, Saying, check, is_there, one_of, truth::ACTOR};
use crate::{
    domain::people::{Actor, ActorKind, Role, Staff},
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
    /// The staff, with what they do and where
    List {
        /// Those who have this role
        #[arg(long, value_parser = one_of::<Role>)]
        role: Option<Role>,
    },
    /// A code to sign in with, for each of them: good once, for a day, shown this once
    Code {
        /// Ids of the staff list
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// Let somebody try a password again who was locked out
    Unlock {
        id: String,
        /// He no longer knows his password: with a code he signs in and chooses another
        #[arg(long)]
        forget: bool,
    },
    /// End all sessions and codes of somebody
    SignOut { id: String },
}

/// How long a code is good: for the way from the office to the phone.
const CODE: SignedDuration = SignedDuration::from_hours(24);

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    is_there(&args.site, language)?;
    let settings = catalog::settings(&args.site);
    let reading = catalog::read_for_service(&args.site);
    let Some(catalog) = reading.catalog else { return Err(check::damaged(&reading, &args.site, language)) };
    let member = |id: &str| {
        let found = catalog.staff.iter().find(|staff| staff.id.as_str() == id);
        found.ok_or_else(|| Saying::NoSuchStaff { id: id.to_owned() }.failure(language))
    };
    let mut out = io::stdout().lock();
    if let Command::List { role } = &args.command {
        for staff in catalog.staff.iter().filter(|staff| role.is_none_or(|role| staff.roles.contains(&role))) {
            writeln!(out, "{}", line(staff))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let data = app::data_folder(&args.site, args.data.as_deref(), &settings.serving);
    let store = app::open_store(&data)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let now = Timestamp::now();
    match &args.command {
        Command::List { .. } => {}
        Command::Code { ids } => {
            let members = ids.iter().map(|id| member(id)).collect::<Result<Vec<_>, _>>()?;
            for staff in members {
                let (secret, credential) = sign_in_code(staff, now, now + CODE)?;
                runtime.block_on(store.add_credential(&settings.id, credential))?;
                writeln!(out, "{},{},{}", staff.id, staff.name, secret.expose())?;
            }
        }
        Command::Unlock { id, forget } => {
            let id = member(id)?.id.as_str();
            runtime.block_on(store.unlock(&settings.id, id, *forget, ACTOR, now))?;
        }
        Command::SignOut { id } => {
            let id = member(id)?.id.as_str();
            for purpose in [Purpose::Session, Purpose::SignIn] {
                runtime.block_on(store.revoke(&settings.id, purpose, id, now))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A code for a member of staff to sign in with, once.
pub fn sign_in_code(staff: &Staff, now: Timestamp, good_until: Timestamp) -> anyhow::Result<(Secret, Credential)> {
    let secret = Secret::new()?;
    let credential = Credential {
        hash: secret.hash(),
        purpose: Purpose::SignIn,
        // The list says what they may, at each request anew.
        actor: Actor::of(ActorKind::Person, staff.id.as_str()),
        created_at: now,
        expires_at: Some(good_until),
    };
    Ok((secret, credential))
}

fn line(staff: &Staff) -> String {
    let list = |items: Vec<String>| items.join(";");
    let roles = list(staff.roles.iter().map(Role::to_string).collect());
    let grids = list(staff.grids.iter().map(ToString::to_string).collect());
    let post = staff.post.map(|post| post.to_string()).unwrap_or_default();
    let department = staff.department.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{},{},{roles},{post},{grids},{department}", staff.id, staff.name)
}
