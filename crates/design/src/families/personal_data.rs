//! Personal data: classification and erasure on request.

use super::Family;

/// Personal data: classification and erasure on request.
#[derive(Debug)]
pub struct PersonalData;

impl Family for PersonalData {
    fn name(&self) -> &'static str {
        "personal_data"
    }
}
