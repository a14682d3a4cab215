//! The transaction coordinator against tables and random schedules.

mod protocol;
mod schedules;
mod world;
