//! What shows that something is so.

use serde::{Deserialize, Serialize};

use super::Shot;

/// A photo of a report, or a frame of a camera. Its bytes are kept as they came, under their hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Evidence {
    /// BLAKE3 of the bytes as they came, 64 hexadecimal digits.
    pub hash: String,
    /// `image/jpeg`, `image/png` or `image/webp`: by its content, whatever its sender called it.
    pub media_type: String,
    pub bytes: u32,
    /// Id of the camera that it is a frame of; absent where a person took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camera: Option<String>,
    /// What it says of itself, on its way to the store: it may tell where somebody lives, and is told to nobody.
    #[serde(skip)]
    pub shot: Option<Shot>,
}
