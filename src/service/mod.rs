//! The shell: ties rules and edges together, and serves them.

pub mod accounts;
pub mod app;
pub mod casework;
pub mod backup;
pub mod clock;
pub mod clockwork;
pub mod detail;
pub mod eyes;
pub mod feed;
pub mod figures;
pub mod findings;
pub mod follow;
pub mod heat;
pub mod http;
pub mod intake;
mod listening;
pub mod lock;
pub mod patrol;
pub mod register;
pub mod messages;
pub mod password;
pub mod restore;
pub mod rulings;
pub mod secret;
pub mod telemetry;
pub mod truth;
pub mod witness;
