//! The edges: what comes in and goes out. Each knows the domain and not its siblings; only [`catalog`] reads its files
//! through [`tables`].

pub mod archive;
pub mod tables;
pub mod catalog;
pub mod evidence;
pub mod notify;
pub mod picture;
pub mod secrets;
pub mod store;
#[cfg(feature = "video")]
pub mod video;
