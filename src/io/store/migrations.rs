//! The schema and its history.

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// Each takes the store from one version to the next; `PRAGMA user_version` counts those applied.
const STEPS: &[&str] = &[include_str!("schema.sql")];

/// The version that this program writes.
pub fn known() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// Brings the store to the present version, all steps or none.
pub fn apply(connection: &mut Connection) -> Result<(), StoreError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = known();
    let Some(missing) = usize::try_from(found).ok().and_then(|done| STEPS.get(done..)) else {
        return Err(StoreError::TooNew { found, known });
    };
    for step in missing {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "user_version", known)?;
    tx.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_made_once_and_a_newer_one_is_left_alone() {
        let mut connection = Connection::open_in_memory().expect("in memory");
        apply(&mut connection).expect("made");
        apply(&mut connection).expect("nothing to do");
        connection.pragma_update(None, "user_version", 99).expect("set");
        assert_eq!(apply(&mut connection), Err(StoreError::TooNew { found: 99, known: 1 }));
    }

    #[test]
    fn trails_refuse_update_and_delete() {
        let mut connection = Connection::open_in_memory().expect("in memory");
        apply(&mut connection).expect("made");
        let insert = "INSERT INTO log (site, at, change) VALUES ('s', 0, '{}');
                      INSERT INTO audit (site, at, actor, action, object) VALUES ('s', 0, 'a', 'b', 'c');";
        connection.execute_batch(insert).expect("rows");
        for table in ["log", "audit"] {
            for statement in [format!("UPDATE {table} SET at = 1"), format!("DELETE FROM {table}")] {
                let error = connection.execute_batch(&statement).expect_err("refused").to_string();
                assert!(error.contains("append-only"), "{error}");
            }
        }
    }
}
