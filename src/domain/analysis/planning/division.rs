//! How the ground is divided: by the grids, or by cells of one size.

use std::collections::{BTreeSet, HashMap};

use geo::BoundingRect;

use crate::domain::{
    analysis::hotspot::{Cell, Lattice, LatticeError, Shape},
    geo::{Area, Position},
    grid::{Coverage, GridCode, NodeId},
};

/// Areas that incidents are counted by. What lies outside every grid lies in none of them.
pub struct Division<'a> {
    coverage: &'a Coverage,
    tolerance_m: f64,
    pub places: Vec<Place>,
    by: By,
}

/// An area of a division.
#[derive(Debug, Clone)]
pub struct Place {
    /// Of a grid its code, of a cell its two numbers.
    pub id: String,
    /// The grid that its middle lies in, or the one nearest to it.
    pub grid: NodeId,
    pub area: Area,
    pub m2: f64,
    pub households: Option<u32>,
}

enum By {
    Grids(HashMap<NodeId, usize>),
    Cells(Lattice, HashMap<Cell, usize>),
}

impl<'a> Division<'a> {
    /// The leaves of the hierarchy.
    #[must_use]
    pub fn grids(coverage: &'a Coverage, tolerance_m: f64) -> Self {
        let leaves = coverage.hierarchy.leaves();
        let place = |leaf: &NodeId| {
            let grid = coverage.hierarchy.grid(*leaf);
            Place {
                id: grid.code.as_str().to_owned(),
                grid: *leaf,
                area: grid.border.area().clone(),
                m2: grid.area_m2(),
                households: grid.households,
            }
        };
        let places = leaves.iter().map(place).collect();
        let by = leaves.iter().enumerate().map(|(index, leaf)| (*leaf, index)).collect();
        Self { coverage, tolerance_m, places, by: By::Grids(by) }
    }

    /// Cells over the grids: those whose middle lies in one, and those in which something happened in one.
    ///
    /// # Errors
    /// If they are too many.
    pub fn cells(
        coverage: &'a Coverage,
        tolerance_m: f64,
        shape: Shape,
        positions: &[Position],
    ) -> Result<Self, LatticeError> {
        let leaves = coverage.hierarchy.leaves();
        let whole: Vec<geo::Polygon<f64>> =
            leaves.iter().flat_map(|leaf| coverage.hierarchy.grid(*leaf).border.area().0.clone()).collect();
        let m2 = leaves.iter().map(|leaf| coverage.hierarchy.grid(*leaf).area_m2()).sum();
        let Some(around) = Area::new(whole).bounding_rect() else {
            return Ok(Self::grids(coverage, tolerance_m));
        };
        let (low, high, middle) = (around.min(), around.max(), around.center());
        let Ok(middle) = Position::new(middle.x, middle.y) else { return Ok(Self::grids(coverage, tolerance_m)) };
        let lattice = shape.over(middle, m2, positions.len());
        let node_of = |position: Position| coverage.index.locate(position);
        let mut found: BTreeSet<(Cell, NodeId)> = BTreeSet::new();
        for cell in lattice.cells([low.x, low.y, high.x, high.y])? {
            if let Some(node) = lattice.middle(cell).and_then(node_of) {
                found.insert((cell, node));
            }
        }
        let mut by: HashMap<Cell, usize> = HashMap::new();
        let mut places: Vec<Place> = Vec::new();
        let mut add = |cell: Cell, grid: NodeId| {
            by.entry(cell).or_insert_with(|| {
                let area = lattice.area(cell);
                let id = format!("{},{}", cell.0, cell.1);
                places.push(Place { id, grid, area, m2: lattice.cell_m2(), households: None });
                places.len() - 1
            });
        };
        for (cell, node) in found {
            add(cell, node);
        }
        for position in positions {
            if let Some(node) = node_of(*position) {
                add(lattice.cell(*position), node);
            }
        }
        Ok(Self { coverage, tolerance_m, places, by: By::Cells(lattice, by) })
    }

    /// How it is called: `grids`, `hex:200`.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.by {
            By::Grids(_) => "grids".to_owned(),
            By::Cells(lattice, _) => lattice.to_string(),
        }
    }

    /// The grid and the area that a position counts for.
    #[must_use]
    pub fn locate(&self, position: Position) -> Option<(NodeId, Option<usize>)> {
        let index = &self.coverage.index;
        let node = index.locate(position);
        let node = node.or_else(|| index.nearest(position, self.tolerance_m).map(|(node, _)| node))?;
        let area = match &self.by {
            By::Grids(by) => by.get(&node),
            By::Cells(lattice, by) => by.get(&lattice.cell(position)),
        };
        Some((node, area.copied()))
    }

    #[must_use]
    pub fn code(&self, node: NodeId) -> &GridCode {
        &self.coverage.hierarchy.grid(node).code
    }
}
