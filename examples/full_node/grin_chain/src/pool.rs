//! Grin's transaction pool. Its stempool stays empty: Grin's answers about stem transactions depend on others that are
//! on their stem, so that peers could find those out. What is validated here follows from the chain and from public
//! transactions alone.

use std::sync::{Arc, Mutex};

use chrono::{Duration, Utc};
use grin_chain::{BlockStatus, Chain, ChainAdapter, Options};
use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::{
    transaction, Block, BlockHeader, CompactBlock, ShortId, Transaction, Weighting,
};
use grin_pool::{PoolAdapter, PoolConfig, PoolEntry, PoolError, TransactionPool, TxSource};
use grin_util::RwLock;

use crate::node::Node;
use crate::pool_chain::{self, PoolChain};
use crate::verdict::{Fault, OrFailed, Outcome, Verdict};

type Inner = TransactionPool<PoolChain, NoRelay>;

/// Blocks that Grin has accepted and the pool has not been told of. Grin calls `block_accepted` from within
/// `process_block`, where nothing may call the chain.
#[derive(Default)]
pub struct AcceptedBlocks {
    queue: Mutex<Vec<(Block, BlockStatus)>>,
}

impl ChainAdapter for AcceptedBlocks {
    fn block_accepted(&self, block: &Block, status: BlockStatus, _: Options) {
        let mut queue = self.queue.lock().expect("no panic while it was locked");
        queue.push((block.clone(), status));
    }
}

impl AcceptedBlocks {
    fn take(&self) -> Vec<(Block, BlockStatus)> {
        std::mem::take(&mut *self.queue.lock().expect("no panic while it was locked"))
    }
}

/// Relaying is the library's.
pub struct NoRelay;

impl PoolAdapter for NoRelay {
    fn tx_accepted(&self, _: &PoolEntry) {}

    fn stem_tx_accepted(&self, _: &PoolEntry) -> Result<(), PoolError> {
        Err(PoolError::DandelionError)
    }
}

pub struct Pool {
    chain: Arc<PoolChain>,
    inner: RwLock<Inner>,
}

fn empty(chain: Arc<PoolChain>) -> Inner {
    TransactionPool::new(PoolConfig::default(), chain, Arc::new(NoRelay))
}

impl Pool {
    pub fn new(chain: Arc<Chain>) -> Pool {
        let chain = Arc::new(PoolChain(chain));
        Pool {
            inner: RwLock::new(empty(chain.clone())),
            chain,
        }
    }

    /// Adds a transaction that is public.
    pub fn add(&self, tx: Transaction) -> Outcome<()> {
        add(&mut self.inner.write(), &self.chain, tx)
    }

    /// Whether a transaction could be added now; nothing changes.
    pub fn validate(&self, tx: Transaction) -> Outcome<()> {
        let mut copy = empty(self.chain.clone());
        copy.txpool.entries = self.inner.read().txpool.entries.clone();
        add(&mut copy, &self.chain, tx)
    }

    /// One transaction of several, if it could be added now.
    pub fn aggregate(&self, txs: &[Transaction]) -> Outcome<Transaction> {
        let together = transaction::aggregate(txs)
            .map_err(|error| Fault::new(Verdict::Refused, error.to_string()))?;
        self.validate(together.clone())?;
        Ok(together)
    }

    pub fn find(&self, kernel: Hash) -> Option<Transaction> {
        self.inner.read().retrieve_tx_by_kernel_hash(kernel)
    }

    /// Hashes of all kernels.
    pub fn kernels(&self) -> Vec<Hash> {
        let pool = self.inner.read();
        let transactions = pool.txpool.entries.iter();
        transactions
            .flat_map(|entry| entry.tx.kernels().iter().map(|kernel| kernel.hash()))
            .collect()
    }

    pub fn transactions_of(&self, block: &CompactBlock) -> (Vec<Transaction>, Vec<ShortId>) {
        let hash = block.header.hash();
        let pool = self.inner.read();
        pool.retrieve_transactions(hash, block.nonce, block.kern_ids())
    }

    pub fn mineable(&self) -> Outcome<Vec<Transaction>> {
        self.inner
            .read()
            .prepare_mineable_transactions()
            .or_failed()
    }

    /// As Grin's server does it. Errors leave transactions out, which later blocks take up again.
    fn reconcile(&self, block: &Block, status: BlockStatus) {
        let mut pool = self.inner.write();
        if status.is_next() || status.is_reorg() {
            let _ = pool.reconcile_block(block);
            let period = Duration::minutes(i64::from(pool.config.reorg_cache_period));
            pool.truncate_reorg_cache(Utc::now() - period);
        }
        if status.is_reorg() {
            let _ = pool.reconcile_reorg_cache(&block.header);
        }
    }
}

impl Node {
    pub(crate) fn reconcile_pool(&self) {
        for (block, status) in self.accepted.take() {
            self.pool.reconcile(&block, status);
        }
    }
}

fn add(pool: &mut Inner, chain: &PoolChain, tx: Transaction) -> Outcome<()> {
    // What follows from its bytes. Later the same errors can also come from its union with what is in the pool.
    tx.validate(Weighting::AsTransaction)
        .map_err(|error| Fault::new(Verdict::Invalid, error.to_string()))?;
    let head: BlockHeader = chain.0.head_header().or_failed()?;
    pool.add_to_pool(TxSource::Broadcast, tx, false, &head)
        .map_err(pool_chain::fault)
}
