//! Golden vectors of format 1, and properties of its bodies. A golden vector that changes is a broken promise: vaults
//! that exist would no longer open.

use super::{
    Body, Clear, CommitHead, Entry, EntryKind, Head, SCHEMA,
    assertion::StoredAssertion,
    decode_commit, encode_commit, encode_entry,
    erasure::{Erased, Erasure, Retraction, SourceIdentity},
    finish_commit, leaves_of,
    linkage::{LinkRun, StoredLinkRun, decode_columns, encode_columns},
    member::{DeviceIntroduced, DeviceRemoved, EpochBegun, MemberStated},
    open_body,
    places::StoredPlaces,
    record::StoredRecord,
    signed_commit,
    source::{BlobRef, StoredSource, hex},
    statement::{
        AuditEvent, EditionChange, Founded, ImportBegun, ImportFinished, ImportSummary, QuarantinedRow, RemarkCount,
        StoredEstimate, Words,
    },
};
use crate::{
    feed::segment::{Cursor, FrameCodec, FrameKind},
    format::{DecodeError, cbor::Decoder},
    keys::Sealer,
};
use expect_test::{Expect, expect};
use habeas_core::{
    Age, Assertion, AssertionId, Attribution, Basis, Bound, Bounds, CellSpan, Claim, Compartment, Content,
    CountRelation, CountValue, Date, DateBasis, DaySpan, Entity, EntityId, EntityKind, ErasureReason, EventKind, Fate,
    Grade, Holds, Judgement, JudgementId, MadeBy, MatchWeight, Matter, Measure, Modality, NameAsGiven, NamePart,
    NameRole, Origin, PartialDate, Partition, Passage, PlaceAsGiven, Point, Polarity, Policy, Precision, Predicate,
    Quote, Ratio, RecordId, RecordPair, Register, Resolution, Review, Role, ScoredPair, Sensitivity, Sex, Source,
    SourceId, SourceKind, SpeakerKind, Topic, Trend, UserId, Value, Verdict, Whereabouts,
};
use proptest::prelude::*;
use zeroize::Zeroizing;

/// Without its padding, which is the same everywhere.
fn golden<B: Body + PartialEq + std::fmt::Debug>(body: &B, expected: Expect) {
    let padded = body.to_padded();
    let end = padded.iter().rposition(|byte| *byte == 0x80).unwrap();
    expected.assert_eq(&hex(&padded[..end]));
    assert_eq!(&B::from_padded(&padded).unwrap(), body);
}

fn record() -> StoredRecord {
    let cells: Vec<String> = ["Marena Tolvi", "NOV/1976", "Orla, Tarsa", "31"].map(str::to_owned).to_vec();
    let cell = |column| Passage::whole_cell(&cells, column).unwrap();
    let parts = [("Marena", NameRole::Given), ("Tolvi", NameRole::Family)];
    let parts = parts.map(|(text, role)| NamePart { text: text.into(), role }).to_vec();
    let place = PlaceAsGiven { parts: vec!["Orla".into(), "Tarsa".into()], point: Point::new(-1.5, 2.25) };
    let two_places =
        Passage::new(&cells, &[CellSpan { column: 2, start: 0, end: 4 }, CellSpan { column: 1, start: 4, end: 8 }]);
    let mut denied = Claim::stated(Predicate::Event(EventKind::Taken), Value::Occurred, two_places.unwrap());
    denied.polarity = Polarity::Denies;
    denied.modality = Modality::OfficialVersion;
    denied.said_by = Some(Box::new(Attribution::direct("Ministry", SpeakerKind::Official)));
    let month = PartialDate::month(1976, 11).unwrap();
    let claims = vec![
        Claim::stated(Predicate::Name, Value::Name(NameAsGiven { parts }), cell(0)),
        Claim::stated(Predicate::Alias, Value::Name(NameAsGiven::unassigned("31")), cell(3)),
        Claim::stated(Predicate::EventDate(EventKind::Taken), Value::Date(month), cell(1)),
        Claim::stated(Predicate::BirthDate, Value::Date(PartialDate::day("1945-06-30".parse().unwrap())), cell(3)),
        Claim::stated(Predicate::EventPlace(EventKind::Taken), Value::Place(place), cell(2)),
        Claim::stated(Predicate::Age, Value::Age(Age { low: 30, high: 31 }), cell(3)),
        Claim::stated(Predicate::Remarks, Value::Words, cell(2)),
        denied,
    ];
    StoredRecord { origin: Origin::Row { sheet: "2024".into(), row: 214 }, cells, claims }
}

fn source() -> StoredSource {
    let original = BlobRef { id: [1; 16], length: 1234, sha256: [2; 32] };
    let source = Source {
        id: SourceId([3; 16]),
        key: "committee".into(),
        kind: SourceKind::List,
        title: "Committee's list".into(),
        said_by: Attribution::direct("Committee", SpeakerKind::ListKeeper),
        edition: "2024".into(),
        sha256: hex(&original.sha256),
        file_name: "list.csv".into(),
        names_once: true,
        compiled_from: vec!["families".into()],
        header: vec!["name".into(), "taken".into()],
    };
    StoredSource { source, original }
}

fn link_run() -> LinkRun {
    LinkRun {
        model_toml: "m".into(),
        settings: [("cut".into(), "0.5".into())].into(),
        record_ids: vec![RecordId([1; 16]), RecordId([2; 16]), RecordId([3; 16])],
        partition: Partition::from_labels(&[0, 1, 0]),
        pairs: vec![ScoredPair::new(0, 2, MatchWeight(12.25))],
        summary_json: "{}".into(),
    }
}

#[test]
fn records_and_sources_keep_their_bytes() {
    golden(
        &record(),
        expect![
            "a40018d601643230323403846c4d6172656e6120546f6c7669684e4f562f313937366b4f726c612c2054617273616233310488830183028401000006840200070500830282028100038318608503821a012d87cd1a012d87ea03000001830882031a0128cb0603831880840450000000000000f8bf0000000000000240830000048300060502830a8306181e181f0383130002861840018602000401040801038182684d696e697374727903"
        ],
    );
    golden(
        &source(),
        expect![
            "ab0050030303030303030303030303030303030169636f6d6d697474656502000370436f6d6d69747465652773206c69737404818269436f6d6d69747465650005643230323406686c6973742e63737607f508816866616d696c6965730982646e616d656574616b656e0a8350010101010101010101010101010101011904d258200202020202020202020202020202020202020202020202020202020202020202"
        ],
    );
}

#[test]
fn statements_keep_their_bytes() {
    golden(&Founded { name: "Tarsa".into() }, expect!["a100655461727361"]);
    golden(&Words { text: "why".into() }, expect!["a10063776879"]);
    let event = AuditEvent::new("exported", [("files", "2".to_owned())]);
    golden(&event, expect!["a200686578706f727465640181826566696c65736132"]);
    golden(&StoredEstimate { kind: "total".into(), json: "{}".into() }, expect!["a20065746f74616c01627b7d"]);
    let file = BlobRef { id: [1; 16], length: 20, sha256: [2; 32] };
    let (name, edition, licence) = ("olenia".into(), "2024".into(), String::new());
    let places = StoredPlaces { name, edition, licence, file_name: "places.csv".into(), file };
    golden(
        &places,
        expect![
            "a500666f6c656e69610164323032340260036a706c616365732e637376048350010101010101010101010101010101011458200202020202020202020202020202020202020202020202020202020202020202"
        ],
    );
    let begun = ImportBegun { source: SourceId([3; 16]), mapping_tag: [4; 32], mapping_toml: "name = 1".into() };
    golden(
        &begun,
        expect![
            "a3005003030303030303030303030303030303015820040404040404040404040404040404040404040404040404040404040404040402686e616d65203d2031"
        ],
    );
    let remarks = vec![RemarkCount { code: "no-name".into(), count: 2, first: vec!["row 7".into()] }];
    let summary = ImportSummary { accepted: 300, with_remarks: 20, quarantined: 1, refused: 0, remarks };
    golden(
        &ImportFinished { n_records: 320, summary, edition: None },
        expect!["a300190140018419012c140100028183676e6f2d6e616d65028165726f772037"],
    );
    let change = EditionChange {
        continued: 300,
        replaced: vec![(RecordId([1; 16]), RecordId([2; 16]))],
        gone: vec![RecordId([3; 16])],
        returned: vec![],
    };
    golden(
        &ImportFinished { n_records: 1, summary: ImportSummary::default(), edition: Some(change) },
        expect![
            "a40001018400000000028003a40019012c01818250010101010101010101010101010101015002020202020202020202020202020202028150030303030303030303030303030303030380"
        ],
    );
    let origin = Origin::Text { spans: vec![3..9, 20..70000], mention: 2 };
    golden(
        &QuarantinedRow { origin, cells: vec!["words".into()], code: "no-name".into() },
        expect!["a40002028282030982141a00011170038165776f72647304676e6f2d6e616d65"],
    );
    let judgement = Judgement {
        id: JudgementId([5; 16]),
        pair: RecordPair::new(RecordId([7; 16]), RecordId([6; 16])).unwrap(),
        verdict: Verdict::Different,
        by: "reviewer".into(),
        why: "two brothers".into(),
        saw_weights: true,
        revokes: Some(JudgementId([8; 16])),
        replaces: vec![JudgementId([9; 16])],
    };
    golden(
        &judgement,
        expect![
            "a9005005050505050505050505050505050505015006060606060606060606060606060606025007070707070707070707070707070707030104687265766965776572056c74776f2062726f746865727306f507500808080808080808080808080808080808815009090909090909090909090909090909"
        ],
    );
    let columns = BlobRef { id: [1; 16], length: 99, sha256: [2; 32] };
    let run = StoredLinkRun { columns, n_records: 3, n_clusters: 2, n_pairs: 1, summary_json: "{}".into() };
    golden(
        &run,
        expect![
            "a300835001010101010101010101010101010101186358200202020202020202020202020202020202020202020202020202020202020202018303020102627b7d"
        ],
    );
}

#[test]
fn statements_about_people_and_erasure_keep_their_bytes() {
    golden(
        &DeviceIntroduced { public: [1; 32], name: "office".into() },
        expect!["a2005820010101010101010101010101010101010101010101010101010101010101010101666f6666696365"],
    );
    let member = MemberStated {
        user: [1; 16],
        name: "Anne".into(),
        role: Some(Role::Reviewer),
        sign_public: [2; 32],
        open_public: [3; 32],
    };
    golden(
        &member,
        expect![
            "a50050010101010101010101010101010101010164416e6e65020303582002020202020202020202020202020202020202020202020202020202020202020458200303030303030303030303030303030303030303030303030303030303030303"
        ],
    );
    golden(
        &MemberStated { role: None, ..member },
        expect![
            "a50050010101010101010101010101010101010164416e6e65020003582002020202020202020202020202020202020202020202020202020202020202020458200303030303030303030303030303030303030303030303030303030303030303"
        ],
    );
    let epoch = EpochBegun { compartment: Compartment::Testimony, epoch: 4, commitment: [5; 32] };
    golden(&epoch, expect!["a3000201040258200505050505050505050505050505050505050505050505050505050505050505"]);
    golden(
        &DeviceRemoved { device: [1; 16], last_seq: 812, why: "lost".into() },
        expect!["a30050010101010101010101010101010101010119032c02646c6f7374"],
    );
    let targets = vec![([1; 16], None), ([2; 16], Some(70_000))];
    let erasure = Erasure { targets, reason: ErasureReason::ConsentWithdrawn, why: "asked".into() };
    golden(
        &erasure,
        expect![
            "a300828150010101010101010101010101010101018250020202020202020202020202020202021a000111700101026561736b6564"
        ],
    );
    golden(&Erased { erasure: [6; 16] }, expect!["a1005006060606060606060606060606060606"]);
    golden(
        &SourceIdentity { source: [7; 16], words: "who".into() },
        expect!["a2005007070707070707070707070707070707016377686f"],
    );
    golden(
        &Retraction { entry: [8; 16], why: "wrong".into() },
        expect!["a2005008080808080808080808080808080808016577726f6e67"],
    );
}

/// A figure with everything that an assertion can bear.
fn assertion() -> Assertion {
    let words = "more than 28 children";
    let mut count = CountValue::new(Measure::Abducted, Bound::Exact, Some(28), None).unwrap();
    count.readings.push(Bounds { low: Some(29), best: None, high: None });
    count.subgroup = "children".into();
    count.period = Some(PartialDate::month(2015, 12).unwrap());
    count.place = Some(PlaceAsGiven { parts: vec!["Tarsa".into()], point: None });
    count.as_of = Some(PartialDate::year(2016).unwrap());
    count.exhaustive = true;
    count.definition = "as kidnapped".into();
    count.relations = vec![(CountRelation::PartOf, AssertionId([9; 16]))];
    Assertion {
        id: AssertionId([0; 16]),
        recorded_ms: 0,
        recorded_by: UserId([0; 16]),
        about: Entity { kind: EntityKind::Incident, id: EntityId([1; 16]) },
        topic: Topic::Of(Matter::Count),
        content: Content::Count(Box::new(count)),
        quotes: vec![Quote { source: SourceId([2; 16]), range: 100..121, words: words.into() }],
        polarity: Polarity::Affirms,
        modality: Modality::Alleged,
        basis: Basis::Told,
        said_by: Some(Attribution::direct("committee", SpeakerKind::Organisation)),
        said_at: Some(PartialDate::year(2016).unwrap()),
        valid: None,
        grade: Grade::from_code("B2"),
        sensitivity: Sensitivity::Restricted,
        review: Review::Proposed,
        made_by: MadeBy::Rule("suggest".into(), 1),
        supersedes: Some(AssertionId([3; 16])),
    }
}

#[test]
fn an_assertion_keeps_its_bytes_and_every_kind_of_content_is_read_back() {
    golden(
        &StoredAssertion(assertion()),
        expect![
            "ab008202500101010101010101010101010101010101820117028184500202020202020202020202020202020218641879756d6f7265207468616e203238206368696c6472656e038204ad000401000200038283181c181c181c83181df6f6040005181c06686368696c6472656e078503821a01337ba11a01337bbf030000088304f681655461727361098503821a01339e651a0133a2cf0500000af50b6c6173206b69646e61707065640c818200500909090909090909090909090909090904830001010582010006818269636f6d6d697474656505078503821a01339e651a0133a2cf050000098201020a826773756767657374010b5003030303030303030303030303030303"
        ],
    );
    let (of, to) = (AssertionId([4; 16]), AssertionId([5; 16]));
    let resolution =
        |policy| Resolution { topic: Topic::Of(Matter::Count), policy, version: 1, why: "w".into(), seen: vec![of] };
    let person = Entity { kind: EntityKind::Mention, id: EntityId([6; 16]) };
    for content in [
        Content::Value(Value::Words),
        Content::Value(Value::Name(NameAsGiven::unassigned("28 children"))),
        Content::Text("typed".into()),
        Content::Code("030103".into()),
        Content::Entity(person, None),
        Content::Entity(person, Some("0102".into())),
        Content::Trend(Trend { measure: Measure::BodiesFound, rises: true, since: 2008 }),
        Content::Ratio(Ratio { basis_points: -6550, decimals: 1, of, to, is_change: true }),
        Content::Review(Review::Conflict, "why".into()),
        Content::Resolution(resolution(Policy::Range)),
        Content::Resolution(resolution(Policy::SourceOrder(vec![SourceId([7; 16]), SourceId([8; 16])]))),
        Content::Resolution(resolution(Policy::Team(to))),
    ] {
        let stored = StoredAssertion(Assertion { content, said_by: None, ..assertion() });
        assert_eq!(StoredAssertion::from_padded(&stored.to_padded()), Ok(stored));
    }
}

#[test]
fn a_quotation_whose_words_do_not_fill_its_range_is_refused() {
    let mut one = assertion();
    one.quotes[0].range.end += 1;
    assert_eq!(StoredAssertion::from_padded(&StoredAssertion(one).to_padded()), Err(DecodeError::Span));
}

/// Reads the columns in pieces of several lengths, which must not differ.
fn columns_of(bytes: &[u8], summary_json: String) -> Result<LinkRun, DecodeError> {
    let in_pieces = |length: usize| {
        let mut rest = bytes.chunks(length);
        decode_columns(&mut || Ok(rest.next().map(<[u8]>::to_vec)), summary_json.clone())
    };
    let whole = in_pieces(bytes.len().max(1));
    for length in [1, 7, 64] {
        let piece_by_piece = in_pieces(length);
        assert!(piece_by_piece == whole || (piece_by_piece.is_err() && whole.is_err()), "pieces of {length} bytes");
    }
    whole
}

#[test]
fn the_columns_of_a_link_run_keep_their_bytes() {
    let run = link_run();
    let bytes = encode_columns(&run);
    expect!["a700616d0181826363757463302e35025830010101010101010101010101010101010202020202020202020202020202020203030303030303030303030303030303034c00000000010000000000000004440000000005440200000006480000000000802840"].assert_eq(&hex(&bytes));
    assert_eq!(columns_of(&bytes, run.summary_json.clone()), Ok(run));
}

#[test]
fn a_sealed_commit_keeps_its_bytes() {
    let sealer = Sealer::new(&Zeroizing::new([1; 32]));
    let entry = Entry {
        id: [2; 16],
        kind: EntryKind::Audit,
        schema: SCHEMA,
        item: [3; 16],
        clear: Clear { import: Some([4; 16]), leaf: Some(70_000), compartment: Some(2), ..Clear::default() },
        sealed_body: &[],
    };
    let body = Words { text: "looked".into() }.to_padded();
    let encoded = encode_entry(&[5; 16], &sealer, &[6; 24], &entry, body.clone());
    let seen = Head { device: [16; 16], seq: 17, chain: [18; 32] };
    let (user, idempotency, salt) = ([8; 16], [9; 16], [10; 32]);
    let head = CommitHead { lamport: 7, recorded_ms: -1, user, idempotency, salt, heads: vec![seen] };
    let leaf = leaves_of(&head.salt, &[&encoded])[0];
    let map = encode_commit(&head, &[encoded]);
    let signed = signed_commit(&[5; 16], &[12; 16], 13, &[14; 32], &map);
    expect!["6861626561732f3120636f6d6d6974050505050505050505050505050505050c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0d000000000000000e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e044361c8c44864b0df7b7a54b3b35a93e197960e865817271f1d01c36ced4d73"].assert_eq(&hex(&signed));
    let plaintext = finish_commit(map, &[19; 64]);
    let codec = FrameCodec::new(&Zeroizing::new([11; 32]), [5; 16], [12; 16]);
    let cursor = Cursor { seq: 13, chain: [14; 32] };
    let stored = codec.seal(FrameKind::Commit, &[15; 24], &cursor, plaintext).unwrap();
    expect!["a9010000010f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f82ae231859fdd028e735be65964b4416b022894ac76a86f68265c680b37ab7febd926e68f36365be3896e59d03fbcff003b7fd033e63f25750b0f4cb4b875ca9df0b76be0d5dee18fd7dd01c4fefa023909dc226b34daecde126125e3ff910f469720313512dff4d32ae3178ee72cdd9d2cc471cbd93adfe6a9f4617467fd7b3e948ab610b85bfd9d3640c109f0a0effe63b94169f4c640f015ec0b206b69b27603e6560c3c741edd720cfc4ed7cc7c412959d760deea940628614064f7016c21ab4e2710ff1e3da296ba3fd1e1c4d861ad6aec9151f6b0da7e4df74502c5f42c551f63077c246dae94465cb67d57d2096b0607274df01365c1bb19c593b954a871579d164c90e4d24dc6168b93782da6c30b92705c47725d6d786e8ea3a87081a10256576b8288ab3d589f3d9108e8e007e81f550bcbf2a6b071152d2174358afe584c39b4cd590b16416ee4576c63fe3348b217f8110258a71a8d104c2dcba36cf45781f80308f15ae42c4114c9c5ce5e6b6d9b07f01ee0e91b6a758cc0770a2e21a31ee7cfbb2554cb5b764213313"].assert_eq(&hex(&stored));
    expect!["8f958ba5ce1c2b8ce996adc14be52cfe443688a49e9b1409eb0d987da1f41711"]
        .assert_eq(&hex(&cursor.after(&stored).chain));

    let (_, plaintext, _) = codec.open(&cursor, &stored).unwrap();
    let commit = decode_commit(&plaintext).unwrap();
    assert_eq!((&commit.head, commit.entries.len(), commit.signature), (&head, 1, &[19; 64]));
    assert_eq!(commit.signed(&[5; 16], &[12; 16], 13, &[14; 32]), signed);
    assert_eq!(commit.leaves(), [leaf]);
    assert_eq!(Entry { sealed_body: &[], ..commit.entries[0] }, entry);
    assert_eq!(open_body(&[5; 16], &sealer, &commit.entries[0]), Some(body));
    let elsewhere = Entry { item: [0; 16], ..commit.entries[0] };
    assert_eq!(open_body(&[5; 16], &sealer, &elsewhere), None);
}

#[test]
fn words_are_stored_once() {
    let bytes = record().to_padded();
    for word in ["Marena", "Tolvi", "Orla", "Tarsa", "NOV"] {
        let n = bytes.windows(word.len()).filter(|window| *window == word.as_bytes()).count();
        assert_eq!(n, 1, "{word}");
    }
}

#[test]
fn an_entry_of_a_kind_that_is_not_known_is_refused_by_its_number() {
    let sealer = Sealer::new(&Zeroizing::new([1; 32]));
    let known = Entry {
        id: [2; 16],
        kind: EntryKind::Audit,
        schema: 9,
        item: [3; 16],
        clear: Clear::default(),
        sealed_body: &[],
    };
    let encoded = encode_entry(&[5; 16], &sealer, &[6; 24], &known, Words { text: String::new() }.to_padded());
    let (user, idempotency, salt) = ([0; 16], [0; 16], [0; 32]);
    let head = CommitHead { lamport: 1, recorded_ms: 0, user, idempotency, salt, heads: Vec::new() };
    let refused = decode_commit(&finish_commit(encode_commit(&head, &[encoded]), &[0; 64])).err();
    assert_eq!(refused, Some(DecodeError::UnknownEntry { kind: EntryKind::Audit.number(), schema: 9 }));
}

#[test]
fn columns_that_do_not_fit_each_other_are_refused() {
    let good = encode_columns(&link_run());
    for (what, change) in [
        ("a pair beyond the records", LinkRun { record_ids: vec![RecordId([1; 16])], ..link_run() }),
        ("more clusters than records", LinkRun { partition: Partition::from_labels(&[0; 9]), ..link_run() }),
        ("a pair of one", LinkRun { pairs: vec![ScoredPair::new(2, 2, MatchWeight(0.0))], ..link_run() }),
    ] {
        assert!(columns_of(&encode_columns(&change), String::new()).is_err(), "{what}");
    }
    for length in 0..good.len() {
        assert!(columns_of(&good[..length], String::new()).is_err(), "{length} bytes");
    }
}

fn any_day() -> impl Strategy<Value = Date> {
    (-9999i16..=9999, 1i8..=12, 1i8..=28).prop_map(|(year, month, day)| Date::new(year, month, day).unwrap())
}

fn any_date() -> impl Strategy<Value = PartialDate> {
    let span = (any_day(), any_day(), 0..4u8).prop_map(|(a, b, open)| DaySpan {
        earliest: (open != 1).then_some(a.min(b)),
        latest: (open != 2).then_some(a.max(b)),
    });
    let precision = prop_oneof![Just(Precision::Day), Just(Precision::Month), Just(Precision::Open)];
    let basis = prop_oneof![Just(DateBasis::Stated), Just(DateBasis::DayMonthOrder), Just(DateBasis::Person)];
    let holds = prop_oneof![Just(Holds::Some), Just(Holds::All), Just(Holds::Starts), Just(Holds::Ends)];
    let several = (prop::collection::vec(span, 1..3), precision, basis, holds, any::<bool>()).prop_map(
        |(readings, precision, basis, holds, about)| {
            let date = PartialDate::one_of(readings, precision, basis).unwrap().holding(holds);
            if about { date.approximately() } else { date }
        },
    );
    prop_oneof![any_day().prop_map(PartialDate::day), several]
}

fn any_value(cells: Vec<String>) -> impl Strategy<Value = Value> {
    let words: Vec<String> =
        cells.iter().flat_map(|cell| cell.split(' ')).map(str::to_owned).chain(["elsewhere".to_owned()]).collect();
    let texts = prop::collection::vec(prop::sample::select(words), 1..4);
    let role = prop_oneof![Just(NameRole::Given), Just(NameRole::Unassigned), Just(NameRole::Honorific)];
    let name = (texts.clone(), role).prop_map(|(texts, role)| {
        Value::Name(NameAsGiven { parts: texts.into_iter().map(|text| NamePart { text, role }).collect() })
    });
    let point = prop::option::of((-90.0..=90.0f64, -180.0..=180.0f64));
    let place = (texts, point).prop_map(|(parts, point)| {
        Value::Place(PlaceAsGiven { parts, point: point.and_then(|(lat, lon)| Point::new(lat, lon)) })
    });
    prop_oneof![
        Just(Value::Words),
        Just(Value::Occurred),
        name,
        place,
        any_date().prop_map(Value::Date),
        prop::sample::select(Sex::ALL).prop_map(Value::Sex),
        prop::sample::select(Fate::ALL).prop_map(Value::Fate),
        prop::sample::select(Whereabouts::ALL).prop_map(Value::Whereabouts),
        prop::sample::select(Register::ALL).prop_map(Value::Register),
        any::<(u16, u16)>().prop_map(|(low, high)| Value::Age(Age { low, high })),
    ]
}

fn any_record() -> impl Strategy<Value = StoredRecord> {
    prop::collection::vec("[a-zé ابق😀]{0,12}", 1..4).prop_flat_map(|cells| {
        let n = cells.len() as u16;
        let passage = {
            let cells = cells.clone();
            let spans = prop::collection::vec((0..n, 0..20usize, 0..20usize), 1..3);
            spans.prop_map(move |spans| {
                let spans: Vec<CellSpan> = spans
                    .into_iter()
                    .map(|(column, a, b)| {
                        let cell = &cells[usize::from(column)];
                        let (start, end) = (cell.floor_char_boundary(a.min(b)), cell.floor_char_boundary(a.max(b)));
                        CellSpan { column, start: start as u32, end: end as u32 }
                    })
                    .collect();
                Passage::new(&cells, &spans).unwrap()
            })
        };
        let claim = (
            any_value(cells.clone()),
            passage,
            prop::sample::select(Predicate::PLAIN),
            prop::sample::select(Polarity::ALL),
            prop::sample::select(Modality::ALL),
            any::<bool>(),
        )
            .prop_map(|(value, passage, predicate, polarity, modality, named)| {
                let said_by = named.then(|| Box::new(Attribution::direct("a relative", SpeakerKind::Relative)));
                Claim { predicate, value, polarity, modality, said_by, passage }
            });
        let origin = prop_oneof![
            (any::<u64>(), "[a-z]{0,4}").prop_map(|(row, sheet)| Origin::Row { sheet, row }),
            (any::<u64>(), prop::collection::vec(any::<std::ops::Range<u32>>(), 0..3))
                .prop_map(|(mention, spans)| Origin::Text { spans, mention }),
        ];
        (Just(cells), prop::collection::vec(claim, 0..5), origin).prop_map(|(cells, claims, origin)| StoredRecord {
            origin,
            cells,
            claims,
        })
    })
}

proptest! {
    #[test]
    fn every_record_is_read_back_as_it_was_written(record in any_record()) {
        prop_assert_eq!(StoredRecord::from_padded(&record.to_padded()), Ok(record));
    }

    #[test]
    fn changed_bytes_of_a_record_never_make_the_reader_panic(record in any_record(), at: usize, to: u8) {
        let mut bytes = record.to_padded();
        let at = at % bytes.len();
        bytes[at] = to;
        let _ = StoredRecord::from_padded(&bytes);
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode_commit(&bytes);
        let _ = columns_of(&bytes, String::new());
        let _ = StoredSource::decode(&mut Decoder::new(&bytes));
        let _ = ImportFinished::decode(&mut Decoder::new(&bytes));
        let _ = Judgement::decode(&mut Decoder::new(&bytes));
        let _ = StoredRecord::decode(&mut Decoder::new(&bytes));
    }
}
