//! Heat by grid, as the map's areas are coloured by it.

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;

use super::{Heat, HeatOf, Look};
use crate::{
    domain::{
        analysis::heat::{Coloring, Domain, Period},
        grid::{Grid, Hierarchy},
    },
    io::store::StoreError,
};

/// A grid with its cases, and how they differ from those of another period where one is compared with.
pub struct GridHeat {
    pub grid: Arc<Grid>,
    pub events: u32,
    pub events_before: Option<u32>,
    /// Or the difference of densities, in the unit of the period.
    pub density: f32,
    /// Red, green, blue, opacity.
    pub color: [u8; 4],
}

impl Heat {
    /// Each grid with the cases that lie in it and may be shown. Blocks: call it where blocking is allowed.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn by_grid(
        &self,
        of: &HeatOf,
        before: Option<&HeatOf>,
        look: &Look,
        hierarchy: &Hierarchy,
        now: Timestamp,
    ) -> Result<Vec<GridHeat>, StoreError> {
        let counts = self.counts(of, now)?;
        let counts_before = before.map(|before| self.counts(before, now)).transpose()?;
        let density = |grid: &Grid, events: u32, period: Period| {
            (f64::from(events) / (grid.area_m2() / 1e6) / period.hours().unwrap_or(1.0)) as f32
        };
        let mut grids: Vec<GridHeat> = Vec::with_capacity(hierarchy.leaves().len());
        for leaf in hierarchy.leaves() {
            let grid = hierarchy.grid(*leaf);
            let count = |counts: &HashMap<String, u32>| counts.get(grid.code.as_str()).copied().unwrap_or_default();
            let (events, events_before) = (count(&counts), counts_before.as_ref().map(count));
            let now = density(grid, events, of.period);
            let then = before.zip(events_before).map_or(0.0, |(before, events)| density(grid, events, before.period));
            grids.push(GridHeat { grid: Arc::clone(grid), events, events_before, density: now - then, color: [0; 4] });
        }
        let highest = grids.iter().map(|grid| grid.density.abs()).fold(0.0, f32::max);
        let domain = look.domain.unwrap_or_else(|| Domain::holding(highest));
        let coloring = match before {
            None => Coloring::of_densities(look.scale, domain, look.ramp),
            Some(_) => Coloring::of_differences(look.scale, domain),
        };
        for grid in &mut grids {
            grid.color = coloring.color(grid.density);
        }
        Ok(grids)
    }

    /// How many cases there are by the code of their grid.
    fn counts(&self, of: &HeatOf, now: Timestamp) -> Result<HashMap<String, u32>, StoreError> {
        let mut counts = HashMap::new();
        for (codes, events) in self.store.heat_by_grid(&self.site, &of.filter(now))? {
            // A grid that was moved to another community has more than one way up.
            let grid = codes.split(' ').next().unwrap_or_default().to_owned();
            *counts.entry(grid).or_default() += events;
        }
        Ok(counts)
    }
}
