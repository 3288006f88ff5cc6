#include "cases.hpp"
#include "drain.hpp"
#include "drain_readers.hpp"

namespace fanio::bench {

/// Both get the same events: those which the resolver needs to follow renamed directories. The
/// cache in C does not follow them: it is right only because none is renamed here, and does less.
void drain_paths_case(const run_options& options, outcome& out)
{
  const drain_plan plan{.operations = options.scaled<std::size_t>(40'000, 4'000),
                        .directories = 100,
                        .flags = init_flags::report_dfid_name_target,
                        .mask = resolve::tree_events,
                        .is_primed = true};

  drain_contest contest(options, out);
  const auto& cached = contest.add("raw C, directory cache", plan, raw_drainer(drain_paths_cached));
  const auto& asked =
      contest.add("raw C, open_by_handle_at + readlink", plan, raw_drainer(drain_paths_asked));
  const auto& asked_at =
      contest.add("raw C, open_by_handle_at + readlinkat", plan, raw_drainer(drain_paths_asked_at));
  const auto& resolver =
      contest.add("fanio, path_resolver", plan, fanio_reader<callback_drainer<look_at_paths>>());
  contest.compare(resolver, cached, at_most(1.15));
  contest.compare(resolver, asked, at_most(0.15));
  contest.compare(resolver, asked_at);
  contest.run();
}

/// Without names the path of each object has to be asked for. What the kernel says is believed in
/// C; fanio looks whether the path of a handle leads there. It closes descriptors by
/// close_range(2).
void drain_object_paths_case(const run_options& options, outcome& out)
{
  drain_plan plan{.kind = storm_kind::open_close,
                  .operations = options.scaled<std::size_t>(20'000, 2'000),
                  .flags = init_flags::class_notif,
                  .mask = event_mask::open,
                  .buffer_bytes = 4096};
  const auto by_resolver = fanio_reader<callback_drainer<look_at_paths>>();

  drain_contest contest(options, out);
  const auto& links =
      contest.add("raw C, fd, readlink, close", plan, raw_drainer(drain_descriptor_paths));
  const auto& links_at =
      contest.add("raw C, fd, readlinkat, close", plan, raw_drainer(drain_descriptor_paths_at));
  const auto& links_runs = contest.add("raw C, fd, readlinkat, close_range", plan,
                                       raw_drainer(drain_descriptor_paths_runs));
  const auto& of_descriptors = contest.add("fanio, fd, path_resolver", plan, by_resolver);
  plan.flags = init_flags::report_fid;
  const auto& handles =
      contest.add("raw C, handle, open_by_handle_at", plan, raw_drainer(drain_handle_paths));
  const auto& of_handles = contest.add("fanio, handle, path_resolver", plan, by_resolver);
  contest.compare(links_at, links);
  contest.compare(of_descriptors, links);
  contest.compare(of_descriptors, links_runs);
  contest.compare(of_handles, handles);
  contest.run();
}

} // namespace fanio::bench
