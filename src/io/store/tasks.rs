//! What was done with the tasks of a day.

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, params};

use super::{
    Store, StoreError,
    rows::{self, to_json},
    writer::Tx,
};
use crate::domain::{
    analysis::figures::Period,
    geo::Position,
    grid::GridCode,
    patrol::{Task, TaskError, TaskState, TaskStep},
};

/// What became of a deed: the task's state after it, or why it was not done.
pub type TaskTaken = Result<TaskState, TaskError>;

impl Store {
    /// How the tasks of a day stand that somebody has touched, by their ids.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn task_states(&self, site: &str, date: Date) -> Result<HashMap<String, TaskState>, StoreError> {
        self.read(|connection| {
            let mut states: HashMap<String, TaskState> = HashMap::new();
            // Ids begin with the day, and `;` follows on `:`.
            let (from, to) = (format!("{date}:"), format!("{date};"));
            for (task, step) in steps(connection, site, &from, &to)? {
                let state = states.remove(&task).unwrap_or_default().with(&step);
                states.insert(task, state);
            }
            Ok(states)
        })
    }

    /// How many tasks of a period were finished in each grid.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn patrols_of_grids(&self, site: &str, period: Period) -> Result<HashMap<GridCode, f64>, StoreError> {
        self.read(|connection| {
            let mut finished = connection.prepare_cached(
                "SELECT about FROM task_step WHERE site = ? AND at >= ? AND at < ? AND deed = 'finish'",
            )?;
            let from = period.from.map_or(i64::MIN, Timestamp::as_millisecond);
            let to = period.to.map_or(i64::MAX, Timestamp::as_millisecond);
            let mut grids: HashMap<GridCode, f64> = HashMap::new();
            for task in finished.query_map((site, from, to), |row| rows::json::<Task>(row, "about"))? {
                *grids.entry(task?.grid).or_default() += 1.0;
            }
            Ok(grids)
        })
    }

    /// Does something with a task; durable when it answers. The same again by the same person is done once.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn do_task(&self, site: &str, task: Task, step: TaskStep, today: Date) -> Result<TaskTaken, StoreError> {
        let site = site.to_owned();
        self.writer.write(move |tx| do_task(tx, &site, &task, &step, today)).await
    }
}

fn do_task(tx: &Tx<'_>, site: &str, task: &Task, step: &TaskStep, today: Date) -> Result<TaskTaken, StoreError> {
    let before = steps(tx.connection, site, &task.id, &format!("{}\0", task.id))?;
    let state = before.iter().fold(TaskState::default(), |state, (_, step)| state.with(step));
    let after = match state.after(task, step, today) {
        Ok(Some(after)) => after,
        Ok(None) => return Ok(Ok(state)),
        Err(why) => return Ok(Err(why)),
    };
    let mut insert = tx.connection.prepare_cached(
        "INSERT INTO task_step (site, task, deed, actor, at, note, lon, lat, about) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    insert.execute(params![
        site,
        task.id,
        step.deed.to_string(),
        step.by,
        step.at.as_millisecond(),
        step.note,
        step.position.map(Position::lon),
        step.position.map(Position::lat),
        to_json(task)?,
    ])?;
    Ok(Ok(after))
}

/// What was done with the tasks whose ids lie between two, in order.
fn steps(connection: &Connection, site: &str, from: &str, to: &str) -> rusqlite::Result<Vec<(String, TaskStep)>> {
    let mut steps = connection.prepare_cached(
        "SELECT task, deed, actor, at, note, lon, lat FROM task_step INDEXED BY task_step_by_task
         WHERE site = ? AND task >= ? AND task < ? ORDER BY task, entry",
    )?;
    let step = |row: &rusqlite::Row<'_>| {
        let step = TaskStep {
            deed: rows::named(row, "deed")?,
            by: row.get("actor")?,
            at: rows::instant(row, "at")?,
            note: row.get("note")?,
            position: rows::position(row)?,
        };
        Ok((row.get("task")?, step))
    };
    steps.query_map((site, from, to), step)?.collect()
}
