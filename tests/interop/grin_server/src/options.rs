//! The command line.

use std::net::SocketAddr;

use grin_core::global::ChainTypes;

pub struct Options {
    pub data_dir: String,
    pub listen: SocketAddr,
    pub api: SocketAddr,
    pub chain_type: ChainTypes,
    /// Nodes to connect to.
    pub seeds: Vec<SocketAddr>,
}

impl Options {
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
        let (mut data_dir, mut listen, mut api) = (None, None, None);
        let mut chain_type = ChainTypes::AutomatedTesting;
        let mut seeds = Vec::new();
        while let Some(option) = words.next() {
            if option == "--usernet" {
                chain_type = ChainTypes::UserTesting;
                continue;
            }
            let value = words
                .next()
                .ok_or_else(|| format!("{option} needs a value"))?;
            let address = || {
                let parsed = value.parse::<SocketAddr>();
                parsed.map_err(|_| format!("{option} {value}: not IP:PORT"))
            };
            match option.as_str() {
                "--data-dir" => data_dir = Some(value),
                "--listen" => listen = Some(address()?),
                "--api" => api = Some(address()?),
                "--seed" => seeds.push(address()?),
                _ => return Err(format!("{option}: no such option")),
            }
        }
        Ok(Options {
            data_dir: data_dir.ok_or("--data-dir is missing")?,
            listen: listen.ok_or("--listen is missing")?,
            api: api.ok_or("--api is missing")?,
            chain_type,
            seeds,
        })
    }
}
