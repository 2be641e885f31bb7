//! Which way to read a list: of several that give the same cases in the same order, the one that reads the fewest.
//!
//! SQLite would choose by averages. Cases are not like that: of a million some hundred are open, a box of the map may
//! hold one or all, a department half of the town. So each way is asked how old its `FEW`-th newest case is, which costs
//! a fraction of a millisecond: none means that the way is short, and otherwise the oldest is the rarest.

use rusqlite::{Connection, OptionalExtension, ToSql, params_from_iter};

use super::cases::CaseFilter;

/// Cases that may be read and sorted for one page.
const FEW: i64 = 2_000;

/// Where a list's cases are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// All of the site, newest first.
    Opening,
    Status,
    Department,
    Category,
    /// Those of a grid, newest first.
    Grid,
    /// Those of a wider level, in any order: only where they are few.
    Level,
    /// The open ones by their limit, in any order: only where they are few.
    Due,
    /// Those in the box, in any order: only where they are few.
    Place,
}

impl Way {
    /// The cases of this way, with what says which.
    pub fn source(self) -> &'static str {
        match self {
            Self::Opening => "cases INDEXED BY case_by_opening",
            Self::Status => "cases INDEXED BY case_by_status",
            Self::Department => "cases INDEXED BY case_by_department",
            Self::Category => "cases INDEXED BY case_by_category",
            Self::Grid | Self::Level => "cases INDEXED BY case_by_path",
            Self::Due => "cases INDEXED BY case_open_by_due",
            Self::Place => "case_place CROSS JOIN cases ON cases.entry = case_place.case_entry",
        }
    }
}

/// Of the one way up that a grid has.
pub const ON_PATH: &str = "cases.path = (SELECT path FROM grid_path_level WHERE site = ? AND code = ?)";
/// Of any way up through a level.
pub const ON_PATHS: &str = "cases.path IN (SELECT path FROM grid_path_level WHERE site = ? AND code = ?)";

/// The way with the least to read for this filter, among cases opened between two instants.
pub fn shortest(connection: &Connection, site: &str, filter: &CaseFilter, span: [i64; 2]) -> rusqlite::Result<Way> {
    if let Some(at) = filter.overdue_at {
        let open = "SELECT 1 FROM cases INDEXED BY case_open_by_due WHERE site = ? AND is_open = 1 AND due_at < ?";
        if is_short(connection, open, &[&site, &at.as_millisecond()])? {
            return Ok(Way::Due);
        }
    }
    if let Some([west, south, east, north]) = &filter.bbox {
        let inside = "SELECT 1 FROM case_place WHERE max_lon >= ? AND min_lon <= ? AND max_lat >= ? AND min_lat <= ?";
        if is_short(connection, inside, &[west, east, south, north])? {
            return Ok(Way::Place);
        }
    }
    let [from, to] = span;
    let mut grid = None;
    if let Some(code) = &filter.grid {
        let ways_up = "SELECT count(*) FROM grid_path_level WHERE site = ? AND code = ?";
        if connection.prepare_cached(ways_up)?.query_row((site, code), |row| row.get::<_, i64>(0))? == 1 {
            grid = Some(code);
        } else {
            let below = format!(
                "SELECT 1 FROM cases INDEXED BY case_by_path
                 WHERE site = ? AND opened_at >= ? AND opened_at <= ? AND {ON_PATHS}"
            );
            if is_short(connection, &below, &[&site, &from, &to, &site, code])? {
                return Ok(Way::Level);
            }
        }
    }
    let columns = [
        (Way::Status, "status = ?2", filter.status.as_ref()),
        (Way::Department, "department = ?2", filter.department.as_ref()),
        (Way::Category, "category = ?2", filter.category.as_ref()),
        (Way::Grid, "path = (SELECT path FROM grid_path_level WHERE site = ?1 AND code = ?2)", grid),
    ];
    let mut rarest = (Way::Opening, i64::MAX);
    for (way, condition, value) in columns {
        let Some(value) = value else { continue };
        let sql = format!(
            "SELECT opened_at FROM {} WHERE site = ?1 AND {condition} AND opened_at >= ?3 AND opened_at <= ?4
             ORDER BY opened_at DESC LIMIT 1 OFFSET {FEW}",
            way.source()
        );
        let age = connection.prepare_cached(&sql)?.query_row((site, value, from, to), |row| row.get(0)).optional()?;
        let Some(opened_at) = age else { return Ok(way) };
        if opened_at < rarest.1 {
            rarest = (way, opened_at);
        }
    }
    Ok(rarest.0)
}

fn is_short(connection: &Connection, sql: &str, parameters: &[&dyn ToSql]) -> rusqlite::Result<bool> {
    let sql = format!("SELECT count(*) FROM ({sql} LIMIT {FEW})");
    let count: i64 =
        connection.prepare_cached(&sql)?.query_row(params_from_iter(parameters.iter()), |row| row.get(0))?;
    Ok(count < FEW)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        domain::{
            duty::Visibility,
            people::{Reach, Sight},
        },
        io::store::{cases::list, migrations},
    };

    const CASES: i64 = 300;

    /// Cases of which every seventh or so is of a kind.
    fn store() -> Connection {
        let mut connection = Connection::open_in_memory().expect("in memory");
        migrations::apply(&mut connection).expect("made");
        let cases = format!(
            "INSERT INTO grid_path VALUES (1, 's', 'g1 a'), (2, 's', 'g2 a'), (3, 's', 'g3 b');
             INSERT INTO grid_path_level VALUES
                 ('s', 'g1', 1), ('s', 'a', 1), ('s', 'g2', 2), ('s', 'a', 2), ('s', 'g3', 3), ('s', 'b', 3);
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {CASES})
             INSERT INTO cases SELECT i, randomblob(16), 's', i, 'to_verify', i % 2 = 0, 'event', 'c' || (i % 5),
                 iif(i % 4 = 0, 'restricted', 'public'), 'd' || (i % 7), 1 + i % 3, 'inside', 'hotline', 110 + i % 10 * 0.01,
                 40 + i % 11 * 0.01, 'v', i / 2 * 10, i, NULL, i, 1, 'case ' || i FROM n;
             INSERT INTO case_place SELECT entry, lon, lon, lat, lat FROM cases;"
        );
        connection.execute_batch(&cases).expect("kept");
        connection
    }

    #[test]
    fn every_way_gives_the_same_cases_in_the_same_order() {
        let connection = store();
        let ms = |ms| Some(Timestamp::from_millisecond(ms).expect("an instant"));
        let filter = CaseFilter {
            status: Some("to_verify".into()),
            grid: Some("g1".into()),
            department: Some("d3".into()),
            category: None,
            bbox: Some([110.0, 40.0, 110.08, 40.08]),
            visible: Sight { circles: vec![Visibility::Public], reach: Reach::everywhere() },
            ..CaseFilter::default()
        };
        let overdue = CaseFilter { department: None, overdue_at: ms(250), ..filter.clone() };
        let of_level = CaseFilter { grid: Some("a".into()), ..filter.clone() };
        let of_category = CaseFilter { category: Some("c2".into()), grid: None, bbox: None, ..filter.clone() };
        let always = [Way::Opening, Way::Status];
        for (filter, ways) in [
            (&filter, &[Way::Department, Way::Grid, Way::Place][..]),
            (&overdue, &[Way::Due, Way::Grid, Way::Level, Way::Place]),
            (&of_level, &[Way::Level, Way::Department, Way::Place]),
            (&of_category, &[Way::Category, Way::Department]),
        ] {
            for (span, behind) in [([i64::MIN, i64::MAX], None), ([100, 1_400], None), ([0, 900], Some((900, 180)))] {
                let entries = |way: &Way| {
                    let (sql, parameters) = list("s", filter, *way, span, behind, 1_000);
                    let mut statement = connection.prepare(&sql).expect("sound SQL");
                    let numbers = statement.query_map(params_from_iter(parameters), |row| row.get("state"));
                    numbers.expect("rows").collect::<rusqlite::Result<Vec<String>>>().expect("texts")
                };
                let expected = entries(&always[0]);
                assert!(!expected.is_empty() && expected.len() < CASES as usize / 4, "{span:?}: {expected:?}");
                for way in always.iter().chain(ways) {
                    assert_eq!(entries(way), expected, "{way:?} {span:?} {filter:?}");
                }
            }
        }
    }
}
