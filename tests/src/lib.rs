//! What the end-to-end tests, the demo and the benchmarks are made of: [`story`] says what is true of each
//! rep's day and what must follow from it; [`world`] plays it with a real server and real phones, one process
//! each; [`alone`] judges it without either; [`raw_phone`] writes what the real phone would not, and [`load`]
//! pushes it by the thousand; [`figures`] measures all of it; [`printed`] is how the programs end.

pub mod alone;
pub mod figures;
pub mod key;
pub mod load;
pub mod printed;
pub mod raw_phone;
pub mod story;
pub mod world;
