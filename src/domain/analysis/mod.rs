//! What many events tell together: heat, figures, and where there is more than chance explains.

pub mod figures;
pub mod heat;
pub mod hotspot;
pub mod planning;
