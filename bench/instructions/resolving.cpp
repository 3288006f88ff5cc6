#include "parts.hpp"
#include <fanio/file_handle.hpp>
#include <fanio/parse_events.hpp>
#include <fanio/resolve/path_resolver.hpp>

#include <array>
#include <memory>
#include <micro/known_directories.hpp>
#include <micro/synthetic_events.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace fanio::bench {

namespace {

constexpr std::size_t directories = 100;

/// Paths in directories that are known, of events of which so many in a row are of one directory.
template <std::size_t Run>
std::function<void()> resolving(std::size_t events)
{
  auto known = std::make_shared<resolve::path_resolver>();
  learn_directories(*known, directories);
  auto batch = std::make_shared<synthetic_events>(events_in_directories(events, directories, Run));
  return [known, batch, range = parse_events(batch->bytes, batch->group)]
  {
    std::string path;
    for (const auto e : range)
    {
      known->update(e);
      if (known->resolve(e, path))
      {
        throw std::runtime_error("A directory is not known.");
      }
      keep(path);
    }
  };
}

std::function<void()> hashing(std::size_t events)
{
  return [handle = directory_handle(1), events]
  {
    for (std::size_t i = 0; i < events; ++i)
    {
      keep(handle);
      keep(hash_value(handle.view()));
    }
  };
}

} // namespace

std::span<const part> resolving_parts() noexcept
{
  static constexpr auto parts = std::to_array<part>({
      {"hash-handle", hashing},
      {"resolve-path", resolving<1>},
      {"resolve-path-in-runs", resolving<50>},
  });
  return parts;
}

} // namespace fanio::bench
