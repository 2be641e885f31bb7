//! Hotspots (热点): where there is more than chance explains, and how sure that is.

mod gi;
pub mod moran;
mod permutation;
mod significance;
mod study;
mod weights;

pub use gi::{Own, gi};
pub use permutation::{PermutationError, Permutations, Tails, tails};
pub use significance::{bin, bins_fdr, p_of};
pub use study::{FEW_AREAS, Hot, Like, Method, Neighbors, Study};
pub use weights::{Contiguity, Weights};
