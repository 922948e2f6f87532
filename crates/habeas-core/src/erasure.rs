//! Why something may be erased from the record.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Why something was erased, as a code that may be shown without its words.
    ErasureReason {
        /// Who agreed does so no longer.
        ConsentWithdrawn = "consent-withdrawn",
        /// The law demands it.
        LegalDuty = "legal-duty",
        /// Somebody would be in danger.
        Safety = "safety",
        /// It should never have been here.
        Mistake = "mistake",
        /// Something else, as the words say.
        Other = "other",
    }
}
