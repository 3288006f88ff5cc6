#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fanio::tool {

/// The screen of a terminal, as a place to draw on. What was there before comes back at the end.
class screen
{
public:
  /// Does nothing, if it is not wanted or standard output is no terminal.
  explicit screen(bool is_wanted);

  screen(const screen&) = delete;
  screen& operator=(const screen&) = delete;

  ~screen();

  [[nodiscard]] bool is_open() const noexcept { return is_open_; }

  /// What draws as many lines as fit, in place of those before; longer ones are cut.
  [[nodiscard]] static std::string drawing(std::string_view text);

  [[nodiscard]] static std::size_t rows() noexcept;

private:
  void put(std::string_view control) const noexcept;

  bool is_open_;
};

} // namespace fanio::tool
