//! gridwatch: every grid (网格), camera and department of a street, a district or a city, and the way of an
//! event to the right one of each.
//!
//! ```text
//! camera frame ─┐
//!               ├─► Event(position, time, evidence) ─► grid + department ─► case ─► store ─► live screens
//! GPS report ───┘                                                                └─► heat, hotspots, scores
//! ```
//!
//! - [`domain`] holds the rules: pure functions of their inputs, in the order in which an event travels.
//! - [`io`] holds the edges: files of a site, tables, video. Each edge knows the domain, none knows its siblings.
//! - [`words`] turns the codes of reasons and problems into sentences, Chinese or English.
//! - [`cli`] has one file per subcommand; [`demo`] makes the synthetic street that the repository carries.
//!
//! `ARCHITECTURE.md` has the map and the invariants, `docs/glossary.md` the names.

pub mod cli;
pub mod demo;
pub mod domain;
pub mod io;
pub mod scene;
pub mod service;
pub mod words;
