//! Callbacks that vendors send: one delivery, its outcome, and the faults that may strike it.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use reqwest::header::CONTENT_TYPE;
use reqwest::multipart::{Form, Part};
use serde::Serialize;

use crate::clock::{delta, later};
use crate::faults::{CALLBACK, FaultKind};
use crate::ledger::{Notice, NoticeKind};
use crate::sandbox::Sandbox;

/// How a vendor read the reply to its callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackVerdict {
    /// The receiver says that it has stored the callback.
    Accepted,
    /// The receiver says, in the vendor's own form, that it could not.
    Refused,
    /// No reply, or one that is not in the vendor's form.
    Unreadable,
    /// Never sent: a fault, or callbacks are switched off.
    NotSent,
}

/// One callback and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct CallbackRecord {
    /// Virtual time of the outcome.
    pub at: DateTime<Utc>,
    /// The vendor's kind.
    pub vendor: String,
    /// The vendor's reference of the document or transaction.
    pub reference: String,
    /// Where it was posted.
    pub url: String,
    /// HTTP status of the reply, when there was one.
    pub status: Option<u16>,
    /// The reply's body, cut to its first 4,096 bytes.
    pub reply: String,
    /// How the vendor read it.
    pub verdict: CallbackVerdict,
    /// Which try it was, from 1.
    pub attempt: u32,
}

/// A part of a multipart callback.
#[derive(Clone, Debug)]
pub(crate) enum CallbackPart {
    Text { name: &'static str, text: String },
    File { name: &'static str, filename: String, content_type: &'static str, bytes: Bytes },
}

/// What a callback carries.
#[derive(Clone, Debug)]
pub(crate) enum CallbackBody {
    /// A multipart form.
    Multipart(Vec<CallbackPart>),
    /// These bytes as `application/json`, with headers of the vendor's own.
    Json { bytes: Bytes, headers: Vec<(&'static str, String)> },
}

/// A callback that is to be delivered. The vendor's module says how it reads the reply.
#[derive(Clone, Debug)]
pub(crate) struct Callback {
    pub(crate) vendor: &'static str,
    pub(crate) reference: String,
    pub(crate) url: String,
    pub(crate) body: CallbackBody,
    pub(crate) read_reply: fn(u16, &[u8]) -> CallbackVerdict,
    /// Whom the vendor mails when the reply is unreadable.
    pub(crate) mailed_when_unreadable: Option<String>,
    /// The pauses before the vendor tries again while the reply is not [`CallbackVerdict::Accepted`]; empty: once only.
    pub(crate) retries: Vec<Duration>,
    /// What the vendor does beside that once it has read the reply (`None`: no reply), after each try.
    pub(crate) afterwards: Option<fn(&Sandbox, &Callback, Option<u16>)>,
}

const REPLY_KEPT: usize = 4096;

/// Whether a callback is still to be delivered, asked before each try.
pub(crate) type Wanted = fn(&Sandbox, &Callback) -> bool;

/// Puts a callback on its way; faults for the vendor's `callback` endpoint decide when and how often it arrives.
pub(crate) fn send(sandbox: &Sandbox, callback: Callback) {
    send_while(sandbox, callback, |_, _| true);
}

/// The same for a vendor that drops what waits when a receiver is switched off: a try that is no longer wanted ends the callback in silence.
pub(crate) fn send_while(sandbox: &Sandbox, callback: Callback, wanted: Wanted) {
    let faults = sandbox.strike(callback.vendor, CALLBACK);
    let mut copies = 1;
    let mut due = sandbox.now();
    for fault in &faults {
        match fault {
            FaultKind::LostCallback {} => return record(sandbox, &callback, 1, None, "", CallbackVerdict::NotSent),
            FaultKind::HeldCallback {} => return sandbox.hold_callback(callback),
            FaultKind::DuplicateCallback { copies: wanted } => copies = *wanted,
            FaultKind::DelayedCallback { ms } => due = later(due, delta(Duration::from_millis(*ms))),
            FaultKind::Latency { .. }
            | FaultKind::HttpError { .. }
            | FaultKind::Reset { .. }
            | FaultKind::TruncatedBody {}
            | FaultKind::MalformedJson {}
            | FaultKind::HtmlPage { .. }
            | FaultKind::RateLimited { .. }
            | FaultKind::LookupLag { .. } => {}
        }
    }
    sandbox.agenda().at(due, move |sandbox| async move {
        let mut deliveries = vec![callback.clone(); copies.try_into().unwrap_or(1)];
        deliveries.extend(sandbox.release_callbacks(callback.vendor));
        deliver_beside(sandbox, deliveries, 1, wanted);
    });
}

/// Delivers these one after another, beside the agenda: a receiver that is slow must not delay the signers.
fn deliver_beside(sandbox: Sandbox, callbacks: Vec<Callback>, attempt: u32, wanted: Wanted) {
    let busy = sandbox.agenda().busy();
    let stopped = sandbox.stopped();
    let deliveries = async move {
        for callback in callbacks {
            if wanted(&sandbox, &callback) && deliver(&sandbox, &callback, attempt).await != CallbackVerdict::Accepted {
                try_again(&sandbox, callback, attempt, wanted);
            }
        }
        drop(busy);
    };
    tokio::spawn(async move {
        tokio::select! {
            () = stopped.cancelled() => {}
            () = deliveries => {}
        }
    });
}

/// Enters the next try into the agenda, where the vendor has one left.
fn try_again(sandbox: &Sandbox, mut callback: Callback, attempt: u32, wanted: Wanted) {
    if callback.retries.is_empty() || !sandbox.config().callbacks.enabled {
        return;
    }
    let pause = callback.retries.remove(0).mul_f64(sandbox.config().callbacks.retry_scale);
    let due = later(sandbox.now(), delta(pause));
    sandbox.agenda().at(due, move |sandbox| async move {
        deliver_beside(sandbox, vec![callback], attempt.saturating_add(1), wanted);
    });
}

async fn deliver(sandbox: &Sandbox, callback: &Callback, attempt: u32) -> CallbackVerdict {
    if !sandbox.config().callbacks.enabled {
        record(sandbox, callback, attempt, None, "", CallbackVerdict::NotSent);
        return CallbackVerdict::NotSent;
    }
    sandbox.notify(Notice {
        at: sandbox.now(),
        vendor: callback.vendor.to_owned(),
        kind: NoticeKind::Callback,
        recipient: callback.url.clone(),
        reference: callback.reference.clone(),
    });
    let (status, reply) = match post(sandbox, callback).await {
        Ok((status, reply)) => (Some(status), reply),
        Err(error) => {
            tracing::warn!(vendor = callback.vendor, %error, "a sandbox callback was not answered");
            (None, Bytes::new())
        }
    };
    let verdict = status.map_or(CallbackVerdict::Unreadable, |status| (callback.read_reply)(status, &reply));
    record(sandbox, callback, attempt, status, &String::from_utf8_lossy(&reply), verdict);
    if let (CallbackVerdict::Unreadable, Some(developer)) = (verdict, &callback.mailed_when_unreadable) {
        sandbox.notify(Notice {
            at: sandbox.now(),
            vendor: callback.vendor.to_owned(),
            kind: NoticeKind::DeveloperMailed,
            recipient: developer.clone(),
            reference: callback.reference.clone(),
        });
    }
    if let Some(afterwards) = callback.afterwards {
        afterwards(sandbox, callback, status);
    }
    verdict
}

async fn post(sandbox: &Sandbox, callback: &Callback) -> Result<(u16, Bytes), reqwest::Error> {
    let mut request = sandbox.http().post(&callback.url);
    match &callback.body {
        CallbackBody::Multipart(parts) => request = request.multipart(form(parts)?),
        CallbackBody::Json { bytes, headers } => {
            request = request.header(CONTENT_TYPE, "application/json").body(bytes.clone());
            for (name, value) in headers {
                request = request.header(*name, value);
            }
        }
    }
    let mut response = request.send().await?;
    let status = response.status().as_u16();
    let mut reply = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        reply.extend_from_slice(&chunk);
        if reply.len() >= REPLY_KEPT {
            reply.truncate(REPLY_KEPT);
            break;
        }
    }
    Ok((status, reply.into()))
}

fn form(parts: &[CallbackPart]) -> Result<Form, reqwest::Error> {
    let mut form = Form::new();
    for part in parts {
        form = match part {
            CallbackPart::Text { name, text } => form.text(*name, text.clone()),
            CallbackPart::File { name, filename, content_type, bytes } => {
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                let part = Part::stream_with_length(bytes.clone(), length)
                    .file_name(filename.clone())
                    .mime_str(content_type)?;
                form.part(*name, part)
            }
        };
    }
    Ok(form)
}

fn record(
    sandbox: &Sandbox,
    callback: &Callback,
    attempt: u32,
    status: Option<u16>,
    reply: &str,
    verdict: CallbackVerdict,
) {
    sandbox.record_callback(CallbackRecord {
        at: sandbox.now(),
        vendor: callback.vendor.to_owned(),
        reference: callback.reference.clone(),
        url: callback.url.clone(),
        status,
        reply: reply.to_owned(),
        verdict,
        attempt,
    });
}
