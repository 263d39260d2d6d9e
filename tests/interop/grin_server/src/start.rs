//! Starts Grin's server.

use std::fs;
use std::sync::Arc;

use grin_core::global;
use grin_p2p::msg::PeerAddrs;
use grin_p2p::types::PeerAddr;
use grin_p2p::Seeding;
use grin_servers::{Server, ServerConfig};
use grin_util::logger::LoggingConfig;
use grin_util::StopState;

use crate::options::Options;

/// Its log is `grin.log` in the folder.
fn log_to_file(folder: &str) {
    let logging = LoggingConfig {
        log_to_stdout: false,
        log_to_file: true,
        file_log_level: log::Level::Debug,
        log_file_path: format!("{folder}/grin.log"),
        log_file_append: true,
        log_max_size: None,
        tui_running: Some(false),
        ..Default::default()
    };
    grin_util::init_logger(Some(logging), None);
}

fn settings(options: &Options) -> ServerConfig {
    let peers: Vec<PeerAddr> = options.seeds.iter().map(|each| PeerAddr(*each)).collect();
    let mut settings = ServerConfig {
        db_root: format!("{}/chain_data", options.data_dir),
        api_http_addr: options.api.to_string(),
        api_secret_path: None,
        foreign_api_secret_path: None,
        chain_type: options.chain_type,
        skip_sync_wait: Some(true),
        run_tui: Some(false),
        stratum_mining_config: None,
        ..Default::default()
    };
    settings.p2p_config.host = options.listen.ip();
    settings.p2p_config.port = options.listen.port();
    settings.p2p_config.seeding_type = if peers.is_empty() {
        Seeding::None
    } else {
        Seeding::List
    };
    settings.p2p_config.seeds = Some(PeerAddrs {
        peers: peers.clone(),
    });
    settings.p2p_config.peers_preferred = Some(PeerAddrs { peers });
    settings
}

/// On a testing network Grin 5.5.2 takes the genesis that it has not mined for the last block of PIBD when it starts
/// again, and does not find it: so the right one is stored.
fn store_last_block_of_pibd(server: &Server) {
    let store = server.chain.store();
    let mut batch = store.batch().expect("the store can be written to");
    let genesis = server.chain.genesis();
    batch
        .save_pibd_head(&genesis.into())
        .expect("the store can be written to");
    batch.commit().expect("the store can be written to");
}

pub fn start(options: &Options) -> Server {
    fs::create_dir_all(&options.data_dir).expect("the folder can be made");
    log_to_file(&options.data_dir);
    global::init_global_chain_type(options.chain_type);
    global::init_global_nrd_enabled(true);
    global::init_global_accept_fee_base(global::DEFAULT_ACCEPT_FEE_BASE);
    global::init_global_future_time_limit(global::DEFAULT_FUTURE_TIME_LIMIT);
    let stop = Arc::new(StopState::new());
    let stop_api = tokio::sync::mpsc::channel(1);
    let server = Server::start(settings(options), Some(stop), None, stop_api);
    let server = server.expect("it starts");
    if server.chain.head().is_ok_and(|head| head.height == 0) {
        store_last_block_of_pibd(&server);
    }
    server
}
