//! What shows that something is so.

use serde::Serialize;

/// A photo of a report. Its bytes are kept as they came, under their hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Evidence {
    /// BLAKE3 of the bytes as they came, 64 hexadecimal digits.
    pub hash: String,
    /// `image/jpeg`, `image/png` or `image/webp`: by its content, whatever its sender called it.
    pub media_type: String,
    pub bytes: u32,
}
