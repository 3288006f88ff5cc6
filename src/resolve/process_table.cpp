#include "../sys.hpp"
#include "ended_processes.hpp"
#include "proc_files.hpp"
#include <fanio/resolve/process_table.hpp>

#include <algorithm>
#include <cerrno>
#include <unordered_map>
#include <utility>

namespace fanio::resolve {

namespace {

/// Whether the process of the event has ended. Not so a zombie, which keeps its pid.
bool has_ended(const event_view& e) noexcept
{
  return sys::signal_process(e.pidfd()) != 0 && errno == ESRCH;
}

/// One of which nothing else is known.
process unknown_process(pid_t pid)
{
  process p;
  p.pid = pid;
  return p;
}

process_record record_of(process known, std::uint64_t pidfd_inode = 0)
{
  process_record r;
  r.known = std::move(known);
  r.pidfd_inode = pidfd_inode;
  return r;
}

process read_process(const proc_directory& files, pid_t pid)
{
  auto p = unknown_process(pid);
  const auto stat = files.read("stat");
  if (auto fields = stat ? parse_stat(*stat) : std::nullopt)
  {
    p.start_time = fields->start_time;
    p.comm = std::move(fields->comm);
    p.parent = fields->parent;
    p.session = fields->session;
  }
  if (const auto status = files.read("status"))
  {
    p.uid = effective_id(*status, "Uid");
    p.gid = effective_id(*status, "Gid");
  }
  return p;
}

std::optional<uid_t> parse_loginuid(const std::optional<std::string>& text)
{
  constexpr auto nobody = "4294967295"; // -1
  return text && *text != nobody && !text->empty()
             ? std::optional(static_cast<uid_t>(std::stoul(*text)))
             : std::nullopt;
}

process_details read_details(const proc_directory& files)
{
  process_details d;
  d.exe = files.read_link("exe");
  d.cwd = files.read_link("cwd");
  if (const auto text = files.read("cmdline"); text && !text->empty())
  {
    d.command_line = split_arguments(*text);
  }
  if (const auto text = files.read("cgroup"))
  {
    d.cgroup = parse_cgroup(*text);
  }
  const auto container = container_of(d.cgroup.value_or(""));
  d.container = container.empty() ? std::nullopt : std::optional(std::string(container));
  d.loginuid = parse_loginuid(files.read("loginuid"));
  d.pid_namespace = parse_namespace(files.read_link("ns/pid").value_or(""));
  d.mount_namespace = parse_namespace(files.read_link("ns/mnt").value_or(""));
  return d;
}

} // namespace

class process_table::impl
{
public:
  explicit impl(const process_options& options)
      : max_processes_(std::max<std::size_t>(options.max_processes, 1)),
        remembers_(options.remember_ended),
        ended_(max_processes_)
  {
    if (remembers_)
    {
      ended_.end_batch();
    }
  }

  const process* find(const event_view& e);
  const process* find(pid_t pid);
  const process_details& details(const process& p);

  void start_batch();
  void note(pid_t pid);
  void forget_ended() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }

private:
  process_record* known(pid_t pid);
  const process& remember(process_record r);
  const process& find_by_pidfd(const event_view& e);
  const process& find_ended(pid_t pid, std::uint64_t pidfd_inode);

  std::size_t max_processes_;
  std::unordered_map<pid_t, process_record> records_;
  process_details nothing_;
  bool remembers_;
  ended_processes ended_;
};

void process_table::impl::start_batch()
{
  if (remembers_)
  {
    for (auto& [pid, r] : records_)
    {
      ended_.keep(std::move(r));
    }
    ended_.end_batch();
  }
  records_.clear();
}

void process_table::impl::note(pid_t pid)
{
  records_.erase(pid);
  ended_.forget(pid); // also where it has ended again: what it was before it executed is not it
  const proc_directory files(pid);
  if (!remembers_ || !files)
  {
    return;
  }
  auto known = read_process(files, pid);
  if (known.start_time)
  {
    ended_.keep({.known = std::move(known), .pidfd_inode = 0, .more = read_details(files)});
  }
}

void process_table::impl::forget_ended() noexcept
{
  records_.clear();
  ended_.clear();
}

const process& process_table::impl::find_ended(pid_t pid, std::uint64_t pidfd_inode)
{
  auto before = remembers_ ? ended_.find(pid, pidfd_inode) : std::nullopt;
  return remember(before ? std::move(*before) : record_of(unknown_process(pid), pidfd_inode));
}

process_record* process_table::impl::known(pid_t pid)
{
  const auto found = records_.find(pid);
  return found == records_.end() ? nullptr : &found->second;
}

const process& process_table::impl::remember(process_record r)
{
  if (records_.size() >= max_processes_)
  {
    records_.clear();
  }
  const auto pid = r.known.pid;
  return records_.insert_or_assign(pid, std::move(r)).first->second.known;
}

const process* process_table::impl::find(const event_view& e)
{
  if (e.pid() <= 0)
  {
    return nullptr;
  }
  if (e.pidfd() >= 0)
  {
    return &find_by_pidfd(e);
  }
  // It had ended when the event was read: whoever has its pid now is another.
  const auto* const p = e.pidfd_error() ? nullptr : find(e.pid());
  return p != nullptr ? p : &find_ended(e.pid(), 0);
}

const process& process_table::impl::find_by_pidfd(const event_view& e)
{
  std::uint64_t inode = 0;
  const bool has_inode = sys::pidfs_inode(e.pidfd(), inode) == 0;
  if (const auto* const r = known(e.pid()); r != nullptr && has_inode && r->pidfd_inode == inode)
  {
    return r->known;
  }
  const proc_directory files(e.pid());
  auto p = files ? read_process(files, e.pid()) : unknown_process(e.pid());
  // Asked after the reading: while the process is there, no other has its pid.
  if (has_ended(e))
  {
    return find_ended(e.pid(), has_inode ? inode : 0);
  }
  return remember(record_of(std::move(p), inode));
}

const process* process_table::impl::find(pid_t pid)
{
  if (const auto* const r = known(pid); r != nullptr && r->known.start_time)
  {
    return &r->known;
  }
  const proc_directory files(pid);
  auto p = files ? read_process(files, pid) : unknown_process(pid);
  return p.start_time ? &remember(record_of(std::move(p))) : nullptr;
}

const process_details& process_table::impl::details(const process& p)
{
  auto* const r = known(p.pid);
  if (r == nullptr || !p.start_time || r->known.start_time != p.start_time)
  {
    return nothing_;
  }
  if (!r->more)
  {
    const proc_directory files(p.pid);
    const auto now = files ? read_process(files, p.pid) : process{};
    r->more = now.start_time == p.start_time ? read_details(files) : process_details{};
  }
  return *r->more;
}

// process_table -----------------------------------------------------------------------------------

process_table::process_table(const process_options& options)
    : impl_(std::make_unique<impl>(options))
{}

process_table::process_table(process_table&&) noexcept = default;
process_table& process_table::operator=(process_table&&) noexcept = default;
process_table::~process_table() = default;

const process* process_table::find(const event_view& e)
{
  return impl_->find(e);
}

const process* process_table::find(pid_t pid)
{
  return impl_->find(pid);
}

const process_details& process_table::details(const process& p)
{
  return impl_->details(p);
}

std::vector<process> process_table::ancestors(const process& p)
{
  std::vector<process> all;
  auto parent = p.parent;
  // A parent started before its child; else it has its pid from another.
  auto latest = p.start_time;
  while (parent && *parent > 0)
  {
    const auto* const next = find(*parent);
    if (next == nullptr || !latest || !next->start_time || *next->start_time > *latest)
    {
      break;
    }
    all.push_back(*next);
    latest = next->start_time;
    parent = next->parent;
  }
  return all;
}

void process_table::note(pid_t pid)
{
  impl_->note(pid);
}

void process_table::forget_ended() noexcept
{
  impl_->forget_ended();
}

void process_table::start_batch()
{
  impl_->start_batch();
}

std::size_t process_table::size() const noexcept
{
  return impl_->size();
}

} // namespace fanio::resolve
