//! The store's file read from outside: what must agree, agrees.

use std::{fs, path::Path};

use rusqlite::Connection;

pub struct Ledger {
    connection: Connection,
}

impl Ledger {
    /// Of a data folder whose service has ended, or runs still.
    pub fn open(data: &Path) -> Self {
        Self { connection: Connection::open(data.join("gridwatch.db")).expect("a store") }
    }

    pub fn count(&self, sql: &str) -> usize {
        let count: i64 = self.connection.query_row(sql, [], |row| row.get(0)).expect("a number");
        usize::try_from(count).expect("none is below nothing")
    }

    pub fn texts(&self, sql: &str) -> Vec<String> {
        let mut statement = self.connection.prepare(sql).expect("sound SQL");
        let texts = statement.query_map([], |row| row.get(0)).expect("rows");
        texts.collect::<Result<_, _>>().expect("texts")
    }

    /// Each line is a question whose answer is 0 in a store in which nothing is half there.
    pub fn assert_whole(&self) {
        assert_eq!(self.texts("PRAGMA integrity_check"), ["ok"]);
        let none = [
            "SELECT count(*) FROM pragma_foreign_key_check",
            // A case has as many reports, changes in the log and steps in its trail as it says.
            "SELECT count(*) FROM cases
                 WHERE state ->> '$.reports' <> (SELECT count(*) FROM report WHERE case_id = cases.id)",
            "SELECT count(*) FROM cases WHERE version <> (SELECT count(*) FROM trail WHERE case_entry = cases.entry)",
            "SELECT (SELECT count(*) FROM trail) - (SELECT count(*) FROM log)",
            "SELECT (SELECT count(*) FROM report) - (SELECT count(*) FROM trail WHERE action IN ('open', 'join'))",
            "SELECT count(*) FROM (
                 SELECT state ->> '$.id' AS id, count(*) AS changes FROM trail JOIN cases ON entry = case_entry GROUP BY 1
                 EXCEPT SELECT json_extract(change, '$.case.id'), count(*) FROM log GROUP BY 1)",
            "SELECT count(*) FROM (
                 SELECT max(json_extract(change, '$.case.reports')) AS reports FROM log
                 GROUP BY json_extract(change, '$.case.number')
                 HAVING reports <> (SELECT state ->> '$.reports' FROM cases WHERE number = json_extract(change, '$.case.number')))",
            // The numbers of cases and of changes are given in turn, each once.
            "SELECT (SELECT coalesce(sum(last), 0) FROM number_given) - (SELECT count(*) FROM cases)",
            "SELECT count(*) - count(DISTINCT number) FROM cases",
            "SELECT coalesce(max(seq), 0) - count(*) FROM log",
            "SELECT count(*) FROM idempotency WHERE report NOT IN (SELECT id FROM report)",
            "SELECT count(*) FROM report WHERE external_id IS NOT NULL
                 GROUP BY site, actor, source, external_id HAVING count(*) > 1 UNION ALL SELECT 0",
            // A placed case is found by its place and by every level of its grid.
            "SELECT (SELECT count(*) FROM cases WHERE lon IS NOT NULL) - (SELECT count(*) FROM case_place)",
            "SELECT count(*) FROM cases WHERE json_array_length(state, '$.placed.path')
                 <> (SELECT count(*) FROM grid_path_level WHERE path = cases.path)",
        ];
        for question in none {
            assert_eq!(self.count(question), 0, "{question}");
        }
    }

    /// Every photo of a report is on disk, whole, under the name that its bytes give.
    pub fn assert_evidence(&self, data: &Path) {
        for hash in self.texts("SELECT DISTINCT hash FROM evidence") {
            let bytes = fs::read(data.join("evidence").join(&hash[..2]).join(&hash)).expect("the photo");
            assert_eq!(blake3::hash(&bytes).to_hex().as_str(), hash);
        }
    }
}
