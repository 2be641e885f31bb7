//! Regions by how often they are covered.

use geo::{BooleanOps, Coord, LineString, MultiPolygon, Polygon};
use i_overlay::{
    core::{fill_rule::FillRule, overlay_rule::OverlayRule, solver::Solver},
    float::overlay::{FloatOverlay, OverlayOptions},
};

use crate::domain::geo::Area;

type Loop = Vec<[f64; 2]>;

/// The plane, parted by closed loops into regions with a winding number each.
pub(super) struct Cover {
    loops: Vec<Loop>,
}

impl Cover {
    pub fn of(loops: Vec<Loop>) -> Self {
        Self { loops }
    }

    pub fn above_zero(&self) -> Vec<Area> {
        pieces(&self.loops, FillRule::Positive)
    }

    pub fn below_zero(&self) -> Vec<Area> {
        pieces(&self.loops, FillRule::Negative)
    }

    /// Regions with winding number two and more: one loop around everything, run backwards, takes one from each.
    pub fn at_least_twice(&self) -> Vec<Area> {
        let Some([west, south, east, north]) = self.bounds() else { return Vec::new() };
        let (dx, dy) = ((east - west).max(1e-6), (north - south).max(1e-6));
        let (west, south, east, north) = (west - dx, south - dy, east + dx, north + dy);
        let mut loops = self.loops.clone();
        loops.push(vec![[west, south], [west, north], [east, north], [east, south]]);
        pieces(&loops, FillRule::Positive)
    }

    /// Uncovered regions with covered ground all around.
    pub fn holes(&self) -> Vec<Area> {
        let covered = MultiPolygon(self.above_zero().into_iter().flatten().collect());
        let outlines: Vec<_> = covered.iter().map(|polygon| Polygon::new(polygon.exterior().clone(), vec![])).collect();
        if covered.iter().all(|polygon| polygon.interiors().is_empty()) {
            return Vec::new();
        }
        let filled = geo::unary_union(&outlines);
        filled.difference(&covered).into_iter().map(|polygon| MultiPolygon(vec![polygon])).collect()
    }

    fn bounds(&self) -> Option<[f64; 4]> {
        self.loops.iter().flatten().fold(None, |bounds, [x, y]| {
            let [w, s, e, n] = bounds.unwrap_or([*x, *y, *x, *y]);
            Some([x.min(w), y.min(s), x.max(e), y.max(n)])
        })
    }
}

fn pieces(loops: &Vec<Loop>, fill: FillRule) -> Vec<Area> {
    if loops.is_empty() {
        return Vec::new();
    }
    // As OGC has it: a hole that touches the outline at a corner is a hole, and no bight of the outline.
    let mut overlay = FloatOverlay::with_subj_custom(loops, OverlayOptions::ogc(), Solver::default());
    let shapes = overlay.overlay(OverlayRule::Subject, fill);
    shapes.into_iter().map(|shape| MultiPolygon(polygon(shape).into_iter().collect())).collect()
}

fn polygon(shape: Vec<Loop>) -> Option<Polygon<f64>> {
    let mut rings = shape.into_iter().map(|ring| LineString(ring.into_iter().map(|[x, y]| Coord { x, y }).collect()));
    let outer = rings.next()?;
    Some(Polygon::new(outer, rings.collect()))
}
