//! The rows of a report, as flat or nested objects.

use geojson::{Geometry, GeometryValue, JsonObject};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Names, Paper, Rows};
use crate::domain::analysis::{
    hotspot::Band,
    planning::{AreaRow, Counted, Findings, Hotspot, Membership},
};

/// What is known of something, and where it is.
pub struct Row {
    pub properties: JsonObject,
    pub geometry: Option<Geometry>,
}

impl Paper<'_> {
    pub(super) fn rows(&self, rows: Rows) -> Vec<Row> {
        let names = self.names();
        match (rows, &self.report.findings) {
            (Rows::Hotspots, _) => self.report.hotspots.iter().map(|hotspot| hotspot_row(hotspot, &names)).collect(),
            (Rows::Findings, Findings::Areas(areas)) => {
                let is_grids = self.report.grain == "grids";
                areas.iter().map(|area| area_row(area, is_grids, &names)).collect()
            }
            (Rows::Findings, Findings::Incidents(all)) => all.iter().map(|one| self.incident_row(one)).collect(),
            (Rows::Findings, Findings::Bands(bands)) => bands.iter().map(band_row).collect(),
        }
    }

    pub(super) fn properties(&self, rows: Rows) -> Vec<JsonObject> {
        self.rows(rows).into_iter().map(|row| row.properties).collect()
    }

    fn incident_row(&self, membership: &Membership) -> Row {
        let incident = &self.incidents.all[membership.incident];
        let (lon, lat) = (incident.position.lon(), incident.position.lat());
        let name = |label: Option<_>| label.map(|label| self.incidents.name(label));
        let properties = json!({
            "row": incident.row, "lon": lon, "lat": lat, "time": incident.at,
            "category": name(incident.category), "source": name(incident.source),
            "cluster": membership.cluster.map_or(-1, i64::from), "core": membership.core,
            "hotspot": membership.hotspot,
        });
        let geometry = Geometry::new(GeometryValue::new_point([lon, lat]));
        Row { properties: object(&properties), geometry: Some(geometry) }
    }
}

fn area_row(area: &AreaRow, is_grids: bool, names: &Names<'_>) -> Row {
    let grid = area.grid.as_str();
    let mut properties = if is_grids {
        object(&json!({"code": area.id, "name": names.grid(grid)}))
    } else {
        object(&json!({"cell": area.id, "grid": grid, "name": names.grid(grid)}))
    };
    properties.insert("count".to_owned(), area.count.into());
    if let Some(before) = area.before {
        properties.insert("before".to_owned(), before.into());
    }
    if let Some(rate) = area.rate {
        properties.insert("rate".to_owned(), rate.into());
    }
    properties.insert("hotspot".to_owned(), area.hotspot.into());
    if let Some(said) = &area.said {
        properties.extend(object(said));
    }
    Row { properties, geometry: Some(Geometry::new(GeometryValue::from(&area.area))) }
}

fn band_row(band: &Band) -> Row {
    Row { properties: object(band), geometry: None }
}

/// A code, what it is called, and how many.
#[derive(Serialize)]
struct Named<'a> {
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    incidents: usize,
}

fn named<'a>(all: &'a [Counted<String>], name: impl Fn(&str) -> Option<&'a str>) -> Vec<Named<'a>> {
    all.iter().map(|one| Named { code: &one.code, name: name(&one.code), incidents: one.incidents }).collect()
}

fn hotspot_row(hotspot: &Hotspot, names: &Names<'_>) -> Row {
    let surprise = hotspot.surprise;
    let properties = json!({
        "rank": hotspot.rank,
        "place": names.place(hotspot.middle),
        "lon": hotspot.middle.lon(),
        "lat": hotspot.middle.lat(),
        "incidents": hotspot.incidents,
        "excess": hotspot.excess,
        "km2": hotspot.km2,
        "z": hotspot.z,
        "before": surprise.map(|surprise| surprise.before),
        "expected": surprise.map(|surprise| surprise.expected),
        "p_surprise": surprise.map(|surprise| surprise.p),
        "grids": named(&hotspot.grids, |code| names.grid(code)),
        "departments": named(&hotspot.departments, |code| names.department(code)),
        "categories": named(&hotspot.categories, |code| names.category(code)),
        "sources": named(&hotspot.sources, |_| None),
        "hours": hotspot.hours,
    });
    Row { properties: object(&properties), geometry: Some(Geometry::new(GeometryValue::from(&hotspot.outline))) }
}

fn object(of: &impl Serialize) -> JsonObject {
    match serde_json::to_value(of) {
        Ok(Value::Object(object)) => object,
        _ => JsonObject::new(),
    }
}
