//! Words around names that tell what they name.

/// A set of words, written as one line of text.
pub(super) struct Words(&'static str);

impl Words {
    /// Whether a lower-case word, or two with a blank between them, is in the set.
    pub fn contains(&self, word: &str) -> bool {
        self.0.split(['|', '\n']).any(|known| known.trim() == word)
    }
}

/// Places without a name of their own.
pub(super) const FACILITIES: Words = Words(
    "shrine|hospital|mosque|church|temple|school|university|college|academy|prison|jail|court|market|bazaar
     checkpoint|checkpost|barracks|camp|airport|station|hotel|hostel|bridge|cemetery|graveyard|morgue|mortuary
     stadium|park|square|seminary|madrasa|madrassa|cantonment|cell|cells|detention centre|detention center
     internment centre|roundabout|highway|road|mine|dam|port|factory",
);

/// Words that begin sentences with a capital and name nobody.
pub(super) const COMMON: Words = Words(
    "the|a|an|this|that|these|those|he|she|it|they|we|you|i|his|her|its|their|our|my|in|on|at|by|for|from|to|of
     with|without|as|after|before|since|until|during|while|when|where|who|what|which|why|how|if|but|and|or|so|yet
     also|although|though|however|according|despite|because|there|here|then|now|later|earlier|meanwhile|moreover
     some|many|most|more|several|all|no|not|one|two|three|four|five|six|seven|eight|nine|ten|over|about|around
     nearly|almost|only|even|both|other|another|each|every|such|under|between|among|against|across|within|through
     up|down|out|off|again|just|still|once|is|are|was|were|has|have",
);

/// Verbs and nouns behind a name that only people have.
pub(super) const SPEAKS: Words = Words(
    "said|says|told|added|stated|claimed|claims|denied|confirmed|wrote|explained|recalled|alleged|demanded|tweeted
     argued|noted|insisted",
);

/// Words before a name that only people have.
pub(super) const BEFORE_PERSON: Words = Words(
    "lawyer|activist|journalist|student|teacher|doctor|poet|writer|leader|professor|brother|sister|father|mother
     son|daughter|wife|husband|uncle|cousin|named|victim|victims|minister|president|chairman|chairperson|secretary
     spokesman|spokesperson|spokeswoman|commander|general|colonel|captain|advocate|singer|engineer|farmer|shepherd
     identified|namely|nephew|friend|colleague|senator|governor|prime|editor|reporter|director|alias",
);

/// Words before a name that lead to a place.
pub(super) const BEFORE_PLACE: Words = Words(
    "in|at|near|outside|inside|from|to|into|around|across|throughout|towards|toward|capital|town|city|village
     district|via|neighbouring|neighboring|nearby|township|province|suburb|northern|southern|eastern|western|central",
);

/// Words behind a name that make it a place.
pub(super) const BEHIND_PLACE: Words = Words(
    "district|province|city|town|village|tehsil|division|area|region|county|state|valley|river|mountains|desert
     island|islands|coast|road|street|avenue|highway|bridge|square|airport|colony|bazaar|chowk|camp|prison|jail
     hospital|township|governorate|department|prefecture|suburb|neighbourhood|neighborhood
     municipality|taluka|hamlet|canal|lake|sector|locality|countryside|checkpoint|union council|sub-district
     subdivision|canton|oblast|woreda|zone|parish|junction|forest|hills|desert|refugee camp",
);

/// Months and days: capitals that name nobody.
pub(super) const CALENDAR: Words = Words(
    "january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday
     thursday|friday|saturday|sunday",
);

/// First letters of months, and of days of the week.
pub(super) const CALENDAR_PARTS: Words =
    Words("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun");
