//! Work in parallel, results in order, memory bounded.

use crossbeam_channel::{Receiver, Sender, bounded};

/// Maps items on `threads` threads and hands the results to `sink` in the order of the items.
///
/// Items are pulled on a thread of their own. At most `4 × threads` of them are under way at once, waiting, in work or
/// finished; whoever is ahead waits. Ends at the first error of the items or of the sink.
///
/// # Errors
/// The first error of either end.
pub fn map_in_order<I, O, E>(
    items: impl Iterator<Item = Result<I, E>> + Send,
    threads: usize,
    work: impl Fn(I) -> O + Sync,
    mut sink: impl FnMut(O) -> Result<(), E>,
) -> Result<(), E>
where
    I: Send,
    O: Send,
    E: Send,
{
    let threads = threads.max(1);
    // Both channels block when full: nothing is ever dropped.
    let (give_job, jobs) = bounded::<(I, Sender<O>)>(threads);
    let (give_place, places) = bounded::<Result<Receiver<O>, E>>(4 * threads);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for item in items {
                let stopped = match item {
                    Ok(item) => {
                        let (give_result, result) = bounded(1);
                        give_place.send(Ok(result)).is_err() || give_job.send((item, give_result)).is_err()
                    }
                    Err(error) => {
                        // Nobody listens any more only if the sink failed first.
                        let _ = give_place.send(Err(error));
                        true
                    }
                };
                if stopped {
                    return;
                }
            }
        });
        for _ in 0..threads {
            let (jobs, work) = (jobs.clone(), &work);
            scope.spawn(move || {
                for (item, give_result) in jobs {
                    let _ = give_result.send(work(item));
                }
            });
        }
        drop(jobs);
        for result in places {
            // A worker that panicked sends nothing; the scope passes its panic on.
            if let Ok(result) = result?.recv() {
                sink(result)?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn results_come_in_order_and_few_are_under_way() {
        for threads in [1, 2, 7] {
            let (begun, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let items = (0..5_000u64).map(|i| {
                let ahead = begun.fetch_add(1, Ordering::SeqCst) - done.load(Ordering::SeqCst);
                assert!(ahead <= 6 * threads + 2, "{ahead} under way");
                Ok::<_, ()>(i)
            });
            let mut seen = Vec::new();
            map_in_order(
                items,
                threads,
                |i| i * i,
                |square| {
                    done.fetch_add(1, Ordering::SeqCst);
                    seen.push(square);
                    Ok(())
                },
            )
            .expect("no error");
            assert_eq!(seen, (0..5_000u64).map(|i| i * i).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_at_either_end_stops_the_work() {
        let items = (0..).map(|i| if i == 100 { Err("read") } else { Ok(i) });
        let mut sum = 0;
        let done = map_in_order(
            items,
            2,
            |i| i,
            |i| {
                sum += i;
                Ok(())
            },
        );
        assert_eq!((done, sum), (Err("read"), 4950));
        let done = map_in_order((0..).map(Ok), 2, |i| i, |i| if i == 100 { Err("write") } else { Ok(()) });
        assert_eq!(done, Err("write"));
    }
}
