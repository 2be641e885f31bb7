//! Which grid each camera stands in: what cameras of a grid did counts for it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    domain::{
        camera::Camera,
        duty::{Request, place},
        grid::GridCode,
    },
    io::catalog::Catalog,
};

/// By the cameras' ids; without those that stand nowhere, or outside all grids.
#[must_use]
pub fn grids_of_cameras(catalog: &Catalog, at: Timestamp) -> BTreeMap<String, GridCode> {
    let coverage = catalog.coverages.at(at);
    let grid = |camera: &Camera| {
        let request = Request { position: Some(camera.position?), accuracy: None, category: None, edge: false };
        let placement = place(coverage, &catalog.routing, catalog.settings.nearest_m, &request);
        Some((camera.id.clone(), placement.settled(coverage, &catalog.routing).grid()?.clone()))
    };
    catalog.cameras.cameras().iter().filter_map(grid).collect()
}
