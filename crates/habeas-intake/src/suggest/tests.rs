use super::*;
use crate::{limits::Limits, page::Page};
use expect_test::{Expect, expect};

fn page(text: &str) -> Page {
    Page::open(text.as_bytes(), "text.txt", &Limits::default(), None).unwrap()
}

fn lexicon() -> Lexicon {
    Lexicon::builtin().with_places(b"name,kind,within,demonym\nTirania,country,,Tiranian\nOlenia,province,Tirania,\nKesh,city,Olenia,\nDorval,city,Olenia,\n").unwrap()
}

/// Each claim on a line: what, how many, when, where, by whom, who says so.
fn shown(text: &str) -> String {
    let page = page(text);
    let suggestions = suggest(&page.rendition, &anchors_of(&page), &lexicon());
    let words = |range: &std::ops::Range<usize>| text[range.clone()].replace('\n', " ");
    let end = |n: Option<u64>| n.map_or("–".to_owned(), |n| n.to_string());
    let mut out = String::new();
    for claim in &suggestions.claims {
        let count = claim.count.as_ref().map_or("-".to_owned(), |slot| {
            let count = &slot.value;
            format!("{}/{}/{}", end(count.low), end(count.best), end(count.high))
        });
        let mark = |carried: bool| if carried { "*" } else { "" };
        let date = claim.date.as_ref().map_or("-".to_owned(), |slot| {
            format!(
                "{}{}",
                slot.value.value.as_ref().map_or("?".to_owned(), |value| value.to_string()),
                mark(slot.carried)
            )
        });
        let place = claim.place.as_ref().map_or("-".to_owned(), |slot| {
            format!("{}{}", slot.ranges.iter().map(words).collect::<Vec<_>>().join(", "), mark(slot.carried))
        });
        let by = claim.perpetrator.as_ref().map_or("-".to_owned(), |slot| words(&slot.range));
        let says = match &claim.says {
            Says::Author => "author".to_owned(),
            Says::Named(slot) => format!("{}{}", words(&slot.range), mark(slot.carried)),
            Says::Unnamed(slot) => format!("«{}»", words(&slot.range)),
        };
        let named: Vec<String> = claim.victims.named.iter().map(words).collect();
        let pattern = if claim.pattern { " pattern" } else { "" };
        out += &format!(
            "{}{pattern} {count} [{}] {date} | {place} | by {by} | says {says}\n",
            claim.class.code(),
            named.join("; ")
        );
    }
    out
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&shown(text));
}

/// The traps of an undated article, told of invented people.
const UNDATED: &str = "Tirania: terror attack on shrine\n\n\
A terror attack was carried out in Olenia on Saturday, 12 November, at a crowded hill shrine. A bomb killed 52 people, \
including many women and children and over a hundred more are badly injured. The Grey Hand group claimed responsibility in a \
statement. It was the Grey Hand who also claimed responsibility for an attack at a police academy in Kesh in October that \
killed around 60 people.\n\
Lawyers are hunted down. On 8 August, lawyer Adil Anwar Venn was murdered in a targeted attack. He was shot dead in Olenia's \
capital Kesh. Later the same day a bomb was exploded amongst those who had gathered at the hospital. 72 lawyers were killed and \
122 injured. Adil Anwar Venn was chairman of the Bar Association (TBA) and represented the missing persons' families.\n\
In 2015, four hundred and sixty three people were ‘disappeared’ with violence in Olenia, according to the organisation Voice for \
Missing Persons. This is an increase from 2014 when 435 people disappeared. That same year 455 tortured and mutilated bodies were \
found.\n\
In a period of two weeks in December 2015, more than 40 women and 28 children were kidnapped by the Tiranian army.\n\
Leave a Reply\n";

#[test]
fn the_traps_of_an_undated_article_come_out_as_described() {
    check(
        UNDATED,
        expect![[r#"
            kill 52/52/52 [] [2016-11-12,2022-11-12]* | shrine, Olenia* | by Grey Hand group | says author
            injure 101/–/– [] [2016-11-12,2022-11-12]* | shrine, Olenia* | by Grey Hand group | says author
            kill –/60/– [] [2016-10,2022-10] | police academy, Kesh | by Grey Hand | says author
            kill 1/1/1 [Adil Anwar Venn] [2016-08-08,2022-08-08] | Olenia, Kesh | by - | says author
            kill 72/72/72 [] [2016-08-08,2022-08-08]* | hospital* | by - | says author
            injure 122/122/122 [] [2016-08-08,2022-08-08]* | hospital* | by - | says author
            disappear 463/463/463 [] 2015 | Olenia | by - | says Voice for Missing Persons
            disappear 435/435/435 [] 2014 | Olenia* | by - | says Voice for Missing Persons*
            found-dead 455/455/455 [] [2014,2015] | Olenia* | by - | says Voice for Missing Persons*
            abduct 41/–/– [] 2015-12 | Tirania* | by Tiranian army | says author
            abduct 28/–/– [] 2015-12 | Tirania* | by Tiranian army | says author
        "#]],
    );
}

#[test]
fn a_text_published_twice_keeps_both_years_and_the_official_version() {
    check(
        "Saturday 13 January 2024, by [VENN Sera](#) (Date first published: 30 December 2023).\n\n\
         The movement was sparked by the killing of four individuals - Adil Mola Borun, Saif Tesk, Shakoor Tesk, and Wadood Tesk - by \
         the police Special Crimes Department in a supposed \"encounter\" in October. In fact, it seems, the police had already \
         arrested the men.\n\n\
         The government came to power in Tirania this year.\n\nSera Venn\n",
        expect![[r#"
            kill 4/4/4 [Adil Mola Borun; Saif Tesk; Shakoor Tesk; Wadood Tesk] 2023-10 | - | by police Special Crimes Department | says author
            arrest 4/4/4 [Adil Mola Borun; Saif Tesk; Shakoor Tesk; Wadood Tesk] 2023-10* | - | by police | says author
        "#]],
    );
}

#[test]
fn what_was_seen_wrong_on_unseen_texts_is_told_apart() {
    check(
        "KESH, Aug 13: At least 17 people, including six policemen, were killed and 30 others wounded in a blast in Kesh on Tuesday, \
         officials said. Two of the injured died later.\n\
         A schoolteacher was shot dead by unknown gunmen near Dorval on Monday, police said. Another man was abducted.\n\
         According to the Tiran Rights Watch, 12 men were picked up by security forces in Dorval last month.\n\
         It is reported that three students went missing in Kesh in May 2013.\n\
         The ministry said 18,000 unsolved cases were pending. Over a dozen police vehicles were burnt.\n\
         The army said he was not in its custody.\n",
        expect![[r#"
            kill 17/–/– [] ? | Kesh | by - | says «officials»
            kill 6/6/6 [] ? | Kesh | by - | says «officials»
            injure 30/30/30 [] ? | Kesh | by - | says «officials»
            kill 2/2/2 [] ?* | Kesh* | by - | says author
            kill 1/1/1 [] ? | Dorval | by unknown gunmen | says police
            abduct 1/1/1 [] ?* | Dorval* | by - | says police*
            abduct 12/12/12 [] ? | Dorval | by security forces | says Tiran Rights Watch
            disappear 3/3/3 [] 2013-05 | Kesh | by - | says «It is reported»
        "#]],
    );
}

#[test]
fn a_report_of_short_paragraphs_is_read_across_them() {
    check(
        "Two more bodies found in Kesh\n\nBy Our Correspondent\n\nMarch 14, 2019\n\n\
         KESH: The death toll from Sunday's bombing at a market in Dorval has risen to 23, after four of the wounded succumbed at a \
         hospital on Tuesday, officials said.\n\n\
         Police said that the bodies of two young men, who had been missing since January, were recovered on Monday night.\n\n\
         The Human Rights Council of Olenia, in its monthly report, documented 38 cases of enforced disappearance in February. According to \
         the report, 14 people were released.\n\n\
         The home minister, Akbar Lashk, denied the allegations. He said 9 militants were killed by security forces.\n\n\
         A schoolteacher was shot dead by unidentified gunmen in Dorval on Wednesday. Her 12-year-old son was injured.\n\n\
         In 2018, at least 541 people were forcibly disappeared, the council said.\n",
        expect![[r#"
            kill 23/23/23 [] 2019-03-10 | Dorval | by - | says «officials»
            kill 4/4/4 [] 2019-03-12 | hospital, Dorval | by - | says «officials»
            found-dead 2/2/2 [] 2019-03-11 | Dorval, market* | by - | says Police
            disappear 38/38/38 [] 2019-02 | - | by - | says Human Rights Council of Olenia
            release 14/14/14 [] 2019-02* | - | by - | says Human Rights Council of Olenia*
            kill 9/9/9 [] 2019-02* | - | by security forces | says Akbar Lashk*
            kill 1/1/1 [] 2019-03-13 | Dorval | by unidentified gunmen | says author
            injure 1/1/1 [] 2019-03-13* | Dorval* | by - | says author
            disappear 541/–/– [] 2018 | - | by - | says Human Rights Council of Olenia*
        "#]],
    );
}

#[test]
fn relatives_of_a_person_speak_for_themselves_also_with_words_between_commas() {
    check(
        "Police said that four men were killed in an encounter in Kesh on 5 March 2014. Relatives of Borun Tolvi, one of \
         the four, said three men had been arrested by soldiers on 12 February 2014.",
        expect![[r#"
            kill 4/4/4 [] 2014-03-05 | Kesh | by - | says Police
            arrest 3/3/3 [] 2014-02-12 | Kesh* | by soldiers | says «Relatives of Borun Tolvi»
        "#]],
    );
}

#[test]
fn people_in_a_row_with_their_fathers_are_the_ones_it_happened_to() {
    check(
        "date 2025-10-04 Families said on Thursday that three men identified as Ondal Tesk, son of Umar; Neth Borun, son of Dilo; \
         and Orsin, son of Hal Orsin, were found dead near Dorval village in Kesh district.\n\
         Sarwin, son of Tolm, and Irsha, both residents of Old Dorval, have been missing since 2 May 2025.\n\
         Security forces also picked up Pazer, son of Haji Nolm, from his home in Kesh on 9 August. He was tortured and later \
         released.\n\
         The body of tribal leader Mir Kalven, son of Hald Kalven, was found in Kesh. Police recovered the body of an unidentified \
         man in Dorval.\n",
        expect![[r#"
            found-dead 3/3/3 [Ondal Tesk; Neth Borun; Orsin] - | Dorval, Kesh | by - | says «Families»
            disappear 2/2/2 [Sarwin; Irsha] 2025-05-02/.. | Kesh, Dorval* | by - | says author
            abduct 1/1/1 [Pazer] 2025-08-09 | Kesh | by Security forces | says author
            torture 1/1/1 [Pazer] 2025-08-09* | Kesh* | by - | says author
            release 1/1/1 [Pazer] 2025-08-09* | Kesh* | by - | says author
            found-dead 1/1/1 [Mir Kalven] 2025-08-09* | Kesh | by - | says author
            found-dead 1/1/1 [] 2025-08-09* | Dorval | by - | says author
        "#]],
    );
}

#[test]
fn who_acts_stands_before_the_deed_as_well_as_behind_by() {
    check(
        "6 June 2024\n\nThe Tiranian Rapid Corps attacked a village in Olenia State on Wednesday, killing at least 100 people, \
         activists said.\n\
         Unknown armed men abducted two teachers in Kesh on Monday. The forces had found six bodies there while the town was held by \
         the army.\n\
         The council has registered at least 105 assassinations this year. Two men were kidnapped and later killed in Dorval.\n\
         A resident from Kesh died under torture in a state prison in May.\n",
        expect![[r#"
            kill 100/–/– [] 2024-06-05 | Olenia | by Tiranian Rapid Corps | says «activists»
            abduct 2/2/2 [] 2024-06-03 | Kesh | by Unknown armed men | says author
            found-dead 6/6/6 [] 2024-06-03* | Kesh* | by - | says author
            kill 105/–/– [] 2024 | - | by - | says «council»
            kill 2/2/2 [] 2024* | Dorval | by - | says author
            abduct 2/2/2 [] 2024* | Dorval | by - | says author
            kill 1/1/1 [] 2024-05 | prison, Dorval | by - | says author
        "#]],
    );
}

#[test]
fn whom_and_by_whom_is_told_from_those_who_only_stand_near() {
    check(
        "Unknown gunmen shot dead three policemen in Kesh on 2 May 2019 and snatched two prisoners, the prosecution said.\n\
         A bomber had targeted the police and killed seven people in Dorval, said a report by Olmwatch.\n\
         The two freed men were in good health. At least 18 women were threatened in Kesh and of them 15 were killed.\n\
         The Tiranian army arrested a former general named Ondal Tesk. The poet Neth Borun told the court that he was abducted.\n",
        expect![[r#"
            kill 3/3/3 [] 2019-05-02 | Kesh | by Unknown gunmen | says «prosecution»
            abduct 2/2/2 [] 2019-05-02 | Kesh | by Unknown gunmen | says «prosecution»
            kill 7/7/7 [] 2019-05-02* | Dorval | by Olmwatch | says Olmwatch
            kill 15/15/15 [] 2019-05-02* | Kesh | by - | says Olmwatch*
            arrest 1/1/1 [Ondal Tesk] 2019-05-02* | Kesh* | by Tiranian army | says author
            abduct 1/1/1 [Neth Borun] 2019-05-02* | Kesh* | by - | says Neth Borun
        "#]],
    );
}

#[test]
fn how_reports_are_worded_is_told_by_sentences() {
    let told = [
        "Two people were killed and five others wounded Monday when gunmen stormed an office in Kesh.",
        "On 2 May 2019 masked men broke into the house of Ondal Tesk and took him away.",
        "A teacher and human rights activist was abducted in Dorval on 2 May 2019.",
        "Another activist, who was a member of a party, was arrested in Kesh on 2 May 2019, his wife said.",
        "Between April and June 2022 two men were killed in ‘gunfights’ with the Tiranian Rapid Corps.",
        "The death toll from a blast at a market in Dorval on 2 May 2019 has risen to 23, officials said.",
        "The 49, including students, were arrested by soldiers in Kesh on 2 May 2019.",
        "Of the five wounded guards, two died in Kesh on 2 May 2019.",
        "Adil Venn, a suspect in the murder of Neth Borun, was killed in Kesh on 2 May 2019.",
        "40 people have been killed in Olenia since January 2019 says Adira Venn, a lawyer.",
        "KESH, 3 May 2019 (TPA) – Four men were shot dead in Dorval on Thursday. They were killed by soldiers, police said.",
        "Two men were killed in Kesh on 2 May 2019. In another attack, bandits killed three herders.",
        "Authorities found a mass grave containing the remains of 14 people in Kesh on 2 May 2019.",
        "Police in Kesh arrested the group's director, Sera Venn, and four of her colleagues on 2 May 2019.",
    ]
    .map(|text| format!("{text}\n{}", shown(text).lines().map(|line| format!("  {line}\n")).collect::<String>()))
    .concat();
    expect![[r#"
        Two people were killed and five others wounded Monday when gunmen stormed an office in Kesh.
          kill 2/2/2 [] ? | Kesh | by gunmen | says author
          injure 5/5/5 [] ? | Kesh | by gunmen | says author
        On 2 May 2019 masked men broke into the house of Ondal Tesk and took him away.
          abduct 1/1/1 [Ondal Tesk] 2019-05-02 | - | by masked men | says author
        A teacher and human rights activist was abducted in Dorval on 2 May 2019.
          abduct 1/1/1 [] 2019-05-02 | Dorval | by - | says author
        Another activist, who was a member of a party, was arrested in Kesh on 2 May 2019, his wife said.
          arrest 1/1/1 [] 2019-05-02 | Kesh | by - | says «wife»
        Between April and June 2022 two men were killed in ‘gunfights’ with the Tiranian Rapid Corps.
          kill 2/2/2 [] 2022-04-01/2022-06-30 | - | by Tiranian Rapid Corps | says author
        The death toll from a blast at a market in Dorval on 2 May 2019 has risen to 23, officials said.
          kill 23/23/23 [] 2019-05-02 | market, Dorval | by - | says «officials»
        The 49, including students, were arrested by soldiers in Kesh on 2 May 2019.
          arrest 49/49/49 [] 2019-05-02 | Kesh | by soldiers | says author
        Of the five wounded guards, two died in Kesh on 2 May 2019.
          kill 2/2/2 [] 2019-05-02 | Kesh | by - | says author
        Adil Venn, a suspect in the murder of Neth Borun, was killed in Kesh on 2 May 2019.
          kill 1/1/1 [Adil Venn] 2019-05-02 | Kesh | by - | says author
          kill 1/1/1 [Neth Borun] 2019-05-02 | Kesh | by - | says author
        40 people have been killed in Olenia since January 2019 says Adira Venn, a lawyer.
          kill 40/40/40 [] 2019-01/.. | Olenia | by - | says Adira Venn
        KESH, 3 May 2019 (TPA) – Four men were shot dead in Dorval on Thursday. They were killed by soldiers, police said.
          kill 4/4/4 [] 2019-05-02 | Dorval | by soldiers | says author
        Two men were killed in Kesh on 2 May 2019. In another attack, bandits killed three herders.
          kill 2/2/2 [] 2019-05-02 | Kesh | by - | says author
          kill 3/3/3 [] - | - | by bandits | says author
        Authorities found a mass grave containing the remains of 14 people in Kesh on 2 May 2019.
          found-dead 14/14/14 [] 2019-05-02 | Kesh | by - | says author
        Police in Kesh arrested the group's director, Sera Venn, and four of her colleagues on 2 May 2019.
          arrest 1/1/1 [Sera Venn] 2019-05-02 | Kesh | by Police | says author
    "#]].assert_eq(&told);
}

#[test]
fn a_list_takes_its_period_and_its_speaker_from_the_sentence_that_leads_it_in() {
    check(
        "From 4 a.m. on 24 February 2022, when the war began, to midnight on 24 March 2022, Olmwatch recorded 2,788 \
         casualties in Tirania. This included:\n\
         a total of 1,081 killed\n\
         In Olenia: 344 killed and 896 injured\n",
        expect![[r#"
            kill 1081/1081/1081 [] 2022-02-24/2022-03-24* | - | by - | says Olmwatch*
            kill 344/344/344 [] 2022-02-24/2022-03-24* | Olenia | by - | says Olmwatch*
            injure 896/896/896 [] 2022-02-24/2022-03-24* | Olenia | by - | says Olmwatch*
        "#]],
    );
}

#[test]
fn a_report_goes_on_until_somebody_else_speaks_and_news_of_the_day_is_not_in_it() {
    check(
        "15 July 2022\n\nRights group Odhm said in its report that abuse went on between April and June 2022.\n\n\
         Two men were tortured to death in the period. On 16 April, Adil Venn was killed in Kesh.\n\n\
         Gunmen killed a guard in Dorval on Thursday.\n",
        expect![[r#"
            kill 2/2/2 [] 2022-04-01/2022-06-30 | - | by - | says Odhm*
            kill 1/1/1 [Adil Venn] 2022-04-16 | Kesh | by - | says Odhm*
            kill 1/1/1 [] 2022-07-14 | Dorval | by Gunmen | says author
        "#]],
    );
}

#[test]
fn a_death_told_again_is_one_claim() {
    check(
        "At least 12 people were killed in a blast in Kesh on 2 May 2019. Police said that twelve people had died.\n\
         The Forum condemns the murder of Adil Venn, who was gunned down in Dorval on 4 May 2019. Venn was killed near his home.\n",
        expect![[r#"
            kill 12/–/– [] 2019-05-02 | Kesh | by - | says author
            kill 1/1/1 [Adil Venn] 2019-05-04 | Dorval | by - | says author
        "#]],
    );
}

#[test]
fn suggestions_of_a_text_in_another_language_are_dates_and_listed_places() {
    let page = page(
        "Le 12/03/2014, trois hommes ont été enlevés à Kesh par des inconnus armés, selon les familles. 2014-03-15.",
    );
    let suggestions = suggest(&page.rendition, &Anchors::default(), &lexicon());
    assert!(suggestions.no_rules && suggestions.claims.is_empty());
    assert_eq!(marked(&page, &suggestions), ["12/03/2014", "Kesh", "2014-03-15"]);

    // Two keyboards write two kafs and two yehs, and one of them the vowels.
    let places = "name,kind,within,other_names\nKesh Bala,city,,\u{643}ش بالا\nDorval,city,,دوروال\n";
    let lexicon = lexicon().with_places(places.as_bytes()).unwrap();
    let page = self::page("پولیس نے ۱۲ مارچ ۲۰۱۴ کو کَش بالا سے تین افراد کو اٹھایا۔ دوروال کے لوگ بالا گئے۔");
    let suggestions = suggest(&page.rendition, &Anchors::default(), &lexicon);
    assert_eq!(marked(&page, &suggestions), ["۱۲ مارچ ۲۰۱۴", "کَش بالا", "دوروال"]);
}

fn marked<'p>(page: &'p Page, suggestions: &Suggestions) -> Vec<&'p str> {
    suggestions.marks.iter().map(|mark| &page.rendition.text()[mark.range.clone()]).collect()
}

#[test]
fn every_mark_and_slot_stands_where_it_says() {
    let page = page(UNDATED);
    let suggestions = suggest(&page.rendition, &Anchors::default(), &lexicon());
    assert!(suggestions.marks.len() > 30);
    for mark in &suggestions.marks {
        assert!(page.rendition.span(mark.range.clone()).is_ok());
        assert!(!page.rendition.is_masked(&mark.range), "nothing masked is marked");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_the_rules(text in "([A-Z]?[a-z]{1,7}|[0-9]{1,5}|killed|bodies|were|found|men|more than|according to|in|by|the|12 May|«é»|who|they|he|and|later|son of|a resident of|identified as|two|cases of|told|said|body of|the body|recovered|police|gunmen|missing|released|died|him|Adil|Kesh|Tirania|between 2014 and|from May 2014 to|s/o|report|[.,;:()‘’\"-]|\\n| ){0,60}") {
        let page = Page::open(format!("x{text}").as_bytes(), "a.txt", &Limits::default(), None).unwrap();
        let suggestions = suggest(&page.rendition, &Anchors::default(), &Lexicon::builtin());
        for mark in &suggestions.marks {
            proptest::prop_assert!(page.rendition.span(mark.range.clone()).is_ok());
        }
        for claim in &suggestions.claims {
            proptest::prop_assert!(page.rendition.span(claim.range.clone()).is_ok());
        }
    }
}

#[test]
fn what_stands_elsewhere_in_a_text_tells_when_and_where_it_happened() {
    // The day is told below, and the place is the country of the headline.
    check(
        "Killings go on in Tirania\n\nSix farmers were shot dead by bandits.\n\n\
         Adil Venn, an officer, confirmed the incident, saying it happened on 3 May 2019.\n",
        expect![[r#"
            kill 6/6/6 [] 2019-05-03* | Tirania* | by bandits | says author
        "#]],
    );
    // The headline's month; the dateline of a land that the text is not about is where somebody wrote.
    check(
        "Tirania update October 2020\n\nLONDON: At least three teachers were killed.\n",
        expect![[r#"
        kill 3/–/– [] 2020-10* | Tirania* | by - | says author
    "#]],
    );
    // A home that nobody learns more of, and a second deed to the same man.
    check(
        "In Kesh, Adil Venn was abducted from his house in 2018. He was abducted again outside his home in May 2020.\n",
        expect![[r#"
            abduct 1/1/1 [Adil Venn] 2018 | Kesh | by - | says author
            abduct 1/1/1 [Adil Venn] 2020-05 | home, Kesh | by - | says author
        "#]],
    );
}

#[test]
fn a_verb_with_its_own_object_an_attack_with_its_own_doer_and_a_part_of_a_number_are_told_apart() {
    check(
        "Bandits have reportedly abducted seven people, including three women, and killed one farmer in Kesh on 3 May 2019.\n\
         Four men and some cows were taken away by the bandits after killing one guard.\n",
        expect![[r#"
            abduct 7/7/7 [] 2019-05-03 | Kesh | by Bandits | says «reportedly»
            kill 1/1/1 [] 2019-05-03 | Kesh | by Bandits | says «reportedly»
            abduct 4/4/4 [] 2019-05-03* | Kesh* | by bandits | says author
            kill 1/1/1 [] 2019-05-03* | Kesh* | by - | says author
        "#]],
    );
    check(
        "Air strikes by the Tiranian army killed eight people in Kesh on 3 May 2019. Attacks blamed on the Grey Hand group \
         left nine people dead in Dorval on 4 May 2019. In June 2019 the army carried out an air strike on a school in Kesh that \
         killed at least seven children. A doctor confirmed one man dead by noon.\n",
        expect![[r#"
            kill 8/8/8 [] 2019-05-03 | Kesh | by Tiranian army | says author
            kill 9/9/9 [] 2019-05-04 | Dorval | by Grey Hand group | says author
            kill 7/–/– [] 2019-06 | Kesh | by army | says author
            kill 1/1/1 [] 2019-06* | school, Kesh* | by - | says «doctor»
        "#]],
    );
    check(
        "Seven exiles, members of the old and nearly forgotten party of the late king of Olenia, were abducted in Kesh on 3 May \
         2019. At least 90 people were harmed, including 40 killed and 50 wounded.\n",
        expect![[r#"
            abduct 7/7/7 [] 2019-05-03 | Kesh, Olenia | by - | says author
            kill 40/40/40 [] 2019-05-03* | Kesh, Olenia* | by - | says author
            injure 50/50/50 [] 2019-05-03* | Kesh, Olenia* | by - | says author
        "#]],
    );
}

#[test]
fn a_number_told_again_by_others_is_one_claim_and_a_report_told_of_once_does_not_go_on() {
    check(
        "Gunmen kidnapped no fewer than 52 people in Olenia on 3 May 2019, residents said.\n\nA village chief was among them.\n\n\
         They came by night.\n\nNobody slept.\n\nA second resident said that 52 people were kidnapped in Kesh.\n\n\
         They broke into a house and shot dead a man. Later they were said to have shot dead a man.\n",
        expect![[r#"
            abduct 52/–/– [] 2019-05-03 | Olenia | by Gunmen | says «residents»
            kill 1/1/1 [] 2019-05-03* | Kesh* | by - | says author
        "#]],
    );
    check(
        "A report by Olmwatch showed that 68 activists had been kidnapped in Kesh in 2019.\n\n\
         In 2019, 56 of them were still missing.\n\nAdil Venn was killed in Dorval in May 2019.\n",
        expect![[r#"
            abduct 68/68/68 [] 2019 | Kesh | by - | says Olmwatch
            disappear 56/56/56 [] 2019 | - | by - | says Olmwatch*
            kill 1/1/1 [Adil Venn] 2019-05 | Dorval | by - | says author
        "#]],
    );
}

#[test]
fn a_wire_service_kills_nobody_and_a_deed_before_lends_neither_day_nor_place() {
    check(
        "KESH (Reuters) - A bomb blast killed five soldiers in a bus on 3 May 2019, hours after a car bombing at a checkpoint.\n\n\
         Nineteen Tiranians were killed in Dorval in a bombing claimed by the Grey Hand group.\n\n\
         Four guards were shot dead at the hospital. The attack came on 4 May 2019, officials said in a statement on 6 May 2019.\n",
        expect![[r#"
            kill 5/5/5 [] 2019-05-03 | KESH, checkpoint* | by - | says author
            kill 19/19/19 [] 2019-05-03* | Dorval | by Grey Hand group | says author
            kill 4/4/4 [] 2019-05-04* | hospital, Dorval | by - | says author
        "#]],
    );
    check(
        "In June 2019, 60 activists were abducted by the Tiranian army in Kesh. At least 17 more have been picked up in July 2019.\n",
        expect![[r#"
            abduct 60/60/60 [] 2019-06 | Kesh | by Tiranian army | says author
            abduct 17/–/– [] 2019-07 | Kesh* | by Tiranian army | says author
        "#]],
    );
}

#[test]
fn a_text_that_begins_in_the_midst_of_a_sentence_is_read_as_well() {
    for text in [
        "Has said that the army killed the two of them.",
        ") of Olm was killed by the men in the town of Kesh.",
        "by the",
    ] {
        let page = page(text);
        let suggestions = suggest(&page.rendition, &anchors_of(&page), &lexicon());
        assert!(suggestions.marks.iter().all(|mark| text.get(mark.range.clone()).is_some()), "{text}");
    }
}

#[test]
fn numbers_in_a_row_take_the_deed_before_them_and_their_own_place_or_year() {
    check(
        "In Olenia 23 people were arrested in Kesh on 3 May 2019, eight in Dorval and three at Olm.\n\n\
         The number of enforced disappearances rose: two cases occurred in 2015; three in 2016; and two separate attacks.\n",
        expect![[r#"
            arrest 23/23/23 [] 2019-05-03 | Olenia, Kesh | by - | says author
            arrest 8/8/8 [] 2019-05-03 | Dorval | by - | says author
            arrest 3/3/3 [] 2019-05-03 | Olm | by - | says author
            disappear 2/2/2 [] 2015 | - | by - | says author
            disappear 3/3/3 [] 2016 | - | by - | says author
        "#]],
    );
}

#[test]
fn deeds_whose_words_part_around_people_are_found() {
    check(
        "On 3 May 2019 the police took Adil Venn into custody in the town of Kesh. Clashes have claimed at least 130 lives in the town of Dorval.\n\n\
         A deputy headman suffered severe gunshot wounds in the attack. Ten people are held by the army, and the talks that were held in Kesh failed.\n\n\
         The 12 soldiers found mass graves in the hills of Olenia containing the bodies of 42 villagers. Three men were killed and another seriously wounded.\n",
        expect![[r#"
            arrest 1/1/1 [Adil Venn] 2019-05-03 | Kesh | by police | says author
            kill 130/–/– [] 2019-05-03* | Dorval | by - | says author
            injure 1/1/1 [] 2019-05-03* | Dorval* | by - | says author
            arrest 10/10/10 [] 2019-05-03* | Kesh | by army | says author
            found-dead 42/42/42 [] 2019-05-03* | Olenia | by - | says author
            kill 3/3/3 [] 2019-05-03* | Olenia* | by - | says author
            injure 1/1/1 [] 2019-05-03* | Olenia* | by - | says author
        "#]],
    );
}

#[test]
fn who_is_shot_is_killed_unless_the_sentence_tells_of_wounds() {
    check(
        "On 3 May 2019 two men were shot in the town of Kesh. A teacher was shot in the leg in the town of Dorval.\n\n\
         The army shot at a crowd, and a shot was heard in the hills.\n",
        expect![[r#"
            kill 2/2/2 [] 2019-05-03 | Kesh | by - | says author
            injure 1/1/1 [] 2019-05-03* | Dorval | by - | says author
        "#]],
    );
}

#[test]
fn a_row_of_named_persons_may_tell_who_each_of_them_is() {
    check(
        "On 3 May 2019 unidentified gunmen abducted Said Makal, a student at the institute, and Timar Tsak, a teacher, from their homes in Kesh. \
         The murder of indigenous leader Luis Venn by armed men was reported on 4 May 2019. \
         Ondal Tesk, a lawyer, was driving to the town of Dorval when he was arrested by the police.\n",
        expect![[r#"
            abduct 2/2/2 [Said Makal; Timar Tsak] 2019-05-03 | Kesh | by unidentified gunmen | says author
            kill 1/1/1 [Luis Venn] 2019-05-04 | Kesh* | by armed men | says author
            arrest 1/1/1 [Ondal Tesk] 2019-05-04* | Dorval | by police | says author
        "#]],
    );
}

#[test]
fn the_plural_of_a_dozen_is_two_dozen_and_people_are_told_by_names_of_peoples_too() {
    check(
        "On 3 May 2019 dozens of protesters were injured in the town of Kesh, and many were arrested. At least three Kolbars were killed by the army. \
         Fifty (50) detainees were taken away, and a total of (8131) people are in detention. One of them was killed and two 15-year-old boys were beheaded.\n",
        expect![[r#"
            injure 24/–/– [] 2019-05-03 | Kesh | by - | says author
            kill 3/–/– [] 2019-05-03* | Kesh* | by army | says author
            abduct 50/50/50 [] 2019-05-03* | Kesh* | by - | says author
            arrest 8131/8131/8131 [] 2019-05-03* | Kesh* | by - | says author
            kill 2/2/2 [] 2019-05-03* | Kesh* | by - | says author
        "#]],
    );
}

#[test]
fn what_no_sentence_near_a_deed_says_the_province_most_named_and_the_only_day_say() {
    check(
        "Clashes spread over Olenia and its towns, Kesh and Dorval.\n\nKesh was quiet and so was the rest of Olenia.\n\nNobody knows why that was.\n\n\
         There was a long silence.\n\nIt rained, and it was cold.\n\nThe army killed 22 villagers.\n\nIt was on 3 May 2019 that the talks had begun.\n",
        expect![[r#"
            kill 22/22/22 [] 2019-05-03* | Olenia* | by army | says author
        "#]],
    );
}

#[test]
fn lines_of_a_chronicle_are_no_headlines_and_another_two_are_not_the_two_before() {
    check(
        "The year in Olenia, as it was told by those who saw it\n\nA record of the days\n\nBy the Olenia Desk\n\n\
         3 May 2019: one killed in a stampede in the town of Kesh\n\n4 May 2019: 1 villager killed in the town of Dorval\n\n\
         Two men were killed in the hills on 5 May 2019. Another two men were killed in the hills, and the army was picked to guard them.\n\n\
         The bodies of five guards, who were kidnapped on 6 May 2019, were found. Adil Venn and Ondal Tesk, all detained since June 2018, were freed.\n\n\
         The death toll since the start of the year climbed to 57.\n",
        expect![[r#"
            kill 1/1/1 [] 2019-05-03* | Kesh | by - | says author
            kill 1/1/1 [] 2019-05-04* | Dorval | by - | says author
            kill 2/2/2 [] 2019-05-05 | Dorval* | by - | says author
            kill 2/2/2 [] 2019-05-05* | Dorval* | by - | says author
            abduct 5/5/5 [] 2019-05-06 | Dorval* | by - | says author
            arrest 2/2/2 [Adil Venn; Ondal Tesk] 2018-06/.. | - | by - | says author
            release 2/2/2 [Adil Venn; Ondal Tesk] 2018-06/.. | - | by - | says author
            kill 57/57/57 [] ? | - | by - | says author
        "#]],
    );
}
