#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

namespace fanio::bench {

/// Something whose instructions are counted.
struct part
{
  std::string_view name;

  /// Prepares the work for so many events. What it returns does that work, and can be called once.
  std::function<void()> (*prepare)(std::size_t events);
};

[[nodiscard]] std::span<const part> parsing_parts() noexcept;
[[nodiscard]] std::span<const part> reading_parts() noexcept;
[[nodiscard]] std::span<const part> resolving_parts() noexcept;
[[nodiscard]] std::span<const part> formatting_parts() noexcept;

/// Makes the compiler believe that somebody looks at the value.
template <typename T>
void keep(const T& value) noexcept
{
  asm volatile("" : : "g"(&value) : "memory");
}

} // namespace fanio::bench
