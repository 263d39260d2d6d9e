// Tables and statements of the chain's database.
#include "chain_file.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <pappus/printable.hpp>
#include <pappus/wire/endian.hpp>
#include <pappus/wire/grin_messages.hpp>

namespace mini_node {
namespace {

namespace fs = std::filesystem;
namespace wire = pappus::wire;

/// SQLite application id, in the database header: "papc".
constexpr std::uint32_t application_id = 0x70617063;
constexpr int schema_version = 1;
constexpr const char* schema = R"(
CREATE TABLE chain (genesis BLOB NOT NULL) STRICT;
CREATE TABLE header (
  digest BLOB NOT NULL PRIMARY KEY,  -- hash of the whole header
  height INTEGER NOT NULL,
  header BLOB NOT NULL,              -- as in a message of the protocol, like the block
  linked INTEGER NOT NULL,
  block BLOB,
  checksum BLOB NOT NULL             -- hash of the header and the block
) STRICT;
CREATE INDEX by_height ON header (height);
)";

bool is_new(const std::string& file) {
  std::error_code unknown;
  const fs::file_status there = fs::status(file, unknown);
  if (!fs::exists(there)) return true;
  if (!fs::is_regular_file(there)) throw chain_file::error(file, "it is not a file");
  return fs::file_size(file, unknown) == 0;
}

/// The beginning of a database file (www.sqlite.org/fileformat2.html, 1.3).
void check_owner(const std::string& file) {
  constexpr std::string_view magic{"SQLite format 3\0", 16};
  constexpr std::size_t application_id_at = 68;
  std::array<char, application_id_at + sizeof application_id> start{};
  std::ifstream from{file, std::ios::binary};
  if (!from) throw chain_file::error(file, "it cannot be read");
  from.read(start.data(), start.size());
  const auto id = wire::load_big_endian<std::uint32_t>(std::as_bytes(std::span{start}).data() + application_id_at);
  if (std::string_view{start.data(), magic.size()} != magic || id != application_id) {
    throw chain_file::error(file, "it is another program's, or damaged");
  }
}

std::string reason_of(const SQLite::Exception& failed) {
  switch (failed.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "another program has it open";
    case SQLITE_READONLY: return "it is read-only";
    case SQLITE_CANTOPEN: return "it cannot be opened or created";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return std::string{"it is damaged ("} + failed.what() + ')';
    default: return failed.what();
  }
}

int number(SQLite::Database& in, const char* pragma) { return in.execAndGet(pragma).getInt(); }

void bind_bytes(SQLite::Statement& to, int place, wire::bytes_view value) {
  to.bindNoCopy(place, value.data(), static_cast<int>(value.size()));
}

wire::bytes_view bytes_of(const SQLite::Column& column) {
  return {static_cast<const std::byte*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}

}  // namespace

chain_file::error::error(const std::string& file, const std::string& why)
    : runtime_error(pappus::printable("cannot use the chain store '" + file + "': " + why)) {}

struct chain_file::connection {
  connection(const std::string& file, const wire::hash& genesis);
  static SQLite::Database& prepared(SQLite::Database& opened, bool creates, const wire::hash& genesis);

  bool creates;
  SQLite::Database database;
  SQLite::Statement put;
  SQLite::Statement drop;
  SQLite::Statement drop_block;
  std::optional<SQLite::Transaction> changes;
};

chain_file::connection::connection(const std::string& file, const wire::hash& genesis)
    : creates(is_new(file)),
      database(file, SQLite::OPEN_READWRITE | (creates ? SQLite::OPEN_CREATE : 0)),
      put(prepared(database, creates, genesis), "INSERT OR REPLACE INTO header VALUES (?, ?, ?, ?, ?, ?)"),
      drop(database, "DELETE FROM header WHERE digest = ?"),
      drop_block(database, "UPDATE header SET block = NULL, checksum = digest WHERE digest = ?") {}

SQLite::Database& chain_file::connection::prepared(SQLite::Database& opened, bool creates, const wire::hash& genesis) {
  opened.exec("PRAGMA locking_mode = EXCLUSIVE");
  opened.exec("PRAGMA trusted_schema = OFF");
  opened.exec("PRAGMA cell_size_check = ON");
  if (creates) opened.exec("PRAGMA application_id = " + std::to_string(application_id));
  opened.exec("PRAGMA journal_mode = WAL");
  opened.exec("PRAGMA synchronous = NORMAL");
  if (opened.execAndGet("PRAGMA quick_check(1)").getString() != "ok")
    throw error(opened.getFilename(), "it is damaged");
  const int version = number(opened, "PRAGMA user_version");
  if (version > schema_version) throw error(opened.getFilename(), "it was written by a later version of the program");
  if (version == 0) {
    SQLite::Transaction all{opened};
    opened.exec(schema);
    SQLite::Statement first{opened, "INSERT INTO chain VALUES (?)"};
    bind_bytes(first, 1, genesis.view());
    first.exec();
    opened.exec("PRAGMA user_version = " + std::to_string(schema_version));
    all.commit();
  }
  SQLite::Statement chain{opened, "SELECT genesis FROM chain"};
  const bool is_same = chain.executeStep() && std::ranges::equal(bytes_of(chain.getColumn(0)), genesis.view());
  if (!is_same) throw error(opened.getFilename(), "it is of a chain with another first block");
  return opened;
}

chain_file::chain_file(const std::string& file, const wire::chain_parameters& network,
                       std::function<void(const std::string& why)> lost)
    : file_(file), network_(network), lost_(std::move(lost)) {
  try {
    if (!is_new(file)) check_owner(file);
    connection_ = std::make_unique<connection>(file, network.genesis);
  } catch (const SQLite::Exception& failed) {
    throw error(file_, reason_of(failed));
  }
}

chain_file::~chain_file() = default;

void chain_file::read(const std::function<void(const row&)>& take) {
  const wire::codec_context stored{wire::latest_version, network_.limits};
  try {
    SQLite::Statement all{connection_->database,
                          "SELECT digest, header, linked, block, checksum FROM header ORDER BY height"};
    while (all.executeStep()) {
      const auto header = wire::decode<wire::messages::header>(bytes_of(all.getColumn(1)), stored);
      const bool has_block = !all.getColumn(3).isNull();
      const wire::bytes_view block = has_block ? bytes_of(all.getColumn(3)) : wire::bytes_view{};
      const wire::hash digest = wire::blake2b(bytes_of(all.getColumn(1)));
      const wire::hash checksum = wire::blake2b({bytes_of(all.getColumn(1)), block});
      const bool is_sound = header && std::ranges::equal(digest.view(), bytes_of(all.getColumn(0))) &&
                            std::ranges::equal(checksum.view(), bytes_of(all.getColumn(4)));
      if (!is_sound) throw error(file_, "it is damaged: a header or block is not as written");
      row read{header->value, all.getColumn(2).getInt() != 0, nullptr};
      if (has_block) {
        const auto whole = wire::decode<wire::messages::block>(block, stored);
        if (!whole) throw error(file_, "it is damaged: a block is not as written");
        read.block = whole->value;
      }
      take(read);
    }
  } catch (const SQLite::Exception& failed) {
    throw error(file_, reason_of(failed));
  }
}

/// Begins a transaction for the first change.
template <class Write>
void chain_file::write(Write change) {
  if (connection_ == nullptr) return;
  try {
    if (!connection_->changes) connection_->changes.emplace(connection_->database);
    change(*connection_);
  } catch (const SQLite::Exception& failed) {
    connection_.reset();
    lost_(reason_of(failed));
  }
}

void chain_file::put(const wire::header& header, bool is_linked, const wire::block_ptr& block) {
  wire::shared_bytes body;
  if (block != nullptr) {
    auto encoded = block->encode(wire::latest_version);
    if (!encoded) return;
    body = *std::move(encoded);
  }
  write([&](connection& to) {
    const wire::hash digest = header.full_hash();
    const wire::hash checksum = wire::blake2b({header.raw_bytes().view(), body.view()});
    to.put.reset();
    bind_bytes(to.put, 1, digest.view());
    to.put.bind(2, static_cast<std::int64_t>(header.height()));
    bind_bytes(to.put, 3, header.raw_bytes().view());
    to.put.bind(4, is_linked ? 1 : 0);
    if (block == nullptr) to.put.bind(5);
    else bind_bytes(to.put, 5, body.view());
    bind_bytes(to.put, 6, checksum.view());
    to.put.exec();
    to.put.clearBindings();
  });
}

void chain_file::drop(const wire::hash& digest) {
  write([&](connection& to) {
    to.drop.reset();
    bind_bytes(to.drop, 1, digest.view());
    to.drop.exec();
  });
}

void chain_file::drop_block(const wire::hash& digest) {
  write([&](connection& to) {
    to.drop_block.reset();
    bind_bytes(to.drop_block, 1, digest.view());
    to.drop_block.exec();
  });
}

void chain_file::commit() {
  if (connection_ == nullptr || !connection_->changes) return;
  write([](connection& to) {
    to.changes->commit();
    to.changes.reset();
  });
}

}  // namespace mini_node
