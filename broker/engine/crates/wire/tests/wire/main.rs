//! Tests over all messages at once; one program, so that the samples compile once.

mod batches;
mod compressed;
mod document;
mod draw;
mod golden;
mod hostile;
mod messages;
mod samples;
