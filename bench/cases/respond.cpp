#include "cases.hpp"
#include "responder_contest.hpp"

namespace fanio::bench {

namespace {

/// How long fanio looks for the next request before it sleeps: as long as raw C, spinning.
constexpr const char* busy_poll_microseconds = "200";

} // namespace

void respond_case(const run_options& options, outcome& out)
{
  responder_contest contest(options, out,
                            {.openers = 1,
                             .opens = options.scaled<std::size_t>(1000, 300),
                             .turns = options.scaled<std::size_t>(12, 2)});
  const auto* const nobody = contest.add("no listener", {});
  auto* const blocking = contest.add("raw C, blocking", {"raw_respond_blocking"});
  auto* const poll = contest.add("raw C, poll + writev", {"raw_respond_poll"});
  auto* const epoll = contest.add("raw C, epoll", {"raw_respond_epoll"});
  auto* const spinning = contest.add("raw C, spinning", {"raw_respond_spinning"});
  auto* const asio = contest.add("Asio alone", {"asio_respond"});
  auto* const callback = contest.add("fanio, callback", {"fanio_respond_callback"});
  auto* const coroutine = contest.add("fanio, coroutine", {"fanio_respond_coroutine"});
  auto* const busy = contest.add("fanio, busy_poll",
                                 {"fanio_respond_callback", "--busy-poll", busy_poll_microseconds});
  contest.run();
  contest.end_all();

  contest.compare(blocking, nobody);
  contest.compare(poll, blocking);
  contest.compare(epoll, blocking);
  contest.compare(spinning, blocking);
  contest.compare(asio, epoll);
  contest.compare(asio, blocking);
  contest.compare(callback, epoll, at_least(0.97));
  contest.compare(callback, asio);
  contest.compare(callback, blocking, at_least(0.87));
  contest.compare(coroutine, epoll, at_least(0.94));
  contest.compare(coroutine, blocking, at_least(0.87));
  contest.compare(busy, blocking, at_least(1.4));
  contest.compare(busy, spinning);
  contest.tell_latencies("latency-respond", "An open that is allowed by another process");
}

void respond_four_case(const run_options& options, outcome& out)
{
  responder_contest contest(options, out,
                            {.openers = 4,
                             .opens = options.scaled<std::size_t>(500, 100),
                             .turns = options.scaled<std::size_t>(12, 2)});
  const auto* const nobody = contest.add("no listener", {});
  auto* const blocking = contest.add("raw C, blocking", {"raw_respond_blocking"});
  auto* const poll = contest.add("raw C, poll and writev", {"raw_respond_poll"});
  auto* const spinning = contest.add("raw C, spinning", {"raw_respond_spinning"});
  auto* const asio = contest.add("Asio alone, batched answers", {"asio_respond_batch"});
  auto* const batch = contest.add("fanio, batched answers", {"fanio_respond_batch"});
  auto* const busy = contest.add("fanio, batched answers, busy_poll",
                                 {"fanio_respond_batch", "--busy-poll", busy_poll_microseconds});
  contest.run();
  contest.end_all();

  contest.compare(blocking, nobody);
  contest.compare(poll, blocking);
  contest.compare(spinning, blocking);
  contest.compare(batch, blocking, at_least(1.2));
  contest.compare(asio, blocking);
  contest.compare(asio, poll);
  contest.compare(batch, poll);
  contest.compare(batch, asio);
  contest.compare(busy, blocking);
  contest.tell_latencies("latency-respond-four",
                         "An open that is allowed by another process, four openers");
}

void respond_kept_case(const run_options& options, outcome& out)
{
  responder_contest contest(options, out,
                            {.openers = 1,
                             .opens = options.scaled<std::size_t>(4000, 1000),
                             .turns = options.scaled<std::size_t>(20, 2)});
  const auto* const nobody = contest.add("no listener", {});
  auto* const raw = contest.add("raw C, verdict kept", {"raw_respond_epoll", "--keep"});
  auto* const fanio = contest.add("fanio, verdict kept", {"fanio_respond_callback", "--keep"});
  auto* const raw_evictable =
      contest.add("raw C, kept evictable", {"raw_respond_epoll", "--keep-evictable"});
  auto* const fanio_evictable =
      contest.add("fanio, kept evictable", {"fanio_respond_callback", "--keep-evictable"});
  contest.open_once(); // the only time that anybody asks
  contest.run();
  contest.end_all(contest.files());

  contest.compare(raw, nobody);
  contest.compare(fanio, nobody, at_least(0.95));
  contest.compare(fanio, raw);
  contest.compare(raw_evictable, nobody);
  contest.compare(fanio_evictable, nobody);
}

} // namespace fanio::bench
