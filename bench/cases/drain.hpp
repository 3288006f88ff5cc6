#pragma once

#include "../harness/bench_case.hpp"
#include "../load/storm.hpp"
#include "../raw/drain.h"
#include <fanio/event_mask.hpp>
#include <fanio/init_flags.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// Drains: queues that were filled before, and what reading their events costs.

namespace fanio::bench {

/// What fills a queue, and how it is watched and read.
struct drain_plan
{
  storm_kind kind = storm_kind::create;
  std::size_t operations = 50'000; ///< One event each.
  std::size_t directories = 100;   ///< That the operations go round.

  init_flags flags = init_flags::report_dfid_name;
  event_mask mask = event_mask::create;
  std::size_t buffer_bytes = 64 * 1024;
  std::size_t slice = 1000; ///< Events until the other's turn.

  /// The whole filesystem is marked once; or each directory, and as many again where nothing
  /// happens.
  bool marks_directories = false;
  std::size_t idle_directories = 0;

  /// Whether something happens in each directory before, and is read, so that who keeps paths knows
  /// them all when the queue is filled.
  bool is_primed = false;

  /// How many groups share the directories, in turn.
  std::size_t groups = 1;
};

/// The paths that one of the groups of a plan marks; empty: the filesystem of root.
[[nodiscard]] std::vector<std::filesystem::path>
marked_directories(const drain_plan& plan, const std::filesystem::path& root, std::size_t group);

/// A program that drains its own queue. It is made, and marks, before the queue is filled.
class drainer
{
public:
  drainer() = default;
  drainer(const drainer&) = delete;
  drainer& operator=(const drainer&) = delete;
  virtual ~drainer() = default;

  /// How many events are queued. The kernel counts them one by one: for before and after.
  [[nodiscard]] virtual std::size_t queued() const = 0;

  /// Reads until at least so many more were seen, up to the end of a read. As many are queued.
  virtual void drain(std::size_t events) = 0;

  [[nodiscard]] const drain_sums& seen() const noexcept { return seen_; }

  /// What was seen so far does not count.
  virtual void forget() { seen_ = {}; }

protected:
  drain_sums seen_{};
};

using drainer_maker =
    std::function<std::unique_ptr<drainer>(const drain_plan&, const std::filesystem::path& root)>;

/// One of the loops of raw/drain.h.
[[nodiscard]] drainer_maker raw_drainer(drain_function* run);

/// Rivals that drain equal queues, each its own, in turns of a slice.
class drain_contest
{
public:
  drain_contest(const run_options& options, outcome& out);
  ~drain_contest();

  /// A rival, and its row, which is complete after `run`.
  const row& add(const std::string& program, const drain_plan& plan, drainer_maker make);

  enum class work
  {
    equal, ///< All sums of both have to be the same.
    grown  ///< One has more to do, and it is the cost of an event that is compared.
  };

  /// Asks for the ratio of one rival to another: in each round the median of the ratios of
  /// neighbouring slices.
  void compare(const row& what, const row& reference, std::optional<goal> to_reach = {},
               work w = work::equal);

  /// All rounds. *Errors*: throws std::runtime_error where rivals have not done the same work.
  void run();

private:
  class ground;
  struct rival;
  struct pair;

  [[nodiscard]] rival& rival_of(const row& r);
  void run_round();
  void take_turns();
  void conclude_round();
  void conclude(pair& p);

  const run_options& options_;
  outcome& out_;
  std::vector<std::unique_ptr<rival>> rivals_;
  std::vector<pair> pairs_;
};

/// Lets this process have so many descriptors beside those for the harness. False if it may not.
[[nodiscard]] bool allow_descriptors(std::size_t count);

} // namespace fanio::bench
