//! Who belongs to whom.

use std::{collections::HashMap, sync::Arc};

use serde::Serialize;

use super::{Grid, GridCode, Level};
use crate::domain::code;

/// The place of a grid in its [`Hierarchy`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// A strict tree of grids: every parent exists and has a wider level, no code twice.
///
/// Versions of one feature may share a code if they are never valid at once; a parent is looked for among the features
/// that the hierarchy holds, so build one for each instant (see [`super::CoverageTimeline`]).
#[derive(Debug, Clone)]
pub struct Hierarchy {
    nodes: Vec<Arc<Grid>>,
    parents: Vec<Option<NodeId>>,
    leaves: Vec<NodeId>,
}

/// Why features make no hierarchy; `feature` counts from 0 in the order given.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum HierarchyError {
    #[error("code {grid} is used twice")]
    DuplicateCode { feature: usize, grid: GridCode, first: usize },
    #[error("grid {grid} names parent {parent}, which does not exist")]
    UnknownParent { feature: usize, grid: GridCode, parent: GridCode, likely: Option<GridCode> },
    /// The parent is there, and not during the whole time in which its child is.
    #[error("grid {grid} names parent {parent}, which is not valid all the time that it is")]
    ParentNotValid { feature: usize, grid: GridCode, parent: GridCode },
    #[error("{grid} is its own ancestor")]
    ParentLoop { feature: usize, grid: GridCode },
    #[error("{grid} ({level}) lies under {parent} ({parent_level}), which is no wider level")]
    ParentLevel { feature: usize, grid: GridCode, level: Level, parent: GridCode, parent_level: Level },
}

impl HierarchyError {
    #[must_use]
    pub fn feature(&self) -> usize {
        match self {
            Self::DuplicateCode { feature, .. }
            | Self::UnknownParent { feature, .. }
            | Self::ParentNotValid { feature, .. }
            | Self::ParentLoop { feature, .. }
            | Self::ParentLevel { feature, .. } => *feature,
        }
    }
}

impl Hierarchy {
    /// # Errors
    /// All the faults there are, not just the first.
    pub fn new(grids: Vec<Arc<Grid>>) -> Result<Self, Vec<HierarchyError>> {
        let mut faults = Vec::new();
        let mut by_code = HashMap::with_capacity(grids.len());
        for (feature, grid) in grids.iter().enumerate() {
            let id = NodeId(feature as u32);
            if let Some(first) = by_code.insert(grid.code.clone(), id) {
                by_code.insert(grid.code.clone(), first);
                faults.push(HierarchyError::DuplicateCode {
                    feature,
                    grid: grid.code.clone(),
                    first: first.0 as usize,
                });
            }
        }
        let mut parents = Vec::with_capacity(grids.len());
        for (feature, grid) in grids.iter().enumerate() {
            let parent = grid.parent.as_ref().and_then(|code| by_code.get(code)).copied();
            if let (Some(code), None) = (&grid.parent, parent) {
                let known = grids.iter().map(|grid| grid.code.as_str());
                let likely = code::with_leading_zeros(code.as_str(), known).map(GridCode::new);
                let (grid, parent) = (grid.code.clone(), code.clone());
                faults.push(HierarchyError::UnknownParent { feature, grid, parent, likely });
            }
            parents.push(parent);
        }
        let hierarchy = Self { leaves: leaves(&parents), nodes: grids, parents };
        faults.extend((0..hierarchy.nodes.len()).filter_map(|feature| hierarchy.fault_above(feature)));
        if faults.is_empty() { Ok(hierarchy) } else { Err(faults) }
    }

    #[must_use]
    pub fn grid(&self, node: NodeId) -> &Arc<Grid> {
        &self.nodes[node.0 as usize]
    }

    #[must_use]
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.parents[node.0 as usize]
    }

    /// The node, its parent, and so on up.
    pub fn path(&self, node: NodeId) -> impl Iterator<Item = &Arc<Grid>> {
        std::iter::successors(Some(node), |node| self.parent(*node)).map(|node| self.grid(node))
    }

    /// The grid of that level on the way up from `node`, itself included.
    #[must_use]
    pub fn ancestor(&self, node: NodeId, level: Level) -> Option<&Arc<Grid>> {
        self.path(node).find(|grid| grid.level == level)
    }

    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// The nodes that have no children: what positions are placed on.
    #[must_use]
    pub fn leaves(&self) -> &[NodeId] {
        &self.leaves
    }

    fn fault_above(&self, feature: usize) -> Option<HierarchyError> {
        let id = NodeId(feature as u32);
        let grid = self.grid(id);
        let parent = self.grid(self.parent(id)?);
        if std::iter::successors(self.parent(id), |up| self.parent(*up)).take(self.nodes.len()).any(|up| up == id) {
            return Some(HierarchyError::ParentLoop { feature, grid: grid.code.clone() });
        }
        (parent.level >= grid.level).then(|| HierarchyError::ParentLevel {
            feature,
            grid: grid.code.clone(),
            level: grid.level,
            parent: parent.code.clone(),
            parent_level: parent.level,
        })
    }
}

fn leaves(parents: &[Option<NodeId>]) -> Vec<NodeId> {
    let mut has_children = vec![false; parents.len()];
    for parent in parents.iter().flatten() {
        has_children[parent.0 as usize] = true;
    }
    (0..parents.len() as u32).map(NodeId).filter(|node| !has_children[node.0 as usize]).collect()
}
