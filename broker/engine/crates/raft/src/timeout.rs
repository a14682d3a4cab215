//! Election timeouts that differ between peers and terms, yet are the same in every run.

/// Ticks without a leader after which `peer` stands for election, in
/// `[election_ticks, 2 * election_ticks)`: a pure function of its arguments, so that a simulation
/// can be replayed, and different in each term, so that a split vote does not repeat.
pub fn election_timeout_ticks(
    seed: u64,
    group: u64,
    peer: u64,
    term: u64,
    election_ticks: usize,
) -> usize {
    let mut state = seed;
    for part in [group, peer, term] {
        state = mix(state ^ mix(part));
    }
    let spread = election_ticks as u64;
    election_ticks + usize::try_from(state % spread).expect("smaller than a usize")
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_stay_in_range_and_spread() {
        let mut seen = std::collections::BTreeSet::new();
        for term in 0..200 {
            let ticks = election_timeout_ticks(1, 5, 2, term, 30);
            assert!((30..60).contains(&ticks));
            seen.insert(ticks);
        }
        assert!(seen.len() > 25, "only {} of 30 values", seen.len());
    }

    #[test]
    fn peers_of_a_group_rarely_agree() {
        let same = (0..300)
            .filter(|&t| {
                election_timeout_ticks(9, 1, 1, t, 30) == election_timeout_ticks(9, 1, 2, t, 30)
            })
            .count();
        assert!(same < 40, "{same} of 300 terms");
    }
}
