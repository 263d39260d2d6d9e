//! What the server is told to do, one line each.

use std::sync::Arc;

use grin_chain::Options;
use grin_core::core::hash::Hash;
use grin_core::core::SegmentIdentifier;
use grin_p2p::types::{Capabilities, PeerAddr, ReasonForBan};
use grin_p2p::{Error, Peer, Server, State};
use serde_json::{json, Value};

use super::adapter::Recorder;
use super::describe;
use super::fixtures::Fixtures;
use super::pool::Pool;

pub struct Commands<'a> {
    server: &'a Server,
    adapter: &'a Recorder,
    fixtures: &'a Fixtures,
}

type Outcome = Result<Value, String>;

fn why(error: Error) -> String {
    format!("{error:?}")
}

fn done<T>(result: Result<T, Error>) -> Outcome {
    result.map(|_| json!({})).map_err(why)
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("'{text}' is no number"))
}

fn address(text: &str) -> Result<PeerAddr, String> {
    text.parse()
        .map(PeerAddr)
        .map_err(|_| format!("'{text}' is no address"))
}

fn hash(text: &str) -> Result<Hash, String> {
    Hash::from_hex(text).map_err(|_| format!("'{text}' is no hash"))
}

fn reason(number: i32) -> Result<ReasonForBan, String> {
    Ok(match number {
        0 => ReasonForBan::None,
        1 => ReasonForBan::BadBlock,
        2 => ReasonForBan::BadCompactBlock,
        3 => ReasonForBan::BadBlockHeader,
        4 => ReasonForBan::BadTxHashSet,
        5 => ReasonForBan::ManualBan,
        6 => ReasonForBan::FraudHeight,
        7 => ReasonForBan::BadHandshake,
        _ => return Err(format!("{number} is no reason")),
    })
}

impl<'a> Commands<'a> {
    pub fn new(server: &'a Server, adapter: &'a Recorder, fixtures: &'a Fixtures) -> Commands<'a> {
        Commands {
            server,
            adapter,
            fixtures,
        }
    }

    pub fn carry_out(&self, line: &str) -> Value {
        let words: Vec<&str> = line.split_whitespace().collect();
        let name = words.first().copied().unwrap_or_default();
        match self.act(&words) {
            Ok(mut fields) => {
                fields["reply"] = json!(name);
                fields["ok"] = json!(true);
                fields
            }
            Err(why) => json!({ "reply": name, "ok": false, "error": why }),
        }
    }

    fn act(&self, words: &[&str]) -> Outcome {
        match *words {
            ["quit"] => Ok(json!({})),
            ["connect", at] => {
                let peer = self.server.connect(address(at)?).map_err(why)?;
                Ok(describe(&peer))
            }
            ["disconnect", at] => done(self.server.peers.disconnect_peer(address(at)?, "asked to")),
            ["peers"] => self.peers(),
            ["stored"] => self.stored(),
            ["tip", height, difficulty] => {
                self.adapter.set_tip(number(height)?, number(difficulty)?);
                Ok(json!({}))
            }
            ["ban", at, code] => {
                let reason = reason(number(code)?)?;
                done(self.server.peers.ban_peer(address(at)?, reason))
            }
            ["unban", at] => done(self.server.peers.unban_peer(address(at)?)),
            _ => self.say(words),
        }
    }

    fn say(&self, words: &[&str]) -> Outcome {
        match *words {
            ["fluff", name] => {
                let tx = self.transaction(name)?;
                self.adapter.publish(tx);
                self.server.peers.broadcast_transaction(tx);
                Ok(json!({}))
            }
            ["stem", name, at] => done(
                self.peer(at)?
                    .send_stem_transaction(self.transaction(name)?),
            ),
            ["submit", name] => {
                let tx = self.transaction(name)?.clone();
                let added = self.pool()?.add(tx, true, true);
                added.map(|()| json!({})).map_err(|error| error.to_string())
            }
            ["epoch", mode] => {
                self.pool()?.set_stems(mode == "stem");
                Ok(json!({}))
            }
            ["pool"] => Ok(self.pool()?.describe()),
            ["header", height] => {
                let height: usize = number(height)?;
                let header = self
                    .fixtures
                    .headers
                    .get(height)
                    .ok_or("there is no such header")?;
                self.server.peers.broadcast_header(header);
                Ok(json!({}))
            }
            ["compact_block", shape] => {
                let block = self
                    .fixtures
                    .compact_blocks
                    .get(shape)
                    .ok_or("there is no such block")?;
                self.server.peers.broadcast_compact_block(block);
                Ok(json!({}))
            }
            _ => self.ask(words),
        }
    }

    fn ask(&self, words: &[&str]) -> Outcome {
        match *words {
            ["ask_transaction", at, kernel] => done(self.peer(at)?.send_tx_request(hash(kernel)?)),
            ["ask_block", at, id] => {
                done(self.peer(at)?.send_block_request(hash(id)?, Options::NONE))
            }
            ["ask_compact_block", at, id] => {
                done(self.peer(at)?.send_compact_block_request(hash(id)?))
            }
            ["ask_headers", at, ref locator @ ..] => {
                let locator = locator
                    .iter()
                    .map(|each| hash(each))
                    .collect::<Result<_, _>>()?;
                done(self.peer(at)?.send_header_request(locator))
            }
            ["ask_peers", at, bits] => {
                let wanted = Capabilities::from_bits_truncate(number(bits)?);
                done(self.peer(at)?.send_peer_request(wanted))
            }
            ["ask_archive", at, height, id] => done(
                self.peer(at)?
                    .send_txhashset_request(number(height)?, hash(id)?),
            ),
            ["ask_segment", at, kind, block, height, index] => {
                let id = SegmentIdentifier {
                    height: number(height)?,
                    idx: number(index)?,
                };
                self.ask_segment(&*self.peer(at)?, kind, hash(block)?, id)
            }
            _ => Err("unknown command".into()),
        }
    }

    fn ask_segment(&self, of: &Peer, kind: &str, block: Hash, id: SegmentIdentifier) -> Outcome {
        match kind {
            "bitmap" => done(of.send_bitmap_segment_request(block, id)),
            "output" => done(of.send_output_segment_request(block, id)),
            "rangeproof" => done(of.send_rangeproof_segment_request(block, id)),
            "kernel" => done(of.send_kernel_segment_request(block, id)),
            _ => Err(format!("'{kind}' is no kind of segment")),
        }
    }

    fn peer(&self, at: &str) -> Result<Arc<Peer>, String> {
        let found = self.server.peers.get_connected_peer(address(at)?);
        found.ok_or_else(|| format!("no peer at {at}"))
    }

    fn pool(&self) -> Result<&Pool, String> {
        self.adapter
            .pool()
            .ok_or_else(|| "it has no pool".to_string())
    }

    fn transaction(&self, name: &str) -> Result<&grin_core::core::Transaction, String> {
        self.fixtures
            .transactions
            .get(name)
            .ok_or_else(|| format!("there is no transaction '{name}'"))
    }

    fn peers(&self) -> Outcome {
        let connected: Vec<Value> = self
            .server
            .peers
            .iter()
            .connected()
            .into_iter()
            .map(|peer| describe(&peer))
            .collect();
        Ok(json!({ "peers": connected }))
    }

    /// What its store knows of peers, bans among it.
    fn stored(&self) -> Outcome {
        let all = self.server.peers.all_peer_data().into_iter();
        let stored: Vec<Value> = all
            .map(|each| {
                let banned = each.flags == State::Banned;
                let reason = format!("{:?}", each.ban_reason);
                json!({ "peer": each.addr.0.to_string(), "banned": banned, "ban_reason": reason })
            })
            .collect();
        Ok(json!({ "stored": stored }))
    }
}
