#pragma once

#include <chrono>
#include <cstddef>

namespace fanio::tool {

/// A count on the terminal of what has been done so far, for work that may take its time.
class progress
{
public:
  /// Draws nothing, if it is not wanted or stderr is no terminal.
  explicit progress(bool is_wanted);

  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  ~progress() { end(); }

  /// One more. The first alone is nothing to wait for, the next is drawn at once, and others as
  /// often as one can read.
  void count();

  /// Takes what is drawn from the terminal, so that something else can be said.
  void clear();

  /// Draws no more.
  void end();

private:
  bool is_open_;
  bool is_drawn_ = false;
  std::size_t count_ = 0;
  std::chrono::steady_clock::time_point last_;
};

} // namespace fanio::tool
