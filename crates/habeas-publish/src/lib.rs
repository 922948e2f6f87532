//! What may leave: pages and files made from plain figures and from [`habeas_core::Disclosed`] values only.
//!
//! [`ui`] draws: tables, charts, accounts side by side, quotations. It takes plain values, knows no language (all words
//! are handed in) and is shared by the local pages, the reports and the public [`site`]. The [`gate`] searches every byte
//! that leaves, whoever wrote it. Nothing here reads a vault or writes to a disk, and nothing here decides what may be
//! told: that is [`habeas_core::disclose`].

pub mod address;
pub mod figures;
pub mod files;
pub mod ftm;
pub mod gate;
pub mod paper;
pub mod release;
pub mod replicates;
pub mod sheets;
pub mod site;
pub mod ui;
pub mod watermark;
