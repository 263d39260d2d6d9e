//! What a server asks and tells its chain: told on, and answered from fixtures as Grin's own adapter would with an empty
//! pool on that chain.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use blake2_rfc::blake2b::Blake2b;
use chrono::{DateTime, Utc};
use grin_chain::txhashset::BitmapChunk;
use grin_chain::{Error, Options};
use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::{
    Block, BlockHeader, CompactBlock, OutputIdentifier, Segment, SegmentIdentifier, Transaction,
    TxKernel,
};
use grin_core::pow::Difficulty;
use grin_p2p::types::{ChainAdapter, PeerInfo, TxHashSetRead};
use grin_p2p::Peers;
use grin_util::secp::pedersen::RangeProof;
use grin_util::ToHex;
use serde_json::{json, Value};

use super::fixtures::{key, Fixtures};
use super::pool::{kernels, Pool};
use super::{event, Purpose};

pub struct Recorder {
    fixtures: Arc<Fixtures>,
    work: PathBuf,
    peers: Arc<OnceLock<Arc<Peers>>>,
    tip: Mutex<(u64, u64)>,
    /// What may be asked for: never what came or goes by the stem.
    public: Mutex<HashMap<Hash, Transaction>>,
    /// If there is one it decides, and `public` is empty.
    pool: Option<Pool>,
    /// It tells nothing, and passes transactions on.
    is_for_crowd: bool,
}

fn no_segment() -> Error {
    Error::Other("no such segment".into())
}

fn place(header: &BlockHeader) -> Value {
    json!({ "hash": header.hash().to_hex(), "height": header.height })
}

fn news(name: &str, header: &BlockHeader, from: &PeerInfo) {
    let mut fields = place(header);
    fields["from"] = json!(from.addr.0.to_string());
    event(name, fields);
}

fn segment_event<T>(kind: &str, block: Hash, segment: &Segment<T>, root: Option<Hash>) {
    let id = segment.identifier();
    event(
        "segment",
        json!({
            "kind": kind,
            "block": block.to_hex(),
            "height": id.height,
            "index": id.idx,
            "leaves": segment.leaf_iter().count(),
            "root": root.map(|root| root.to_hex()),
        }),
    );
}

fn asked_segment(kind: &str, block: Hash, id: SegmentIdentifier) {
    event(
        "segment_requested",
        json!({ "kind": kind, "block": block.to_hex(), "height": id.height, "index": id.idx }),
    );
}

impl Recorder {
    pub fn new(fixtures: Arc<Fixtures>, work: &Path, purpose: &Purpose) -> Recorder {
        let peers = Arc::new(OnceLock::new());
        Recorder {
            fixtures,
            work: work.into(),
            tip: Mutex::new((0, 1)),
            public: Mutex::new(HashMap::new()),
            pool: matches!(purpose, Purpose::TalkWithPool).then(|| Pool::new(peers.clone())),
            is_for_crowd: matches!(purpose, Purpose::Crowd(_)),
            peers,
        }
    }

    pub fn pool(&self) -> Option<&Pool> {
        self.pool.as_ref()
    }

    /// Call once, before the first peer comes.
    pub fn meet(&self, peers: Arc<Peers>) {
        assert!(self.peers.set(peers).is_ok());
    }

    pub fn tip(&self) -> (u64, Difficulty) {
        let (height, difficulty) = *self.tip.lock().unwrap();
        (height, Difficulty::from_num(difficulty))
    }

    pub fn set_tip(&self, height: u64, difficulty: u64) {
        *self.tip.lock().unwrap() = (height, difficulty);
    }

    pub fn publish(&self, tx: &Transaction) {
        let mut public = self.public.lock().unwrap();
        for kernel in tx.kernels() {
            public.insert(kernel.hash(), tx.clone());
        }
    }

    fn find(&self, kernel: Hash) -> Option<Transaction> {
        match &self.pool {
            Some(pool) => pool.find(kernel),
            None => self.public.lock().unwrap().get(&kernel).cloned(),
        }
    }

    fn peer(&self, of: &PeerInfo) -> Option<Arc<grin_p2p::Peer>> {
        self.peers.get()?.get_connected_peer(of.addr)
    }
}

impl ChainAdapter for Recorder {
    fn total_difficulty(&self) -> Result<Difficulty, Error> {
        Ok(self.tip().1)
    }

    fn total_height(&self) -> Result<u64, Error> {
        Ok(self.tip().0)
    }

    fn transaction_received(&self, tx: Transaction, stem: bool) -> Result<bool, Error> {
        if self.is_for_crowd {
            if let Some(peers) = self.peers.get() {
                peers.broadcast_transaction(&tx);
            }
            return Ok(true);
        }
        event(
            "transaction",
            json!({ "kernels": kernels(&tx), "phase": if stem { "stem" } else { "fluff" } }),
        );
        if let Some(pool) = &self.pool {
            if let Err(why) = pool.add(tx, stem, false) {
                event("transaction_refused", json!({ "why": why.to_string() }));
            }
        } else if !stem {
            self.publish(&tx);
        }
        Ok(true)
    }

    fn get_transaction(&self, kernel: Hash) -> Option<Transaction> {
        event(
            "transaction_requested",
            json!({ "kernel": kernel.to_hex() }),
        );
        self.find(kernel)
    }

    fn tx_kernel_received(&self, kernel: Hash, from: &PeerInfo) -> Result<bool, Error> {
        event(
            "kernel",
            json!({ "kernel": kernel.to_hex(), "from": from.addr.0.to_string() }),
        );
        if self.find(kernel).is_none() {
            if let Some(peer) = self.peer(from) {
                let _ = peer.send_tx_request(kernel);
            }
        }
        Ok(true)
    }

    fn block_received(&self, block: Block, from: &PeerInfo, _: Options) -> Result<bool, Error> {
        news("block", &block.header, from);
        Ok(true)
    }

    fn compact_block_received(&self, block: CompactBlock, from: &PeerInfo) -> Result<bool, Error> {
        news("compact_block", &block.header, from);
        if let Some(peer) = self.peer(from) {
            let _ = peer.send_block_request(block.hash(), Options::NONE);
        }
        Ok(true)
    }

    fn header_received(&self, header: BlockHeader, from: &PeerInfo) -> Result<bool, Error> {
        news("header", &header, from);
        if let Some(peer) = self.peer(from) {
            let _ = peer.send_compact_block_request(header.hash());
        }
        Ok(true)
    }

    fn headers_received(&self, headers: &[BlockHeader], from: &PeerInfo) -> Result<bool, Error> {
        let hashes: Vec<String> = headers.iter().map(|each| each.hash().to_hex()).collect();
        event(
            "headers",
            json!({ "hashes": hashes, "from": from.addr.0.to_string() }),
        );
        Ok(true)
    }

    fn locate_headers(&self, locator: &[Hash]) -> Result<Vec<BlockHeader>, Error> {
        event("headers_requested", json!({ "hashes": locator.len() }));
        Ok(self.fixtures.after(locator))
    }

    /// As in Grin's own adapter, older versions get none.
    fn get_block(&self, hash: Hash, by: &PeerInfo) -> Option<Block> {
        event("block_requested", json!({ "hash": hash.to_hex() }));
        self.fixtures
            .block(&hash)
            .filter(|_| by.version.value() > 2)
            .cloned()
    }

    fn txhashset_read(&self, hash: Hash) -> Option<TxHashSetRead> {
        event("archive_requested", json!({ "hash": hash.to_hex() }));
        let reader = File::open(self.fixtures.archive.as_ref()?).ok()?;
        Some(TxHashSetRead {
            output_index: 0,
            kernel_index: 0,
            reader,
        })
    }

    fn txhashset_archive_header(&self) -> Result<BlockHeader, Error> {
        Ok(self.fixtures.archive_header.clone())
    }

    fn txhashset_receive_ready(&self) -> bool {
        true
    }

    fn txhashset_download_update(&self, _: DateTime<Utc>, _: u64, _: u64) -> bool {
        true
    }

    fn txhashset_write(&self, hash: Hash, mut data: File, from: &PeerInfo) -> Result<bool, Error> {
        let mut content = vec![];
        data.read_to_end(&mut content)
            .map_err(|why| Error::Other(why.to_string()))?;
        let mut digest = Blake2b::new(32);
        digest.update(&content);
        event(
            "archive",
            json!({
                "hash": hash.to_hex(),
                "bytes": content.len(),
                "blake2b": digest.finalize().as_bytes().to_hex(),
                "from": from.addr.0.to_string(),
            }),
        );
        Ok(false)
    }

    fn get_tmp_dir(&self) -> PathBuf {
        self.work.clone()
    }

    fn get_tmpfile_pathname(&self, name: String) -> PathBuf {
        let path = self.work.join(name);
        let _ = fs::remove_file(&path);
        path
    }

    fn get_kernel_segment(
        &self,
        block: Hash,
        id: SegmentIdentifier,
    ) -> Result<Segment<TxKernel>, Error> {
        asked_segment("kernel", block, id);
        self.fixtures
            .kernel_segments
            .get(&key(block, id))
            .cloned()
            .ok_or_else(no_segment)
    }

    fn get_bitmap_segment(
        &self,
        block: Hash,
        id: SegmentIdentifier,
    ) -> Result<(Segment<BitmapChunk>, Hash), Error> {
        asked_segment("bitmap", block, id);
        self.fixtures
            .bitmap_segments
            .get(&key(block, id))
            .cloned()
            .ok_or_else(no_segment)
    }

    fn get_output_segment(
        &self,
        block: Hash,
        id: SegmentIdentifier,
    ) -> Result<(Segment<OutputIdentifier>, Hash), Error> {
        asked_segment("output", block, id);
        self.fixtures
            .output_segments
            .get(&key(block, id))
            .cloned()
            .ok_or_else(no_segment)
    }

    fn get_rangeproof_segment(
        &self,
        block: Hash,
        id: SegmentIdentifier,
    ) -> Result<Segment<RangeProof>, Error> {
        asked_segment("rangeproof", block, id);
        self.fixtures
            .rangeproof_segments
            .get(&key(block, id))
            .cloned()
            .ok_or_else(no_segment)
    }

    fn receive_bitmap_segment(
        &self,
        block: Hash,
        output_root: Hash,
        segment: Segment<BitmapChunk>,
    ) -> Result<bool, Error> {
        segment_event("bitmap", block, &segment, Some(output_root));
        Ok(true)
    }

    fn receive_output_segment(
        &self,
        block: Hash,
        bitmap_root: Hash,
        segment: Segment<OutputIdentifier>,
    ) -> Result<bool, Error> {
        segment_event("output", block, &segment, Some(bitmap_root));
        Ok(true)
    }

    fn receive_rangeproof_segment(
        &self,
        block: Hash,
        segment: Segment<RangeProof>,
    ) -> Result<bool, Error> {
        segment_event("rangeproof", block, &segment, None);
        Ok(true)
    }

    fn receive_kernel_segment(
        &self,
        block: Hash,
        segment: Segment<TxKernel>,
    ) -> Result<bool, Error> {
        segment_event("kernel", block, &segment, None);
        Ok(true)
    }
}
