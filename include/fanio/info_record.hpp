#pragma once

#include <fanio/detail/config.hpp>
#include <fanio/detail/wire.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <ranges>
#include <span>
#include <string>
#include <string_view>

namespace fanio {

/// The kinds of information record behind an event (FAN_EVENT_INFO_TYPE_*). Others may come: they
/// are passed through as they are.
enum class info_type : std::uint8_t
{
  fid = 1,            ///< The object's file handle. 5.1
  dfid_name = 2,      ///< The directory's file handle and the entry's name. 5.9
  dfid = 3,           ///< The directory's file handle. 5.9
  pidfd = 4,          ///< A pidfd of the process. 5.15
  error = 5,          ///< What a filesystem error was. 5.16
  range = 6,          ///< Which bytes are about to be accessed. 6.14
  mnt = 7,            ///< Which mount. 6.15
  old_dfid_name = 10, ///< The old side of a rename. 5.17
  new_dfid_name = 12, ///< The new side of a rename. 5.17
};

/// The kernel's name in lower case and without prefix, else the number.
[[nodiscard]] FANIO_API std::string to_string(info_type type);

/// Reads what `to_string` writes, in any case. *Errors*: `errc::unknown_flag_name`.
[[nodiscard]] FANIO_API info_type parse_info_type(std::string_view text, error_code& ec);

/// One information record, borrowed from its event.
class info_record
{
public:
  /// *Precondition*: `data` is a whole record, as those of an `info_range` are.
  explicit info_record(const std::byte* data) noexcept : data_(data) {}

  [[nodiscard]] info_type type() const noexcept
  {
    return static_cast<info_type>(detail::wire::load<std::uint8_t>(data_));
  }

  /// The whole record: header, body and padding.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept
  {
    return {data_, detail::wire::load<std::uint16_t>(data_ + detail::wire::info::len)};
  }

  /// What follows the header.
  [[nodiscard]] std::span<const std::byte> body() const noexcept
  {
    return bytes().subspan(detail::wire::info::size);
  }

private:
  const std::byte* data_;
};

/// The information records of one event, in the kernel's order: a C++20 view.
class info_range : public std::ranges::view_interface<info_range>
{
public:
  class iterator
  {
  public:
    using iterator_concept = std::forward_iterator_tag;
    using value_type = info_record;
    using difference_type = std::ptrdiff_t;

    iterator() noexcept = default;

    [[nodiscard]] info_record operator*() const noexcept { return info_record(at_); }

    iterator& operator++() noexcept
    {
      at_ += info_record(at_).bytes().size();
      return *this;
    }

    iterator operator++(int) noexcept
    {
      iterator before = *this;
      ++*this;
      return before;
    }

    [[nodiscard]] friend bool operator==(const iterator&, const iterator&) noexcept = default;

  private:
    friend class info_range;

    explicit iterator(const std::byte* at) noexcept : at_(at) {}

    const std::byte* at_ = nullptr;
  };

  info_range() noexcept = default;

  /// *Precondition*: `bytes` are whole, validated records.
  explicit info_range(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] iterator begin() const noexcept { return iterator(bytes_.data()); }

  [[nodiscard]] iterator end() const noexcept { return iterator(bytes_.data() + bytes_.size()); }

private:
  std::span<const std::byte> bytes_;
};

} // namespace fanio

template <>
inline constexpr bool std::ranges::enable_borrowed_range<fanio::info_range> = true;
