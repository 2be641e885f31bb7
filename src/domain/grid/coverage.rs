//! The grids valid at an instant.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Grid, GridIndex, Hierarchy, HierarchyError, Level};

/// The features valid at one instant: who belongs to whom, and which leaf is where.
#[derive(Debug)]
pub struct Coverage {
    pub hierarchy: Hierarchy,
    pub index: GridIndex,
}

impl Coverage {
    /// # Errors
    /// All the faults of the hierarchy.
    pub fn new(grids: Vec<Arc<Grid>>) -> Result<Self, Vec<HierarchyError>> {
        let hierarchy = Hierarchy::new(grids)?;
        let index = GridIndex::new(hierarchy.leaves().iter().map(|leaf| (*leaf, Arc::clone(hierarchy.grid(*leaf)))));
        Ok(Self { hierarchy, index })
    }
}

/// The coverages of a catalog version, one for each stretch of time in which the same features are valid.
///
/// Borders are redrawn with a date (`valid_from`, `valid_to`); an event is placed by the features valid at its time.
#[derive(Debug)]
pub struct CoverageTimeline {
    /// Each holds from its instant (`None`: ever before) to the next one's.
    stretches: Vec<(Option<Timestamp>, Coverage)>,
    levels: Vec<Level>,
}

impl CoverageTimeline {
    /// # Errors
    /// Each stretch's faults once, `feature` counting in the order of `grids`.
    pub fn new(grids: &[Arc<Grid>]) -> Result<Self, Vec<HierarchyError>> {
        let mut starts: Vec<Option<Timestamp>> =
            grids.iter().flat_map(|grid| [grid.validity.from, grid.validity.to]).flatten().map(Some).collect();
        starts.push(None);
        starts.sort_unstable();
        starts.dedup();
        let (mut stretches, mut faults) = (Vec::with_capacity(starts.len()), Vec::new());
        for start in starts {
            let holds = |grid: &Grid| match start {
                None => grid.validity.from.is_none(),
                Some(instant) => grid.validity.holds_at(instant),
            };
            let (features, valid): (Vec<_>, Vec<_>) =
                grids.iter().enumerate().filter(|(_, grid)| holds(grid)).map(|(i, grid)| (i, Arc::clone(grid))).unzip();
            match Coverage::new(valid) {
                Ok(coverage) => stretches.push((start, coverage)),
                Err(found) => {
                    faults.extend(found.into_iter().map(|fault| fault.renumbered(&features).seen_over_time(grids)));
                }
            }
        }
        if !faults.is_empty() {
            let mut once: Vec<HierarchyError> = Vec::new();
            for fault in faults {
                if !once.contains(&fault) {
                    once.push(fault);
                }
            }
            return Err(once);
        }
        let mut levels: Vec<Level> = grids.iter().map(|grid| grid.level).collect();
        levels.sort_unstable();
        levels.dedup();
        Ok(Self { stretches, levels })
    }

    /// The coverage at an instant.
    #[must_use]
    pub fn at(&self, instant: Timestamp) -> &Coverage {
        let after = self.stretches.partition_point(|(start, _)| start.is_none_or(|start| start <= instant));
        &self.stretches[after.saturating_sub(1)].1
    }

    /// The stretches in order, each with the instant from which it holds.
    pub fn stretches(&self) -> impl Iterator<Item = (Option<Timestamp>, &Coverage)> {
        self.stretches.iter().map(|(start, coverage)| (*start, coverage))
    }

    /// The levels that the site has, widest first.
    #[must_use]
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }
}

impl HierarchyError {
    /// The same fault with features numbered as in a longer list.
    fn renumbered(mut self, features: &[usize]) -> Self {
        match &mut self {
            Self::DuplicateCode { feature, first, .. } => {
                (*feature, *first) = (features[*feature], features[*first]);
            }
            Self::UnknownParent { feature, .. }
            | Self::ParentNotValid { feature, .. }
            | Self::ParentLoop { feature, .. }
            | Self::ParentLevel { feature, .. } => *feature = features[*feature],
        }
        self
    }

    /// A parent that a stretch lacks and another has is not unknown.
    fn seen_over_time(self, grids: &[Arc<Grid>]) -> Self {
        match self {
            Self::UnknownParent { feature, grid, parent, .. } if grids.iter().any(|known| known.code == parent) => {
                Self::ParentNotValid { feature, grid, parent }
            }
            other => other,
        }
    }
}
