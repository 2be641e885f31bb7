//! What planners ask, and what they are told: where it is hot, since when, of what, and how sure that is.
//!
//! incidents → period → piles left out → areas → method → hotspots, ranked.

mod division;
mod incident;
mod question;
mod report;
mod spot;
mod study;

pub use division::{Division, Place};
pub use incident::{Incident, Incidents, Label};
pub use question::{Exposure, Grain, Method, Question, QuestionError};
pub use report::{AreaRow, Findings, Membership, Numbers, Report, Said, Warning};
pub use spot::{Counted, Hotspot};
pub use study::Ground;
