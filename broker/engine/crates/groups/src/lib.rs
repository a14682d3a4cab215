//! Consumer-group coordinators as pure state machines over a replicated topic.
