//! Which requests are admitted, refused or wait.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use super::*;

fn admission(change: impl FnOnce(&mut Config)) -> Arc<Admission> {
    let mut config = Config::defaults().unwrap();
    change(&mut config);
    Arc::new(Admission::new(&config))
}

/// The permit of a single request, alone on its server.
pub(crate) fn permit(change: impl FnOnce(&mut Config)) -> Arc<Permit> {
    admission(change).admit(client(1), Kind::Single).unwrap()
}

impl Permit {
    /// The permit of another request of the same client.
    pub(crate) fn another(&self) -> Arc<Permit> {
        self.admission.admit(self.client, self.kind).unwrap()
    }
}

fn client(last: u8) -> Client {
    Client::of_address([127, 0, 0, last].into())
}

#[test]
fn one_client_gets_429_and_all_clients_together_503() {
    let admission = admission(|config| {
        config.queue_max = 3;
        config.client_queue_max = 2;
    });
    let first = admission.admit(client(1), Kind::Single).unwrap();
    let _second = admission.admit(client(1), Kind::Single).unwrap();
    let refused = admission.admit(client(1), Kind::Single).unwrap_err();
    assert_eq!(refused.status, 429);
    assert!(refused.retry_after.is_some());
    let _third = admission.admit(client(2), Kind::Single).unwrap();
    let refused = admission.admit(client(3), Kind::Single).unwrap_err();
    assert_eq!(
        (refused.status.as_u16(), refused.retry_after),
        (503, Some(1))
    );
    let _batch = admission.admit(client(3), Kind::Batch).unwrap();
    drop(first);
    admission.admit(client(1), Kind::Single).unwrap();
}

#[test]
fn memory_is_counted_and_the_largest_image_is_drawn_alone() {
    let admission = admission(|config| config.queue_max_bytes = 200 << 20);
    let huge = admission.admit(client(1), Kind::Single).unwrap();
    let refused = huge.reserve_image(201 << 20).unwrap_err();
    assert_eq!(
        (refused.status.as_u16(), refused.code),
        (413, "picture_too_large")
    );
    huge.reserve_image(200 << 20).unwrap();
    let small = admission.admit(client(1), Kind::Single).unwrap();
    assert_eq!(small.reserve(4 << 20).unwrap_err().status, 503);
    drop(huge);
    small.reserve(1).unwrap();
    assert_eq!(admission.usage(), (1, 0, 1));
    drop(small);
    assert_eq!(admission.usage(), (0, 0, 0));
    assert!(admission.lock().clients.is_empty());
}

#[test]
fn a_small_request_fits_when_another_client_holds_all_memory() {
    let admission = admission(|config| config.queue_max_bytes = 1 << 30);
    let huge = admission.admit(client(1), Kind::Single).unwrap();
    huge.reserve_image(1 << 30).unwrap();
    let small = admission.admit(client(2), Kind::Single).unwrap();
    small.reserve_image(1 << 20).unwrap();
    assert_eq!(admission.usage().2, (1 << 30) + (1 << 20));
    // Not small: more than a 64th of the memory together with what it holds.
    assert_eq!(small.reserve(16 << 20).unwrap_err().status, 503);
    // One client cannot use more than half of what is kept for small requests.
    let many: Vec<_> = (0..16)
        .map(|_| admission.admit(client(1), Kind::Single).unwrap())
        .collect();
    let held = many.iter().filter(|permit| permit.reserve(8 << 20).is_ok());
    assert_eq!(held.count(), 8);
    small.reserve(1 << 20).unwrap();
    drop((huge, many, small));
    assert_eq!(admission.usage(), (0, 0, 0));
    assert!(admission.lock().clients.is_empty());
}

#[test]
fn an_answer_holds_its_memory_and_no_more() {
    let admission = admission(|config| config.queue_max_bytes = 100 << 20);
    let permit = admission.admit(client(1), Kind::Single).unwrap();
    permit.reserve_image(80 << 20).unwrap();
    permit.hold_answer(3 << 20).unwrap();
    assert_eq!(admission.usage().2, 3 << 20);
    // An answer from the cache reserves its memory as well.
    let cached = admission.admit(client(1), Kind::Single).unwrap();
    cached.hold_answer(40 << 20).unwrap();
    let refused = admission.admit(client(1), Kind::Single).unwrap();
    assert_eq!(refused.hold_answer(40 << 20).unwrap_err().status, 503);
    drop((cached, permit));
    refused.hold_answer(40 << 20).unwrap();
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
fn images_of_batches_wait_for_memory_and_for_their_turn() {
    run(async {
        let admission = admission(|config| config.queue_max_bytes = 200);
        let _pass = admission.admit(client(1), Kind::Batch).unwrap();
        let _other = admission.admit(client(2), Kind::Batch).unwrap();
        let held: [Arc<AtomicU64>; 2] = Default::default();
        assert!(waits(admission.reserve_for_batch(1, &held[0], || false)).await);
        let first = admission
            .reserve_for_batch(40, &held[0], || true)
            .await
            .unwrap();
        // More than its share, although memory is free.
        assert!(waits(admission.reserve_for_batch(40, &held[0], || true)).await);
        let _second = admission
            .reserve_for_batch(40, &held[1], || true)
            .await
            .unwrap();
        assert_eq!(admission.usage().2, 80);
        let waiting = admission.reserve_for_batch(40, &held[0], || true);
        let shrink = async {
            tokio::time::sleep(SHORT).await;
            first.resize(10);
        };
        let (third, ()) = tokio::join!(waiting, shrink);
        assert_eq!(held[0].load(Ordering::Relaxed), 50);
        drop((first, third));
        assert_eq!(admission.usage().2, 40);
    });
}

#[test]
fn two_images_that_do_not_fit_together_are_never_drawn_together() {
    run(async {
        let admission = admission(|config| config.queue_max_bytes = 200);
        let permit = admission.admit(client(1), Kind::Batch).unwrap();
        let _other = admission.admit(client(2), Kind::Batch).unwrap();
        // The document stays in memory until the batch ends, and must not block its own image.
        permit.reserve(30).unwrap();
        let held: [Arc<AtomicU64>; 2] = Default::default();
        let too_large = admission
            .reserve_for_batch(201, &held[0], || true)
            .await
            .unwrap_err();
        assert_eq!(
            (too_large.status.as_u16(), too_large.pointer.as_deref()),
            (413, Some("/output"))
        );
        let first = admission
            .reserve_for_batch(190, &held[0], || true)
            .await
            .unwrap();
        assert!(waits(admission.reserve_for_batch(120, &held[1], || true)).await);
        assert!(waits(admission.reserve_for_batch(10, &held[1], || true)).await);
        let second = admission.reserve_for_batch(120, &held[1], || true);
        let end = async {
            tokio::time::sleep(SHORT).await;
            drop(first);
        };
        let (second, ()) = tokio::join!(second, end);
        let second = second.unwrap();
        assert_eq!(admission.usage().2, 150);
        // Single requests may use the rest, and are refused when it is too little.
        let single = admission.admit(client(3), Kind::Single).unwrap();
        single.reserve_image(50).unwrap();
        assert_eq!(single.reserve_image(1).unwrap_err().status, 503);
        assert!(waits(admission.reserve_for_batch(60, &held[0], || true)).await);
        drop((single, second));
        assert_eq!(admission.usage().2, 30);
    });
}

#[test]
fn parsers_wait_for_memory_and_structures_count_beyond_their_caches() {
    run(async {
        let admission = admission(|config| {
            config.queue_max_bytes = 1000;
            config.structure_cache_bytes = 100;
            config.scene_cache_bytes = 50;
        });
        let user = MemoryUser::single(client(1));
        let too_large = admission.reserve_parsing(user, 1001).await.unwrap_err();
        assert_eq!(
            (too_large.status.as_u16(), too_large.code),
            (413, "input_too_large")
        );
        let first = admission.reserve_parsing(user, 700).await.unwrap();
        assert!(waits(admission.reserve_parsing(user, 400)).await);
        let cached = admission.hold_structure(150);
        assert_eq!(admission.usage().2, 700);
        let beyond = admission.hold_structure(200);
        assert_eq!(admission.usage().2, 900);
        assert!(waits(admission.reserve_parsing(user, 150)).await);
        // It goes on as soon as memory is free.
        let second = admission.reserve_parsing(user, 400);
        let end = async {
            tokio::time::sleep(SHORT).await;
            drop(first);
        };
        let (second, ()) = tokio::join!(second, end);
        let second = second.unwrap();
        assert_eq!(admission.usage().2, 600);
        // Single requests see the memory of structures, too.
        let single = admission.admit(client(1), Kind::Single).unwrap();
        assert_eq!(single.reserve_image(450).unwrap_err().status, 503);
        drop((second, beyond, cached));
        single.reserve_image(450).unwrap();
        drop(single);
        // A large one of a batch waits for its turn.
        let later = MemoryUser {
            client: client(1),
            is_its_turn: &|| false,
        };
        assert!(waits(admission.reserve_parsing(later, 100)).await);
        admission.reserve_parsing(later, 50).await.unwrap();
        assert_eq!(admission.usage(), (0, 0, 0));
    });
}

#[test]
fn a_parser_that_gets_no_memory_is_refused_before_the_deadline() {
    run(async {
        let admission = admission(|config| {
            config.queue_max_bytes = 1000;
            config.request_seconds = 1;
        });
        let user = MemoryUser::single(client(1));
        let _all = admission.reserve_parsing(user, 1000).await.unwrap();
        let refused = admission.reserve_parsing(user, 100).await.unwrap_err();
        assert_eq!(
            (refused.status.as_u16(), refused.retry_after),
            (503, Some(1))
        );
    });
}

#[test]
fn one_ipv6_network_is_one_client() {
    let of = |text: &str| Client::of_address(text.parse().unwrap());
    assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:2:9::"));
    assert_ne!(of("2001:db8:1:2::3"), of("2001:db8:1:3::3"));
    assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
}

#[test]
fn a_stopping_server_waits_for_requests_in_progress() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let admission = admission(|_| ());
        let permit = admission.admit(client(1), Kind::Batch).unwrap();
        admission.stop();
        assert_eq!(
            admission.admit(client(1), Kind::Single).unwrap_err().code,
            "stopping"
        );
        assert!(!admission.drained(Duration::from_millis(20)).await);
        drop(permit);
        assert!(admission.drained(Duration::from_millis(20)).await);
    });
}
