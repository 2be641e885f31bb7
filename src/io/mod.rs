//! The edges: files in and out. Each edge knows the domain, none knows its siblings.

pub mod tables;
