//! Threads that give way: whatever keeps a core busy must not hold up who waits for an answer.

use std::sync::OnceLock;

use tokio::{
    runtime::{Builder, Runtime},
    task::JoinError,
};

/// Jobs at once; more wait.
const THREADS: usize = 2;
/// Of 20 steps down from the default: while others want the core, a tenth of it is left (sched(7)).
const NICE: i32 = 10;

static POOL: OnceLock<Runtime> = OnceLock::new();

/// Runs a job on a thread of its own, with what the other threads leave of the cores.
///
/// # Errors
/// It panicked.
pub(crate) async fn run<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T, JoinError> {
    let pool = POOL.get_or_init(|| {
        let pool = Builder::new_current_thread()
            .thread_name("background")
            .max_blocking_threads(THREADS)
            .on_thread_start(give_way)
            .build();
        pool.expect("a runtime without I/O needs nothing of the system")
    });
    pool.spawn_blocking(job).await
}

/// On Linux it is a thread that is nice, not its process. Where it may not be, it goes on as any other.
fn give_way() {
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "judging has the priority of all else");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    #[tokio::test]
    async fn jobs_give_way_and_others_do_not() {
        let nice = || rustix::process::nice(0).unwrap();
        let before = nice();
        assert_eq!(super::run(nice).await.unwrap(), (before + super::NICE).min(19));
        assert_eq!(nice(), before);
        assert!(super::run::<()>(|| panic!("a bug")).await.unwrap_err().is_panic());
    }
}
