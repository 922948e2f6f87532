//! An earlier state beside the open vault, on the real disk: its index comes and goes with it.

use crate::world::{import, new_vault, reopen};
use std::{fs, path::Path};

fn of_earlier_states(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir.join("index")).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter_map(|name| name.into_string().ok()).filter(|name| name.contains("-earlier")).collect()
}

#[test]
fn the_index_of_an_earlier_state_is_sealed_and_goes_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    import(&mut vault, "committee", 40);
    let then = vault.make_checkpoint().unwrap();
    import(&mut vault, "families", 30);
    let past = vault.look_back(&then).unwrap().read().unwrap();
    assert_eq!((past.n_records(), vault.n_records()), (40, 70));
    let files = of_earlier_states(dir.path());
    assert!(!files.is_empty());
    for file in files {
        let bytes = fs::read(dir.path().join("index").join(&file)).unwrap();
        assert!(!bytes.starts_with(b"SQLite format 3"), "{file} is readable without a key");
    }
    drop(past);
    assert_eq!(of_earlier_states(dir.path()), [""; 0]);
}

#[test]
fn what_a_crash_left_of_an_earlier_state_is_removed_at_the_next_opening() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    import(&mut vault, "committee", 3);
    drop(vault);
    fs::write(dir.path().join("index/0011223344556677-earlier.db-wal"), b"left").unwrap();
    let vault = reopen(dir.path());
    assert_eq!(of_earlier_states(dir.path()), [""; 0]);
    assert_eq!(vault.n_records(), 3);
}
