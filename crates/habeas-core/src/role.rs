//! Who may do what: the roles of the people who share a vault, the rights that roles give, and the compartments that
//! part what is sealed. [`Role::may`] is the one table; how it is enforced belongs to the vault (statements without the
//! right are kept and never counted; compartments are keys) and to the binary (one query layer).

use crate::vocabulary::vocabulary;
use std::fmt;

vocabulary!(
    /// What a member of a vault is there for.
    Role {
        /// Reads tables, estimates and charts: figures only.
        Reader = "reader",
        /// Brings in sources and codes what they claim.
        Coder = "coder",
        /// Decides which records are the same person, and codes.
        Reviewer = "reviewer",
        /// Prepares what may leave.
        Publisher = "publisher",
        /// Answers for the vault: members, keys, erasure, recovery.
        Keeper = "keeper",
        /// Reads who did what, and nothing about the persons.
        Auditor = "auditor",
    }
);

vocabulary!(
    /// What a role may allow.
    Right {
        /// Tables, estimates and charts: figures only.
        Tables = "tables",
        /// Case files, records, passages, search and lists of who is whom.
        Cases = "cases",
        /// Sources, imports, claims and consents.
        Code = "code",
        /// Judgements, linkage and estimates that are recorded.
        Judge = "judge",
        /// Publications.
        Publish = "publish",
        /// Members, devices, compartments, erasure, recovery, travel and restoring.
        Keep = "keep",
        /// The audit.
        Audit = "audit",
        /// Sealed files only: sync, backup, verification, checkpoints.
        Copy = "copy",
    }
);

vocabulary!(
    /// A part of the vault that is sealed under keys of its own.
    Compartment {
        /// Everything that is not in another one.
        General = "general",
        /// Testimonies and their imports.
        Testimony = "testimony",
        /// Who the sources are.
        Sources = "sources",
    }
);

impl Role {
    /// Whether a member of this role has the right.
    pub fn may(self, right: Right) -> bool {
        self.rights().contains(&right)
    }

    /// The rights that this role gives.
    pub fn rights(self) -> &'static [Right] {
        match self {
            Self::Reader => &[Right::Tables, Right::Copy],
            Self::Coder => &[Right::Tables, Right::Cases, Right::Code, Right::Copy],
            Self::Reviewer => &[Right::Tables, Right::Cases, Right::Code, Right::Judge, Right::Copy],
            Self::Publisher => &[Right::Tables, Right::Cases, Right::Publish, Right::Copy],
            Self::Keeper => Right::ALL,
            Self::Auditor => &[Right::Audit, Right::Copy],
        }
    }

    /// Whether a member of this role holds a compartment's key without its being granted by name.
    pub fn holds(self, compartment: Compartment) -> bool {
        match self {
            Self::Keeper => true,
            Self::Auditor => false,
            _ => compartment == Compartment::General,
        }
    }
}

macro_rules! shown_as_code {
    ($($name:ident),+) => {
        $(impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        })+
    };
}
shown_as_code!(Role, Right, Compartment);

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn each_role_has_the_rights_of_its_work_and_no_more() {
        let mut table = String::new();
        for right in Right::ALL {
            let roles: Vec<&str> = Role::ALL.iter().filter(|role| role.may(*right)).map(|role| role.code()).collect();
            table += &format!("{right}: {}\n", roles.join(" "));
        }
        expect![[r#"
            tables: reader coder reviewer publisher keeper
            cases: coder reviewer publisher keeper
            code: coder reviewer keeper
            judge: reviewer keeper
            publish: publisher keeper
            keep: keeper
            audit: keeper auditor
            copy: reader coder reviewer publisher keeper auditor
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn only_a_keeper_holds_testimonies_and_sources_unasked() {
        for role in Role::ALL {
            let held: Vec<_> = Compartment::ALL.iter().filter(|part| role.holds(**part)).collect();
            let expected: &[&Compartment] = match role {
                Role::Keeper => &[&Compartment::General, &Compartment::Testimony, &Compartment::Sources],
                Role::Auditor => &[],
                _ => &[&Compartment::General],
            };
            assert_eq!(held, expected, "{role}");
        }
    }

    #[test]
    fn whoever_reads_case_files_reads_tables() {
        assert!(Role::ALL.iter().all(|role| !role.may(Right::Cases) || role.may(Right::Tables)));
    }
}
