//! A structure is parsed once, and again after a change.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use super::*;
use crate::admission::Client;

const XYZ: &str = "1\n\nO 0 0 0\n";

fn library(root: Option<PathBuf>) -> Library {
    let mut config = Config::defaults().unwrap();
    config.structures = root;
    let admission = Arc::new(Admission::new(&config));
    Library::new(&config, None, 2, &admission, &Arc::new(Metrics::default()))
}

fn user() -> MemoryUser<'static> {
    MemoryUser::single(Client::of_address([127, 0, 0, 1].into()))
}

async fn ids(library: &Library) -> Vec<String> {
    let catalog = library.list().await.unwrap();
    let page = catalog.page(PageRequest {
        limit: 1000,
        ..PageRequest::default()
    });
    page.structures
        .iter()
        .map(|(id, _)| (*id).to_owned())
        .collect()
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
fn every_sample_can_be_read() {
    run(async {
        let library = library(None);
        for sample in SAMPLES {
            let found = library.find(sample.id).await.unwrap();
            let (loaded, _) = library
                .load(&found, &Reading::default(), user())
                .await
                .unwrap();
            assert!(loaded.structure.atoms().len() > 20, "{}", sample.id);
        }
        assert_eq!(ids(&library).await.len(), SAMPLES.len());
    });
}

#[test]
fn a_changed_file_is_read_again_and_an_unchanged_one_is_not() {
    let root = std::env::temp_dir().join(format!("molshot-{}-changed", std::process::id()));
    std::fs::create_dir_all(root.join("ab")).unwrap();
    std::fs::write(root.join("ab/ab_pocket.pdb"), "").unwrap();
    std::fs::write(root.join("w.xyz"), XYZ).unwrap();
    std::fs::write(root.join("notes.txt"), "no structure").unwrap();
    run(async {
        let library = library(Some(root.clone()));
        let atoms = async || {
            let found = library.find("w.xyz").await.unwrap();
            library
                .load(&found, &Reading::default(), user())
                .await
                .unwrap()
                .0
        };
        let first = atoms().await;
        assert!(Arc::ptr_eq(&first, &atoms().await));
        std::fs::write(root.join("w.xyz"), "2\n\nO 0 0 0\nO 3 0 0\n").unwrap();
        let second = atoms().await;
        assert_eq!(second.structure.atoms().len(), 2);
        assert_ne!(first.digest, second.digest);
        let ids = ids(&library).await;
        assert!(ids.contains(&"ab".to_owned()) && ids.contains(&"w.xyz".to_owned()));
        assert!(!ids.contains(&"notes.txt".to_owned()));
        for id in ["notes.txt", "..", "../x", "nothing"] {
            assert_eq!(
                library.find(id).await.unwrap_err().status,
                StatusCode::NOT_FOUND
            );
        }
        let broken = library
            .load(
                &library.find("ab").await.unwrap(),
                &Reading::default(),
                user(),
            )
            .await
            .unwrap_err();
        assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            !broken.detail.contains(&*root.to_string_lossy()),
            "{}",
            broken.detail
        );
    });
    std::fs::remove_dir_all(&root).unwrap();
}

#[test]
fn equal_inline_files_are_parsed_once() {
    run(async {
        let library = Arc::new(library(None));
        let files = vec![InlineFile::new("w.xyz", XYZ)];
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let (library, files) = (Arc::clone(&library), files.clone());
                tokio::spawn(async move {
                    {
                        let reading = Reading::default();
                        library.inline(files, &reading, user()).await.unwrap().0
                    }
                })
            })
            .collect();
        let mut all = Vec::new();
        for task in tasks {
            all.push(task.await.unwrap());
        }
        assert!(all.iter().all(|loaded| Arc::ptr_eq(loaded, &all[0])));
    });
}
