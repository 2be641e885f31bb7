//! Hotspots (热点): where there is more than chance explains, and how sure that is.

mod board;
mod dbscan;
mod emerging;
mod foresight;
mod hdbscan;
mod gi;
pub(super) mod groups;
mod kde;
mod lattice;
mod near_repeat;
pub mod moran;
mod permutation;
mod piles;
mod season;
mod significance;
mod sphere;
mod study;
mod trend;
mod weights;

pub use board::Board;
pub use dbscan::{Clusters, Density, LEAST_EPS_M, MOST_EPS_M, dbscan};
pub use emerging::{Cube, Emerging, Kind, Pattern, Side};
pub use foresight::{Foresight, foresight};
pub use gi::{Own, gi};
pub use hdbscan::{HdbscanError, hdbscan};
pub use kde::{Edge, Kde, bandwidth_m};
pub use lattice::{Cell, Lattice, LatticeError, Shape, Sides};
pub use near_repeat::{Band, Knox, KnoxError, knox};
pub use permutation::{PermutationError, Permutations, Tails, tails};
pub use piles::{Pile, piles};
pub use season::{Season, Surprise};
pub use significance::{bin, bins_fdr, p_of};
pub use study::{FEW_AREAS, Hot, Like, Neighbors, Study};
pub use trend::{Trend, mann_kendall};
pub use weights::{Contiguity, Weights};
