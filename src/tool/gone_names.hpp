#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>

namespace fanio::tool {

/// Paths of names that were removed, as events tell it: what is still open by such a name is a
/// deleted file. Bounded: the oldest are forgotten.
class gone_names
{
public:
  explicit gone_names(std::size_t most = 10'000) noexcept : most_(most) {}

  void remove(std::string_view path);

  /// The name is there, whether or not it was removed before.
  void come(std::string_view path);

  [[nodiscard]] bool has(std::string_view path) const;

private:
  struct text_hash
  {
    using is_transparent = void;

    [[nodiscard]] std::size_t operator()(std::string_view text) const noexcept
    {
      return std::hash<std::string_view>()(text);
    }
  };

  std::size_t most_;
  std::unordered_set<std::string, text_hash, std::equal_to<>> paths_;
  std::deque<std::string> order_; // may also have some that came again
};

} // namespace fanio::tool
