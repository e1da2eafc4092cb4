//! Who is let in, and who waits.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use super::*;

fn admission(change: impl FnOnce(&mut Config)) -> Arc<Admission> {
    let mut config = Config::defaults().unwrap();
    change(&mut config);
    Arc::new(Admission::new(&config))
}

/// A single request of a server of its own.
pub(crate) fn pass(change: impl FnOnce(&mut Config)) -> Arc<Pass> {
    admission(change).enter(client(1), Kind::Single).unwrap()
}

impl Pass {
    /// Another request of the same client.
    pub(crate) fn beside(&self) -> Arc<Pass> {
        self.admission.enter(self.client, self.kind).unwrap()
    }
}

fn client(last: u8) -> Client {
    Client::of_address([127, 0, 0, last].into())
}

#[test]
fn one_client_is_told_429_and_all_together_503() {
    let admission = admission(|config| {
        config.queue_max = 3;
        config.client_queue_max = 2;
    });
    let first = admission.enter(client(1), Kind::Single).unwrap();
    let _second = admission.enter(client(1), Kind::Single).unwrap();
    let refused = admission.enter(client(1), Kind::Single).unwrap_err();
    assert_eq!(refused.status, 429);
    assert!(refused.retry_after.is_some());
    let _third = admission.enter(client(2), Kind::Single).unwrap();
    let refused = admission.enter(client(3), Kind::Single).unwrap_err();
    assert_eq!(
        (refused.status.as_u16(), refused.retry_after),
        (503, Some(1))
    );
    let _batch = admission.enter(client(3), Kind::Batch).unwrap();
    drop(first);
    admission.enter(client(1), Kind::Single).unwrap();
}

#[test]
fn memory_is_counted_and_the_largest_goes_alone() {
    let admission = admission(|config| config.queue_max_bytes = 200 << 20);
    let huge = admission.enter(client(1), Kind::Single).unwrap();
    let refused = huge.take_picture(201 << 20).unwrap_err();
    assert_eq!(
        (refused.status.as_u16(), refused.code),
        (413, "picture_too_large")
    );
    huge.take_picture(200 << 20).unwrap();
    let small = admission.enter(client(1), Kind::Single).unwrap();
    assert_eq!(small.take(1).unwrap_err().status, 503);
    drop(huge);
    small.take(1).unwrap();
    assert_eq!(admission.levels(), (1, 0, 1));
    drop(small);
    assert_eq!(admission.levels(), (0, 0, 0));
    assert!(admission.lock().clients.is_empty());
}

const SHORT: Duration = Duration::from_millis(20);

fn run(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.unwrap().block_on(work);
}

async fn waits<T>(work: impl Future<Output = T>) -> bool {
    tokio::time::timeout(SHORT, work).await.is_err()
}

#[test]
fn pictures_of_batches_wait_for_room_and_for_their_turn() {
    run(async {
        let admission = admission(|config| config.queue_max_bytes = 200);
        let _pass = admission.enter(client(1), Kind::Batch).unwrap();
        let _other = admission.enter(client(2), Kind::Batch).unwrap();
        let taken: [Arc<AtomicU64>; 2] = Default::default();
        assert!(waits(admission.share(1, &taken[0], || false)).await);
        let mut first = admission.share(40, &taken[0], || true).await.unwrap();
        // More than its half, though there is room in all.
        assert!(waits(admission.share(40, &taken[0], || true)).await);
        let _second = admission.share(40, &taken[1], || true).await.unwrap();
        assert_eq!(admission.levels().2, 80);
        let waiting = admission.share(40, &taken[0], || true);
        let shrink = async {
            tokio::time::sleep(SHORT).await;
            first.set(10);
        };
        let (third, ()) = tokio::join!(waiting, shrink);
        assert_eq!(taken[0].load(Ordering::Relaxed), 50);
        drop((first, third));
        assert_eq!(admission.levels().2, 40);
    });
}

#[test]
fn two_pictures_that_do_not_fit_together_are_never_in_hand_together() {
    run(async {
        let admission = admission(|config| config.queue_max_bytes = 200);
        let pass = admission.enter(client(1), Kind::Batch).unwrap();
        let _other = admission.enter(client(2), Kind::Batch).unwrap();
        // The document is there until the batch ends, and must not keep its own picture out.
        pass.take(30).unwrap();
        let taken: [Arc<AtomicU64>; 2] = Default::default();
        let too_large = admission.share(201, &taken[0], || true).await.unwrap_err();
        assert_eq!(
            (too_large.status.as_u16(), too_large.pointer.as_deref()),
            (413, Some("/output"))
        );
        let first = admission.share(190, &taken[0], || true).await.unwrap();
        assert!(waits(admission.share(120, &taken[1], || true)).await);
        assert!(waits(admission.share(10, &taken[1], || true)).await);
        let second = admission.share(120, &taken[1], || true);
        let end = async {
            tokio::time::sleep(SHORT).await;
            drop(first);
        };
        let (second, ()) = tokio::join!(second, end);
        let second = second.unwrap();
        assert_eq!(admission.levels().2, 150);
        // Single requests have what is left, and are told when that is too little.
        let single = admission.enter(client(3), Kind::Single).unwrap();
        single.take_picture(50).unwrap();
        assert_eq!(single.take_picture(1).unwrap_err().status, 503);
        assert!(waits(admission.share(60, &taken[0], || true)).await);
        drop((single, second));
        assert_eq!(admission.levels().2, 30);
    });
}

#[test]
fn one_network_of_version_six_is_one_client() {
    let of = |text: &str| Client::of_address(text.parse().unwrap());
    assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:2:9::"));
    assert_ne!(of("2001:db8:1:2::3"), of("2001:db8:1:3::3"));
    assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
}

#[test]
fn a_stopping_server_waits_for_those_within() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let admission = admission(|_| ());
        let pass = admission.enter(client(1), Kind::Batch).unwrap();
        admission.stop();
        assert_eq!(
            admission.enter(client(1), Kind::Single).unwrap_err().code,
            "stopping"
        );
        assert!(!admission.drained(Duration::from_millis(20)).await);
        drop(pass);
        assert!(admission.drained(Duration::from_millis(20)).await);
    });
}
