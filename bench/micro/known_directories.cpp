#include "known_directories.hpp"

#include "synthetic_events.hpp"
#include <fanio/error.hpp>
#include <fanio/resolve/handle_of.hpp>

namespace fanio::bench {

void learn_directories(resolve::path_resolver& resolver, std::size_t count)
{
  error_code ec;
  resolver.learn("/", ec);
  detail::throw_on_error(ec, "the file handle of /");
  const auto root = resolve::handle_of("/", ec);
  detail::throw_on_error(ec, "the file handle of /");
  for (std::size_t i = 0; i < count; ++i)
  {
    const auto above = i % 4 == 0 ? root : directory_handle(i - 1);
    resolver.learn(above, directory_name(i), directory_handle(i));
  }
  resolver.end_batch(0); // nothing that is queued could say otherwise
}

} // namespace fanio::bench
