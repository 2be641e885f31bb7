//! `geodata/grids.geojson`.

use std::{collections::HashSet, sync::Arc};

use geo::{Coord, LineString, MultiPolygon, Polygon};
use jiff::tz::TimeZone;

use super::{
    collection,
    entry::Entry,
    files,
    problem::{Problems, Spot, Why},
};
use crate::{
    domain::{
        geo::{Area, Datum, Position},
        grid::{
            CoverageTimeline, DepartmentCode, Grid, GridCode, HierarchyError, Validity, ring,
            topology::{self, TopologyFault},
        },
    },
    io::tables::geojson::{RawFeature, RawPolygons, polygons},
};

pub const FILE: &str = "geodata/grids.geojson";

/// The grids of a file in WGS84, with the place of each in it.
#[derive(Debug, Default)]
pub struct Grids {
    pub features: Vec<Arc<Grid>>,
    pub spots: Vec<Spot>,
    /// Codes of features that had an error: what refers to them is not to blame.
    pub spoiled: HashSet<String>,
    /// Some feature had an error: the hole that it leaves is no fault of its own.
    pub incomplete: bool,
}

/// Reads the features, each checked for itself.
pub fn read(bytes: &[u8], site_datum: Option<Datum>, zone: &TimeZone, problems: &mut Problems) -> Option<Grids> {
    let text = files::text(bytes, None, problems)?;
    let (collection, declared) = collection::open(&text, site_datum, problems)?;
    let mut read = Grids::default();
    for feature in &collection.features {
        match grid(feature, declared.unwrap_or_default(), zone, problems) {
            Ok((grid, spot)) => {
                read.features.push(Arc::new(grid));
                read.spots.push(spot);
            }
            Err(code) => {
                read.spoiled.extend(code);
                read.incomplete = true;
            }
        }
    }
    if collection.features.is_empty() {
        problems.error(&Spot::file(), None, Why::NoFeatures);
    }
    if declared.is_none() && read.in_china() {
        problems.warning(&Spot::file(), Some("datum"), Why::NoDatum);
    }
    Some(read)
}

impl Grids {
    /// Whether any of them lies where coordinates and clocks are China's.
    pub fn in_china(&self) -> bool {
        self.features.iter().any(|grid| grid.in_gcj02_area())
    }

    /// The coverages of the grids, with what is wrong between them.
    pub fn coverages(&self, problems: &mut Problems) -> Option<CoverageTimeline> {
        let timeline = match CoverageTimeline::new(&self.features) {
            Ok(timeline) => timeline,
            Err(faults) => {
                for fault in faults {
                    let on_spoiled = match &fault {
                        HierarchyError::UnknownParent { parent, .. }
                        | HierarchyError::ParentNotValid { parent, .. } => self.spoiled.contains(parent.as_str()),
                        _ => false,
                    };
                    let spot = &self.spots[fault.feature()];
                    match fault {
                        _ if on_spoiled => {}
                        HierarchyError::DuplicateCode { grid, first, .. } => {
                            problems.error(spot, Some("code"), self.spots[first].says_first(grid.as_str()));
                        }
                        of_parent => problems.error(spot, Some("parent"), Why::Hierarchy(of_parent)),
                    }
                }
                return None;
            }
        };
        let mut seen = Vec::new();
        for (_, coverage) in timeline.stretches() {
            for fault in topology::faults(&coverage.hierarchy) {
                let is_hole = matches!(fault, TopologyFault::Gap { .. } | TopologyFault::Uncovered { .. });
                if !(seen.contains(&fault) || is_hole && self.incomplete) {
                    problems.warning(&Spot::file(), None, Why::Topology(fault.clone()));
                    seen.push(fault);
                }
            }
        }
        Some(timeline)
    }
}

/// Rings as they came, checked and turned to WGS84.
pub fn area(rings: &RawPolygons, datum: Datum, spot: &Spot, problems: &mut Problems) -> Option<Area> {
    let mut sound = true;
    for fault in ring::faults(&rings.iter().flatten().cloned().collect::<Vec<_>>()) {
        if fault.is_harmless() {
            problems.warning(spot, None, Why::Ring(fault));
        } else {
            problems.error(spot, None, Why::Ring(fault));
            sound = false;
        }
    }
    if rings.iter().flatten().next().is_none() {
        problems.error(spot, None, Why::NullGeometry);
        sound = false;
    }
    if !sound {
        return None;
    }
    let coord = |[lon, lat]: &[f64; 2]| {
        let position = datum.to_wgs84(Position::new(*lon, *lat).ok()?);
        Some(Coord { x: position.lon(), y: position.lat() })
    };
    let line = |ring: &Vec<[f64; 2]>| ring.iter().map(coord).collect::<Option<Vec<_>>>().map(LineString);
    let polygon = |polygon: &Vec<Vec<[f64; 2]>>| {
        let mut rings = polygon.iter().map(line);
        Some(Polygon::new(rings.next()??, rings.collect::<Option<_>>()?))
    };
    rings.iter().filter(|polygon| !polygon.is_empty()).map(polygon).collect::<Option<_>>().map(MultiPolygon)
}

/// The area of a feature that must be a polygon.
pub fn polygon_area(
    geometry: Option<&geojson::Geometry>,
    datum: Datum,
    spot: &Spot,
    problems: &mut Problems,
) -> Option<Area> {
    let Some(geometry) = geometry else {
        problems.error(spot, Some("geometry"), Why::NullGeometry);
        return None;
    };
    match polygons(&geometry.value) {
        Ok(rings) => area(&rings, datum, spot, problems),
        Err(found) => {
            let why = Why::WrongGeometry { expected: "Polygon", found: found.to_owned() };
            problems.error(spot, Some("geometry"), why);
            None
        }
    }
}

/// One grid, or the code of the feature that is none.
fn grid(
    feature: &RawFeature<'_>,
    datum: Datum,
    zone: &TimeZone,
    problems: &mut Problems,
) -> Result<(Grid, Spot), Option<String>> {
    let (spot, feature) = collection::parsed(feature, problems).map_err(|spot| spot.of)?;
    let spoiled = spot.of.clone();
    let mut entry = Entry::new(spot.clone(), feature.properties.unwrap_or_default(), problems);
    let code = entry.required_code("code").map(GridCode::new);
    let name = entry.required_text("name");
    let level = entry.required_choice("level");
    let parent = entry.code("parent").map(GridCode::new);
    let mut sound = parent.is_some() || !entry.has("parent");
    let name_en = entry.text("name_en");
    let households = entry.whole_number("households", 0, 100_000_000);
    let kind = entry.text("kind");
    let department = entry.code("department").map(DepartmentCode::new);
    let [from, to] = ["valid_from", "valid_to"].map(|field| {
        let instant = entry.instant(field, zone);
        sound &= instant.is_some() || !entry.has(field);
        instant
    });
    let validity = Validity { from, to };
    if let (Some(from), Some(to)) = (validity.from, validity.to)
        && from >= to
    {
        entry.error("valid_to", Why::EmptyValidity { from: from.to_string(), to: to.to_string() });
        sound = false;
    }
    let area = polygon_area(feature.geometry.as_ref(), datum, &spot, problems);
    let (Some(code), Some(name), Some(level), Some(area), true) = (code, name, level, area, sound) else {
        return Err(spoiled);
    };
    let households = households.and_then(|n| u32::try_from(n).ok());
    let mut grid = Grid::new(code, name, level, &area);
    (grid.parent, grid.name_en, grid.households) = (parent, name_en, households);
    (grid.kind, grid.department, grid.validity) = (kind, department, validity);
    Ok((grid, spot))
}
