//! What the server can be told, a line each.

use grin_chain::Options;
use grin_core::core::hash::Hashed;
use grin_p2p::types::PeerAddr;
use grin_pool::TxSource;
use grin_servers::Server;
use grin_util::ToHex;
use pappus_grin_chain::miner::{self, Spend};
use serde_json::{json, Value};

type Reply = Result<Value, String>;

/// What went wrong, as Grin says it.
fn said(fault: impl std::fmt::Debug) -> String {
    format!("{fault:?}")
}

fn mine(server: &Server, count: u64, salt: u32) -> Reply {
    for _ in 0..count {
        let transactions = server.tx_pool.read().prepare_mineable_transactions();
        let transactions = transactions.map_err(said)?;
        let block = miner::next_block(&server.chain, &transactions, salt, |_| {}).map_err(said)?;
        server
            .chain
            .process_block(block, Options::MINE)
            .map_err(said)?;
    }
    tip(server)
}

fn tip(server: &Server) -> Reply {
    let head = server.chain.head().map_err(said)?;
    let header = server.chain.header_head().map_err(said)?;
    Ok(json!({
        "height": head.height,
        "hash": head.last_block_h.to_hex(),
        "total_difficulty": head.total_difficulty.to_num(),
        "header_height": header.height,
        "tail": server.chain.tail().map_or(0, |tail| tail.height),
    }))
}

/// A transaction that spends the reward of a block of this miner's goes into the pool.
fn spend(server: &Server, what: Spend, stem: bool) -> Reply {
    let transaction = miner::spend(&server.chain, what).map_err(said)?;
    let kernel = transaction.kernels()[0].hash().to_hex();
    let header = server.chain.head_header().map_err(said)?;
    let mut pool = server.tx_pool.write();
    pool.add_to_pool(TxSource::PushApi, transaction, stem, &header)
        .map_err(said)?;
    Ok(json!({ "kernel": kernel }))
}

fn pool(server: &Server) -> Reply {
    let pool = server.tx_pool.read();
    let kernels = |entries: &[grin_pool::PoolEntry]| -> Vec<String> {
        let kernels = entries.iter().flat_map(|each| each.tx.kernels());
        kernels.map(|each| each.hash().to_hex()).collect()
    };
    Ok(json!({
        "kernels": kernels(&pool.txpool.entries),
        "stem": kernels(&pool.stempool.entries),
    }))
}

fn peers(server: &Server) -> Reply {
    let connected = server.p2p.peers.iter().connected().into_iter();
    let peers = connected.map(|peer| {
        json!({
            "peer": peer.info.addr.to_string(),
            "user_agent": peer.info.user_agent,
            "capabilities": peer.info.capabilities.bits(),
            "height": peer.info.height(),
        })
    });
    Ok(json!({ "peers": peers.collect::<Vec<_>>() }))
}

fn banned(server: &Server) -> Reply {
    let all = server.p2p.peers.all_peer_data();
    let banned = all
        .iter()
        .filter(|each| each.flags == grin_p2p::State::Banned);
    let banned: Vec<_> = banned.map(|each| each.addr.to_string()).collect();
    Ok(json!({ "banned": banned }))
}

fn connect(server: &Server, address: &str) -> Reply {
    let address = PeerAddr(address.parse().map_err(said)?);
    server
        .connect_peer(address)
        .map(|()| json!({}))
        .map_err(said)
}

fn understand(server: &Server, words: &[&str]) -> Reply {
    let number = |place: usize, otherwise: u64| match words.get(place) {
        Some(word) => word
            .parse::<u64>()
            .map_err(|_| format!("{word}: no number")),
        None => Ok(otherwise),
    };
    match words.first().copied() {
        Some("mine") => mine(server, number(1, 1)?, number(2, 0)? as u32),
        Some("tip") => tip(server),
        Some("spend") | Some("stem") => {
            let what = Spend {
                height: number(1, 1)?,
                salt: number(2, 0)? as u32,
                more_fee: number(3, 0)?,
                number: 0,
            };
            spend(server, what, words[0] == "stem")
        }
        Some("pool") => pool(server),
        Some("peers") => peers(server),
        Some("banned") => banned(server),
        Some("connect") => connect(server, words.get(1).copied().unwrap_or_default()),
        Some("compact") => server
            .chain
            .compact()
            .map_err(said)
            .and_then(|()| tip(server)),
        Some("validate") => server
            .chain
            .validate(false)
            .map(|()| json!({}))
            .map_err(said),
        _ => Err("no such command".to_string()),
    }
}

/// `mine [COUNT [SALT]]`, `tip`, `spend [HEIGHT [SALT [MORE_FEE]]]`, `stem` likewise, `pool`, `peers`, `banned`, `connect
/// ADDRESS`, `compact`, `validate`.
pub fn carry_out(server: &Server, line: &str) -> Value {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (mut reply, ok) = match understand(server, &words) {
        Ok(reply) => (reply, true),
        Err(fault) => (json!({ "error": fault }), false),
    };
    reply["reply"] = json!(words.first());
    reply["ok"] = json!(ok);
    reply
}
