//! Deterministic simulation: whole nodes on a simulated disk, network and clock.
