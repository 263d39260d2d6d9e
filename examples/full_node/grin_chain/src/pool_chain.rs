//! What the pool asks of the chain, and what became of a transaction by the errors of both.

use std::sync::Arc;

use grin_chain::{Chain, Error};
use grin_core::core::hash::Hash;
use grin_core::core::{BlockHeader, BlockSums, Inputs, OutputIdentifier, Transaction};
use grin_pool::{BlockChain, PoolError};

use crate::verdict::{Fault, Verdict};

/// Text of a `PoolError::Other` which says that an input is spent or was never there.
const NOT_UNSPENT: &str = "spends what is not unspent";

pub struct PoolChain(pub Arc<Chain>);

fn pool_error(error: Error) -> PoolError {
    match error {
        Error::ImmatureCoinbase => PoolError::ImmatureCoinbase,
        Error::TxLockHeight => PoolError::ImmatureTransaction,
        Error::NRDRelativeHeight => PoolError::NRDKernelRelativeHeight,
        Error::DuplicateCommitment(_) => PoolError::DuplicateCommitment,
        Error::AlreadySpent(_) => PoolError::Other(NOT_UNSPENT.into()),
        other => PoolError::Other(other.to_string()),
    }
}

/// For a transaction that is valid in itself. Never invalid: whether the chain and the pool have room for it can change.
pub fn fault(error: PoolError) -> Fault {
    let verdict = match &error {
        PoolError::DuplicateTx => Verdict::Known,
        PoolError::ImmatureTransaction
        | PoolError::ImmatureCoinbase
        | PoolError::NRDKernelRelativeHeight
        | PoolError::NRDKernelPreHF3 => Verdict::Future,
        PoolError::Other(text) if text == NOT_UNSPENT => Verdict::Unlinked,
        // "InvalidTx": not together with the pool, which spends or makes the same outputs.
        PoolError::InvalidTx(_)
        | PoolError::DuplicateCommitment
        | PoolError::LowFeeTransaction(_)
        | PoolError::OverCapacity
        | PoolError::NRDKernelNotEnabled => Verdict::Refused,
        _ => Verdict::Failed,
    };
    Fault::new(verdict, error.to_string())
}

impl BlockChain for PoolChain {
    fn verify_coinbase_maturity(&self, inputs: &Inputs) -> Result<(), PoolError> {
        self.0.verify_coinbase_maturity(inputs).map_err(pool_error)
    }

    fn verify_tx_lock_height(&self, tx: &Transaction) -> Result<(), PoolError> {
        self.0.verify_tx_lock_height(tx).map_err(pool_error)
    }

    fn validate_tx(&self, tx: &Transaction) -> Result<(), PoolError> {
        self.0.validate_tx(tx).map_err(pool_error)
    }

    fn validate_inputs(&self, inputs: &Inputs) -> Result<Vec<OutputIdentifier>, PoolError> {
        let spent = self.0.validate_inputs(inputs).map_err(pool_error)?;
        Ok(spent.into_iter().map(|(output, _)| output).collect())
    }

    fn chain_head(&self) -> Result<BlockHeader, PoolError> {
        self.0.head_header().map_err(pool_error)
    }

    fn get_block_header(&self, hash: &Hash) -> Result<BlockHeader, PoolError> {
        self.0.get_block_header(hash).map_err(pool_error)
    }

    fn get_block_sums(&self, hash: &Hash) -> Result<BlockSums, PoolError> {
        self.0.get_block_sums(hash).map_err(pool_error)
    }
}
