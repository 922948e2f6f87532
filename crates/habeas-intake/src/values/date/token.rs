//! Words of dates: numbers, months and the small words around them, in several languages and scripts.

use crate::values::Calendar;
use habeas_core::fold;
use std::{collections::HashMap, sync::LazyLock};

/// A part of the words of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// A number, with how many digits it was written.
    Number { value: u32, digits: u8 },
    /// The name of a month.
    Month { month: u8, calendar: Calendar },
    /// A stroke, dash or dot.
    Separator(char),
    /// «early» (1), «mid» (2) or «late» (3).
    Third(u8),
    /// «half a month»: which one, the number before it says.
    Half,
    /// «year», before a number.
    YearWord,
    /// «the 1970s».
    Decade,
    /// «about».
    About,
    /// «before».
    Before,
    /// «after».
    After,
    /// «since».
    Since,
    /// «until», and «to» in Spanish.
    Until,
    /// «to», «and» between two dates.
    To,
    /// «or» between two dates.
    Or,
    /// «between».
    Between,
    /// The sign of a calendar.
    Era(Calendar),
    /// Monday is 1.
    Weekday(u8),
    /// A word that adds nothing: «of», «the», «st».
    Filler,
}

/// Longest text that is looked at, in bytes; no date needs as many, and a page in a date column costs nothing.
const MOST_BYTES: usize = 120;
/// Most tokens of a date.
const MOST_TOKENS: usize = 16;

/// Parts the words of a date, without fillers; `None` where something is no word of a date.
pub(super) fn tokens(words: &str) -> Option<Vec<Token>> {
    if words.len() > MOST_BYTES {
        return None;
    }
    let mut tokens = Vec::with_capacity(6);
    let mut rest = without_time(words.trim());
    let mut after_number = false;
    while let Some(c) = rest.chars().next() {
        let mut used = c.len_utf8();
        let mut is_number = false;
        if digit_value(c).is_some() {
            let (value, digits, length) = number(rest)?;
            (used, is_number) = (length, true);
            tokens.push(Token::Number { value, digits });
        } else if c.is_alphabetic() || matches!(c, 'º' | 'ª') {
            let (found, length) = word(rest, after_number)?;
            used = length;
            tokens.extend((found != Token::Filler).then_some(found));
        } else {
            match c {
                '/' => tokens.push(Token::Separator('/')),
                '-' | '‐' | '‑' | '‒' | '–' | '—' | '−' => tokens.push(Token::Separator('-')),
                '.' if rest.starts_with("..") => {
                    used = rest.len() - rest.trim_start_matches('.').len();
                    tokens.push(Token::To);
                }
                // A stop separates numbers; after a word it only ends an abbreviation.
                '.' if after_number => tokens.push(Token::Separator('.')),
                '~' | '?' | '≈' => tokens.push(Token::About),
                c if c.is_whitespace() || ".,،؛;()[]{}°\"'’ʼ".contains(c) || is_invisible(c) => {}
                _ => return None,
            }
        }
        after_number = is_number;
        rest = rest.get(used..)?;
        if tokens.len() > MOST_TOKENS {
            return None;
        }
    }
    Some(tokens)
}

/// Drops a time of day: `1976-05-01T10:30:00Z` and `01/05/1976 10:30` keep their day.
fn without_time(words: &str) -> &str {
    let Some(colon) = words.find(':') else { return words };
    let day_and_hour = &words[..colon];
    let day = day_and_hour.trim_end_matches(|c: char| digit_value(c).is_some());
    match day.strip_suffix(['T', ' ', 't']) {
        Some(day) if day.len() + 4 >= day_and_hour.len() => day.trim_end(),
        _ => words,
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{00AD}')
}

/// The value of a digit of the scripts that lists of missing persons use.
pub(crate) fn digit_value(c: char) -> Option<u32> {
    match c {
        '0'..='9' => Some(c as u32 - '0' as u32),
        '\u{0660}'..='\u{0669}' => Some(c as u32 - 0x0660),
        '\u{06F0}'..='\u{06F9}' => Some(c as u32 - 0x06F0),
        '\u{0966}'..='\u{096F}' => Some(c as u32 - 0x0966),
        _ => None,
    }
}

fn number(text: &str) -> Option<(u32, u8, usize)> {
    let (mut value, mut digits, mut length) = (0u32, 0u8, 0);
    for c in text.chars() {
        let Some(digit) = digit_value(c) else { break };
        value = value.checked_mul(10)?.checked_add(digit)?;
        digits += 1;
        length += c.len_utf8();
    }
    (digits <= 8).then_some((value, digits, length))
}

/// Reads up to four words, as «tishrin al-awwal» is one month and «Dhu al-Qi'dah» too; the longest that is known.
fn word(text: &str, after_number: bool) -> Option<(Token, usize)> {
    let is_letter = |c: char| {
        c.is_alphabetic() || matches!(c, '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{0640}' | '\u{200C}' | 'º' | 'ª')
    };
    let mut ends = Vec::with_capacity(4);
    let mut at = 0;
    while ends.len() < 4 {
        let letters: usize = text[at..].chars().take_while(|c| is_letter(*c)).map(char::len_utf8).sum();
        if letters == 0 {
            break;
        }
        ends.push(at + letters);
        at += letters;
        let gap: usize =
            text[at..].chars().take_while(|c| matches!(c, ' ' | '-' | '\'' | '’')).map(char::len_utf8).sum();
        if gap == 0 {
            break;
        }
        at += gap;
    }
    for end in ends.iter().rev() {
        let folded = fold(&text[..*end]);
        if after_number
            && matches!(folded.as_str(), "st" | "nd" | "rd" | "th" | "er" | "ro" | "do" | "o" | "a" | "ra" | "da")
        {
            return Some((Token::Filler, *end));
        }
        if after_number && folded == "s" {
            return Some((Token::Decade, *end));
        }
        if let Some(token) = WORDS.get(folded.as_str()) {
            return Some((*token, *end));
        }
    }
    None
}

static WORDS: LazyLock<HashMap<String, Token>> = LazyLock::new(|| {
    let mut words = HashMap::new();
    for (calendar, months) in MONTHS {
        for (i, names) in months.iter().enumerate() {
            for name in names.split_whitespace() {
                let token = Token::Month { month: (i % 12) as u8 + 1, calendar: *calendar };
                words.insert(fold(&name.replace('_', " ")), token);
            }
        }
    }
    for (i, names) in WEEKDAYS.iter().enumerate() {
        for name in names.split(' ') {
            words.entry(fold(&name.replace('_', " "))).or_insert(Token::Weekday(i as u8 + 1));
        }
    }
    for (token, names) in SMALL_WORDS {
        for name in names.split(' ') {
            words.entry(fold(&name.replace('_', " "))).or_insert(*token);
        }
    }
    words
});

/// Names of months; a blank parts names, an underscore stands for a blank inside a name.
const MONTHS: &[(Calendar, [&str; 12])] = &[
    (
        Calendar::Gregorian,
        [
            "january jan enero ene janvier janv janeiro يناير كانون_الثاني جانفي ژانویه جنوری",
            "february feb febr febrero février févr fév fevereiro fev فبراير شباط فيفري فوریه فروری",
            "march mar marzo mars março مارس آذار مارچ",
            "april apr abril abr avril avr أبريل نيسان أفريل آوریل اپریل",
            "may mayo mai maio مايو أيار ماي مئی",
            "june jun junio juin junho يونيو حزيران جوان ژوئن جون",
            "july jul julio juillet juil julho يوليو تموز جويلية ژوئیه جولای جولائی",
            "august aug agosto ago août أغسطس آب أوت اوت اگست",
            "september sep sept septiembre setiembre set septembre setembro سبتمبر أيلول سپتامبر ستمبر",
            "october oct octubre octobre outubro out أكتوبر تشرين_الأول اکتبر اکتوبر",
            "november nov noviembre novembre novembro نوفمبر تشرين_الثاني نوامبر نومبر",
            "december dec diciembre dic décembre déc dezembro dez ديسمبر كانون_الأول دسامبر دسمبر",
        ],
    ),
    (
        Calendar::Hijri,
        [
            "محرم محرم_الحرام muharram moharram muharam al_muharram",
            "صفر safar saffar",
            "ربيع_الأول ربیع_الاول rabi_al_awwal rabi_ul_awwal rabi_al_awal rabi_ul_awal rabiul_awwal rabiul_awal rabi_i",
            "ربيع_الثاني ربيع_الآخر rabi_al_thani rabi_ul_thani rabi_ath_thani rabi_us_sani rabi_al_akhir rabi_ul_akhir \
             rabiul_thani rabiul_akhir rabi_ii",
            "جمادى_الأولى جمادی_الاول jumada_al_awwal jumada_ul_awwal jumada_al_ula jumada_al_oula jumadi_al_awwal \
             jumadi_ul_awwal jamadi_ul_awwal jumada_i",
            "جمادى_الثانية جمادى_الآخرة جمادی_الثانی jumada_al_thani jumada_al_thaniya jumada_al_thaniyah \
             jumada_al_akhira jumada_al_akhirah jumada_al_akhir jumadi_us_sani jamadi_us_sani jumada_ii",
            "رجب rajab",
            "شعبان shaban shaaban shabaan",
            "رمضان رمضان_المبارك ramadan ramadhan ramzan ramazan",
            "شوال shawwal shawal",
            "ذو_القعدة ذي_القعدة ذوالقعدہ ذیقعدہ dhu_al_qadah dhu_al_qada dhu_al_qidah dhu_al_qida dhul_qadah dhul_qada \
             dhul_qidah dhul_qida dhulqadah zul_qadah zul_qada zulqadah zilqad zilqadah",
            "ذو_الحجة ذي_الحجة ذوالحجہ ذی_الحجہ dhu_al_hijjah dhu_al_hijja dhul_hijjah dhul_hijja dhulhijjah zul_hijjah \
             zul_hijja zulhijjah zilhaj zilhajj zilhijjah",
        ],
    ),
    (
        Calendar::SolarHijri,
        [
            "فروردین farvardin حمل",
            "اردیبهشت ordibehesht ثور",
            "خرداد khordad جوزا",
            "تیر tir سرطان",
            "مرداد mordad اسد",
            "شهریور shahrivar سنبله",
            "مهر mehr میزان",
            "آبان aban عقرب",
            "آذر azar قوس",
            "دی dey جدی",
            "بهمن bahman دلو",
            "اسفند esfand حوت",
        ],
    ),
];

const WEEKDAYS: [&str; 7] = [
    "monday lunes lundi segunda_feira الاثنين الإثنين دوشنبه پیر",
    "tuesday martes mardi terça_feira الثلاثاء سه_شنبه منگل",
    "wednesday miércoles mercredi quarta_feira الأربعاء الاربعاء چهارشنبه بدھ",
    "thursday jueves jeudi quinta_feira الخميس پنجشنبه جمعرات",
    "friday viernes vendredi sexta_feira الجمعة جمعه جمعہ",
    "saturday sábado samedi السبت شنبه ہفتہ",
    "sunday domingo dimanche الأحد یکشنبه اتوار",
];

const SMALL_WORDS: &[(Token, &str)] = &[
    (Token::Third(1), "early beginning princ principio principios comienzos inicio inicios début أوائل اوائل"),
    (Token::Third(2), "mid middle med mediados meados milieu mi منتصف أواسط وسط"),
    (Token::Third(3), "late end fin fines finales final fins أواخر اواخر نهاية"),
    (Token::Half, "half quinc quincena quinzaine quinzena"),
    (Token::YearWord, "year years año años année années ano anos عام سنة سال"),
    (Token::Decade, "década decade décennie"),
    (
        Token::About,
        "about around approximately approx circa ca c aprox aproximadamente hacia vers environ env حوالي حوالی تقريبا تقریبا حدود",
    ),
    (Token::Before, "before antes avant قبل"),
    (Token::After, "after después depois après بعد"),
    (Token::Since, "since desde depuis from منذ"),
    (Token::Until, "until till hasta até jusqu"),
    (Token::To, "to through a al au y and et e الى إلى تا تک و اور"),
    (Token::Or, "or o ou u أو او یا"),
    (Token::Between, "between entre بين بین"),
    (Token::Era(Calendar::Hijri), "ah هـ هجري هجرية ہجری ھ قمری"),
    (Token::Era(Calendar::SolarHijri), "ش شمسی هـ_ش ھ_ش sh"),
    (Token::Era(Calendar::Gregorian), "ad ce م ميلادي ميلادية میلادی عیسوی ء"),
    (Token::Filler, "de del of the on le la el du d en in at dia day jour em do da los las les في من را کو"),
];
