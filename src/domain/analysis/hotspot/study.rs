//! A study: values of areas, what makes neighbours of them, and what a method says of each.

use std::str::FromStr;

use geo::Centroid;
use serde::Serialize;

use super::{
    Contiguity, Own, PermutationError, Permutations, Weights, bin, bins_fdr, gi,
    moran::{self, Quadrant},
    p_of, tails,
};
use crate::domain::geo::{Area, LocalPlane, Position};

/// What makes areas neighbours: `queen`, `rook`, `knn:8`, `band:500`.
#[derive(Debug, Clone, Copy, PartialEq, strum::Display)]
pub enum Neighbors {
    #[strum(to_string = "queen")]
    Queen,
    #[strum(to_string = "rook")]
    Rook,
    /// So many nearest, by centroids.
    #[strum(to_string = "knn:{0}")]
    Nearest(usize),
    /// All within so many metres, by centroids.
    #[strum(to_string = "band:{0}")]
    Within(f64),
}

/// Areas with their values.
#[derive(Debug, Clone)]
pub struct Study<'a> {
    pub areas: &'a [Area],
    pub values: &'a [f64],
    pub neighbors: Neighbors,
    pub permutations: Permutations,
}

/// What Gi* or Gi says of an area; `None` where it has no neighbour, or all values are the same.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Hot {
    pub z: Option<f64>,
    pub p: Option<f64>,
    pub p_sim: Option<f64>,
    /// ±1, ±2, ±3: 90, 95, 99 % sure that high, or low, values lie together here.
    pub bin: i8,
    /// The same with the false discovery rate held.
    pub bin_fdr: i8,
}

/// What local Moran says of an area; `None` as of [`Hot`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Like {
    pub i: Option<f64>,
    pub z: Option<f64>,
    pub p: Option<f64>,
    pub p_sim: Option<f64>,
    pub quadrant: Option<Quadrant>,
}

impl Like {
    /// Whether chance would hardly ever give it.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        /// As `GeoDa` and esda take it.
        const SURE: f64 = 0.05;
        self.p_sim.is_some_and(|p| p <= SURE)
    }
}

/// With fewer areas, what is said of single ones is weak.
pub const FEW_AREAS: usize = 30;

impl Study<'_> {
    #[must_use]
    pub fn weights(&self) -> Weights {
        match self.neighbors {
            Neighbors::Queen => Weights::contiguous(self.areas, Contiguity::Queen),
            Neighbors::Rook => Weights::contiguous(self.areas, Contiguity::Rook),
            Neighbors::Nearest(k) => Weights::nearest(&self.centroids_m(), k),
            Neighbors::Within(distance_m) => Weights::within(&self.centroids_m(), distance_m),
        }
    }

    /// On a plane that touches the ground in the middle of them.
    fn centroids_m(&self) -> Vec<[f64; 2]> {
        let centroids: Vec<geo::Coord<f64>> =
            self.areas.iter().map(|area| area.centroid().map_or(geo::Coord::zero(), Into::into)).collect();
        let sum = centroids.iter().fold(geo::Coord::zero(), |sum: geo::Coord<f64>, at| sum + *at);
        let middle = sum / centroids.len().max(1) as f64;
        let Ok(middle) = Position::new(middle.x, middle.y) else { return vec![[0.0; 2]; centroids.len()] };
        let plane = LocalPlane::at(middle);
        centroids.into_iter().map(|at| plane.meters(at)).collect()
    }

    /// Gi* of each area, or Gi.
    ///
    /// # Errors
    /// Where there are too many permutations for so many neighbours.
    pub fn hot(&self, weights: &Weights, own: Own) -> Result<Vec<Hot>, PermutationError> {
        let zs = gi(self.values, weights, own);
        let tails = tails(self.values, weights, self.permutations)?;
        let sure: Vec<Option<(f64, f64)>> = zs.iter().map(|z| z.map(|z| (z, p_of(z)))).collect();
        let together = bins_fdr(&sure);
        let hot = |area: usize| Hot {
            z: zs[area],
            p: sure[area].map(|(_, p)| p),
            p_sim: zs[area].map(|_| tails[area].p(self.permutations.count)),
            bin: sure[area].map_or(0, |(z, p)| bin(z, p)),
            bin_fdr: together[area],
        };
        Ok((0..zs.len()).map(hot).collect())
    }

    /// Local Moran of each area, and Moran's I of the whole.
    ///
    /// # Errors
    /// As of [`hot`](Self::hot).
    pub fn like(&self, weights: &Weights) -> Result<(Vec<Like>, Option<moran::Global>), PermutationError> {
        let tails = tails(self.values, weights, self.permutations)?;
        let local = moran::local(self.values, weights);
        let like = |(area, local): (usize, Option<moran::Local>)| Like {
            i: local.map(|local| local.i),
            z: local.map(|local| local.z),
            p: local.map(|local| p_of(local.z)),
            p_sim: local.map(|_| tails[area].p(self.permutations.count)),
            quadrant: local.map(|local| local.quadrant),
        };
        let global = moran::global(self.values, weights, self.permutations);
        Ok((local.into_iter().enumerate().map(like).collect(), global))
    }
}

impl FromStr for Neighbors {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is none of queen, rook, knn:8, band:500");
        match text.split_once(':') {
            None if text == "queen" => Ok(Self::Queen),
            None if text == "rook" => Ok(Self::Rook),
            Some(("knn", k)) => k.parse().ok().filter(|k| (1..=1_000).contains(k)).map(Self::Nearest).ok_or_else(wrong),
            Some(("band", m)) => {
                m.parse().ok().filter(|m: &f64| *m > 0.0 && m.is_finite()).map(Self::Within).ok_or_else(wrong)
            }
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_named_as_they_are_shown() {
        for name in ["queen", "rook", "knn:8", "band:500"] {
            assert_eq!(name.parse::<Neighbors>().map(|neighbors| neighbors.to_string()).as_deref(), Ok(name));
        }
        for wrong in ["", "king", "knn:0", "knn", "band:-1", "band:NaN", "knn:x"] {
            assert!(wrong.parse::<Neighbors>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_heap_of_high_values_is_hot_and_like_its_neighbours() {
        let side = 8;
        let areas: Vec<Area> = (0..side * side)
            .map(|i| {
                let (x, y) = (110.0 + f64::from(i % side) * 0.01, 40.0 + f64::from(i / side) * 0.01);
                let ring = vec![(x, y), (x + 0.01, y), (x + 0.01, y + 0.01), (x, y + 0.01), (x, y)];
                Area::new(vec![geo::Polygon::new(ring.into(), Vec::new())])
            })
            .collect();
        let values: Vec<f64> =
            (0..side * side).map(|i| f64::from(u8::from(i % side < 3 && i / side < 3) * 9 + i as u8 % 3)).collect();
        let permutations = Permutations { count: 999, seed: 1 };
        for neighbors in [Neighbors::Queen, Neighbors::Rook, Neighbors::Nearest(8), Neighbors::Within(1_500.0)] {
            let study = Study { areas: &areas, values: &values, neighbors, permutations };
            let weights = study.weights();
            let hot = study.hot(&weights, Own::Included).expect("few");
            assert_eq!((hot[9].bin_fdr, hot[63].bin_fdr), (3, 0), "{neighbors}");
            assert!(hot[9].p_sim < Some(0.01), "{neighbors}");
            let (like, global) = study.like(&weights).expect("few");
            assert_eq!(like[9].quadrant, Some(Quadrant::HighHigh));
            assert!(like[9].p < Some(0.01) && global.is_some_and(|global| global.i > 0.4 && global.p_sim < 0.01));
        }
    }
}
