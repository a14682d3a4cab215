//! Clock, disk, network and randomness: the only door to the outside, so that sim can replace it.
