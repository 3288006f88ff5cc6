#include "screen.hpp"

#include <algorithm>

#include <sys/ioctl.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

/// As many characters of UTF-8; that some take two columns is not known here.
std::string_view cut(std::string_view line, std::size_t columns)
{
  std::size_t characters = 0;
  std::size_t at = 0;
  for (; at < line.size(); ++at)
  {
    const bool is_first = (static_cast<unsigned char>(line[at]) & 0xc0U) != 0x80U;
    if (is_first && ++characters > columns)
    {
      break;
    }
  }
  return line.substr(0, at);
}

winsize measure() noexcept
{
  winsize told{};
  const bool is_told = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &told) == 0 && told.ws_row != 0;
  return is_told ? told : winsize{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
}

} // namespace

screen::screen(bool is_wanted) : is_open_(is_wanted && ::isatty(STDOUT_FILENO) != 0)
{
  put("\x1b[?1049h\x1b[?25l"); // another page, and no cursor
}

screen::~screen()
{
  put("\x1b[?25h\x1b[?1049l");
}

std::string screen::drawing(std::string_view text)
{
  const auto size = measure();
  std::string out = "\x1b[H";
  for (std::size_t row = 0; row < size.ws_row && !text.empty(); ++row)
  {
    const auto line = text.substr(0, text.find('\n'));
    out += cut(line, size.ws_col);
    out += row + 1U < size.ws_row ? "\x1b[K\r\n" : "\x1b[K";
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return out + "\x1b[J";
}

std::size_t screen::rows() noexcept
{
  return measure().ws_row;
}

void screen::put(std::string_view control) const noexcept
{
  if (is_open_)
  {
    static_cast<void>(::write(STDOUT_FILENO, control.data(), control.size()) > 0);
  }
}

} // namespace fanio::tool
