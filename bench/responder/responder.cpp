#include "responder.hpp"

#include <charconv>
#include <csignal>
#include <exception>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string_view>

namespace fanio::bench {

namespace {

[[nodiscard]] std::chrono::microseconds parse_microseconds(std::string_view text)
{
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size())
  {
    throw std::invalid_argument("no number: " + std::string(text));
  }
  return std::chrono::microseconds(count);
}

} // namespace

responder_settings responder_settings::of(int argc, char** argv)
{
  responder_settings settings;
  const std::span words(argv, static_cast<std::size_t>(argc));
  for (std::size_t i = 1; i < words.size(); ++i)
  {
    const std::string_view word = words[i];
    if (word == "--keep")
    {
      settings.ignore = mark_flags::ignore_surv;
    }
    else if (word == "--keep-evictable")
    {
      settings.ignore = mark_flags::ignore_surv | mark_flags::evictable;
    }
    else if (word == "--busy-poll" && i + 1 < words.size())
    {
      settings.busy_poll = parse_microseconds(words[++i]);
    }
    else
    {
      settings.path = word;
    }
  }
  if (settings.path.empty() || settings.path.starts_with('-'))
  {
    throw std::invalid_argument(
        "usage: PROGRAM [--keep | --keep-evictable] [--busy-poll MICROSECONDS] PATH");
  }
  return settings;
}

responder::responder(const responder_settings& settings) : settings_(settings)
{
  end_.async_wait(
      [this](error_code ec, int)
      {
        if (!ec)
        {
          group_.close();
        }
      });
  group_.add_mark(settings_.path, event_mask::open_perm, mark_target::mount);
}

void responder::allow_each(event_range requests)
{
  for (const auto request : requests)
  {
    if (request.needs_response())
    {
      keep(request);
      group_.respond(request, verdict::allow);
      ++answered_;
    }
  }
}

void responder::allow_all(event_range requests)
{
  if (settings_.ignore)
  {
    for (const auto request : requests)
    {
      keep(request);
    }
  }
  answered_ += group_.respond(requests, verdict::allow);
}

std::uint64_t responder::run()
{
  context_.run();
  return answered_;
}

/// Before the answer: afterwards the asker could open the file again, and ask.
void responder::keep(const event_view& request)
{
  if (settings_.ignore && request.needs_response())
  {
    group_.ignore(location::of_fd(request.fd()), event_mask::open_perm, mark_target::inode,
                  *settings_.ignore);
  }
}

int respond(int argc, char** argv, const std::function<void(responder&)>& start)
{
  try
  {
    responder r(responder_settings::of(argc, argv));
    start(r);
    std::cout << "ready" << std::endl;
    std::cout << "answered " << r.run() << std::endl;
    return 0;
  }
  catch (const std::exception& e)
  {
    std::cerr << e.what() << '\n';
    return 1;
  }
}

} // namespace fanio::bench
