#pragma once

#include <fanio/detail/config.hpp>

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>

namespace fanio {

/// Which filesystem: `f_fsid` of statfs(2), as events carry it. A btrfs filesystem mark reports
/// the root's fsid for files in subvolumes.
struct fsid
{
  std::array<std::int32_t, 2> value{};

  friend constexpr bool operator==(const fsid&, const fsid&) = default;
  friend constexpr auto operator<=>(const fsid&, const fsid&) = default;
};

/// A file handle as an event carries it: the same bytes as name_to_handle_at(2) gives. Borrowed
/// from its event's buffer. Equal handles of one filesystem are the same object, by whatever name.
class file_handle_view
{
public:
  constexpr file_handle_view() noexcept = default;

  constexpr file_handle_view(fanio::fsid fs, std::int32_t type,
                             std::span<const std::byte> bytes) noexcept
      : fsid_(fs),
        type_(type),
        bytes_(bytes)
  {}

  [[nodiscard]] constexpr const fanio::fsid& fsid() const noexcept { return fsid_; }

  /// The filesystem's kind of handle. `invalid_type` in an `fs_error` event about no inode.
  [[nodiscard]] constexpr std::int32_t type() const noexcept { return type_; }

  [[nodiscard]] constexpr std::span<const std::byte> bytes() const noexcept { return bytes_; }

  /// Whether it names an object: an `fs_error` about the whole filesystem has none.
  [[nodiscard]] constexpr bool is_valid() const noexcept
  {
    return type_ != invalid_type && !bytes_.empty();
  }

  /// FILEID_INVALID.
  static constexpr std::int32_t invalid_type = 0xff;

  [[nodiscard]] friend bool operator==(const file_handle_view& a,
                                       const file_handle_view& b) noexcept
  {
    return a.fsid_ == b.fsid_ && a.type_ == b.type_ && a.bytes_.size() == b.bytes_.size() &&
           (a.bytes_.empty() ||
            std::memcmp(a.bytes_.data(), b.bytes_.data(), a.bytes_.size()) == 0);
  }

  /// Some total order: by filesystem, type, bytes.
  [[nodiscard]] friend std::strong_ordering operator<=>(const file_handle_view& a,
                                                        const file_handle_view& b) noexcept
  {
    if (const auto order = a.fsid_ <=> b.fsid_; order != 0)
    {
      return order;
    }
    if (const auto order = a.type_ <=> b.type_; order != 0)
    {
      return order;
    }
    return std::lexicographical_compare_three_way(a.bytes_.begin(), a.bytes_.end(),
                                                  b.bytes_.begin(), b.bytes_.end());
  }

private:
  fanio::fsid fsid_{};
  std::int32_t type_ = invalid_type;
  std::span<const std::byte> bytes_;
};

/// Hashes the identity of an object. Not meant against chosen collisions: a hostile filesystem can
/// choose its handles.
[[nodiscard]] FANIO_API std::size_t hash_value(const file_handle_view& handle) noexcept;

/// A file handle of its own: a value to keep, compare and use as a key. Does not allocate.
class file_handle
{
public:
  /// MAX_HANDLE_SZ: no kernel makes longer ones.
  static constexpr std::size_t max_bytes = 128;

  constexpr file_handle() noexcept = default;

  /// Copies the bytes. *Errors*: throws `std::length_error` above `max_bytes`, which only bytes
  /// that did not come from a kernel can have.
  FANIO_API explicit file_handle(const file_handle_view& handle);

  /// What it holds; valid while this object lives and is not assigned to.
  [[nodiscard]] constexpr file_handle_view view() const noexcept
  {
    return {fsid_, type_, std::span(bytes_).first(size_)};
  }

  operator file_handle_view() const noexcept { return view(); } // NOLINT(google-explicit-*)

  [[nodiscard]] constexpr const fanio::fsid& fsid() const noexcept { return fsid_; }

  [[nodiscard]] constexpr std::int32_t type() const noexcept { return type_; }

  [[nodiscard]] constexpr std::span<const std::byte> bytes() const noexcept
  {
    return view().bytes();
  }

  [[nodiscard]] constexpr bool is_valid() const noexcept { return view().is_valid(); }

  [[nodiscard]] friend bool operator==(const file_handle& a, const file_handle& b) noexcept
  {
    return a.view() == b.view();
  }

  [[nodiscard]] friend std::strong_ordering operator<=>(const file_handle& a,
                                                        const file_handle& b) noexcept
  {
    return a.view() <=> b.view();
  }

private:
  fanio::fsid fsid_{};
  std::int32_t type_ = file_handle_view::invalid_type;
  std::uint32_t size_ = 0;
  std::array<std::byte, max_bytes> bytes_{};
};

} // namespace fanio

template <>
struct std::hash<fanio::file_handle_view>
{
  [[nodiscard]] std::size_t operator()(const fanio::file_handle_view& handle) const noexcept
  {
    return fanio::hash_value(handle);
  }
};

template <>
struct std::hash<fanio::file_handle>
{
  [[nodiscard]] std::size_t operator()(const fanio::file_handle& handle) const noexcept
  {
    return fanio::hash_value(handle.view());
  }
};
