//! Patrols: the work list of one of the staff, and what is told of tasks and visits.

use std::sync::Arc;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::intake::Intake;
use crate::{
    domain::{
        case::{ActionKind, Case, Status, statuses_of_turns},
        duty::{CategoryCode, DepartmentCode},
        geo::Position,
        grid::{Coverage, GridCode},
        patrol::{LONGEST_NOTE, Task, TaskDeed, TaskError, TaskState, TaskStep, Visit, VisitDone, tasks_of_day},
        people::{Actor, StaffId},
        register::PlaceCode,
    },
    io::{
        catalog::Catalog,
        store::{IdempotencyKey, Made, StoreError, VisitDue},
    },
};

/// Where patrols are asked about and told of.
#[derive(Clone)]
pub struct Patrol {
    pub intake: Intake,
}

/// What there is to do for somebody on a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkList {
    date: Date,
    tasks: Vec<ListedTask>,
    /// Not done, and planned for this day or one before.
    visits: Vec<Visit>,
    /// Whose next step is one's own, the most urgent first; at most 100.
    cases: Vec<Turn>,
}

/// A task with how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedTask {
    #[serde(flatten)]
    task: Task,
    #[serde(flatten)]
    state: TaskState,
}

/// A case that waits for somebody.
#[derive(Debug, Serialize, ToSchema)]
pub struct Turn {
    id: Uuid,
    number: String,
    status: Status,
    category: Option<CategoryCode>,
    grid: Option<GridCode>,
    position: Option<Position>,
    opened_at: Timestamp,
    due_at: Option<Timestamp>,
    /// The steps that it waits for.
    steps: Vec<TurnStep>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TurnStep {
    action: ActionKind,
    /// Whose order it is about; absent where it is about the whole case.
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<DepartmentCode>,
}

/// A deed as it is told.
#[derive(Debug, Clone)]
pub struct DeedTold {
    pub deed: TaskDeed,
    pub note: Option<String>,
    pub position: Option<Position>,
}

/// A visit as somebody plans it.
#[derive(Debug, Clone)]
pub struct VisitTold {
    pub place: Option<String>,
    pub name: Option<String>,
    pub position: Option<Position>,
    pub grid: Option<String>,
    pub planned_for: Date,
    pub staff: Option<String>,
    pub purpose: Option<String>,
}

/// A visit as somebody has done it.
#[derive(Debug, Clone)]
pub struct Went {
    pub position: Option<Position>,
    pub note: Option<String>,
    pub found: Option<String>,
    pub report: Option<Uuid>,
}

/// Why nothing is done.
#[derive(Debug, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PatrolError {
    #[serde(skip)]
    NotFound,
    PostAIsThere,
    /// It lies in none of the own grids.
    OutsideReach,
    UnknownPlace {
        place: String,
    },
    UnknownGrid {
        grid: String,
    },
    UnknownStaff {
        staff: String,
    },
    UnknownReport {
        report: Uuid,
    },
    /// Somebody else was there.
    VisitedBefore {
        by: String,
    },
    NoteTooLong {
        length: usize,
        limit: usize,
    },
    #[serde(skip)]
    Store(StoreError),
    #[serde(untagged)]
    Task(TaskError),
}

impl PatrolError {
    /// The field to blame, where there is one.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::OutsideReach => Some("lon"),
            Self::UnknownPlace { .. } => Some("place"),
            Self::UnknownGrid { .. } => Some("grid"),
            Self::UnknownStaff { .. } => Some("staff"),
            Self::UnknownReport { .. } => Some("report"),
            Self::NoteTooLong { .. } => Some("note"),
            Self::Task(error) => Some(error.field()),
            Self::NotFound | Self::PostAIsThere | Self::VisitedBefore { .. } | Self::Store(_) => None,
        }
    }
}

impl From<StoreError> for PatrolError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Cases of a work list; and those that are looked at for it, since not each of the grid's waits for its specialist.
const MOST_CASES: usize = 100;
const LOOKED_AT: u32 = 500;
const MOST_VISITS: u32 = 200;

impl Patrol {
    /// What there is to do for somebody, today or on another day.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn work_list(&self, date: Option<Date>, actor: &Actor) -> Result<WorkList, PatrolError> {
        let catalog = self.intake.catalog.load_full();
        let date = date.unwrap_or_else(|| self.today(&catalog));
        let tasks = own_tasks(&catalog, date, actor);
        let (store, site, sight) = (self.intake.store.clone(), Arc::clone(&self.intake.site), actor.sight());
        let due = VisitDue { date, staff: actor.name.clone(), reach: actor.reach.clone() };
        let statuses = statuses_of_turns(actor);
        let (mut states, visits, cases) = blocking(move || {
            let cases = store.cases_at(&site, &statuses, &sight, LOOKED_AT)?;
            Ok((store.task_states(&site, date)?, store.visits_due(&site, &due, MOST_VISITS)?, cases))
        })
        .await?;
        let listed = |task: Task| ListedTask { state: states.remove(&task.id).unwrap_or_default(), task };
        let turns = cases.iter().filter_map(|case| Turn::of(case, actor, &catalog)).take(MOST_CASES);
        Ok(WorkList { date, tasks: tasks.into_iter().map(listed).collect(), visits, cases: turns.collect() })
    }

    /// Starts, finishes or skips one of the own tasks; durable when it answers.
    ///
    /// # Errors
    /// Why not.
    pub async fn do_task(&self, id: &str, told: DeedTold, actor: &Actor) -> Result<ListedTask, PatrolError> {
        let catalog = self.intake.catalog.load_full();
        let date = Task::date_of(id).ok_or(PatrolError::NotFound)?;
        let task = own_tasks(&catalog, date, actor).into_iter().find(|task| task.id == id);
        let task = task.ok_or(PatrolError::NotFound)?;
        must_be_on_duty(actor)?;
        let DeedTold { deed, note, position } = told;
        let step = TaskStep { deed, by: actor.name.clone(), at: self.intake.clock.now(), note, position };
        let today = self.today(&catalog);
        let state = self.intake.store.do_task(&self.intake.site, task.clone(), step, today).await?;
        Ok(ListedTask { task, state: state.map_err(PatrolError::Task)? })
    }

    /// Plans a visit within the own grids.
    ///
    /// # Errors
    /// Why not.
    pub async fn plan_visit(
        &self,
        told: VisitTold,
        actor: &Actor,
        key: Option<IdempotencyKey>,
    ) -> Result<Made<Visit>, PatrolError> {
        check_lengths([told.name.as_ref(), told.purpose.as_ref()])?;
        let (catalog, now) = (self.intake.catalog.load_full(), self.intake.clock.now());
        let register = self.intake.register.load();
        let place = told.place.as_ref().map(|code| {
            let known = register.place(&PlaceCode::new(code));
            known.ok_or_else(|| PatrolError::UnknownPlace { place: code.clone() })
        });
        let place = place.transpose()?;
        if let Some(staff) = told.staff.as_ref().filter(|id| !catalog.staff.iter().any(|one| one.id.as_str() == *id)) {
            return Err(PatrolError::UnknownStaff { staff: staff.clone() });
        }
        let position = told.position.or(place.map(|place| place.position));
        let coverage = catalog.coverages.at(now);
        let path = match (&told.grid, position) {
            (Some(grid), _) => path_of_grid(coverage, grid).ok_or(PatrolError::UnknownGrid { grid: grid.clone() })?,
            (None, Some(position)) => path_at(coverage, position).ok_or(PatrolError::OutsideReach)?,
            (None, None) => return Err(PatrolError::UnknownPlace { place: told.name.unwrap_or_default() }),
        };
        must_reach(actor, &path)?;
        let visit = Visit {
            id: Uuid::now_v7(),
            name: told.name.or(place.map(|place| place.name.clone())).unwrap_or_default(),
            place: place.map(|place| place.code.clone()),
            position,
            path,
            planned_for: told.planned_for,
            planned_by: actor.name.clone(),
            planned_at: now,
            staff: told.staff.map(StaffId::new),
            purpose: told.purpose,
            done: None,
        };
        Ok(self.intake.store.plan_visit(&self.intake.site, visit, key).await?)
    }

    /// Says that a visit was done.
    ///
    /// # Errors
    /// Why not; a visit that somebody else has done stays as it is.
    pub async fn visited(&self, id: Uuid, went: Went, actor: &Actor) -> Result<Visit, PatrolError> {
        check_lengths([went.note.as_ref(), went.found.as_ref()])?;
        let (store, site, report) = (self.intake.store.clone(), Arc::clone(&self.intake.site), went.report);
        let (visit, is_known) = blocking(move || {
            let is_known = report.map_or(Ok(true), |report| store.has_report(&site, report))?;
            Ok((store.visit(&site, id)?, is_known))
        })
        .await?;
        // What one may not see is not there.
        let visit = visit.filter(|visit| must_reach(actor, &visit.path).is_ok()).ok_or(PatrolError::NotFound)?;
        must_be_on_duty(actor)?;
        if let Some(report) = report.filter(|_| !is_known) {
            return Err(PatrolError::UnknownReport { report });
        }
        let Went { position, note, found, report } = went;
        let (at, by) = (self.intake.clock.now(), actor.name.clone());
        let done = VisitDone { at, by, position, note, found, report };
        let visit = self.intake.store.visit_done(&self.intake.site, visit.id, done).await?;
        let visit = visit.ok_or(PatrolError::NotFound)?;
        match &visit.done {
            Some(done) if done.by != actor.name => Err(PatrolError::VisitedBefore { by: done.by.clone() }),
            _ => Ok(visit),
        }
    }

    fn today(&self, catalog: &Catalog) -> Date {
        self.intake.clock.now().to_zoned(catalog.settings.time_zone.clone()).date()
    }
}

impl Turn {
    fn of(case: &Case, actor: &Actor, catalog: &Catalog) -> Option<Self> {
        let steps = case.turns_of(actor, &catalog.terms);
        let steps: Vec<_> =
            steps.into_iter().map(|step| TurnStep { action: step.action, department: step.department }).collect();
        (!steps.is_empty()).then(|| Self {
            id: case.id,
            number: case.number.clone(),
            status: case.status,
            category: case.category.clone(),
            grid: case.placed.grid().cloned(),
            position: case.position,
            opened_at: case.opened_at,
            due_at: case.due_at,
            steps,
        })
    }
}

/// The tasks of a day that are somebody's: of the own grids, for one of the own roles.
fn own_tasks(catalog: &Catalog, date: Date, actor: &Actor) -> Vec<Task> {
    let noon = DateTime::from_parts(date, Time::constant(12, 0, 0, 0));
    let Ok(noon) = noon.to_zoned(catalog.settings.time_zone.clone()) else { return Vec::new() };
    let coverage = catalog.coverages.at(noon.timestamp());
    tasks_of_day(&catalog.patrols, date, coverage, &catalog.places, |instruction, path| {
        instruction.roles.iter().any(|role| actor.holds(*role)) && must_reach(actor, path).is_ok()
    })
}

/// The grid at a position with the levels above it, narrowest first.
pub(super) fn path_at(coverage: &Coverage, position: Position) -> Option<Vec<GridCode>> {
    let node = coverage.index.locate(position)?;
    Some(coverage.hierarchy.path(node).map(|grid| grid.code.clone()).collect())
}

fn path_of_grid(coverage: &Coverage, code: &str) -> Option<Vec<GridCode>> {
    let hierarchy = &coverage.hierarchy;
    let node = hierarchy.nodes().find(|node| hierarchy.grid(*node).code.as_str() == code)?;
    Some(hierarchy.path(node).map(|grid| grid.code.clone()).collect())
}

pub(super) fn must_reach(actor: &Actor, path: &[GridCode]) -> Result<(), PatrolError> {
    let reaches = actor.reach.covers(path.iter(), std::iter::empty());
    if reaches { Ok(()) } else { Err(PatrolError::OutsideReach) }
}

fn must_be_on_duty(actor: &Actor) -> Result<(), PatrolError> {
    if actor.is_on_duty() { Ok(()) } else { Err(PatrolError::PostAIsThere) }
}

pub(super) fn check_lengths<const N: usize>(texts: [Option<&String>; N]) -> Result<(), PatrolError> {
    let lengths = texts.into_iter().flatten().map(|text| text.chars().count());
    match lengths.max().filter(|length| *length > LONGEST_NOTE) {
        Some(length) => Err(PatrolError::NoteTooLong { length, limit: LONGEST_NOTE }),
        None => Ok(()),
    }
}

/// Reads the store where blocking is allowed.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, PatrolError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| PatrolError::Store(StoreError::Closed))??)
}
