//! Some dozens of seeds. `HEADRACE_SIM_SEEDS=1000` runs more, `HEADRACE_SIM_FIRST=12345` starts
//! elsewhere; a failing run names its seed, and `HEADRACE_SIM_FIRST=<seed> HEADRACE_SIM_SEEDS=1`
//! repeats it.

use headrace_sim::{Plan, World};

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn promises_hold_for_many_seeds() {
    let first = number("HEADRACE_SIM_FIRST", 0);
    for seed in first..first + number("HEADRACE_SIM_SEEDS", 30) {
        let summary = World::new(seed, Plan::drawn(seed)).run();
        assert!(summary.commits > 0, "seed {seed} did nothing");
    }
}

/// A power cut came when a conflict had cut a log, but not yet durably: that is no damage.
#[test]
fn a_cut_that_a_crash_undoes_damages_nothing() {
    for seed in [354, 493] {
        let calmer = Plan { damage_every_ms: 0, delete_every_ms: 0, ..Plan::drawn(seed) };
        let plan = Plan { compact: false, ..calmer };
        World::new(seed, plan).run();
    }
}

/// A replica that had lost acknowledged entries counted as whole while its leader still believed
/// that it had them.
#[test]
fn what_a_damaged_replica_lost_counts_nowhere() {
    let calmer = Plan { pause_every_ms: 0, delete_every_ms: 0, ..Plan::drawn(77) };
    let plan = Plan { compact: false, ..calmer };
    World::new(77, plan).run();
}

/// Retention had removed on the leader what somebody asked to delete, and a later leader still
/// showed it.
#[test]
fn what_only_the_leader_had_removed_stays_deleted() {
    World::new(961, Plan::drawn(961)).run();
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in [3, 11] {
        let run = || World::new(seed, Plan::drawn(seed)).run();
        assert_eq!(run(), run(), "seed {seed}");
    }
}

fn calm() -> Plan {
    Plan {
        nodes: 3,
        groups: 3,
        storm_ms: 4_000,
        calm_ms: 5_000,
        rest_ms: 0,
        crash_every_ms: 0,
        cut_every_ms: 0,
        pause_every_ms: 0,
        loss: 0,
        duplicates: 0,
        delay_ms: 1,
        sync_ms: 2,
        retention_bytes: -1,
        damage_every_ms: 0,
        move_every_ms: 0,
        delete_every_ms: 0,
        compact: false,
        write_caching: false,
        kills: 0,
        blackout: false,
    }
}

/// With write caching, acknowledged records outlive the processes of any and all nodes.
#[test]
fn cached_writes_outlive_killed_processes() {
    let first = number("HEADRACE_SIM_FIRST", 0);
    for seed in first..first + number("HEADRACE_SIM_SEEDS", 20) {
        let drawn = Plan::drawn(seed);
        let crash_every_ms = drawn.crash_every_ms.max(400);
        let plan = Plan { write_caching: true, kills: 100, crash_every_ms, ..drawn };
        let moving = Plan { nodes: 5, move_every_ms: 400, damage_every_ms: 0, ..plan };
        let summary = World::new(seed, if seed % 4 == 3 { moving } else { plan }).run();
        assert!(summary.commits > 0, "seed {seed} did nothing");
    }
}

/// The power of less than a majority goes again and again, among killed processes and cuts: whoever
/// may lack what it had acknowledged makes no leader that lacks it, too (seed 50 did, before).
#[test]
fn cached_writes_outlive_the_power_of_a_minority() {
    let first = number("HEADRACE_SIM_FIRST", 0);
    for seed in first..first + number("HEADRACE_SIM_SEEDS", 60) {
        let drawn = Plan::drawn(seed);
        let crash_every_ms = drawn.crash_every_ms.max(400);
        let plan = Plan { write_caching: true, kills: 30, crash_every_ms, ..drawn };
        let summary = World::new(seed, Plan { cut_every_ms: 500, sync_ms: 30, ..plan }).run();
        assert!(summary.commits > 0, "seed {seed} did nothing");
    }
}

/// The power of all nodes goes at once: that takes the newest records at most, and the cluster goes
/// on without being asked.
#[test]
fn a_blackout_takes_the_newest_cached_writes_at_most() {
    let first = number("HEADRACE_SIM_FIRST", 0);
    let mut lost = 0;
    for seed in first..first + number("HEADRACE_SIM_SEEDS", 20) {
        let calmer = Plan { damage_every_ms: 0, compact: false, ..Plan::drawn(seed) };
        let plan = Plan { retention_bytes: -1, delete_every_ms: 0, sync_ms: 30, ..calmer };
        let summary =
            World::new(seed, Plan { write_caching: true, blackout: true, kills: 100, ..plan })
                .run();
        lost += summary.lost;
    }
    assert!(lost > 0, "no blackout came between a write and its sync");
}

/// Every replica is compacted by itself, under crashes, moves, deletions, retention and damage.
#[test]
fn compacted_partitions_keep_the_newest_of_every_key() {
    let first = number("HEADRACE_SIM_FIRST", 0);
    let mut emptied = 0;
    for seed in first..first + number("HEADRACE_SIM_SEEDS", 30) {
        let plan = Plan { compact: true, ..Plan::drawn(seed) };
        let moving = Plan { nodes: 5, move_every_ms: 400, damage_every_ms: 0, ..plan };
        let summary = World::new(seed, if seed % 2 == 0 { plan } else { moving }).run();
        assert!(summary.commits > 0, "seed {seed} did nothing");
        emptied += summary.emptied;
    }
    assert!(emptied > 0, "compaction took place");
}

#[test]
fn a_calm_world_elects_once_and_loses_nothing() {
    let summary = World::new(1, calm()).run();
    assert_eq!(summary.elections, 3, "one leader a group");
    assert!(summary.acknowledged > 500, "{summary:?}");
}

#[test]
fn idle_groups_sleep_and_wake_without_an_election() {
    let summary = World::new(2, Plan { pause_every_ms: 500, ..calm() }).run();
    assert_eq!(summary.elections, 3, "one leader a group");
    assert!(summary.asleep_ms > 2_000, "{summary:?}");
}

/// A leader that slept its time wakes its followers: they do not elect another one.
#[test]
fn a_long_rest_changes_no_leader() {
    let summary = World::new(3, Plan { rest_ms: 400_000, ..calm() }).run();
    assert_eq!(summary.elections, 3, "one leader a group");
    assert!(summary.asleep_ms > 400_000, "{summary:?}");
}

/// Beats that are lost, leaders that vanish while their group sleeps: others must find out.
#[test]
fn sleeping_groups_survive_crashes_and_cuts() {
    let rough = Plan { groups: 12, pause_every_ms: 200, crash_every_ms: 600, loss: 20, ..calm() };
    for plan in [rough, Plan { crash_every_ms: 0, cut_every_ms: 400, ..rough }] {
        let asleep_ms: u64 = (0..10).map(|seed| World::new(seed, plan).run().asleep_ms).sum();
        assert!(asleep_ms > 1_000, "{asleep_ms} ms asleep: {plan:?}");
    }
}

fn moving(seed: u64) -> World {
    let plan = Plan { nodes: 5, move_every_ms: 400, damage_every_ms: 0, ..Plan::drawn(seed) };
    World::new(seed, plan)
}

/// A leader applied its own removal with entries on their way to its disk.
#[test]
fn a_leader_that_was_removed_steps_down() {
    for seed in [46, 1034] {
        moving(seed).run();
    }
}

/// A leader that had not heard of a newer target made nodes voters whose replicas were deleted.
#[test]
fn no_leader_returns_to_a_target_that_was_replaced() {
    moving(745).run();
}

#[test]
fn replicas_move_under_load_and_crashes() {
    let first = number("HEADRACE_SIM_FIRST", 0);
    let mut moves = 0;
    for seed in first..first + number("HEADRACE_SIM_SEEDS", 30) {
        let summary = moving(seed).run();
        assert!(summary.commits > 0, "seed {seed} did nothing");
        moves += summary.moves;
    }
    assert!(moves > 0, "no replica was moved");
}
