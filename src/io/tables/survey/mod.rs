//! Real surveys of grids, as surveyors and their software write them.

mod projection;

pub use projection::{Projection, ProjectionError};
