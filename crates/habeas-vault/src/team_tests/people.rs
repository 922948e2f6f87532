//! Members, roles, compartments.

use super::*;

#[test]
fn each_role_writes_what_it_may_and_reads_what_it_holds() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    import(&mut a, "list", SourceKind::List, &["Marena"]);
    import(&mut a, "testimony", SourceKind::Testimony, &["Tolvi"]);
    for role in Role::ALL.iter().copied() {
        let (_, mut b) = join(&mut a, &folder, role.code(), role, &[]);
        let expected: &[&str] = match role {
            Role::Keeper => &["Marena", "Tolvi"],
            Role::Auditor => &[],
            _ => &["Marena"],
        };
        assert_eq!(names(&b), expected, "{role}");
        let denied = |result: Result<(), VaultError>, right: Right| {
            assert_eq!(matches!(result, Err(VaultError::Denied { .. })), !role.may(right), "{role}, {right}");
        };
        denied(b.add_source(draft(role.code(), SourceKind::Article), b"words", 0).map(drop), Right::Code);
        let pair = RecordPair::new(RecordId([1; 16]), RecordId([2; 16])).unwrap();
        let (by, why) = (role.code().to_owned(), String::new());
        let judgement = JudgementDraft { pair, verdict: Verdict::Same, by, why, saw_weights: false, revokes: None };
        denied(b.add_judgement(judgement, None, 0).map(drop), Right::Judge);
        denied(b.begin_epochs(0), Right::Keep);
        b.audit("looked", 0).unwrap();
    }
}

#[test]
fn a_statement_without_the_right_is_kept_and_does_not_count() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    let ids = import(&mut a, "list", SourceKind::List, &["Marena", "Tolvi"]);
    let (_, mut b) = join(&mut a, &folder, "coder", Role::Coder, &[]);
    // A program that does not ask itself what it may do.
    b.role = Role::Keeper;
    judge(&mut b, RecordPair::new(ids[0], ids[1]).unwrap(), Verdict::Same, "coder");
    b.role = Role::Coder;
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    assert_eq!(a.judgements(), []);
    assert!(a.notices().contains(&Notice::NotCounted(1)), "{:?}", a.notices());
    assert!(a.verify(Depth::Deep, &[]).unwrap().is_clean(), "it is no damage");
}

#[test]
fn what_a_removed_member_dates_back_before_the_removal_does_not_count_either() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    let (_, mut b) = join(&mut a, &folder, "coder", Role::Coder, &[]);
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    // In the order of the log the removal comes after what the other device, which knows of nothing, writes now.
    (0..20).for_each(|_| a.audit("looked", 0).unwrap());
    a.remove_member(b.me(), "left", 0).unwrap();
    import(&mut b, "after", SourceKind::List, &["Sadiq"]);
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    assert_eq!(names(&a), Vec::<String>::new());
    assert!(a.notices().iter().any(|notice| matches!(notice, Notice::NotCounted(_))), "{:?}", a.notices());
}

#[test]
fn a_coder_takes_back_a_source_and_no_judgement() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    let ids = import(&mut a, "list", SourceKind::List, &["Marena", "Tolvi"]);
    judge(&mut a, RecordPair::new(ids[0], ids[1]).unwrap(), Verdict::Same, "keeper");
    let (_, mut b) = join(&mut a, &folder, "coder", Role::Coder, &[]);
    let article = b.add_source(draft("article", SourceKind::Article), b"words", 0).unwrap().id;
    let judged = b.judgements()[0].id.0;
    assert!(matches!(b.retract(judged, "no", 0), Err(VaultError::Denied { .. })));
    // A program that does not ask itself what it may do.
    b.role = Role::Keeper;
    b.retract(judged, "no", 0).unwrap();
    b.role = Role::Coder;
    b.retract(article.0, "the wrong text", 0).unwrap();
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    assert_eq!(a.judgements().len(), 1, "it needs the right to judge");
    assert!(!a.sources().iter().any(|source| source.id == article));
    assert!(a.notices().contains(&Notice::NotCounted(1)), "{:?}", a.notices());
}

#[test]
fn a_keeper_sees_which_compartments_a_member_opens() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    let (_, b) = join(&mut a, &folder, "coder", Role::Coder, &[Compartment::Testimony]);
    let (_, auditor) = join(&mut a, &folder, "auditor", Role::Auditor, &[]);
    assert_eq!(a.compartments_of(b.me()).unwrap(), [Compartment::General, Compartment::Testimony]);
    assert_eq!(a.compartments_of(a.me()).unwrap(), Compartment::ALL);
    assert_eq!(a.compartments_of(auditor.me()).unwrap(), []);
}

#[test]
fn what_a_removed_member_writes_after_that_does_not_count() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    let (disk_b, mut b) = join(&mut a, &folder, "coder", Role::Coder, &[]);
    import(&mut b, "before", SourceKind::List, &["Marena"]);
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    let user = b.me();
    a.remove_member(user, "left", 0).unwrap();
    import(&mut b, "after", SourceKind::List, &["Sadiq"]);
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    assert_eq!(names(&a), ["Marena"], "what they did before stands");
    import(&mut a, "later", SourceKind::List, &["Karim"]);
    sync(&mut a, &folder);
    assert!(matches!(b.sync_with(arc(&folder)), Err(OpenError::NotAMember)));
    drop(b);
    assert!(matches!(open(&disk_b, "coder"), Err(OpenError::NotAMember)));
    assert!(matches!(a.remove_member(a.me(), "", 0), Err(VaultError::LastKeeper)));
    assert!(matches!(a.set_role(a.me(), Role::Auditor, 0), Err(VaultError::LastKeeper)));
    assert!(a.set_role(a.me(), Role::Keeper, 0).is_ok());
}

#[test]
fn a_compartment_that_is_granted_later_opens_all_that_is_in_it() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    import(&mut a, "testimony", SourceKind::Testimony, &["Tolvi"]);
    let (_, mut b) = join(&mut a, &folder, "reviewer", Role::Reviewer, &[]);
    assert_eq!(names(&b).len(), 0);
    assert!(
        b.notices().iter().any(|notice| matches!(notice, Notice::Sealed { compartment: Compartment::Testimony, .. }))
    );
    let refused = b.begin_import(draft("own", SourceKind::Testimony), b"words", "mapping", 0).err();
    assert!(refused.is_some(), "a member without the key cannot seal under it");
    let user = b.me();
    a.grant_compartment(user, Compartment::Testimony, 0).unwrap();
    sync(&mut a, &folder);
    sync(&mut b, &folder);
    assert_eq!(names(&b), ["Tolvi"]);
}

#[test]
fn a_changed_passphrase_opens_and_the_old_one_does_not() {
    let (disk, mut a) = office();
    a.change_passphrase(&words("new"), None, KdfCost::demo()).unwrap();
    a.audit("goes on", 0).unwrap();
    drop(a);
    assert!(matches!(open(&disk, "keeper"), Err(OpenError::WrongPassphrase)));
    assert_eq!(open(&disk, "new").unwrap().role(), Role::Keeper);
}
