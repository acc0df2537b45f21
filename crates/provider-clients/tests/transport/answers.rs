//! What becomes of answers, in memory and in the store.

use std::collections::BTreeMap;
use std::time::Duration;

use provider_clients::call::{Call, Content, ReplyTo};
use provider_clients::reply::{Reply, ReplyBody, StoredFile};
use tokio::io::AsyncWriteExt;

use crate::support::*;

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

fn storing(server: &Server, content: Content, limit: u64) -> Call {
    let mut call = get(server.url("/"));
    call.reply_to = ReplyTo::Store { limit, content };
    call
}

#[tokio::test]
async fn every_status_is_a_reply_with_what_its_head_tells() {
    let headers = "content-type: application/json; charset=utf-8\r\nretry-after: 7\r\n";
    for (line, status) in [("200 OK", 200), ("404 Not Found", 404), ("429 Too Many", 429), ("503 Busy", 503)] {
        let (server, _) = Server::answering(answer(line, headers, b"\xef\xbb\xbf{}")).await;
        let reply = carry(&get(server.url("/")), &MemoryFiles::default()).await.unwrap();
        assert_eq!(
            reply,
            Reply {
                status,
                retry_after: Some(Duration::from_secs(7)),
                content_type: Some("application/json; charset=utf-8".to_owned()),
                body: ReplyBody::Memory(b"\xef\xbb\xbf{}".as_slice().into()),
                files: BTreeMap::new(),
            }
        );
    }
}

#[tokio::test]
async fn an_answer_in_memory_may_be_as_large_as_the_limit_and_no_larger() {
    let chunked = |size: usize| {
        let body = "x".repeat(size);
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{size:x}\r\n{body}\r\n0\r\n\r\n").into_bytes()
    };
    let plain = |size: usize| answer("200 OK", "", "x".repeat(size).as_bytes());
    for (bytes, fits) in [(plain(10), true), (plain(11), false), (chunked(10), true), (chunked(11), false)] {
        let (server, _) = Server::answering(bytes).await;
        let mut call = get(server.url("/"));
        call.reply_to = ReplyTo::Memory { limit: 10 };
        let result = carry(&call, &MemoryFiles::default()).await;
        if fits {
            assert_eq!(result.unwrap().bytes().len(), 10);
        } else {
            assert_lost(&result, "larger");
        }
    }
}

#[tokio::test]
async fn a_file_is_stored_as_it_came_with_size_digest_and_type() {
    let (server, _) = Server::answering(answer("200 OK", "content-type: application/pdf\r\n", b"%PDF-1.7 abc")).await;
    let files = MemoryFiles::default();
    let reply = carry(&storing(&server, Content::Pdf, 12), &files).await.unwrap();
    assert_eq!(
        reply.stored(),
        Some(&StoredFile {
            key: "sink-1".to_owned(),
            size: 12,
            // printf '%%PDF-1.7 abc' | sha256sum
            sha256: "baad13769b56aaeb5b072762fefe73bc572a131353d594ec2db2b382bfabadfa".to_owned(),
            content_type: Some("application/pdf".to_owned()),
        })
    );
    assert_eq!(files.ends(), vec![SinkEnd::Finished(b"%PDF-1.7 abc".to_vec())]);
}

#[tokio::test]
async fn the_beginning_is_recognised_across_small_pieces() {
    let server = Server::start(|mut socket| async move {
        socket.set_nodelay(true).unwrap();
        read_request(&mut socket).await;
        socket.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.unwrap();
        for letter in ["%", "P", "D", "F", "-", "1"] {
            socket.write_all(format!("1\r\n{letter}\r\n").as_bytes()).await.unwrap();
            socket.flush().await.unwrap();
            tokio::task::yield_now().await;
        }
        socket.write_all(b"0\r\n\r\n").await.unwrap();
    })
    .await;
    let files = MemoryFiles::default();
    assert!(carry(&storing(&server, Content::Pdf, 100), &files).await.unwrap().stored().is_some());
    assert_eq!(files.ends(), vec![SinkEnd::Finished(b"%PDF-1".to_vec())]);
}

#[tokio::test]
async fn what_is_not_the_wanted_file_comes_back_in_memory_cut_to_64_kib_and_is_not_stored() {
    let page = "<html>".repeat(20_000);
    let cases = [
        answer("200 OK", "content-type: text/html\r\n", page.as_bytes()),
        answer("500 Internal Server Error", "", format!("%PDF-{page}").as_bytes()),
        answer("200 OK", "", format!("{}%PDF-", "x".repeat(1024)).as_bytes()),
        answer("200 OK", "", b"%PD"),
        answer("200 OK", "", b""),
    ];
    for bytes in cases {
        let begin = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        let (server, _) = Server::answering(bytes.clone()).await;
        let files = MemoryFiles::default();
        let reply = carry(&storing(&server, Content::Pdf, 1_000_000), &files).await.unwrap();
        assert_eq!(reply.stored(), None);
        let kept = bytes.len().min(begin + 64 * 1024);
        assert!(reply.bytes() == &bytes[begin..kept], "{} bytes", reply.bytes().len());
        assert!(files.ends().is_empty());
    }
}

#[tokio::test]
async fn anything_is_stored_when_no_beginning_is_asked_for_even_nothing() {
    for body in [b"PK\x03\x04".as_slice(), b""] {
        let (server, _) = Server::answering(answer("200 OK", "", body)).await;
        let files = MemoryFiles::default();
        let reply = carry(&storing(&server, Content::Any, 100), &files).await.unwrap();
        assert_eq!(reply.stored().unwrap().size, u64::try_from(body.len()).unwrap());
        assert_eq!(files.ends(), vec![SinkEnd::Finished(body.to_vec())]);
    }
}

#[tokio::test]
async fn a_file_that_is_cut_off_or_too_large_is_lost_and_thrown_away() {
    let cut_off = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n%PDF-1.7".to_vec();
    for bytes in [cut_off, answer("200 OK", "", b"%PDF-1.7 and more")] {
        let (server, _) = Server::answering(bytes).await;
        let files = MemoryFiles::default();
        assert_lost(&carry(&storing(&server, Content::Pdf, 10), &files).await, "");
        assert_eq!(files.ends(), vec![SinkEnd::Aborted]);
    }
}

#[tokio::test]
async fn a_store_that_fails_loses_the_answer_and_its_words_stay_inside() {
    let (server, _) = Server::answering(answer("200 OK", "", b"%PDF-1.7")).await;
    let files = MemoryFiles { refuse_writes: true, ..MemoryFiles::default() };
    let result = carry(&storing(&server, Content::Pdf, 100), &files).await;
    assert_lost(&result, "could not be stored");
    assert!(!format!("{result:?}").contains("secret/path"));
    assert_eq!(files.ends(), vec![SinkEnd::Aborted]);
}

#[tokio::test]
async fn compression_is_not_asked_for_and_not_undone() {
    let (server, requests) = Server::answering(answer("200 OK", "content-encoding: gzip\r\n", b"\x1f\x8bxyz")).await;
    let reply = carry(&get(server.url("/")), &MemoryFiles::default()).await.unwrap();
    assert_eq!(reply.bytes(), b"\x1f\x8bxyz");
    assert!(!requests.only().0.contains("accept-encoding"));
}
