#include "progress_line.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

namespace fanio::bench {

namespace {

/// It is an ornament: what can't be written is left out.
void draw(const std::string& text)
{
  static_cast<void>(::write(STDERR_FILENO, text.data(), text.size()) > 0);
}

/// A line that is longer than the terminal is wide could not be written over.
std::string_view fitting(std::string_view text)
{
  winsize size{};
  const bool is_known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return text.substr(0, is_known ? size.ws_col - 1U : 79U);
}

} // namespace

progress_line::progress_line() : is_terminal_(::isatty(STDERR_FILENO) != 0) {}

void progress_line::show(std::string_view text)
{
  if (is_terminal_)
  {
    is_shown_ = true;
    draw("\r" + std::string(fitting(text)) + "\x1b[K");
  }
}

void progress_line::clear()
{
  if (is_shown_)
  {
    is_shown_ = false;
    draw("\r\x1b[K");
  }
}

} // namespace fanio::bench
