#pragma once

#include <fanio/detail/wire.hpp>
#include <fanio/event_mask.hpp>
#include <fanio/file_handle.hpp>
#include <fanio/info_record.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

// Event bytes: composed as a kernel writes them, wrong as no kernel does, or golden.

namespace test {

namespace wire = fanio::detail::wire;

using byte_vector = std::vector<std::byte>;

/// Overwrites a field.
template <typename T>
void poke(byte_vector& bytes, std::size_t at, T value)
{
  if (at + sizeof value > bytes.size())
  {
    throw std::out_of_range("poke");
  }
  wire::store(bytes.data() + at, value);
}

/// A file handle as ext4 makes them: the inode's number and generation.
inline fanio::file_handle make_handle(std::uint32_t inode, fanio::fsid fs = {{0x11, 0x22}})
{
  std::array<std::byte, 8> bytes{};
  wire::store(bytes.data(), inode);
  wire::store(bytes.data() + 4, std::uint32_t{0xabcd});
  return fanio::file_handle({fs, 1, bytes});
}

/// Composes one event. Fields have the values of a FID group's event unless told otherwise; records
/// stand in the order in which they are added.
class event_bytes
{
public:
  explicit event_bytes(fanio::event_mask mask) : bytes_(wire::event::size)
  {
    poke(bytes_, wire::event::vers, wire::event::version);
    poke(bytes_, wire::event::metadata_len, std::uint16_t{wire::event::size});
    poke(bytes_, wire::event::mask, fanio::to_underlying(mask));
    poke(bytes_, wire::event::fd, wire::no_fd);
    update_length();
  }

  event_bytes& version(std::uint8_t version)
  {
    poke(bytes_, wire::event::vers, version);
    return *this;
  }

  event_bytes& fd(std::int32_t fd)
  {
    poke(bytes_, wire::event::fd, fd);
    return *this;
  }

  event_bytes& pid(std::int32_t pid)
  {
    poke(bytes_, wire::event::pid, pid);
    return *this;
  }

  /// Metadata of a future kernel, which has `extra` more bytes. Comes before any record.
  event_bytes& longer_metadata(std::uint16_t extra)
  {
    bytes_.resize(bytes_.size() + extra, std::byte{0xee});
    poke(bytes_, wire::event::metadata_len, static_cast<std::uint16_t>(wire::event::size + extra));
    update_length();
    return *this;
  }

  event_bytes& fid(const fanio::file_handle_view& handle)
  {
    return handle_record(fanio::info_type::fid, handle, {});
  }

  event_bytes& dfid(const fanio::file_handle_view& handle)
  {
    return handle_record(fanio::info_type::dfid, handle, {});
  }

  event_bytes& dfid_name(const fanio::file_handle_view& handle, std::string_view name)
  {
    return named_record(fanio::info_type::dfid_name, handle, name);
  }

  event_bytes& old_dfid_name(const fanio::file_handle_view& handle, std::string_view name)
  {
    return named_record(fanio::info_type::old_dfid_name, handle, name);
  }

  event_bytes& new_dfid_name(const fanio::file_handle_view& handle, std::string_view name)
  {
    return named_record(fanio::info_type::new_dfid_name, handle, name);
  }

  event_bytes& pidfd(std::int32_t fd)
  {
    std::array<std::byte, wire::pidfd::size - wire::info::size> body{};
    wire::store(body.data(), fd);
    return record(fanio::info_type::pidfd, body);
  }

  event_bytes& error(std::int32_t error, std::uint32_t count)
  {
    std::array<std::byte, wire::error::size - wire::info::size> body{};
    wire::store(body.data(), error);
    wire::store(body.data() + 4, count);
    return record(fanio::info_type::error, body);
  }

  event_bytes& range(std::uint64_t offset, std::uint64_t count)
  {
    std::array<std::byte, wire::range::size - wire::info::size> body{};
    wire::store(body.data() + 4, offset);
    wire::store(body.data() + 12, count);
    return record(fanio::info_type::range, body);
  }

  event_bytes& mount(std::uint64_t id)
  {
    std::array<std::byte, wire::mount::size - wire::info::size> body{};
    wire::store(body.data() + 4, id);
    return record(fanio::info_type::mnt, body);
  }

  /// A record of any type, padded with zeros to a multiple of four bytes.
  event_bytes& record(fanio::info_type type, std::span<const std::byte> body)
  {
    const auto at = bytes_.size();
    const auto length = (wire::info::size + body.size() + 3) / 4 * 4;
    bytes_.resize(at + length);
    poke(bytes_, at + wire::info::type, type);
    poke(bytes_, at + wire::info::len, static_cast<std::uint16_t>(length));
    std::ranges::copy(body, bytes_.begin() + static_cast<std::ptrdiff_t>(at + wire::info::size));
    update_length();
    return *this;
  }

  [[nodiscard]] byte_vector bytes() const { return bytes_; }

private:
  event_bytes& named_record(fanio::info_type type, const fanio::file_handle_view& handle,
                            std::string_view name)
  {
    byte_vector terminated(name.size() + 1);
    std::memcpy(terminated.data(), name.data(), name.size());
    return handle_record(type, handle, terminated);
  }

  event_bytes& handle_record(fanio::info_type type, const fanio::file_handle_view& handle,
                             std::span<const std::byte> name)
  {
    byte_vector body(wire::fid::handle - wire::info::size);
    poke(body, 0, handle.fsid());
    poke(body, 8, static_cast<std::uint32_t>(handle.bytes().size()));
    poke(body, 12, handle.type());
    body.insert(body.end(), handle.bytes().begin(), handle.bytes().end());
    body.insert(body.end(), name.begin(), name.end());
    return record(type, body);
  }

  void update_length()
  {
    poke(bytes_, wire::event::event_len, static_cast<std::uint32_t>(bytes_.size()));
  }

  byte_vector bytes_;
};

/// Events back to back, as one read brings them.
inline byte_vector join(std::span<const byte_vector> events)
{
  byte_vector all;
  for (const auto& event : events)
  {
    all.insert(all.end(), event.begin(), event.end());
  }
  return all;
}

inline byte_vector join(std::initializer_list<byte_vector> events)
{
  return join(std::span(events.begin(), events.size()));
}

/// Events that have between them every kind of record, an unknown one, and longer metadata.
inline std::vector<byte_vector> one_event_of_every_form()
{
  using fanio::event_mask;
  const auto directory = make_handle(2);
  const auto file = make_handle(12);
  const fanio::file_handle_view no_inode({}, fanio::file_handle_view::invalid_type, {});
  return {
      event_bytes(event_mask::open).fd(5).pid(100).bytes(),
      event_bytes(event_mask::pre_access).fd(6).pid(100).pidfd(7).range(4096, 8192).bytes(),
      event_bytes(event_mask::create).dfid_name(directory, "a").fid(file).bytes(),
      event_bytes(event_mask::rename)
          .old_dfid_name(directory, "a")
          .new_dfid_name(directory, "name")
          .fid(file)
          .bytes(),
      event_bytes(event_mask::modify | event_mask::ondir).dfid(directory).bytes(),
      event_bytes(event_mask::fs_error).fid(no_inode).error(117, 2).bytes(),
      event_bytes(event_mask::mnt_attach).mount(0x8000'0056).bytes(),
      event_bytes(event_mask::open)
          .longer_metadata(8)
          .record(static_cast<fanio::info_type>(200), byte_vector(20))
          .bytes(),
      event_bytes(event_mask::q_overflow).bytes(),
  };
}

/// Bytes as hexadecimal digits, two a byte; blanks and line ends between them mean nothing.
inline byte_vector from_hex(std::string_view text)
{
  constexpr std::string_view digits = "0123456789abcdef";
  byte_vector bytes;
  bool is_second = false;
  for (const char c : text)
  {
    if (c == ' ' || c == '\n')
    {
      continue;
    }
    const auto digit = digits.find(c);
    if (digit == std::string_view::npos)
    {
      throw std::invalid_argument("from_hex");
    }
    if (!is_second)
    {
      bytes.push_back(static_cast<std::byte>(digit << 4));
    }
    else
    {
      bytes.back() |= static_cast<std::byte>(digit);
    }
    is_second = !is_second;
  }
  if (is_second)
  {
    throw std::invalid_argument("from_hex: half a byte");
  }
  return bytes;
}

/// A copy of bytes at any alignment whose memory ends where the bytes end, so that
/// AddressSanitizer and valgrind see what is read behind them.
class placed_bytes
{
public:
  explicit placed_bytes(std::span<const std::byte> bytes, std::size_t misalignment = 0)
      : memory_(std::make_unique_for_overwrite<std::byte[]>(misalignment + bytes.size())),
        bytes_(memory_.get() + misalignment, bytes.size())
  {
    std::ranges::copy(bytes, memory_.get() + misalignment);
  }

  operator std::span<const std::byte>() const noexcept { return bytes_; }

  [[nodiscard]] std::span<const std::byte> span() const noexcept { return bytes_; }

private:
  std::unique_ptr<std::byte[]> memory_;
  std::span<const std::byte> bytes_;
};

} // namespace test
