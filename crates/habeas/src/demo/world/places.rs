//! The map of the invented country: five provinces, twenty-five districts, a hundred towns.

use rand::{Rng, RngExt};

/// The country, in the notation of [`super::sound`].
pub const COUNTRY: &str = "urzakand";

/// Provinces; their names have no sound that an ear could spell otherwise on a form, so all Latin lists agree on them.
const PROVINCES: [&str; N_PROVINCES] = ["jalwand", "surmazar", "tarkeX", "ustangar", "namdaXt"];

const DISTRICTS: [&str; N_DISTRICTS] = [
    "zAlkand", "bermUz", "kuXdok", "mIrtal", "tarwAz", "gumrAz", "larsok", "pirdAn", "xAnwar", "dursand", "hamgAz",
    "nolmir", "rizwAt", "sebgand", "wAXdar", "Cilmand", "dorwAk", "gardUz", "jombar", "kelrAn", "lUngar", "mazrok",
    "nefkAn", "puldar", "tehmUr",
];

const HEADS: [&str; 20] = [
    "zUl", "mel", "tAX", "gom", "bAz", "ker", "lund", "narX", "pos", "rAw", "sim", "tur", "wel", "xom", "yAd", "Cor",
    "dum", "far", "hUn", "JAl",
];
const TAILS: [&str; 20] = [
    "pin", "wan", "dUk", "laz", "mAr", "rez", "gul", "tok", "baX", "nIk", "san", "jAr", "hel", "kum", "dez", "rAm",
    "Cak", "lor", "sIb", "mand",
];

/// Number of provinces.
pub const N_PROVINCES: usize = 5;
const N_DISTRICTS: usize = 25;
const TOWNS_A_DISTRICT: u8 = 4;

/// How many of a thousand persons live in each province.
const SHARES: [u32; N_PROVINCES] = [280, 240, 200, 160, 120];

/// A town: the finest place of the country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Town(u8);

impl Town {
    /// Draws the town of a person: provinces by their share, districts and towns with the first ones larger.
    pub fn draw(rng: &mut impl Rng) -> Self {
        let mut ticket = rng.random_range(0..SHARES.iter().sum::<u32>());
        let province = SHARES
            .iter()
            .position(|share| {
                let here = ticket < *share;
                ticket = ticket.saturating_sub(*share);
                here
            })
            .expect("the ticket is below the sum of the shares") as u8;
        // The lower of two throws: the first district holds nine times as many persons as the fifth.
        let lower_of_two = |rng: &mut _, n: u8| RngExt::random_range(rng, 0..n).min(RngExt::random_range(rng, 0..n));
        let district = province * 5 + lower_of_two(rng, 5);
        Self(district * TOWNS_A_DISTRICT + lower_of_two(rng, TOWNS_A_DISTRICT))
    }

    /// Every town.
    #[cfg(test)]
    pub fn all() -> impl Iterator<Item = Self> {
        (0..N_DISTRICTS as u8 * TOWNS_A_DISTRICT).map(Self)
    }

    /// Index of the province.
    pub fn province(self) -> usize {
        usize::from(self.0 / TOWNS_A_DISTRICT) / 5
    }

    /// The main town of the same province.
    pub fn capital(self) -> Self {
        Self(self.province() as u8 * 5 * TOWNS_A_DISTRICT)
    }

    /// Another town nearby: mostly of the same district, else of the next one in the province.
    pub fn neighbour(self, rng: &mut impl Rng) -> Self {
        let town = self.0 % TOWNS_A_DISTRICT;
        let next_town = (town + rng.random_range(1..TOWNS_A_DISTRICT)) % TOWNS_A_DISTRICT;
        let district = self.0 / TOWNS_A_DISTRICT;
        let within = district % 5;
        let next_district = district - within + (within + 1) % 5;
        Self(if rng.random_bool(0.6) { district } else { next_district } * TOWNS_A_DISTRICT + next_town)
    }

    /// Notation of the town's name.
    pub fn name(self) -> String {
        let at = usize::from(self.0);
        // 7 and 11 are prime to 20, so that no two towns are called the same.
        format!("{}{}", HEADS[(7 * at + 3) % 20], TAILS[(11 * at + at / 20) % 20])
    }

    /// Notation of the district's name.
    pub fn district_name(self) -> &'static str {
        DISTRICTS[usize::from(self.0 / TOWNS_A_DISTRICT)]
    }

    /// Notation of the province's name.
    pub fn province_name(self) -> &'static str {
        PROVINCES[self.province()]
    }
}

#[cfg(test)]
mod tests {
    use super::super::sound::plain;
    use super::*;
    use rand::SeedableRng;
    use std::collections::BTreeSet;

    const REAL_PLACES: &[&str] = &[
        "balochistan",
        "quetta",
        "turbat",
        "kech",
        "panjgur",
        "gwadar",
        "khuzdar",
        "kalat",
        "mastung",
        "awaran",
        "kharan",
        "chagai",
        "nushki",
        "sibi",
        "bolan",
        "lasbela",
        "zhob",
        "loralai",
        "pishin",
        "chaman",
        "karachi",
        "lahore",
        "peshawar",
        "islamabad",
        "swat",
        "waziristan",
        "punjab",
        "sindh",
        "kashmir",
        "kabul",
        "kandahar",
        "helmand",
        "herat",
        "ghazni",
        "gardez",
        "logar",
        "barmal",
        "tehran",
        "zahedan",
        "mashhad",
        "kerman",
        "baghdad",
        "mosul",
        "basra",
        "damascus",
        "aleppo",
        "homs",
        "idlib",
        "pakistan",
        "afghanistan",
        "iran",
        "iraq",
        "syria",
    ];

    #[test]
    fn no_place_of_the_country_is_a_real_one_and_no_two_share_a_name() {
        let mut names: Vec<String> = Town::all().map(Town::name).collect();
        names.extend(DISTRICTS.iter().chain(&PROVINCES).map(|name| (*name).to_owned()));
        names.push(COUNTRY.to_owned());
        let written: BTreeSet<String> = names.iter().map(|name| plain(name).to_lowercase()).collect();
        assert_eq!(written.len(), names.len());
        for real in REAL_PLACES {
            // A short one may be inside a longer invented name by chance, but must not begin it.
            let hit = |name: &String| if real.len() < 5 { name.starts_with(real) } else { name.contains(real) };
            assert!(!written.iter().any(hit), "{real}");
        }
    }

    #[test]
    fn a_neighbouring_town_is_another_one_of_the_same_province() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        for town in Town::all() {
            let neighbour = town.neighbour(&mut rng);
            assert!(neighbour != town && neighbour.province() == town.province());
        }
    }
}
