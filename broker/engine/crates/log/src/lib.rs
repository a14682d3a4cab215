//! The journal and the segmented logs: what makes a record durable.
