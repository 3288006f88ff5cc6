#pragma once

#include <fanio/event_view.hpp>

#include <cstddef>
#include <iterator>
#include <ranges>
#include <span>

namespace fanio {

/// The events of one read: a borrowed, sized C++20 forward view of `event_view`. Cheap to copy;
/// dropping it drops nothing. Valid until its buffer is read into, cleared or destroyed.
class event_range : public std::ranges::view_interface<event_range>
{
public:
  class iterator
  {
  public:
    using iterator_concept = std::forward_iterator_tag;
    using value_type = event_view;
    using difference_type = std::ptrdiff_t;

    iterator() noexcept = default;

    [[nodiscard]] event_view operator*() const noexcept { return {at_, owner_, format_}; }

    iterator& operator++() noexcept
    {
      at_ += detail::wire::load<std::uint32_t>(at_);
      return *this;
    }

    iterator operator++(int) noexcept
    {
      iterator before = *this;
      ++*this;
      return before;
    }

    [[nodiscard]] friend bool operator==(const iterator& a, const iterator& b) noexcept
    {
      return a.at_ == b.at_;
    }

  private:
    friend class event_range;

    iterator(const std::byte* at, const event_range& range) noexcept
        : at_(at),
          owner_(range.owner_),
          format_(range.format_)
    {}

    const std::byte* at_ = nullptr;
    detail::event_owner* owner_ = nullptr;
    detail::event_format format_;
  };

  event_range() noexcept = default;

  /// *Precondition*: `bytes` are `count` whole, validated events.
  event_range(std::span<const std::byte> bytes, std::size_t count, detail::event_owner* owner,
              detail::event_format format) noexcept
      : bytes_(bytes),
        count_(count),
        owner_(owner),
        format_(format)
  {}

  [[nodiscard]] iterator begin() const noexcept { return {bytes_.data(), *this}; }

  [[nodiscard]] iterator end() const noexcept { return {bytes_.data() + bytes_.size(), *this}; }

  /// How many events.
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

  /// All of them as the kernel wrote them.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

private:
  std::span<const std::byte> bytes_;
  std::size_t count_ = 0;
  detail::event_owner* owner_ = nullptr;
  detail::event_format format_;
};

} // namespace fanio

template <>
inline constexpr bool std::ranges::enable_borrowed_range<fanio::event_range> = true;
