#![allow(clippy::unwrap_used)]

use axum::http::{Method, StatusCode};
use onbeat_core::{record::Hash, rules::visit::PhotoTaken};
use serde_json::{Value, json};

use super::CHUNK_BYTES;
use crate::testing::{Phone, REP, World, at};

/// A phone that has sent a record naming a photo of so many bytes.
async fn with_photo(world: &World, photo: &[u8], bytes: u64) -> Phone {
    let mut phone = world.enrol(REP).await;
    phone.write(
        at(9, 0),
        &PhotoTaken {
            visit: "0".repeat(32),
            blob: Hash::of(photo),
            bytes,
            media_type: "image/jpeg".into(),
        },
    );
    world.set_time(at(9, 1));
    world.pushed(&phone, 0).await;
    phone
}

async fn put(world: &World, phone: &Phone, photo: &Hash, offset: usize, bytes: &[u8]) -> (u16, Value) {
    let path = format!("/api/v1/photos/{photo}?offset={offset}");
    let (status, answer) = world.call(Method::PUT, &path, &phone.token, &[], bytes.to_vec()).await;
    (status.as_u16(), answer)
}

async fn get(world: &World, phone: &Phone, photo: &Hash) -> (u16, Value) {
    let (status, answer) = world.get(&format!("/api/v1/photos/{photo}"), &phone.token).await;
    (status.as_u16(), answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_comes_in_chunks_that_resume() {
    let world = World::new().await;
    let photo: Vec<u8> = (0..CHUNK_BYTES + 1_000).map(|n| (n * 31 % 251) as u8).collect();
    let hash = Hash::of(&photo);
    let phone = with_photo(&world, &photo, photo.len() as u64).await;
    assert_eq!(
        get(&world, &phone, &hash).await,
        (200, json!({"offset": 0, "complete": false}))
    );
    let (first, rest) = photo.split_at(CHUNK_BYTES);
    for _ in 0..2 {
        let answer = put(&world, &phone, &hash, 0, first).await;
        assert_eq!(
            answer,
            (200, json!({"offset": CHUNK_BYTES, "complete": false})),
            "a retry doubles nothing"
        );
    }
    let (status, answer) = put(&world, &phone, &hash, 5, &photo[5..10]).await;
    assert_eq!((status, &answer["error"]["offset"]), (409, &json!(CHUNK_BYTES)));
    assert_eq!(
        world.app.store.blob(&hash).await.unwrap(),
        None,
        "not before it is whole"
    );
    let whole = json!({"offset": photo.len(), "complete": true});
    assert_eq!(
        put(&world, &phone, &hash, CHUNK_BYTES, rest).await,
        (200, whole.clone())
    );
    assert_eq!(
        put(&world, &phone, &hash, CHUNK_BYTES, rest).await,
        (200, whole.clone())
    );
    assert_eq!(get(&world, &phone, &hash).await, (200, whole));
    assert_eq!(world.app.store.blob(&hash).await.unwrap(), Some(photo));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swapped_photo_is_found() {
    let world = World::new().await;
    let (named, other) = (b"what the record names".to_vec(), b"what comes in its name".to_vec());
    let hash = Hash::of(&named);
    let phone = with_photo(&world, &named, named.len() as u64).await;
    for swapped in [&other[..named.len()], &other[..]] {
        let (status, answer) = put(&world, &phone, &hash, 0, swapped).await;
        assert_eq!((status, answer["error"]["code"].as_str()), (422, Some("photo_hash")));
        assert_eq!(
            get(&world, &phone, &hash).await.1,
            json!({"offset": 0, "complete": false})
        );
    }
    assert_eq!(put(&world, &phone, &hash, 0, &named).await.1["complete"], json!(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_a_record_names_is_taken() {
    let world = World::new().await;
    let photo = b"a photo".to_vec();
    let hash = Hash::of(&photo);
    let phone = with_photo(&world, &photo, photo.len() as u64).await;
    let other = world.enrol("li").await;
    let (status, answer) = put(&world, &other, &hash, 0, &photo).await;
    assert_eq!(
        (status, answer["error"]["code"].as_str()),
        (404, Some("not_named")),
        "another's"
    );
    assert_eq!(put(&world, &phone, &Hash::of("unheard of"), 0, &photo).await.0, 404);
    assert_eq!(put(&world, &phone, &hash, 0, &vec![0; CHUNK_BYTES + 1]).await.0, 413);
    let (status, _) = world
        .call(Method::PUT, "/api/v1/photos/xyz?offset=0", &phone.token, &[], vec![])
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let huge = with_photo(&world, b"huge", 13 << 20).await;
    assert_eq!(put(&world, &huge, &Hash::of("huge"), 0, b"huge").await.0, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_whose_last_chunk_came_before_the_server_died_is_finished() {
    let world = World::new().await;
    let (photo, hash) = (b"all of it", Hash::of(b"all of it"));
    let phone = with_photo(&world, photo, photo.len() as u64).await;
    world.app.store.append_blob(&hash, 0, photo.to_vec()).await.unwrap();
    let answer = get(&world, &phone, &hash).await;
    assert_eq!(answer, (200, json!({"offset": photo.len(), "complete": true})));
    assert_eq!(world.app.store.blob(&hash).await.unwrap().unwrap(), photo);
}
