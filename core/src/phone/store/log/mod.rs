//! The phone's own log, and what the server says of it.
//!
//! A *line* is an epoch's main line (`branch` empty) or a branch of it. Rows mirror the server's lines, so
//! that what is sent stands here as it does there.

mod carry;
mod clocks;
mod lines;
mod proofs;
mod reading;
mod rows;

pub(crate) use carry::{adopt, carry, forget_epochs, make_branch, set_aside};
pub(crate) use clocks::{anchors, clocks_of, put_anchor, retime};
pub(crate) use lines::{
    NewRow, append, certificate, certificates, erase, has_aside, hash_at, lines, prune, raw, tip, waiting,
};
pub(crate) use proofs::{put_receipt, put_seal, receipts, received_at, seal};
pub(crate) use reading::{entries, newest_body, newest_of, newest_stamp, rows_between};
pub(crate) use rows::{LogLineRow, LogRow, RawRecord};
