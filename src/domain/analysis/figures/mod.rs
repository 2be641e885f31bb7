//! Figures (考核评价): what cases tell of those who work on them.
//!
//! There is one way from a case to a number: [`facts`] says what a case counts for, [`Tally`] adds that up by whatever is
//! asked, and a [`Score`] weighs it. Clocks hold every instant that is needed, and follow from the trail.

mod assessment;
mod dimension;
mod fact;
mod measure;
mod period;
mod tally;

pub use assessment::{Assessment, Grade, Score, Subject};
pub use dimension::{Dimension, Lists};
pub use fact::{Counted, Fact, Telling, facts};
pub use measure::{Measure, Rate};
pub use period::{Period, Step};
pub use tally::{Key, Rates, Tally, TallyError};
