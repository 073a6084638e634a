//! Stories about whole messages and whole calls.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod calls;
mod changes;
mod client;
mod independent_reader;
mod mutations;
mod phones;
mod races;
mod server;
mod storms;
mod support;
mod torture;
mod torture_messages;

use bytes::Bytes;
use obelus_sip::message::{Limits, Malformed, Message, Request, Response, parse};

/// Makes wire bytes of a text whose line ends are `\n`.
fn wire(text: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(text.len() + 40);
    for &byte in text {
        if byte == b'\n' {
            out.push(b'\r');
        }
        out.push(byte);
    }
    Bytes::from(out)
}

fn read(text: &[u8]) -> Result<Message, Malformed> {
    parse(wire(text), &Limits::default())
}

fn request(text: &str) -> Request {
    match read(text.as_bytes()) {
        Ok(Message::Request(request)) => request,
        other => panic!("no request: {other:?}"),
    }
}

fn response(text: &str) -> Response {
    match read(text.as_bytes()) {
        Ok(Message::Response(response)) => response,
        other => panic!("no response: {other:?}"),
    }
}
