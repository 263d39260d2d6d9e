//! A whole node of Grin's own (grin_servers) on a testing network, with a miner that mines when it is told. It reads
//! commands from standard input, and writes a JSON object a line: replies, and what changes.

use std::io::{self, BufRead};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use grin_util::StopState;
use serde_json::json;

mod commands;
mod events;
mod options;
mod start;

use options::Options;

const USAGE: &str = "usage: pappus-grin-server --data-dir FOLDER --listen IP:PORT --api IP:PORT [--usernet] [--seed IP:PORT]...";

fn main() {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(fault) => {
            eprintln!("{fault}\n{USAGE}");
            std::process::exit(2);
        }
    };
    let server = Arc::new(start::start(&options));
    events::tell(json!({"event": "listening", "address": options.listen.to_string()}));
    let stop = Arc::new(StopState::new());
    let (watched, until) = (server.clone(), stop.clone());
    let watch = thread::spawn(move || events::watch(&watched, Duration::from_millis(50), &until));
    for line in io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        if line.trim() == "quit" {
            break;
        }
        events::tell(commands::carry_out(&server, &line));
    }
    stop.stop();
    watch.join().expect("the watch ends");
    if let Some(server) = Arc::into_inner(server) {
        server.stop();
    }
    events::tell(json!({"reply": "quit", "ok": true}));
    // Its listener may wait for connections for ever.
    std::process::exit(0);
}
