//! Power losses: every state that the simulated disk can be left in.

use super::*;

/// A history on a watched disk: its moments, and at which call each step was acknowledged.
fn watched(disk: &SimDisk, secrets: &Secrets, steps: &[Step]) -> (Vec<Moment>, Vec<u64>) {
    disk.watch();
    let mut vault = open(disk, secrets).unwrap();
    let mut acknowledged = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        act(&mut vault, *step, n).unwrap();
        acknowledged.push(disk.calls());
    }
    drop(vault);
    (disk.moments(), acknowledged)
}

/// Loses power at the moments of a history, in one of every `stride` states. Returns how many were tried.
fn lose_power(disk: &SimDisk, secrets: &Secrets, steps: &[Step], draw: &mut Draw, stride: u64) -> u64 {
    let expected = expected(disk, secrets, steps);
    let (moments, acknowledged) = watched(&disk.copy(), secrets, steps);
    let (mut drawn, mut tried) = (0, 0);
    for moment in &moments {
        let done = acknowledged.iter().filter(|calls| **calls <= moment.calls).count();
        for state in moment.states(draw) {
            drawn += 1;
            if drawn % stride == 0 {
                let at = format!(
                    "{steps:?}, after call {} with {} pending, state {drawn}",
                    moment.calls,
                    moment.n_pending()
                );
                check(&state, secrets, &expected, done, &at);
                tried += 1;
            }
        }
    }
    tried
}

#[test]
fn no_state_that_a_power_loss_may_leave_loses_what_was_acknowledged_or_raises_an_alarm() {
    let (disk, secrets) = founded();
    let most = budget("HABEAS_POWER_LOSSES", 1_000);
    let mut tried = 0;
    // Every so-many-th state of a small history first; then, in a long run, all states of histories by lot.
    let stride = if most > 10_000 { 1 } else { 13 };
    let mut seed = first_seed();
    while tried < most {
        let mut draw = Draw::new(seed);
        let steps = if seed == 0 { SMALL.to_vec() } else { drawn(&mut draw, 12) };
        tried += lose_power(&disk, &secrets, &steps, &mut draw, stride);
        seed += 1;
    }
    println!("{tried} states after a power loss in {} histories: nothing lost, no false alarm", seed - first_seed());
}

#[test]
fn a_power_loss_while_recovering_from_another_loses_nothing_either() {
    let (disk, secrets) = founded();
    let most = budget("HABEAS_POWER_LOSSES_TWICE", 400);
    let expected = expected(&disk, &secrets, &SMALL);
    let (moments, acknowledged) = watched(&disk.copy(), &secrets, &SMALL);
    let mut tried = 0;
    for round in 0.. {
        for (i, moment) in moments.iter().enumerate() {
            let mut draw = Draw::new(round * 1_000_003 + i as u64);
            let done = acknowledged.iter().filter(|calls| **calls <= moment.calls).count();
            let first = moment.state(&mut draw);
            first.watch();
            drop(open(&first, &secrets).unwrap());
            let recovery = first.moments();
            let again = &recovery[draw.below(recovery.len() as u64) as usize];
            let at = format!("after call {}, again after call {} of the recovery", moment.calls, again.calls);
            check(&again.state(&mut draw), &secrets, &expected, done, &at);
            tried += 1;
            if tried >= most {
                println!("{tried} power losses while recovering from one");
                return;
            }
        }
    }
}

#[test]
fn what_was_shown_after_a_kill_is_not_lost_when_the_power_fails_later() {
    let (disk, secrets) = founded();
    let expected = expected(&disk, &secrets, &SMALL);
    let whole = disk.copy();
    whole.fail(None);
    let mut vault = open(&whole, &secrets).unwrap();
    SMALL.iter().enumerate().for_each(|(n, step)| act(&mut vault, *step, n).unwrap());
    drop(vault);
    for n in (1..=whole.calls()).step_by(3) {
        let disk = disk.copy();
        disk.fail(Some(Fault::From(n)));
        if let Ok(mut vault) = open(&disk, &secrets) {
            let _ = SMALL.iter().enumerate().try_for_each(|(n, step)| act(&mut vault, *step, n));
        }
        // The system lives on: what is pending is still in its memory.
        disk.fail(None);
        disk.watch();
        let shown = seen(&open(&disk, &secrets).unwrap());
        let done = expected.iter().position(|state| *state == shown).unwrap();
        let last = disk.moments().pop().unwrap();
        check(&last.state(&mut Draw::new(n)), &secrets, &expected, done, &format!("killed at call {n}"));
    }
}

#[test]
fn a_disk_that_lies_about_syncing_may_lose_work_but_never_shows_a_history_that_was_not() {
    let (disk, secrets) = founded();
    let expected = expected(&disk, &secrets, &SMALL);
    let lying = disk.copy();
    lying.lie();
    let (moments, _) = watched(&lying, &secrets, &SMALL);
    let (mut refused, mut opened) = (0, 0);
    for seed in 0..budget("HABEAS_LYING_DISKS", 400) {
        let mut draw = Draw::new(seed);
        let moment = &moments[draw.below(moments.len() as u64) as usize];
        let state = moment.state(&mut draw);
        match open(&state, &secrets) {
            Err(_) => refused += 1,
            Ok(vault) => {
                opened += 1;
                let told = vault.notices().iter().any(|notice| matches!(notice, Notice::KeysMissing(_)));
                let clean = vault.verify(Depth::Deep, &[]).is_ok_and(|report| report.is_clean());
                let found = seen(&vault);
                let whole = told || !clean || expected.contains(&found);
                assert!(whole, "seed {seed}: not told, and not a history that was: {found:#?} {:?}", vault.notices());
            }
        }
    }
    println!("a lying disk: {refused} vaults refused, {opened} opened with a history that was");
    assert!(refused > 0 && opened > 0);
}
