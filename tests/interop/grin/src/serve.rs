//! A server of grin_p2p on the automated testing network. What it receives it tells on standard output, one JSON object
//! a line; what it is asked it answers from what `vectors` wrote.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use grin_core::core::hash::Hashed;
use grin_core::global::{self, ChainTypes};
use grin_core::pow;
use grin_p2p::types::{Capabilities, P2PConfig};
use grin_p2p::{Peer, Peers, Server};
use grin_util::StopState;
use serde_json::{json, Value};

mod adapter;
mod commands;
mod fixtures;
mod pool;

use adapter::Recorder;
use commands::Commands;
use fixtures::Fixtures;

/// As Grin's own server pings.
const PING: Duration = Duration::from_secs(10);
const WATCH: Duration = Duration::from_millis(50);

fn tell(line: Value) {
    let mut out = io::stdout().lock();
    // Whoever started this may have gone.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn describe(peer: &Peer) -> Value {
    json!({
        "peer": peer.info.addr.0.to_string(),
        "direction": if peer.info.is_inbound() { "inbound" } else { "outbound" },
        "user_agent": peer.info.user_agent,
        "version": peer.info.version.value(),
        "capabilities": peer.info.capabilities.bits(),
        "height": peer.info.height(),
        "total_difficulty": peer.info.total_difficulty().to_num(),
    })
}

fn event(name: &str, mut fields: Value) {
    fields["event"] = json!(name);
    tell(fields);
}

/// What the server is for.
pub enum Purpose<'a> {
    /// Tells what it receives; perhaps with an archive.
    Talk(Option<&'a str>),
    /// With a pool of Grin's own.
    TalkWithPool,
    /// For a benchmark: so many peers, and no word about them.
    Crowd(u32),
}

/// Looks after peers as Grin's own server does: pings them, and bans who talks too much.
fn look_after(peers: &Peers, adapter: &Recorder, config: &P2PConfig) {
    let (height, difficulty) = adapter.tip();
    peers.check_all(difficulty, height);
    let most = config.peer_max_inbound_count() as usize;
    peers.clean_peers(most, most, config.clone());
}

/// Tells who comes and goes, and looks after them.
fn watch(peers: &Peers, adapter: &Recorder, config: &P2PConfig) {
    // A peer that comes back may take its own place before its end was noticed: it is known by its time, too.
    let mut known = BTreeMap::new();
    let mut pinged = Instant::now();
    loop {
        let mut now = BTreeMap::new();
        for peer in peers.iter().connected() {
            let since = peer.info.live_info.read().first_seen;
            now.insert((peer.info.addr.0.to_string(), since), describe(&peer));
        }
        for (_, fields) in now.iter().filter(|(at, _)| !known.contains_key(*at)) {
            event("peer_connected", fields.clone());
        }
        for (at, _) in known.iter().filter(|(at, _)| !now.contains_key(*at)) {
            event("peer_disconnected", json!({ "peer": at.0 }));
        }
        known = now;
        if pinged.elapsed() >= PING {
            look_after(peers, adapter, config);
            pinged = Instant::now();
        }
        thread::sleep(WATCH);
    }
}

fn capabilities() -> Capabilities {
    Capabilities::default() | Capabilities::BLOCK_HIST
}

/// Transactions go to a pool of Grin's own if there is to be one; else all are taken.
pub fn run(address: &str, data: &str, work: &str, purpose: Purpose) {
    global::init_global_chain_type(ChainTypes::AutomatedTesting);
    global::init_global_nrd_enabled(true);
    global::init_global_future_time_limit(300);
    global::init_global_accept_fee_base(0);
    global::set_local_chain_type(ChainTypes::AutomatedTesting);
    global::set_local_nrd_enabled(true);

    let address: SocketAddr = address.parse().expect("ADDRESS is IP:PORT");
    let (archive, most) = match purpose {
        Purpose::Talk(archive) => (archive, None),
        Purpose::TalkWithPool => (None, None),
        Purpose::Crowd(most) => (None, Some(most)),
    };
    let fixtures = Arc::new(Fixtures::read(Path::new(data), archive.map(Into::into)));
    let adapter = Arc::new(Recorder::new(fixtures.clone(), Path::new(work), &purpose));
    let config = P2PConfig {
        host: address.ip(),
        port: address.port(),
        peer_max_inbound_count: most,
        ..P2PConfig::default()
    };
    let genesis = pow::mine_genesis_block().expect("it can be mined").hash();
    let stop = Arc::new(StopState::new());
    let server = Server::new(
        work,
        capabilities(),
        config.clone(),
        adapter.clone(),
        genesis,
        stop,
    );
    let server = Arc::new(server.expect("a server"));
    adapter.meet(server.peers.clone());

    let listening = server.clone();
    thread::spawn(move || listening.listen().expect("it can listen"));
    let (peers, watching) = (server.peers.clone(), adapter.clone());
    thread::spawn(move || match most {
        None => watch(&peers, &watching, &config),
        Some(_) => loop {
            thread::sleep(PING);
            look_after(&peers, &watching, &config);
        },
    });
    event("listening", json!({ "address": address.to_string() }));

    let commands = Commands::new(&server, &adapter, &fixtures);
    for line in io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        tell(commands.carry_out(&line));
        if line.trim() == "quit" {
            break;
        }
    }
    server.stop();
}
