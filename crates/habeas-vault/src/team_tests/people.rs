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
