//! Tables in and out.

pub mod survey;
