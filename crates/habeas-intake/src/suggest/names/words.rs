//! Words around names that tell what they name.

/// A set of words, written as one line of text.
pub(super) struct Words(&'static str);

impl Words {
    /// Whether a lower-case word, or two with a blank between them, is in the set.
    pub fn contains(&self, word: &str) -> bool {
        // Found by a search first: splitting the list for every word of a text costs more than all the rest.
        !word.is_empty() && self.0.contains(word) && self.0.split(['|', '\n']).any(|known| known.trim() == word)
    }
}

/// Places without a name of their own.
pub(super) const FACILITIES: Words = Words(
    "shrine|hospital|mosque|church|temple|school|university|college|academy|prison|jail|court|market|bazaar
     checkpoint|checkpost|barracks|camp|airport|station|hotel|hostel|bridge|cemetery|graveyard|morgue|mortuary
     stadium|park|square|seminary|madrasa|madrassa|cantonment|cell|cells|detention centre|detention center
     internment centre|roundabout|highway|mine|dam|factory|bookshop|restaurant|cafe|café|clinic|monastery
     cathedral|synagogue|theatre|nightclub|plaza|orphanage|refugee camp|base|military base|army base|air base
     police headquarters|police post|petrol station|gas station|bus station|railway station|border crossing|landfill
     quarry|tower|mall|palace",
);

/// Words that begin sentences with a capital and name nobody.
pub(super) const COMMON: Words = Words(
    "the|a|an|this|that|these|those|he|she|it|they|we|you|i|his|her|its|their|our|my|in|on|at|by|for|from|to|of
     with|without|as|after|before|since|until|during|while|when|where|who|what|which|why|how|if|but|and|or|so|yet
     also|although|though|however|according|despite|because|there|here|then|now|later|earlier|meanwhile|moreover
     some|many|most|more|several|all|no|not|one|two|three|four|five|six|seven|eight|nine|ten|over|about|around
     nearly|almost|suspected|alleged|unidentified|unknown|only|even|both|other|another|each|every|such|under|between|among|against|across|within|through
     up|down|out|off|again|just|still|once|is|are|was|were|has|have",
);

/// Verbs and nouns behind a name that only people have.
pub(super) const SPEAKS: Words = Words(
    "said|says|told|added|stated|claimed|claims|denied|confirmed|wrote|explained|recalled|alleged|demanded|tweeted
     argued|noted|insisted",
);

/// Words before «of» and a place that stand behind none.
pub(super) const KINDS: Words = Words(
    "capital|resident|residents|native|inhabitants|outskirts|people|north|south|east|west|northeast|northwest|southeast
     southwest|suburb|suburbs",
);

/// Kinds of administrative areas: no part of the name.
pub(super) const ADMINISTRATIVE: Words = Words(
    "district|province|state|region|department|governorate|county|division|tehsil|municipality|township|oblast
     prefecture|upazila|taluka|regency|chiefdom|emirate|republic|sub-district|lga",
);

/// Last words of capitals that name neither a person nor a place.
pub(super) const NOBODY: Words = Words(
    "day|festival|award|prize|act|agreement|accord|war|revolution|treaty|convention|bill|constitution|code|protocol
     declaration|covenant|plan|month|week|report|training|general|affairs|spring|uprising|operation|project|programme
     program|islamic|islamist|case|law|amendment|ordinance|cup|hilux|cruiser|statement",
);

/// Words that begin a part of a text in capitals.
pub(super) const NO_DATELINE: Words = Words(
    "background|case|cases|issue|issues|update|updates|note|notes|urgent|breaking|summary|action|actions|source|sources
     narrative|introduction|conclusion|recommendations|demands|statement|appeal|news|report|alert|index|date|photo
     video|watch|read|contact|details|information|additional|subject|name|names|victims|suggested|sample|letter|press
     release|abstract|editor|opinion|analysis|exclusive|live|warning|correction|question|answer|q|a",
);

/// Words before a name that only organisations have.
pub(super) const BEFORE_ORGANISATION: Words = Words(
    "group|groups|watchdog|ngo|organisation|organization|agency|newspaper|daily|outfit|militia|network|broadcaster
     website|charity|cartel|gang|paper|magazine|channel",
);

/// Words before a name that only people have.
pub(super) const BEFORE_PERSON: Words = Words(
    "lawyer|activist|journalist|student|teacher|doctor|poet|writer|leader|professor|brother|sister|father|mother
     son|daughter|wife|husband|uncle|cousin|named|victim|victims|minister|president|chairman|chairperson|secretary
     spokesman|spokesperson|spokeswoman|commander|general|colonel|captain|advocate|singer|engineer|farmer|shepherd
     identified|namely|nephew|friend|colleague|senator|governor|prime|editor|reporter|director|alias|chief|deputy
     superintendent|inspector|officer|constable|sergeant|lieutenant|official|councillor|councilor|mayor|prosecutor|judge
     justice|head|convener|coordinator|analyst|researcher|imam|priest|pastor|elder|shopkeeper|trader|driver|villager
     survivor|witness|eyewitness|defender|blogger|photographer|actor|rapper|musician|politician|lawmaker|expert
     rapporteur|ambassador|envoy|adviser|advisor|aide|trooper|soldier|policeman|woman|man|boy|girl|detainee|prisoner
     resident|worker|tailor|baker|businessman|trainee|cleric|scholar|organiser|organizer|campaigner|unionist",
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
     subdivision|canton|oblast|woreda|zone|parish|junction|forest|hills|desert|refugee camp|local government area|ward
     commune|upazila|regency|chiefdom|emirate|lga|settlement|villages|districts|provinces|towns|cities|regions|areas|counties|states
     governorates|departments|municipalities|oblasts|suburbs|neighbourhoods|neighborhoods|community|communities",
);

/// Months and days: capitals that name nobody.
pub(super) const CALENDAR: Words = Words(
    "january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday
     thursday|friday|saturday|sunday",
);

/// First letters of months, and of days of the week.
pub(super) const CALENDAR_PARTS: Words =
    Words("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun");

/// First words of places' own names, in several languages.
pub(super) const PLACE_HEADS: Words = Words(
    "sitio|barangay|brgy|purok|camp|mount|mt|lake|fort|vereda|barrio|colonia|aldea|wadi|jabal|jebel|kafr|khirbet|deir|beit
     tell|umm|port|puerto|villa|ciudad|kampung|desa|goth|killi|basti|chak|mohalla|bandar",
);

/// Small words inside a name.
pub(super) const PARTICLES: Words =
    Words("de|del|della|la|las|los|el|do|da|dos|das|di|du|des|van|von|der|den|bin|ibn|al|ul");

/// Words between a place or people and the office that it keeps: «Olenia state police».
pub(super) const OF_AN_OFFICE: Words = Words(
    "state|provincial|regional|federal|city|district|national|municipal|county|metropolitan|central|human|rights
     interior|defence|defense|foreign|home|health|justice|refugee|migration|security|military|civil|riot|border|judicial
     traffic|counter-terrorism|counterterrorism|anti-terrorism|anti-terror|peacekeeping|election|electoral|special
     public|prosecutor|prosecution|investigation|attorney|general|'|’|s",
);

/// Such an office, written small.
pub(super) const OFFICES: Words = Words(
    "police|army|military|government|office|ministry|authorities|council|administration|agency|court|navy|parliament
     assembly|forces|troops|mission|commission|committee|service|services|guard|department",
);

/// Directions, which are no part of the name behind them.
pub(super) const DIRECTIONS: Words = Words(
    "north|south|east|west|northern|southern|eastern|western|central|northwest|northeast|southwest|southeast
     northwestern|northeastern|southwestern|southeastern|north-west|north-east|south-west|south-east|north-western
     north-eastern|south-western|south-eastern|mainland|rural|downtown",
);

/// Relatives, whose name stands behind the word.
pub(super) const KIN: Words = Words(
    "brother|sister|father|mother|son|daughter|wife|husband|uncle|aunt|cousin|nephew|niece|grandson|granddaughter
     grandfather|grandmother|widow|fiancé|fiancée|in-law",
);
