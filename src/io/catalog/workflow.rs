//! `geodata/workflow.toml`: limits of the desk, the whistle, the ladder of lateness.

use super::{
    entry::Entry,
    files::toml_tables,
    problem::{Problems, Spot, Why},
};
use crate::{
    domain::case::{Plan, Rung, WhistlePlan},
    io::tables::value::Fault,
};

pub const FILE: &str = "geodata/workflow.toml";

/// A ladder that is longer is a slip of the pen.
const MOST_RUNGS: usize = 20;

pub fn read(bytes: &[u8], problems: &mut Problems) -> Option<Plan> {
    let (_, values) = toml_tables(bytes, "", problems)?;
    let mut entry = Entry::new(Spot::file(), values, problems);
    let mut plan = Plan::default();
    let whole = |entry: &mut Entry<'_>, key: &'static str, most: i64| {
        entry.whole_number(key, 1, most).and_then(|number| u8::try_from(number).ok())
    };
    plan.returns_before_ruling = whole(&mut entry, "returns_before_ruling", 100).unwrap_or(plan.returns_before_ruling);
    plan.stars = whole(&mut entry, "stars", 10).unwrap_or(plan.stars);
    entry.tables("limits", |limits| {
        let mut limit = |key: &'static str| limits.limit(key);
        (plan.place, plan.accept, plan.file) = (limit("place"), limit("accept"), limit("file"));
        (plan.audit, plan.dispatch) = (limit("audit"), limit("dispatch"));
        (plan.check, plan.close) = (limit("check"), limit("close"));
    });
    entry.tables("whistle", |whistle| {
        plan.whistle = WhistlePlan {
            by: whistle.choices("by"),
            sign: whistle.limit("sign"),
            report_in_daily: whistle.limit("report_in_daily"),
            report_in_hard: whistle.limit("report_in_hard"),
            report_in_emergency: whistle.limit("report_in_emergency"),
        };
    });
    entry.tables("escalation", |rung| {
        let tell = rung.choices("tell");
        if tell.is_empty() {
            rung.error("tell", Fault::MissingValue);
        }
        plan.ladder.push(Rung { after: rung.limit("after"), tell });
    });
    if plan.ladder.len() > MOST_RUNGS {
        entry.error("escalation", Why::LongLadder { rungs: plan.ladder.len(), limit: MOST_RUNGS });
    }
    entry.no_more_keys();
    Some(plan)
}
