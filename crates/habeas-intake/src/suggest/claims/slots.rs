//! The slots of a claim: when, where, by whom, who says so; each from the nearest words that can fill it.

use super::{Basis, Material, PlaceSlot, Says, Slot, SuggestedClaim, Victims};
use crate::suggest::{
    acts,
    anchors::TextDate,
    counts::{self, CountBound, CountClass, TextCount},
    dates,
    lexicon::ActClass,
    names::{self, NameKind},
    speakers,
    tokens::Token,
};
use habeas_core::{DateBasis, DaySpan, Holds, Modality, PartialDate, Polarity, Precision};
use std::ops::Range;

/// Paragraphs before its own in which a claim looks for when and where, if its own has a sentence or two: news is
/// written so, and a paragraph there is no thought of its own.
const NEIGHBOURS: usize = 2;
/// Paragraphs at the beginning among which the head of a report stands.
const HEAD: usize = 8;
/// Items that a list has at most.
const LIST: usize = 12;

impl Material<'_> {
    pub(super) fn claim(&self, act: usize, count: Option<&counts::Found>, names: Vec<usize>) -> SuggestedClaim {
        let act = &self.acts[act];
        let sentence = self.sentence(act.tokens.start);
        let named: Vec<Range<usize>> = names.iter().map(|idx| self.bytes(&self.names[*idx].tokens)).collect();
        let slot = match count {
            Some(count) => Some(Slot { range: self.bytes(&count.tokens), value: count.count.clone(), carried: false }),
            None if !named.is_empty() => {
                let n = Some(named.len() as u64);
                let value = TextCount {
                    stated: n,
                    low: n,
                    best: n,
                    high: n,
                    bound: CountBound::Exact,
                    readings: Vec::new(),
                    class: CountClass::People,
                    in_addition: false,
                    part: false,
                    running_total: false,
                };
                let last = named.last().map_or(0, |range| range.end);
                Some(Slot { range: named[0].start..last, value, carried: false })
            }
            None => None,
        };
        let group = count.map(|count| self.bytes(&count.tokens));
        let trigger = self.bytes(&act.tokens);
        let starts = slot.iter().map(|slot| slot.range.clone()).chain(named.iter().cloned()).chain([trigger.clone()]);
        let range = starts.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end)).unwrap_or(trigger.clone());
        let own: Vec<&Token> = self.tokens.iter().filter(|token| token.sentence == sentence).collect();
        let has = |words: &[&str]| own.iter().find(|token| token.is_any(words)).map(|token| token.range());
        let hedge = has(&[
            "allegedly",
            "reportedly",
            "apparently",
            "suspected",
            "believed",
            "seems",
            "supposedly",
            "presumably",
        ]);
        let children = has(&["minor", "child", "children", "boy", "girl", "infant", "anonymity"]).is_some();
        let denied = self.tokens[act.tokens.start.saturating_sub(4)..act.tokens.start].iter().any(|token| {
            token.sentence == sentence && token.is_any(&["not", "never", "denied", "denies", "deny", "no"])
        });
        let at = count.map_or(act.tokens.start, |count| count.tokens.start);
        let date = self.date(act, count);
        // A number of a month or a year is no single deed: the place of another paragraph is not its own.
        let aggregate = date.as_ref().is_some_and(|slot| match &slot.value.value {
            Some(value) => !matches!(value.precision(), Precision::Day | Precision::Week),
            None => ["year", "month"].iter().any(|unit| self.text[slot.range.clone()].ends_with(unit)),
        });
        let paragraph = self.tokens[act.tokens.start].paragraph;
        let near = |place: &PlaceSlot| {
            let at = self.tokens.partition_point(|token| token.end <= place.ranges[0].start);
            !aggregate || self.tokens.get(at).is_some_and(|token| token.paragraph == paragraph)
        };
        let place = self
            .place(act, count)
            .filter(near)
            .or_else(|| self.topic_place(sentence))
            .or_else(|| self.most_named(sentence));
        SuggestedClaim {
            class: act.class,
            triggers: vec![trigger],
            range,
            victims: Victims { named, group, protect: children },
            date,
            length: self.length(act),
            place,
            perpetrator: self.perpetrator(act),
            official_version: self.official_version(sentence),
            says: self.says(at),
            modality: if hedge.is_some() { Modality::Hedged } else { Modality::Stated },
            hedge,
            polarity: if denied { Polarity::Denies } else { Polarity::Affirms },
            pattern: false,
            count: slot,
        }
    }

    /// How far two places of a sentence are apart; other deeds between them count as much as eight words.
    fn distance(&self, act: &acts::Found, count: Option<&counts::Found>, other: &Range<usize>) -> usize {
        // Of «bodies of men, missing since January, were found» the verb counts: what stands between tells of the men.
        let deed =
            if act.class == ActClass::FoundDead { act.tokens.end - 1..act.tokens.end } else { act.tokens.clone() };
        // «The attack on Kesh, near Dorval, wounded three»: what did it counts as well.
        let attack = self.acts.iter().rev().find(|attack| {
            attack.class == ActClass::Attack
                && attack.noun
                && attack.tokens.end <= act.tokens.start
                && self.sentence(attack.tokens.start) == self.sentence(act.tokens.start)
                && self.acts_between(attack.tokens.end, act.tokens.start) == 0
        });
        let object = count.is_some_and(|count| count.tokens.start >= act.tokens.end);
        let attack = attack.filter(|_| object && !act.passive && !act.noun).map(|attack| attack.tokens.clone());
        let anchors = std::iter::once(deed).chain(count.map(|count| count.tokens.clone())).chain(attack);
        anchors
            .map(|anchor| {
                let (from, to) =
                    if other.start >= anchor.end { (anchor.end, other.start) } else { (other.end, anchor.start) };
                let between = self.acts_between(from.min(to), to.max(from));
                // Of two as near, what stands behind belongs to the deed.
                2 * (to.saturating_sub(from) + 8 * between) + usize::from(other.start < anchor.end)
            })
            .min()
            .unwrap_or(0)
    }

    fn date(&self, act: &acts::Found, count: Option<&counts::Found>) -> Option<Slot<TextDate>> {
        let sentence = self.sentence(act.tokens.start);
        // «shot dead in a war that has killed thousands since 2016»: the bound of another deed.
        let bounds_another = |date: &dates::Found| {
            date.bound == dates::Bound::Since
                && self.acts.iter().any(|other| {
                    other.tokens.start >= act.tokens.end
                        && other.tokens.end <= date.tokens.start
                        && other.class != ActClass::Attack
                        && self.sentence(other.tokens.start) == self.sentence(date.tokens.start)
                        && self.tokens[act.tokens.end..other.tokens.start]
                            .iter()
                            .any(|token| token.is_any(&["that", "which"]))
                })
        };
        let usable = |idx: &usize| {
            self.values[*idx].length.is_none()
                && !self.values[*idx].of_publication
                && !self.is_aside(&self.dates[*idx])
                && !bounds_another(&self.dates[*idx])
                && !self.is_of_an_earlier_day(act, &self.dates[*idx].tokens)
        };
        let make = |idx: usize, carried| Slot {
            range: self.bytes(&self.dates[idx].tokens),
            value: self.values[idx].clone(),
            carried,
        };
        let own = |sentence: usize| {
            let here = move |idx: &usize| self.sentence(self.dates[*idx].tokens.start) == sentence;
            (0..self.dates.len()).filter(here).filter(usable).filter(|idx| !self.in_dateline(&self.dates[*idx].tokens))
        };
        if let Some(period) = self.period(&own(sentence).collect::<Vec<_>>(), false) {
            return Some(period);
        }
        if let Some(idx) = own(sentence).min_by_key(|idx| self.distance(act, count, &self.dates[*idx].tokens)) {
            return Some(make(idx, false));
        }
        let paragraph = self.tokens[act.tokens.start].paragraph;
        if let Some(head) = self.head_of_list(paragraph) {
            let last = self.sentence(head);
            let first =
                self.sentence(self.tokens.partition_point(|token| token.paragraph < self.tokens[head].paragraph));
            return (first..=last).rev().find_map(|sentence| {
                let dates: Vec<usize> = own(sentence).collect();
                self.period(&dates, true).or_else(|| dates.last().map(|idx| make(*idx, true)))
            });
        }
        if self.is_another(sentence) {
            return None;
        }
        let neighbours = self.neighbours(paragraph);
        let earlier = (0..self.dates.len()).rev().filter(usable).find(|idx| {
            let at = self.dates[*idx].tokens.start;
            let date = &self.values[*idx];
            let since = date.value.as_ref().is_some_and(|value| value.holds() != habeas_core::Holds::Some);
            // A whole year of another paragraph is that paragraph's own.
            let year = matches!(self.dates[*idx].reading, dates::Reading::Stated { grain: dates::Grain::Year, .. });
            let near = if year { 0 } else { neighbours };
            at < act.tokens.start && self.tokens[at].paragraph + near >= paragraph && !since
        });
        // In a report with a head, the day of its first sentences; where they name none, that of the head.
        let dateline = || {
            let dates = || (0..self.dates.len()).filter(|idx| self.values[*idx].length.is_none());
            let head = dates().find(|idx| {
                let date = &self.dates[*idx].tokens;
                date.start < act.tokens.start && self.in_dateline(date)
            })?;
            let paragraph = self.tokens[self.dates[head].tokens.start].paragraph;
            let lead = dates().filter(usable).find(|idx| {
                let date = &self.dates[*idx].tokens;
                self.tokens[date.start].paragraph == paragraph && !self.in_dateline(date)
            });
            lead.or(Some(head))
        };
        // What the text itself dates below is nearer than another paragraph's day.
        let own = |idx: &usize| self.tokens[self.dates[*idx].tokens.start].paragraph == paragraph;
        let (near, far) = (earlier.filter(own), earlier);
        let found = near.or_else(|| self.told_below(sentence)).or(far).or_else(dateline);
        // The one day or month that a text tells of.
        let only = || {
            let mut told = (0..self.dates.len()).filter(usable).filter(|idx| self.values[*idx].value.is_some());
            let first = told.next()?;
            told.all(|idx| self.values[idx].value == self.values[first].value).then_some(first)
        };
        found.or_else(|| self.topic_date()).or_else(only).map(|idx| make(idx, true))
    }

    /// «From 4 a.m. on 24 February …, to midnight on 24 March 2022»: two dates of a sentence that bound one period.
    fn period(&self, dates: &[usize], carried: bool) -> Option<Slot<TextDate>> {
        let led = |idx: usize, words: &[&str], reach: usize| {
            let start = self.dates[idx].tokens.start;
            let sentence = self.sentence(start);
            (start.saturating_sub(reach)..start)
                .any(|at| self.sentence(at) == sentence && self.tokens[at].is_any(words))
        };
        let (first, last) = dates.windows(2).map(|pair| (pair[0], pair[1])).find(|(first, last)| {
            led(*first, &["from"], 8) && led(*last, &["to", "until", "till", "through"], 7)
                || led(*first, &["between"], 3) && led(*last, &["and"], 3)
        })?;
        let span = |idx: usize| self.values[idx].value.as_ref()?.readings().next();
        let (earliest, latest) = (span(first)?.earliest?, span(last)?.latest?);
        let value =
            PartialDate::one_of(vec![DaySpan::days(earliest, latest)], Precision::Open, DateBasis::Stated).ok()?;
        let value = TextDate { value: Some(value.holding(Holds::All)), ..self.values[last].clone() };
        let range = self.bytes(&(self.dates[first].tokens.start..self.dates[last].tokens.end));
        (earliest < latest).then_some(Slot { range, value, carried })
    }

    /// The last token of the paragraph that leads a list in («This included:»), for a paragraph that is an item of it.
    pub(super) fn head_of_list(&self, paragraph: usize) -> Option<usize> {
        let last = |paragraph: usize| self.tokens.partition_point(|token| token.paragraph <= paragraph).checked_sub(1);
        let is_item =
            |paragraph: usize| last(paragraph).is_some_and(|at| !self.tokens[at].is_any(&[".", "!", "?", "”", "\""]));
        let leads = |paragraph: usize| last(paragraph).filter(|at| self.tokens[*at].is(":"));
        (paragraph.saturating_sub(LIST)..paragraph).rev().take_while(|before| is_item(before + 1)).find_map(leads)
    }

    /// «In another attack», «Separately», «on Independence Day»: nothing of what is told before holds for it.
    pub(super) fn is_another(&self, sentence: usize) -> bool {
        let first = self.tokens.partition_point(|token| token.sentence < sentence);
        let own = self.tokens[first..].iter().take_while(|token| token.sentence == sentence).collect::<Vec<_>>();
        own.first().is_some_and(|token| token.is_any(&["separately", "elsewhere"]))
            || own.windows(2).any(|pair| {
                pair[0].is_any(&["another", "separate", "other", "different"])
                    && pair[1].is_any(&[
                        "incident",
                        "incidents",
                        "attack",
                        "attacks",
                        "case",
                        "occasion",
                        "raid",
                        "event",
                        "operation",
                        "shooting",
                        "blast",
                        "episode",
                        "development",
                        "ambush",
                    ])
            })
            || own
                .iter()
                .any(|token| token.capital && token.is_any(&["day", "eid", "christmas", "easter", "ramadan", "ashura"]))
    }

    fn neighbours(&self, paragraph: usize) -> usize {
        let start = self.tokens.partition_point(|token| token.paragraph < paragraph);
        let end = self.tokens.partition_point(|token| token.paragraph <= paragraph);
        let sentences = self.tokens[end - 1].sentence - self.tokens[start].sentence + 1;
        if sentences <= 2 { NEIGHBOURS } else { 0 }
    }

    /// Whether a name or date stands at the head of a report: «KESH, Aug 13:».
    pub(super) fn in_dateline(&self, tokens: &Range<usize>) -> bool {
        let paragraph = self.tokens[tokens.start].paragraph;
        if paragraph > HEAD {
            return false;
        }
        let first = self.tokens.partition_point(|token| token.paragraph < paragraph);
        // «date 2018-07-11 KESH (Tiran Press): …», as saved pages begin.
        let first = first + usize::from(self.tokens[first].is("date"));
        let head = self.tokens[first..].iter().take(26).take_while(|token| token.paragraph == paragraph);
        let head: Vec<&Token> = head
            .take_while(|token| !token.is_word() || token.capital || token.is_any(&["st", "nd", "rd", "th"]))
            .collect();
        // «09:42» closes none.
        let clock = |at: usize| head.get(at + 1).is_some_and(|next| next.is_number() && next.start == head[at].end);
        let closes = (1..head.len()).find(|at| {
            head[*at].is_any(&["–", "—"])
                || head[*at].is(":") && !clock(*at)
                || head[*at].is("-") && (head[at - 1].is_any(&["-", ")"]))
        });
        let led = head.first().is_some_and(|token| token.is_any(&["in", "on", "at", "from", "near"]));
        !led && closes.is_some_and(|close| tokens.end <= first + close)
    }

    /// A date that only compares or bounds: «since 1948», «from 1999–2008» of somebody's rule.
    pub(super) fn is_aside(&self, date: &dates::Found) -> bool {
        let start = date.tokens.start;
        let word = |back: usize| start.checked_sub(back).map_or("", |at| self.lower(at));
        // «officials said Saturday», «told reporters on Friday»: when it was said.
        let said =
            |word: &str| matches!(word, "said" | "told" | "announced" | "added" | "stated" | "confirmed" | "reporters");
        let behind = self.lower(date.tokens.end);
        // «residents on Monday claimed that …», «denied reports on Friday that …».
        let told = said(behind)
            || matches!(behind, "claimed" | "denied" | "reported" | "called")
            || behind == "that"
                && (2..7).any(|back| matches!(word(back), "denied" | "claimed" | "reported") || said(word(back)));
        // «in a statement on Thursday».
        let stated = word(1) == "on"
            && matches!(
                word(2),
                "statement"
                    | "report"
                    | "conference"
                    | "interview"
                    | "letter"
                    | "tweet"
                    | "post"
                    | "briefing"
                    | "release"
            )
            || matches!(behind, "statement" | "report" | "briefing" | "interview");
        told || stated
            || said(word(1))
            || word(1) == "on" && (said(word(2)) || said(word(3)) && word(2) == "late")
            || matches!((word(2), word(1)), ("compared", "to" | "with") | ("than", "in"))
            || matches!(word(1), "born")
            || word(2) == "born"
    }

    fn length(&self, act: &acts::Found) -> Option<Slot<String>> {
        let sentence = self.sentence(act.tokens.start);
        (0..self.dates.len()).filter(|idx| self.sentence(self.dates[*idx].tokens.start) == sentence).find_map(|idx| {
            let value = self.values[idx].length.clone()?;
            Some(Slot { range: self.bytes(&self.dates[idx].tokens), value, carried: false })
        })
    }

    pub(super) fn place(&self, act: &acts::Found, count: Option<&counts::Found>) -> Option<PlaceSlot> {
        let sentence = self.sentence(act.tokens.start);
        let is_place =
            |name: &&names::Found| matches!(name.kind, NameKind::Place | NameKind::Facility) && !self.is_home(name);
        let here = |name: &&names::Found| !self.in_dateline(&name.tokens);
        let own: Vec<&names::Found> = self
            .names
            .iter()
            .filter(|name| self.sentence(name.tokens.start) == sentence)
            .filter(is_place)
            .filter(here)
            .filter(|name| !self.is_of_an_earlier_day(act, &name.tokens))
            .collect();
        if let Some(nearest) = own.iter().min_by_key(|name| self.distance(act, count, &name.tokens)) {
            let mut ranges = vec![self.bytes(&nearest.tokens)];
            // Around a shrine or a hospital, and one place behind another: what it lies in.
            let wider = own.iter().filter(|name| {
                name.kind == NameKind::Place
                    && name.tokens != nearest.tokens
                    && name.tokens.start.abs_diff(nearest.tokens.end) <= 6
            });
            ranges.extend(wider.map(|name| self.bytes(&name.tokens)).take(2));
            if nearest.kind == NameKind::Facility && ranges.len() == 1 {
                ranges.extend(self.place_before(act.tokens.start, true).map(|name| self.bytes(&name.tokens)));
            }
            return Some(PlaceSlot { ranges, carried: false });
        }
        let mut ranges: Vec<Range<usize>> = self.home(act).into_iter().collect();
        if self.is_another(sentence) {
            return (!ranges.is_empty()).then_some(PlaceSlot { ranges, carried: false });
        }
        let Some(before) = self.place_before(act.tokens.start, false) else {
            return (!ranges.is_empty()).then_some(PlaceSlot { ranges, carried: false });
        };
        let carried = ranges.is_empty();
        ranges.push(self.bytes(&before.tokens));
        let own = self.sentence(before.tokens.start);
        let wider = self
            .names
            .iter()
            .filter(|name| self.sentence(name.tokens.start) == own && name.tokens != before.tokens)
            .filter(is_place)
            .filter(here);
        ranges.extend(wider.take(1).map(|name| self.bytes(&name.tokens)));
        Some(PlaceSlot { ranges, carried })
    }

    /// The last place named before, close by or at the head of the report; of one sentence the most exact one.
    fn place_before(&self, at: usize, listed: bool) -> Option<&names::Found> {
        let paragraph = self.tokens[at].paragraph;
        let neighbours = self.neighbours(paragraph);
        let mut earlier = self.names.iter().rev().filter(|name| {
            let own = self.tokens[name.tokens.start].paragraph == paragraph;
            // «the hospital» of another paragraph belongs to what happened there.
            let kind = name.kind == NameKind::Place || own && !listed && name.kind == NameKind::Facility;
            let near = self.tokens[name.tokens.start].paragraph + neighbours >= paragraph;
            kind && name.tokens.end <= at && near && !self.in_dateline(&name.tokens) && !self.is_home(name)
        });
        let Some(last) = earlier.next() else { return self.lead_place(at) };
        let sentence = self.sentence(last.tokens.start);
        let exact = earlier
            .take_while(|name| self.sentence(name.tokens.start) == sentence)
            .find(|name| name.kind == NameKind::Facility);
        Some(exact.unwrap_or(last))
    }

    /// The place of the first sentences of a report, which its head leads in; where they name none, that of the head.
    fn lead_place(&self, at: usize) -> Option<&names::Found> {
        let places = || self.names.iter().filter(|name| name.kind == NameKind::Place && name.tokens.end <= at);
        let head = places().find(|name| self.in_dateline(&name.tokens))?;
        let paragraph = self.tokens[head.tokens.start].paragraph;
        let lead = places().find(|name| {
            self.tokens[name.tokens.start].paragraph == paragraph
                && !self.in_dateline(&name.tokens)
                && !self.is_home(name)
        });
        lead.or(Some(head).filter(|head| !self.is_abroad(head)))
    }

    /// «resident of Kesh», «born in Kesh», «back to Kesh»: where somebody is from or goes.
    fn is_home(&self, name: &names::Found) -> bool {
        let start = name.tokens.start;
        let word = |back: usize| start.checked_sub(back).map_or("", |at| self.lower(at));
        // «Adil Venn of Kesh», «Adil Venn (25) of Kesh», «Adil Venn, from Kesh».
        let person = |end: usize| self.names.iter().any(|name| name.kind == NameKind::Person && name.tokens.end == end);
        let whose = matches!(word(1), "of" | "from")
            && start >= 2
            && (person(start - 1)
                || word(2) == "," && person(start - 2)
                || word(2) == ")" && start >= 5 && person(start - 4));
        // «taken to the hospital», «on the way to Kesh»: where somebody goes.
        let article = usize::from(matches!(word(1), "the" | "a" | "an" | "nearby" | "local"));
        let bound = word(1 + article) == "to"
            && !matches!(word(2 + article), "close" | "next" | "adjacent" | "near" | "belonging");
        // «a U.S. air strike»: whose it was.
        let next = &self.tokens[name.tokens.end.min(self.tokens.len() - 1)];
        let adjective = matches!(self.lower(start), "us" | "uk")
            && matches!(word(1), "a" | "the" | "by")
            && next.is_word()
            && self.lexicon.noun(&next.lower).is_some() | matches!(next.lower.as_str(), "air" | "drone" | "military");
        whose
            || bound
            || adjective
            || matches!(
                (word(2), word(1)),
                (
                    "resident"
                        | "residents"
                        | "native"
                        | "government"
                        | "hailing"
                        | "belonging"
                        | "student"
                        | "students"
                        | "chairman"
                        | "president"
                        | "governor"
                        | "mayor"
                        | "chief"
                        | "head"
                        | "commissioner"
                        | "bishop"
                        | "capital"
                        | "spokesman"
                        | "superintendent"
                        | "minister",
                    "of" | "from" | "to" | "for"
                )
            )
            || word(1) == "from" && self.lexicon.is_one_person(word(2))
            || matches!((word(2), word(1)), ("born", "in") | ("back", "to") | ("deportation", "from"))
    }

    /// «a supposed “encounter”», «the so-called encounter», «faked the encounter».
    fn official_version(&self, sentence: usize) -> Option<Range<usize>> {
        let at = self.tokens.iter().position(|token| {
            token.sentence == sentence
                && token.is_any(&["encounter", "encounters", "crossfire", "gunfight", "shootout"])
        })?;
        let start = (at.saturating_sub(4)..at).find(|idx| {
            self.sentence(*idx) == sentence
                && self.tokens[*idx].is_any(&[
                    "supposed",
                    "so-called",
                    "alleged",
                    "fake",
                    "faked",
                    "staged",
                    "purported",
                    "claimed",
                ])
        })?;
        let quoted = self.tokens.get(at + 1).is_some_and(|token| token.is_any(&["\"", "”", "’"]));
        Some(self.bytes(&(start..at + 1 + usize::from(quoted))))
    }

    fn says(&self, at: usize) -> Says {
        let own = speakers::of(self.speaking, self.tokens, at);
        let listed = || {
            let head = self.head_of_list(self.tokens[at].paragraph)?;
            speakers::of(self.speaking, self.tokens, head).map(|(speaking, _)| (speaking, true))
        };
        // News of the day stands beside a report, and is not told in it.
        let paragraph = self.tokens[at].paragraph;
        let news = self.dates.iter().any(|date| {
            let day =
                matches!(date.reading, dates::Reading::Open(dates::Open::Weekday { .. } | dates::Open::DaysAgo(_)));
            day && self.tokens[date.tokens.start].paragraph == paragraph
        });
        let apart =
            |speaking: &speakers::Speaking| self.tokens[speaking.speaker.start].paragraph != self.tokens[at].paragraph;
        let own = own.filter(|(speaking, carried)| !(*carried && news && apart(speaking)));
        let Some((speaking, carried)) = own.or_else(listed) else { return Says::Author };
        let slot = Slot { range: self.bytes(&speaking.speaker), value: (), carried };
        if speaking.unnamed { Says::Unnamed(slot) } else { Says::Named(slot) }
    }

    /// «X claimed responsibility»: says who did what the sentence, or one of the two before it, tells.
    pub(super) fn responsibility(&self, claims: &mut [SuggestedClaim]) {
        for speaking in self.speaking.iter().filter(|speaking| speaking.responsibility) {
            let paragraph = self.tokens[speaking.speaker.start].paragraph;
            let in_range = |claim: &SuggestedClaim, back: usize| {
                let at = self.tokens.partition_point(|token| token.end <= claim.range.start);
                self.tokens.get(at).is_some_and(|token| {
                    token.sentence + back == speaking.sentence && token.paragraph + NEIGHBOURS >= paragraph
                })
            };
            let hurt = |claim: &&mut SuggestedClaim| {
                matches!(claim.class, ActClass::Kill | ActClass::Injure | ActClass::Abduct)
                    && claim.perpetrator.is_none()
            };
            let own = claims.iter().any(|claim| in_range(claim, 0));
            let backs: &[usize] = if own { &[0] } else { &[1, 2] };
            for claim in claims.iter_mut().filter(hurt).filter(|claim| backs.iter().any(|back| in_range(claim, *back)))
            {
                let range = self.bytes(&speaking.speaker);
                claim.perpetrator = Some(Slot { range, value: Basis::ClaimedResponsibility, carried: !own });
            }
        }
    }
}
