//! Who may do what: the roles of the people who share a vault, the rights that roles give, and the compartments that
//! part what is sealed. [`Role::may`] is the one table; how it is enforced belongs to the vault (statements without the
//! right are kept and never counted; compartments are keys) and to the binary (one query layer).

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $number:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant = $number),+ }

        impl $name {
            /// Every one, in the order of the vocabulary.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable code, as written on the command line.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// Reads a code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }

            /// The stable number, as written by stored forms. Never 0.
            pub fn number(self) -> u8 {
                self as u8
            }

            /// Reads a number.
            pub fn from_number(number: u8) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.number() == number)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

vocabulary!(
    /// What a member of a vault is there for.
    Role {
        /// Reads tables, estimates and charts: figures only.
        Reader = "reader", 1,
        /// Brings in sources and codes what they claim.
        Coder = "coder", 2,
        /// Decides which records are the same person, and codes.
        Reviewer = "reviewer", 3,
        /// Prepares what may leave.
        Publisher = "publisher", 4,
        /// Answers for the vault: members, keys, erasure, recovery.
        Keeper = "keeper", 5,
        /// Reads who did what, and nothing about the persons.
        Auditor = "auditor", 6,
    }
);

vocabulary!(
    /// What a role may allow.
    Right {
        /// Tables, estimates and charts: figures only.
        Tables = "tables", 1,
        /// Case files, records, passages, search and lists of who is whom.
        Cases = "cases", 2,
        /// Sources, imports, claims and consents.
        Code = "code", 3,
        /// Judgements, linkage and estimates that are recorded.
        Judge = "judge", 4,
        /// Publications.
        Publish = "publish", 5,
        /// Members, devices, compartments, erasure, recovery, travel and restoring.
        Keep = "keep", 6,
        /// The audit.
        Audit = "audit", 7,
        /// Sealed files only: sync, backup, verification, checkpoints.
        Copy = "copy", 8,
    }
);

vocabulary!(
    /// A part of the vault that is sealed under keys of its own.
    Compartment {
        /// Everything that is not in another one.
        General = "general", 1,
        /// Testimonies and their imports.
        Testimony = "testimony", 2,
        /// Who the sources are.
        Sources = "sources", 3,
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

impl Compartment {
    /// The 16 bytes that name it in stored forms: zeros, then its number.
    pub fn id(self) -> [u8; 16] {
        let mut id = [0; 16];
        id[15] = self.number();
        id
    }
}

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

    #[test]
    fn codes_and_numbers_lead_back_to_what_they_stand_for() {
        for role in Role::ALL {
            assert_eq!((Role::from_code(role.code()), Role::from_number(role.number())), (Some(*role), Some(*role)));
        }
        for right in Right::ALL {
            assert_eq!(
                (Right::from_code(right.code()), Right::from_number(right.number())),
                (Some(*right), Some(*right))
            );
        }
        for part in Compartment::ALL {
            assert_eq!(Compartment::from_number(part.number()), Some(*part));
            assert_eq!((part.id()[..15].to_vec(), part.id()[15]), (vec![0; 15], part.number()));
        }
        assert_eq!((Role::from_number(0), Right::from_number(0), Compartment::from_number(0)), (None, None, None));
    }
}
