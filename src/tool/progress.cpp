#include "progress.hpp"

#include <string>

#include <unistd.h>

namespace fanio::tool {

namespace {

constexpr auto interval = std::chrono::milliseconds(100);

/// It is an ornament: what can't be written is left out.
void draw(const std::string& text)
{
  static_cast<void>(::write(STDERR_FILENO, text.data(), text.size()) > 0);
}

} // namespace

progress::progress(bool is_wanted) : is_open_(is_wanted && ::isatty(STDERR_FILENO) != 0) {}

void progress::count()
{
  ++count_;
  if (!is_open_ || count_ < 2)
  {
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (count_ > 2 && now - last_ < interval)
  {
    return;
  }
  last_ = now;
  is_drawn_ = true;
  draw("\rSetting watches: " + std::to_string(count_) + "\x1b[K");
}

void progress::clear()
{
  if (is_drawn_)
  {
    draw("\r\x1b[K");
    is_drawn_ = false;
  }
}

void progress::end()
{
  clear();
  is_open_ = false;
}

} // namespace fanio::tool
