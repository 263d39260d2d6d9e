// Zip files written byte by byte, in which every field can be wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace support {

[[nodiscard]] inline std::uint32_t crc32(const std::string& of) {
  std::uint32_t crc = 0xffffffff;
  for (const char each : of) {
    crc ^= static_cast<unsigned char>(each);
    for (int bit = 0; bit != 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

struct zip_item {
  explicit zip_item(std::string called, std::string with = "content")
      : name(std::move(called)), content(std::move(with)) {}

  std::string name;
  std::string content;  // as stored
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t attributes = 0100644U << 16U;
  std::optional<std::uint32_t> crc;    // the correct values unless set
  std::optional<std::uint32_t> bytes;  // unpacked
  std::optional<std::uint32_t> packed;
  std::optional<std::uint32_t> offset;  // the offset in the file
};

/// `zip_item`s, and the records about them.
struct handmade_zip {
  explicit handmade_zip(std::vector<zip_item> what) : items(std::move(what)) {}

  std::vector<zip_item> items;
  std::string comment;
  bool far = false;                    // with the records of large archives
  std::optional<std::uint64_t> count;  // of entries
  std::string in_front_of_directory;

  [[nodiscard]] std::string bytes() const {
    std::string file;
    std::string directory;
    for (const zip_item& each : items) {
      const std::uint32_t offset = each.offset.value_or(static_cast<std::uint32_t>(file.size()));
      if (!each.offset) file += local(each);
      number(directory, 0x02014b50, 4);
      number(directory, 0x031e, 2);
      header(directory, each);
      number(directory, 0, 6);  // comment, disk, internal attributes
      number(directory, each.attributes, 4);
      number(directory, offset, 4);
      directory += each.name;
    }
    file += in_front_of_directory;
    const std::size_t at = file.size();
    file += directory;
    end(file, at, directory.size());
    return file;
  }

  /// A file behind its local header.
  [[nodiscard]] static std::string local(const zip_item& what) {
    std::string made;
    number(made, 0x04034b50, 4);
    header(made, what);
    return made + what.name + what.content;
  }

private:
  static void number(std::string& to, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i != size; ++i) to.push_back(static_cast<char>(value >> (8 * i)));
  }

  static void header(std::string& to, const zip_item& what) {
    number(to, 20, 2);
    number(to, what.flags, 2);
    number(to, what.method, 2);
    number(to, 0x00210000, 4);  // midnight, 1 January 1980
    number(to, what.crc.value_or(crc32(what.content)), 4);
    number(to, what.packed.value_or(static_cast<std::uint32_t>(what.content.size())), 4);
    number(to, what.bytes.value_or(static_cast<std::uint32_t>(what.content.size())), 4);
    number(to, what.name.size(), 2);
    number(to, 0, 2);
  }

  void end(std::string& file, std::size_t at, std::size_t size) const {
    const std::uint64_t entries = count.value_or(items.size());
    if (far) {
      const std::size_t here = file.size();
      number(file, 0x06064b50, 4);
      number(file, 44, 8);
      number(file, 45, 2);
      number(file, 45, 2);
      number(file, 0, 8);
      number(file, entries, 8);
      number(file, entries, 8);
      number(file, size, 8);
      number(file, at, 8);
      number(file, 0x07064b50, 4);
      number(file, 0, 4);
      number(file, here, 8);
      number(file, 1, 4);
    }
    number(file, 0x06054b50, 4);
    number(file, 0, 4);
    number(file, far ? 0xffff : entries, 2);
    number(file, far ? 0xffff : entries, 2);
    number(file, far ? 0xffffffff : size, 4);
    number(file, far ? 0xffffffff : at, 4);
    number(file, comment.size(), 2);
    file += comment;
  }
};

}  // namespace support
