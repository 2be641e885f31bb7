//! The cases that may wait for somebody.

use rusqlite::{ToSql, params_from_iter};

use super::{Store, StoreError, rows};
use crate::domain::{
    case::{Case, Status},
    people::Sight,
};

/// Among the open cases that stand at one of some statuses, those within a sight, the most urgent first. Few cases are open
/// at a time, and the index by status holds all that is asked of them, so that only those that are answered are fetched.
fn sql(statuses: usize, sight: &Sight) -> String {
    let marks = |count: usize| vec!["?"; count].join(", ");
    let circles: Vec<String> = sight.circles.iter().map(|circle| format!("'{circle}'")).collect();
    let within = if sight.reach.everywhere {
        "1".to_owned()
    } else {
        let unplaced = if sight.reach.unplaced { "path IS NULL" } else { "0" };
        format!(
            "({unplaced}
              OR path IN (SELECT path FROM grid_path_level WHERE site = ? AND code IN ({}))
              OR EXISTS (SELECT 1 FROM case_department AS before
                         WHERE before.site = ? AND before.department = ? AND before.case_entry = open.entry))",
            marks(sight.reach.grids.len())
        )
    };
    format!(
        "SELECT {} FROM cases WHERE entry IN (
             SELECT entry FROM cases AS open INDEXED BY case_by_status
             WHERE site = ? AND status IN ({}) AND visibility IN ({}) AND {within}
             ORDER BY due_at IS NULL, due_at LIMIT ?)
         ORDER BY due_at IS NULL, due_at",
        rows::CASE,
        marks(statuses),
        circles.join(", "),
    )
}

impl Store {
    /// At most `limit` cases at these statuses that somebody may see, the most urgent first.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn cases_at(
        &self,
        site: &str,
        statuses: &[Status],
        sight: &Sight,
        limit: u32,
    ) -> Result<Vec<Case>, StoreError> {
        let sql = sql(statuses.len(), sight);
        let mut parameters: Vec<Box<dyn ToSql>> = vec![Box::new(site.to_owned())];
        parameters.extend(statuses.iter().map(|status| Box::new(status.to_string()) as Box<dyn ToSql>));
        if !sight.reach.everywhere {
            parameters.push(Box::new(site.to_owned()));
            let grids = sight.reach.grids.iter().map(|grid| grid.as_str().to_owned());
            parameters.extend(grids.map(|grid| Box::new(grid) as Box<dyn ToSql>));
            parameters.push(Box::new(site.to_owned()));
            parameters.push(Box::new(sight.reach.department.as_ref().map(|code| code.as_str().to_owned())));
        }
        parameters.push(Box::new(limit));
        self.read(|connection| {
            let mut cases = connection.prepare_cached(&sql)?;
            cases.query_map(params_from_iter(parameters), rows::case)?.collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::{
        domain::{duty::Visibility, grid::GridCode, people::Reach},
        io::store::migrations,
    };

    #[test]
    fn no_closed_case_is_read_and_no_open_one_fetched_that_is_not_answered() {
        let mut connection = Connection::open_in_memory().expect("in memory");
        migrations::apply(&mut connection).expect("made");
        let reach = Reach { grids: vec![GridCode::new("g")], ..Reach::default() };
        let sight = Sight { circles: vec![Visibility::Public], reach };
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", sql(2, &sight))).expect("sound SQL");
        let count = plan.parameter_count();
        let lines = plan.query_map(params_from_iter(vec!["x"; count]), |row| row.get::<_, String>("detail"));
        let lines: Vec<String> = lines.expect("rows").collect::<rusqlite::Result<_>>().expect("texts");
        let reads_status = "SEARCH open USING COVERING INDEX case_by_status (site=? AND status=?)";
        assert!(lines.iter().any(|line| line == reads_status), "{lines:#?}");
        assert!(lines.iter().any(|line| line.contains("cases USING INTEGER PRIMARY KEY")), "{lines:#?}");
        assert!(lines.iter().all(|line| !line.starts_with("SCAN")), "{lines:#?}");
    }
}
