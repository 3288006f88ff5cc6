#pragma once

#include <string>
#include <string_view>

namespace fanio::bench {

/// What is being done, in one line of standard error, if that is a terminal, written over again and
/// again; gone at the end.
class progress_line
{
public:
  progress_line();

  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;

  ~progress_line() { clear(); }

  void show(std::string_view text);
  void clear();

private:
  bool is_terminal_;
  bool is_shown_ = false;
};

} // namespace fanio::bench
