//! Output: replies, and what has changed.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use grin_servers::Server;
use grin_util::{StopState, ToHex};
use serde_json::{json, Value};

pub fn tell(line: Value) {
    let mut out = io::stdout().lock();
    // Whoever started this may have gone.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// What is told when it changes.
fn state(server: &Server) -> Vec<(&'static str, Value)> {
    let status = format!("{:?}", server.sync_state.status());
    let stage: String = status
        .chars()
        .take_while(|each| each.is_alphanumeric())
        .collect();
    let mut now = vec![("sync", json!({ "stage": stage }))];
    if let Ok(head) = server.chain.head() {
        let hash = head.last_block_h.to_hex();
        now.push(("head", json!({"height": head.height, "hash": hash})));
    }
    if let Ok(head) = server.chain.header_head() {
        now.push(("header_head", json!({ "height": head.height })));
    }
    let connected = server.p2p.peers.iter().connected();
    let mut peers: Vec<String> = connected
        .into_iter()
        .map(|peer| peer.info.addr.to_string())
        .collect();
    peers.sort();
    now.push(("peers", json!({ "peers": peers })));
    now
}

/// Until it is stopped.
pub fn watch(server: &Server, interval: Duration, stop: &StopState) {
    let mut told = BTreeMap::new();
    while !stop.is_stopped() {
        for (name, mut fields) in state(server) {
            if told.get(name) != Some(&fields) {
                told.insert(name, fields.clone());
                fields["event"] = json!(name);
                tell(fields);
            }
        }
        thread::sleep(interval);
    }
}
