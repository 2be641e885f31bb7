//! The rules, pure: no clock, no file, no network, no thread. The modules stand in the order in which an event
//! travels: a position, the grid around it, who is in charge there, who may act, which cameras see it, what
//! they see, what was reported.

pub mod code;
pub mod geo;
pub mod grid;
pub mod duty;
pub mod people;
pub mod register;
pub mod vision;
pub mod camera;
pub mod event;
pub mod case;
pub mod patrol;
pub mod analysis;
pub mod update;
