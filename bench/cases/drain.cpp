#include "drain.hpp"

#include "../harness/cpu.hpp"
#include "../harness/process.hpp"
#include "../harness/scratch.hpp"
#include "../harness/statistics.hpp"
#include "../raw/newer_flags.h"
#include <fanio/unique_fd.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

namespace fanio::bench {

namespace {

namespace fs = std::filesystem;

int check(int result, const char* what)
{
  return result >= 0 ? result : throw std::system_error(errno, std::system_category(), what);
}

/// The reader, and what it starts, on its core as long as this lives.
class on_reader_core
{
public:
  on_reader_core() noexcept { run_on(reader_core); }

  on_reader_core(const on_reader_core&) = delete;
  on_reader_core& operator=(const on_reader_core&) = delete;

  ~on_reader_core() { run_anywhere(); }
};

bool is_same(const drain_sums& a, const drain_sums& b) noexcept
{
  return a.events == b.events && a.overflows == b.overflows && a.masks == b.masks &&
         a.descriptors == b.descriptors && a.bytes == b.bytes;
}

// The raw loops -----------------------------------------------------------------------------------

/// As fanio opens its own.
unique_fd open_group(init_flags flags)
{
  const auto init = static_cast<unsigned int>(to_underlying(flags)) | FAN_CLOEXEC | FAN_NONBLOCK |
                    FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS;
  const auto files = O_RDONLY | O_LARGEFILE | O_CLOEXEC;
  const bool has_handles = has_any(flags, init_flags::report_fid | init_flags::report_dfid_name);
  unique_fd group(has_handles ? -1 : fanotify_init(init | FAN_REPORT_FD_ERROR, files));
  return group ? std::move(group) : unique_fd(check(fanotify_init(init, files), "fanotify_init"));
}

void mark(int group, unsigned int how, event_mask mask, const fs::path& where)
{
  check(fanotify_mark(group, FAN_MARK_ADD | how, to_underlying(mask), AT_FDCWD, where.c_str()),
        "fanotify_mark");
}

class raw_loop : public drainer
{
public:
  raw_loop(drain_function* run, const drain_plan& plan, const fs::path& root)
      : run_(run),
        group_(open_group(plan.flags))
  {
    check(drain_begin(&drain_, group_.get(), plan.buffer_bytes, root.c_str()), "drain_begin");
    const auto directories = marked_directories(plan, root, 0);
    for (const auto& directory : directories)
    {
      mark(group_.get(), FAN_MARK_INODE, plan.mask, directory);
    }
    if (directories.empty())
    {
      mark(group_.get(), FAN_MARK_FILESYSTEM, plan.mask, root);
    }
  }

  ~raw_loop() override { drain_end(&drain_); }

  std::size_t queued() const override
  {
    int bytes = 0;
    check(ioctl(group_.get(), FIONREAD, &bytes), "FIONREAD");
    return static_cast<std::size_t>(bytes) / sizeof(fanotify_event_metadata);
  }

  void drain(std::size_t events) override
  {
    check(run_(&drain_, events), "raw drain");
    seen_ = drain_.sums;
  }

  void forget() override
  {
    drain_.sums = {};
    drainer::forget();
  }

private:
  drain_function* run_;
  unique_fd group_;
  ::drain drain_{};
};

} // namespace

drainer_maker raw_drainer(drain_function* run)
{
  return [run](const drain_plan& plan, const fs::path& root)
  { return std::make_unique<raw_loop>(run, plan, root); };
}

std::vector<fs::path> marked_directories(const drain_plan& plan, const fs::path& root,
                                         std::size_t group)
{
  std::vector<fs::path> marked;
  if (plan.marks_directories)
  {
    const auto all = plan.directories + plan.idle_directories;
    for (std::size_t i = group; i < all; i += plan.groups)
    {
      marked.push_back(root / ("d" + std::to_string(i)));
    }
  }
  return marked;
}

bool allow_descriptors(std::size_t count)
{
  constexpr rlim_t of_harness = 256;
  const auto wanted = static_cast<rlim_t>(count) + of_harness;
  rlimit limit{};
  check(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  if (limit.rlim_cur >= wanted)
  {
    return true;
  }
  limit.rlim_cur = wanted;
  limit.rlim_max = std::max(limit.rlim_max, wanted);
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

// The contest -------------------------------------------------------------------------------------

/// A filesystem where a storm fills the queue of one drainer.
class drain_contest::ground
{
public:
  explicit ground(const drain_plan& plan)
      : storm_{plan.kind, mount_.path(), plan.directories, plan.operations}
  {
    storm_.prepare();
    for (std::size_t i = 0; i < plan.idle_directories; ++i)
    {
      fs::create_directory(storm_.root / ("d" + std::to_string(plan.directories + i)));
    }
  }

  [[nodiscard]] std::unique_ptr<drainer> fill(const drain_plan& plan,
                                              const drainer_maker& make) const
  {
    start_gate gate;
    auto storming = process::fork(
        [&]
        {
          gate.wait();
          storm_.blow();
          return 0;
        },
        workload_core);
    auto filled = make(plan, storm_.root);
    if (plan.is_primed)
    {
      prime(*filled, plan.directories);
    }
    gate.open();
    if (!storming.wait().is_success())
    {
      throw std::runtime_error("the storm has failed");
    }
    return filled;
  }

private:
  /// Twice: what a resolver has asked for while events were queued it makes sure of afterwards.
  void prime(drainer& reader, std::size_t directories) const
  {
    for (int time = 0; time < 2; ++time)
    {
      for (std::size_t i = 0; i < directories; ++i)
      {
        const auto file = storm_.root / ("d" + std::to_string(i)) / "primer";
        unique_fd(check(open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600), "open")).reset();
        fs::remove(file);
      }
      reader.drain(reader.queued());
    }
    reader.forget();
  }

  scratch_mount mount_;
  storm storm_;
};

struct drain_contest::rival
{
  rival(const drain_plan& p, drainer_maker m, row& r) : plan(p), make(std::move(m)), told(r) {}

  drain_plan plan;
  drainer_maker make;
  row& told;

  std::optional<ground> where;
  std::unique_ptr<drainer> reader;
  std::size_t to_drain = 0;
  std::vector<double> slices; ///< Of this round: CPU time an event.

  /// Files that are only opened serve all rounds.
  void fill()
  {
    reader.reset();
    if (!where || plan.kind != storm_kind::open_close)
    {
      where.reset();
      where.emplace(plan);
    }
    reader = where->fill(plan, make);
    to_drain = reader->queued();
    slices.clear();
  }

  [[nodiscard]] bool is_done() const { return reader->seen().events >= to_drain; }

  void take_turn()
  {
    const auto before = reader->seen().events;
    const auto start = cpu_time();
    reader->drain(std::min(plan.slice, to_drain - before));
    const std::chrono::duration<double, std::nano> taken = cpu_time() - start;
    slices.push_back(taken.count() / static_cast<double>(reader->seen().events - before));
  }

  void conclude()
  {
    const auto& seen = reader->seen();
    if (seen.events > plan.operations || reader->queued() != 0)
    {
      throw std::runtime_error(told.program + " has more events than there were changes");
    }
    told.values.push_back(median(slices));
    told.expected += plan.operations;
    told.lost += plan.operations - seen.events;
    told.overflows += seen.overflows;
  }
};

struct drain_contest::pair
{
  rival& what;
  rival& reference;
  ratio found;
  work equality;
};

drain_contest::drain_contest(const run_options& options, outcome& out)
    : options_(options),
      out_(out)
{}

drain_contest::~drain_contest() = default;

const row& drain_contest::add(const std::string& program, const drain_plan& plan,
                              drainer_maker make)
{
  auto& told = out_.add(program, "CPU an event", "ns");
  rivals_.push_back(std::make_unique<rival>(plan, std::move(make), told));
  return told;
}

drain_contest::rival& drain_contest::rival_of(const row& r)
{
  return **std::ranges::find(rivals_, &r, [](const auto& one) { return &one->told; });
}

void drain_contest::compare(const row& what, const row& reference, std::optional<goal> to_reach,
                            work w)
{
  pairs_.push_back({rival_of(what), rival_of(reference), {reference.program, {}, to_reach}, w});
}

void drain_contest::run()
{
  const on_reader_core pinned;
  for (std::size_t round = 0; round < options_.rounds; ++round)
  {
    options_.progress("round " + std::to_string(round + 1) + " of " +
                      std::to_string(options_.rounds));
    run_round();
  }
  for (auto& p : pairs_)
  {
    p.what.told.ratios.push_back(std::move(p.found));
  }
}

void drain_contest::run_round()
{
  std::ranges::for_each(rivals_, [](const auto& r) { r->fill(); });
  take_turns();
  conclude_round();
}

/// There and back again, so that nobody always comes after the same one.
void drain_contest::take_turns()
{
  std::vector<rival*> order;
  std::ranges::transform(rivals_, std::back_inserter(order), [](const auto& r) { return r.get(); });
  while (!std::ranges::all_of(order, &rival::is_done))
  {
    for (auto* const r : order)
    {
      if (!r->is_done())
      {
        r->take_turn();
      }
    }
    std::ranges::reverse(order);
  }
}

void drain_contest::conclude_round()
{
  std::ranges::for_each(rivals_, [](const auto& r) { r->conclude(); });
  std::ranges::for_each(pairs_, [this](pair& p) { conclude(p); });
  for (const auto& r : rivals_)
  {
    r->reader.reset(); // what it holds of the filesystem goes first
  }
}

void drain_contest::conclude(pair& p)
{
  const auto& seen = p.what.reader->seen();
  const auto& others = p.reference.reader->seen();
  const bool has_lost = p.what.told.lost != 0 || p.reference.told.lost != 0;
  if (p.equality == work::equal && !has_lost && !is_same(seen, others))
  {
    throw std::runtime_error(p.what.told.program + " and " + p.reference.told.program +
                             " have not seen the same");
  }
  p.found.values.push_back(median(quotients(p.what.slices, p.reference.slices)));
}

} // namespace fanio::bench
