//! Places that the staff add to the register on their ways.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::{
    IdempotencyKey, Made, Store, StoreError, casework,
    made::Asked,
    rows::{self, to_json},
    writer::Tx,
};
use crate::domain::{
    geo::Position,
    grid::GridCode,
    register::{Place, PlaceCode},
};

/// A place that was added to the register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectedPlace {
    pub code: PlaceCode,
    pub kind: String,
    pub name: String,
    pub aliases: Vec<String>,
    pub position: Position,
    /// The grid, and the wider levels above it.
    pub path: Vec<GridCode>,
    pub note: Option<String>,
    pub added_at: Timestamp,
    pub added_by: String,
}

impl From<CollectedPlace> for Place {
    fn from(place: CollectedPlace) -> Self {
        let CollectedPlace { code, kind, name, aliases, position, .. } = place;
        Self { code, kind, name, aliases, position }
    }
}

/// A place to be added; without a code it gets the next one.
#[derive(Debug, Clone)]
pub struct NewPlace {
    pub code: Option<PlaceCode>,
    pub kind: String,
    pub name: String,
    pub aliases: Vec<String>,
    pub position: Position,
    pub path: Vec<GridCode>,
    pub note: Option<String>,
    pub added_at: Timestamp,
    pub added_by: String,
}

impl Store {
    /// Keeps a place; `None` where its code is taken.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn add_place(
        &self,
        site: &str,
        place: NewPlace,
        key: Option<IdempotencyKey>,
    ) -> Result<Made<Option<CollectedPlace>>, StoreError> {
        let site = site.to_owned();
        self.writer
            .write(move |tx| {
                let (actor, now) = (place.added_by.clone(), place.added_at);
                Asked { site: &site, actor: &actor, key: key.as_ref(), now }.once(tx, || add(tx, &site, place))
            })
            .await
    }

    /// All that were added, in their order.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn collected_places(&self, site: &str) -> Result<Vec<CollectedPlace>, StoreError> {
        self.read(|connection| {
            let mut places = connection.prepare_cached(
                "SELECT code, codes, kind, name, aliases, lon, lat, note, added_at, added_by
                 FROM place JOIN grid_path USING (path) WHERE place.site = ? ORDER BY entry",
            )?;
            let place = |row: &rusqlite::Row<'_>| {
                let codes: String = row.get("codes")?;
                Ok(CollectedPlace {
                    code: PlaceCode::new(row.get::<_, String>("code")?),
                    kind: row.get("kind")?,
                    name: row.get("name")?,
                    aliases: rows::json(row, "aliases")?,
                    position: rows::lon_lat(row)?,
                    path: codes.split(' ').map(GridCode::new).collect(),
                    note: row.get("note")?,
                    added_at: rows::instant(row, "added_at")?,
                    added_by: row.get("added_by")?,
                })
            };
            places.query_map([site], place)?.collect()
        })
    }
}

fn add(tx: &Tx<'_>, site: &str, new: NewPlace) -> Result<Option<CollectedPlace>, StoreError> {
    let NewPlace { code, kind, name, aliases, position, path, note, added_at, added_by } = new;
    let code = code.map_or_else(|| next_code(tx, site), Ok)?;
    let place = CollectedPlace { code, kind, name, aliases, position, path, note, added_at, added_by };
    let path = casework::path_of(tx, site, place.path.iter().map(GridCode::as_str))?;
    let mut insert = tx.connection.prepare_cached(
        "INSERT OR IGNORE INTO place (site, code, path, kind, name, aliases, lon, lat, note, added_at, added_by)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let added = insert.execute(params![
        site,
        place.code.as_str(),
        path,
        place.kind,
        place.name,
        to_json(&place.aliases)?,
        place.position.lon(),
        place.position.lat(),
        place.note,
        place.added_at.as_millisecond(),
        place.added_by,
    ])?;
    Ok((added > 0).then_some(place))
}

/// `NEW-0001` and so on: told from the codes of files at a glance.
fn next_code(tx: &Tx<'_>, site: &str) -> Result<PlaceCode, StoreError> {
    let mut taken = tx.connection.prepare_cached("SELECT 1 FROM place WHERE site = ? AND code = ?")?;
    let sql = "SELECT count(*) FROM place WHERE site = ?";
    let mut number: i64 = tx.connection.prepare_cached(sql)?.query_row([site], |row| row.get(0))?;
    loop {
        number += 1;
        let code = format!("NEW-{number:04}");
        if taken.query_row((site, &code), |_| Ok(())).optional()?.is_none() {
            return Ok(PlaceCode::new(code));
        }
    }
}
