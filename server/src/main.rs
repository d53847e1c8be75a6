//! The server of Onbeat: takes the phones' records in, rules on them, gives an account of them.

pub mod api;
pub mod app;
pub mod append;
pub mod auth;
mod background;
mod bases;
pub mod certificates;
pub mod cli;
pub mod clock;
pub mod config;
pub mod desk;
pub mod desk_log;
mod doctor;
pub mod documents;
pub mod error;
pub mod feed;
pub mod files;
pub mod fold;
pub mod folder;
pub mod folding;
pub mod intake;
pub mod keeping;
pub mod limits;
pub mod log;
pub mod metrics;
pub mod monitor;
pub mod pages;
pub mod phones;
pub mod photos;
pub mod random;
pub mod ready;
pub mod router;
pub mod serve;
pub mod settled;
#[cfg(test)]
mod several;
pub mod signer;
pub mod socket;
pub mod store;
#[cfg(test)]
mod testing;
mod tls_keys;
mod tls_pins;

/// glibc keeps what was freed in an arena for each thread that ever reckoned a union or a password: twice what
/// the server needs. Without huge pages, which would bring that back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    give_back_at_once();
    cli::main()
}

/// Freed memory goes back to the system at once: a thread that falls idle after a union would never come to it.
#[allow(unsafe_code)]
fn give_back_at_once() {
    /// `mi_option_purge_delay` of mimalloc 2's `mi_option_t`, which the crate does not name.
    const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
    // SAFETY: sets a number of the allocator's; called before there is another thread.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, 0) };
}
