//! What many events tell together: heat today; hotspots, tallies and scores are to come.

pub mod heat;
