//! Grin's own transaction pool, joined to its peers as Grin's server does it, on a chain on which everything is unspent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::transaction::{CommitWrapper, OutputFeatures};
use grin_core::core::{
    BlockHeader, BlockSums, HeaderVersion, Inputs, OutputIdentifier, Transaction,
};
use grin_p2p::Peers;
use grin_pool::{
    BlockChain, PoolAdapter, PoolConfig, PoolEntry, PoolError, TransactionPool, TxSource,
};
use grin_util::ToHex;
use serde_json::{json, Value};

use super::event;

struct AnyChain;

fn head() -> BlockHeader {
    BlockHeader {
        version: HeaderVersion(5),
        ..BlockHeader::default()
    }
}

impl BlockChain for AnyChain {
    fn verify_coinbase_maturity(&self, _: &Inputs) -> Result<(), PoolError> {
        Ok(())
    }

    fn verify_tx_lock_height(&self, _: &Transaction) -> Result<(), PoolError> {
        Ok(())
    }

    fn validate_tx(&self, _: &Transaction) -> Result<(), PoolError> {
        Ok(())
    }

    fn validate_inputs(&self, inputs: &Inputs) -> Result<Vec<OutputIdentifier>, PoolError> {
        let spent: Vec<CommitWrapper> = inputs.into();
        let plain = |input: &CommitWrapper| {
            OutputIdentifier::new(OutputFeatures::Plain, &input.commitment())
        };
        Ok(spent.iter().map(plain).collect())
    }

    fn chain_head(&self) -> Result<BlockHeader, PoolError> {
        Ok(head())
    }

    fn get_block_header(&self, _: &Hash) -> Result<BlockHeader, PoolError> {
        Ok(head())
    }

    fn get_block_sums(&self, _: &Hash) -> Result<BlockSums, PoolError> {
        Ok(BlockSums::default())
    }
}

/// Where accepted transactions go. In a stem epoch those on the stem go to an outbound peer, and if there is none they
/// are fluffed; in the others they stay in the stempool.
struct Relay {
    peers: Arc<OnceLock<Arc<Peers>>>,
    stems: AtomicBool,
}

impl PoolAdapter for Relay {
    fn tx_accepted(&self, entry: &PoolEntry) {
        if let Some(peers) = self.peers.get() {
            peers.broadcast_transaction(&entry.tx);
        }
    }

    fn stem_tx_accepted(&self, entry: &PoolEntry) -> Result<(), PoolError> {
        if !self.stems.load(Ordering::Relaxed) {
            return Ok(());
        }
        let peers = self.peers.get().ok_or(PoolError::DandelionError)?;
        let relay = peers
            .iter()
            .outbound()
            .connected()
            .choose_random()
            .ok_or(PoolError::DandelionError)?;
        relay
            .send_stem_transaction(&entry.tx)
            .map_err(|_| PoolError::DandelionError)?;
        event(
            "stemmed",
            json!({ "kernels": kernels(&entry.tx), "to": relay.info.addr.0.to_string() }),
        );
        Ok(())
    }
}

pub struct Pool {
    relay: Arc<Relay>,
    inner: Mutex<TransactionPool<AnyChain, Relay>>,
}

pub fn kernels(of: &Transaction) -> Vec<String> {
    of.kernels()
        .iter()
        .map(|each| each.hash().to_hex())
        .collect()
}

fn all_kernels(of: &grin_pool::Pool<AnyChain>) -> Vec<String> {
    of.all_transactions().iter().flat_map(kernels).collect()
}

impl Pool {
    pub fn new(peers: Arc<OnceLock<Arc<Peers>>>) -> Pool {
        let relay = Arc::new(Relay {
            peers,
            stems: AtomicBool::new(true),
        });
        let inner = TransactionPool::new(PoolConfig::default(), Arc::new(AnyChain), relay.clone());
        Pool {
            relay,
            inner: Mutex::new(inner),
        }
    }

    /// From a peer, or, if `own`, as if a wallet had pushed it.
    pub fn add(&self, tx: Transaction, stem: bool, own: bool) -> Result<(), PoolError> {
        let source = if own {
            TxSource::PushApi
        } else {
            TxSource::Broadcast
        };
        let mut pool = self.inner.lock().unwrap();
        pool.add_to_pool(source, tx, stem, &head())
    }

    /// In public: what is on the stem is not told of.
    pub fn find(&self, kernel: Hash) -> Option<Transaction> {
        self.inner
            .lock()
            .unwrap()
            .retrieve_tx_by_kernel_hash(kernel)
    }

    /// Whether this epoch is one of stems.
    pub fn set_stems(&self, stems: bool) {
        self.relay.stems.store(stems, Ordering::Relaxed);
    }

    /// The kernels of all that is in it.
    pub fn describe(&self) -> Value {
        let pool = self.inner.lock().unwrap();
        json!({ "public": all_kernels(&pool.txpool), "private": all_kernels(&pool.stempool) })
    }
}
