//! The order of tasks, and abandoned ones.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use molshot_renderer::AdapterChoice;
use molshot_renderer::pool::PoolOptions;
use molshot_renderer::self_test;

use super::*;

fn queue() -> Arc<FairQueue> {
    let options = PoolOptions::latency(1).with_queue(8).with_spare_thread();
    let main = Pool::open(AdapterChoice::Software, |_| options).unwrap();
    Arc::new(FairQueue::new(Pools {
        main,
        latency: None,
        threads: 1,
        max_long: 1,
    }))
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap()
        .block_on(work)
}

#[test]
fn a_late_single_request_overtakes_a_long_batch() {
    run(async {
        let queue = queue();
        let order = Arc::new(Mutex::new(Vec::new()));
        let ask = |flow, name: &'static str| {
            let (queue, order) = (Arc::clone(&queue), Arc::clone(&order));
            tokio::spawn(async move {
                let work = move |_: &Frame, _: &mut WorkerScratch, _: &CancelToken| {
                    std::thread::sleep(Duration::from_millis(5));
                    order.lock().unwrap().push(name);
                    Ok(())
                };
                queue
                    .draw(flow, self_test::job().unwrap(), false, work)
                    .await
                    .map(|_| ())
            })
        };
        let mut all: Vec<_> = (0..40).map(|_| ask(Flow::Batch(1), "batch")).collect();
        while queue.waiting() < 30 {
            tokio::task::yield_now().await;
        }
        let single = Flow::Singles(Client::of_address([127, 0, 0, 1].into()));
        all.push(ask(single, "single"));
        for task in all {
            task.await.unwrap().unwrap();
        }
        let place = order
            .lock()
            .unwrap()
            .iter()
            .position(|name| *name == "single");
        assert!(place.unwrap() < 20, "it waited for {place:?} others");
    });
}

#[test]
fn short_tasks_overtake_long_ones_even_of_the_same_client() {
    run(async {
        let queue = queue();
        let is_released = Arc::new(AtomicBool::new(false));
        let single = Flow::Singles(Client::of_address([127, 0, 0, 1].into()));
        let ask = |flow, is_long| {
            let (queue, is_released) = (Arc::clone(&queue), Arc::clone(&is_released));
            tokio::spawn(async move {
                let work = move |_: &Frame, _: &mut WorkerScratch, _: &CancelToken| {
                    while is_long && !is_released.load(Ordering::Acquire) {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    Ok(())
                };
                queue
                    .draw(flow, self_test::job().unwrap(), is_long, work)
                    .await
                    .map(|_| ())
            })
        };
        let long: Vec<_> = (0..5)
            .map(|number| ask([single, Flow::Batch(1)][number % 2], true))
            .collect();
        let all_wait = async {
            while queue.waiting() < 4 || queue.lock().in_pool != [0, 1] {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let limit = Duration::from_mins(1);
        tokio::time::timeout(limit, all_wait)
            .await
            .expect("one long task is drawn and the others wait outside of the pool");
        for _ in 0..20 {
            for flow in [single, Flow::Batch(1), Flow::Batch(2)] {
                tokio::time::timeout(limit, ask(flow, false))
                    .await
                    .expect("a short task is drawn while a long one is")
                    .unwrap()
                    .unwrap();
            }
        }
        assert_eq!(queue.waiting(), 4);
        // The thread of the last short task is free soon after it has answered.
        let is_free = async {
            while queue.health().stuck_for.is_some() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(limit, is_free)
            .await
            .expect("short tasks can be drawn");
        is_released.store(true, Ordering::Release);
        for task in long {
            task.await.unwrap().unwrap();
        }
    });
}

#[test]
fn abandoned_tasks_are_not_drawn() {
    run(async {
        let queue = queue();
        let flow = Flow::Batch(1);
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let queue = Arc::clone(&queue);
                let work = |_: &Frame, _: &mut WorkerScratch, _: &CancelToken| {
                    std::thread::sleep(Duration::from_millis(20));
                    Ok(())
                };
                tokio::spawn(async move {
                    let _ = queue
                        .draw(flow, self_test::job().unwrap(), false, work)
                        .await;
                })
            })
            .collect();
        while queue.waiting() < 10 {
            tokio::task::yield_now().await;
        }
        for task in &tasks {
            task.abort();
        }
        for task in tasks {
            let _ = task.await;
        }
        assert_eq!(queue.waiting(), 0);
        let last = queue
            .draw(flow, self_test::job().unwrap(), false, |_, _, _| Ok(()))
            .await;
        last.unwrap();
        assert!(queue.health().done < 8, "{:?}", queue.health());
        // A task that was being drawn when it was cancelled may end after the last one.
        let all_returned = async {
            while queue.lock().in_pool != [0; 2] {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), all_returned)
            .await
            .expect("every task leaves the pool");
    });
}
