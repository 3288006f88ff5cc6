#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace test {

/// While it lives, one call of a system call by the library fails: the `time`-th.
class failing_call
{
public:
  failing_call(std::string_view name, int error, int time) noexcept;

  failing_call(const failing_call&) = delete;
  failing_call& operator=(const failing_call&) = delete;

  ~failing_call();

  /// Whether the library came so far as to make the call.
  [[nodiscard]] bool has_struck() const noexcept { return time_ == 0; }

  [[nodiscard]] std::string_view name() const noexcept { return name_; }

  [[nodiscard]] int error() const noexcept { return error_; }

  /// Whether it is now that this call fails.
  [[nodiscard]] bool strikes(std::string_view name) noexcept
  {
    return time_ > 0 && name == name_ && --time_ == 0;
  }

private:
  std::string_view name_;
  int error_;
  int time_;
};

/// While it lives, something is done just before the library makes a system call for the first
/// time.
class before_call
{
public:
  before_call(std::string_view name, std::function<void()> action);

  before_call(const before_call&) = delete;
  before_call& operator=(const before_call&) = delete;

  ~before_call();

  void note(std::string_view name);

  [[nodiscard]] bool has_been_made() const noexcept { return !action_; }

private:
  std::string_view name_;
  std::function<void()> action_;
};

/// How many system calls the library has made so far.
[[nodiscard]] std::size_t calls_made() noexcept;

} // namespace test
