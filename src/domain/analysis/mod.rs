//! What many events tell together: heat and figures today; hotspots are to come.

pub mod figures;
pub mod heat;
