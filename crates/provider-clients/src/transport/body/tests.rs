use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::call::FileSource;
use crate::reply::TransportError;
use crate::transport::files::FileSink;
use crate::transport::permit::Permit;

/// Files by key, each in the chunks given.
#[derive(Default)]
struct Chunks(HashMap<String, Vec<Result<Vec<u8>, io::ErrorKind>>>);

#[async_trait]
impl Files for Chunks {
    async fn open(&self, source: &FileSource) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        let FileSource::Stored(key) = source else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let chunks = self.0.get(key).ok_or(io::ErrorKind::NotFound)?.clone();
        Ok(stream::iter(chunks.into_iter().map(|chunk| chunk.map(Bytes::from).map_err(io::Error::from))).boxed())
    }

    async fn sink(&self) -> io::Result<Box<dyn FileSink>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

fn stored(key: &str, size: usize) -> FileRef {
    FileRef::plain(FileSource::Stored(key.to_owned()), size.try_into().unwrap())
}

fn chunks(key: &str, chunks: &[&[u8]]) -> Chunks {
    Chunks(HashMap::from([(key.to_owned(), chunks.iter().map(|chunk| Ok(chunk.to_vec())).collect())]))
}

fn open_passage() -> Arc<Passage> {
    Arc::new(Passage::new(Permit::lasting(Duration::from_secs(60)), true))
}

async fn sent(body: &Body, files: &Chunks) -> io::Result<Vec<u8>> {
    let layout = Layout::of(body, "B").unwrap();
    let length = layout.length;
    let mut stream = Box::pin(layout.open(files).await?.into_stream(open_passage()));
    let mut all = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        assert!(!chunk.is_empty());
        all.extend_from_slice(&chunk);
    }
    assert_eq!(u64::try_from(all.len()).unwrap(), length, "the announced length is the real one");
    Ok(all)
}

fn on_runtime<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn replaced(template: &Value, token: &str, by: &str) -> Value {
    match template {
        Value::String(text) if text == token => json!(by),
        Value::Array(items) => items.iter().map(|item| replaced(item, token, by)).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), replaced(member, token, by))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => template.clone(),
    }
}

proptest! {
    #[test]
    fn streamed_base64_equals_one_shot_encoding_for_every_way_to_cut_the_file(
        parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..12)
    ) {
        let whole = parts.concat();
        let mut encoder = Base64Encoder::default();
        let mut encoded: Vec<u8> = parts.iter().flat_map(|part| encoder.push(part)).collect();
        encoded.extend_from_slice(&encoder.finish());
        prop_assert_eq!(String::from_utf8(encoded).unwrap(), STANDARD.encode(&whole));
    }

    #[test]
    fn json_with_files_equals_the_json_with_the_base64_put_in_beforehand(
        parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8),
        text in "\\PC{0,20}",
        number in any::<i64>(),
    ) {
        let whole = parts.concat();
        let files = Chunks(HashMap::from([("k".to_owned(), parts.into_iter().map(Ok).collect())]));
        let template = json!({ format!("n{text}"): [text, "TOKEN", number, null, true, 1.5], "b": { "TOKEN": "x\"TOKEN" } });
        let body = Body::JsonWithFiles {
            template: template.clone(),
            files: vec![("TOKEN".to_owned(), stored("k", whole.len()))],
        };
        let bytes = on_runtime(sent(&body, &files)).unwrap();
        let expected = serde_json::to_vec(&replaced(&template, "TOKEN", &STANDARD.encode(&whole))).unwrap();
        prop_assert_eq!(String::from_utf8(bytes).unwrap(), String::from_utf8(expected).unwrap());
    }
}

#[tokio::test]
async fn a_multipart_form_is_written_as_browsers_write_it() {
    let files = chunks("pdf", &[b"%PDF-", b"", b"\x00\xff"]);
    let body = Body::Multipart(vec![
        Part::Json { name: "json".to_owned(), value: json!({ "a": "á" }) },
        Part::Text { name: "a\"b\r\nc".to_owned(), value: "línea 1\nlínea 2".to_owned() },
        Part::File {
            name: "archivo".to_owned(),
            filename: "Señal \"final\"\r\n.pdf".to_owned(),
            content_type: "application/pdf\r\nX-Evil: 1".to_owned(),
            file: stored("pdf", 7),
        },
    ]);
    let mut expected = b"--B\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{\"a\":\"\xc3\xa1\"}\r\n\
        --B\r\nContent-Disposition: form-data; name=\"a%22b%0D%0Ac\"\r\n\r\nl\xc3\xadnea 1\nl\xc3\xadnea 2\r\n\
        --B\r\nContent-Disposition: form-data; name=\"archivo\"; filename=\"Se\xc3\xb1al %22final%22%0D%0A.pdf\"\r\n\
        Content-Type: application/pdfX-Evil: 1\r\n\r\n%PDF-\x00"
        .to_vec();
    expected.push(0xff);
    expected.extend_from_slice(b"\r\n--B--\r\n");
    assert_eq!(sent(&body, &files).await.unwrap(), expected);
    assert_eq!(Layout::of(&body, "B").unwrap().content_type.as_deref(), Some("multipart/form-data; boundary=B"));
}

#[tokio::test]
async fn a_form_is_percent_encoded_and_empty_bodies_are_empty() {
    let form = Body::Form(vec![("a b".to_owned(), "ñ&=".to_owned()), ("c".to_owned(), String::new())]);
    assert_eq!(sent(&form, &Chunks::default()).await.unwrap(), b"a+b=%C3%B1%26%3D&c=");
    let empty = Layout::of(&Body::Empty, "B").unwrap();
    assert_eq!((empty.length, empty.content_type), (0, None));
}

#[tokio::test]
async fn a_file_that_is_not_as_long_as_recorded_breaks_the_body_off() {
    let files = chunks("k", &[b"abc", b"def"]);
    let with_size =
        |size| Body::JsonWithFiles { template: json!(["T"]), files: vec![("T".to_owned(), stored("k", size))] };
    assert!(sent(&with_size(6), &files).await.is_ok());
    assert!(sent(&with_size(7), &files).await.unwrap_err().to_string().contains("shorter"));
    assert!(sent(&with_size(5), &files).await.unwrap_err().to_string().contains("longer"));
}

#[tokio::test]
async fn every_file_is_opened_before_the_body_begins() {
    let file = |key: &str| Part::File {
        name: key.to_owned(),
        filename: key.to_owned(),
        content_type: "application/pdf".to_owned(),
        file: stored(key, 1),
    };
    let body = Body::Multipart(vec![file("there"), file("missing")]);
    let opened = Layout::of(&body, "B").unwrap().open(&chunks("there", &[b"x"])).await;
    assert_eq!(opened.err().unwrap().kind(), io::ErrorKind::NotFound);
}

#[tokio::test]
async fn no_byte_is_given_out_after_the_permit_ended() {
    let passage = Arc::new(Passage::new(Permit::lasting(Duration::ZERO), true));
    let outgoing = Layout::of(&Body::Json(json!({})), "B").unwrap().open(&Chunks::default()).await.unwrap();
    let mut stream = Box::pin(outgoing.into_stream(Arc::clone(&passage)));
    assert!(stream.next().await.unwrap().is_err());
    assert!(matches!(passage.failure(String::new()), TransportError::NotSent { .. }));
}

#[test]
fn a_file_without_a_place_in_the_json_is_refused() {
    let body = Body::JsonWithFiles { template: json!({ "T": "t" }), files: vec![("T".to_owned(), stored("k", 1))] };
    assert_eq!(Layout::of(&body, "B"), Err(LayoutError::UnusedFile));
    let huge = FileRef::plain(FileSource::Stored(String::new()), u64::MAX);
    let body = Body::JsonWithFiles { template: json!("T"), files: vec![("T".to_owned(), huge)] };
    assert_eq!(Layout::of(&body, "B"), Err(LayoutError::TooLarge));
}
