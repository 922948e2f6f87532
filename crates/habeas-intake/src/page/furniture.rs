//! The furniture of a web site in plain text: whole lines that no article consists of.
//!
//! Only whole lines are masked: «reply» or «comment» inside a sentence must not match. A page that is read as HTML is
//! masked by its structure instead; these rules are for what people paste and save as text.

use super::rendition::{Mask, MaskKind};
use regex::Regex;
use std::sync::LazyLock;

static LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)^\s* (?:[*\#>|•·–-]\s*)* (?:
            (?:leave|post|write|add)\ an?\ (?:reply|comment)\b .{0,40}
          | (?:cancel\ reply|post\ comment|no\ comments(?:\ yet)?|comments?\ (?:are|is)\ closed|be\ the\ first\ to\ (?:comment|like).{0,20})
          | \d+\ (?:comments?|responses?|replies|shares?|views?|likes?) .{0,40}
          | your\ e-?mail\ address\ will\ not\ be\ published .{0,80}
          | required\ fields\ are\ marked .{0,20}
          | (?:share|tweet|print|e-?mail|save|like|follow|pin)(?:\ (?:this|on|us|it|via|with|to))(?:\ [\w.]+){0,6}
          | (?:share|tweet|print|e-?mail|facebook|twitter|whatsapp|telegram|linkedin|pinterest|reddit|copy\ link)
          | (?:read|see)\ (?:more|also|next)\b\s*:? .{0,120}
          | (?:related|recommended|popular|latest|trending|more)\ (?:articles?|posts?|stories|news|topics|from).{0,60}
          | (?:liked|enjoyed|like)\ this\ (?:article|story|post)\b .{0,160}
          | (?:become|be)\ an?\ (?:patron|member|subscriber|supporter)\b .{0,80}
          | (?:please\ )?(?:donate|subscribe|sign\ up|log\ in|sign\ in|register)\b(?:\ (?:now|here|today|to|for|or|in))?.{0,80}
          | \[?click\ here\]? .{0,120}
          | (?:skip\ to|jump\ to)\ (?:main\ )?(?:content|navigation).{0,20}
          | (?:home|news|about(?:\ us)?|contact(?:\ us)?|search|menu|advertisement|sponsored|cookies?)
          | (?:we|this\ (?:web)?site)\ uses?\ cookies .{0,200}
          | (?:accept|manage|reject)\ (?:all\ )?cookies .{0,40}
          | (?:all\ rights\ reserved|©|copyright\ (?:©|\(c\)|\d{4})).{0,120}
          | (?:previous|next|older|newer)\ (?:article|post|page|story).{0,120}
          | (?:tags?|filed\ under|categories|posted\ in)\s*: .{0,160}
          | (?:privacy\ policy|terms\ of\ (?:use|service)|back\ to\ top) .{0,80}
        ) \s*$",
    )
    .expect("the pattern is a constant")
});

/// A trail of links from the start page down: `Site > News > Asia`.
fn is_trail(line: &str) -> bool {
    let parts: Vec<&str> = line.split(['>', '»', '›']).map(str::trim).collect();
    parts.len() >= 3 && parts.iter().all(|part| !part.is_empty() && part.len() <= 120 && !part.contains(". "))
}

/// A row of headlines or links between dots or bars: `One  •  Two  •  Three  •  Four`.
fn is_row_of_links(line: &str) -> bool {
    ['•', '|', '·'].into_iter().any(|sign| line.matches(sign).count() >= 3)
        && !line.contains(". ")
        && line.len() <= 4000
}

/// Masks for the lines of a text that are furniture.
pub(super) fn masks(text: &str) -> Vec<Mask> {
    let mut at = 0;
    let mut masks = Vec::new();
    for line in text.split_inclusive('\n') {
        let words = line.trim_end();
        let start = at + (words.len() - words.trim_start().len());
        let furniture = words.len() <= 400 && (LINE.is_match(words) || is_trail(words)) || is_row_of_links(words);
        if !words.trim().is_empty() && furniture {
            masks.push(Mask { start: start as u32, end: (at + words.len()) as u32, kind: MaskKind::Chrome });
        }
        at += line.len();
    }
    masks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn furniture_is_a_whole_line_and_never_a_word_in_a_sentence() {
        for (line, masked) in [
            ("Leave a Reply", true),
            ("Be the first to comment", true),
            ("Your email address will not be published. Required fields are marked *", true),
            ("Tiran Observer > News > North > **The men of Kesh**", true),
            ("3 comments", true),
            ("Share this on Facebook", true),
            ("[Click here](#) to subscribe to our letters.", true),
            ("Kesh at peace  • Olenian talks resume  • Bus falls into river, 11 dead  • Weather", true),
            ("The ministry declined to comment on the arrests.", false),
            ("He did not leave a reply, and the family went home.", false),
            ("Read the names aloud, she said.", false),
            (
                "Three men were taken. Their families share this fear: that nobody will ever say where they are held.",
                false,
            ),
            ("Home to a million people, Tiran was quiet on Friday.", false),
            ("Like this man, many have been taken from the district of Kesh.", false),
            ("Donated clothes were handed out.", false),
        ] {
            assert_eq!(!masks(line).is_empty(), masked, "{line}");
        }
    }

    #[test]
    fn a_mask_covers_the_line_without_its_end() {
        let text = "One.\r\nLeave a reply \r\nTwo.";
        assert_eq!(masks(text), [Mask { start: 6, end: 19, kind: MaskKind::Chrome }]);
    }
}
