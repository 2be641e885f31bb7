//! What users can do, tried from outside: the real binary on real files.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and may say why it skips"
)]

mod accounts;
mod architecture;
mod assign;
mod backup;
mod bad_rows;
mod bad_site;
mod casework;
mod demo_site;
mod evidence;
mod figures;
#[cfg(feature = "video")]
mod camera_list;
#[cfg(feature = "video")]
mod cameras;
#[cfg(feature = "video")]
mod findings;
#[cfg(feature = "video")]
mod health;
mod harness;
mod heat;
mod hotspots;
mod import;
mod import_staff;
mod index;
mod lattice;
mod mail;
mod merging;
mod messages;
mod notices;
mod pages;
mod patrol;
mod photos;
mod planning;
mod proofs;
mod real_data;
mod scenes;
mod service;
mod serving;
mod store;
mod truth;
#[cfg(feature = "video")]
mod video;
#[cfg(feature = "video")]
mod watching;
#[cfg(feature = "video")]
mod workers;
