#include "../sys.hpp"
#include "ended_processes.hpp"
#include "proc_files.hpp"
#include <fanio/resolve/process_table.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <unordered_map>
#include <utility>

namespace fanio::resolve {

namespace {

using clock = std::chrono::steady_clock;

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

/// What is seen of a process that is there.
process_record look_at(const proc_directory& files, pid_t pid, std::uint64_t pidfd_inode = 0)
{
  const auto now = clock::now();
  return {.known = read_process(files, pid),
          .pidfd_inode = pidfd_inode,
          .seen_at = now,
          .more = std::nullopt};
}

/// What was seen of a process in this batch.
struct seen_process
{
  process_record record;
  bool is_over = false; ///< It has become another since, or may have: this is of the batch only.
};

constexpr long pidfs = 0x50494446; // PID_FS_MAGIC

} // namespace

class process_table::impl
{
public:
  explicit impl(const process_options& options)
      : max_processes_(std::max<std::size_t>(options.max_processes, 1)),
        remembers_(options.remember_ended),
        notes_details_(options.note_details),
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
  const process* look(const event_view& e);
  void note(pid_t pid, clock::time_point started_at);
  void forget_ended() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return seen_.size(); }

private:
  seen_process* seen(pid_t pid);
  [[nodiscard]] std::uint64_t inode_of(const event_view& e);
  const process* look_by_pidfd(const event_view& e);
  const process& remember(process_record r);
  const process& find_ended(const event_view& e);
  void forget_before(pid_t pid, clock::time_point started_at);
  bool is_kept(pid_t pid);

  std::size_t max_processes_;
  std::unordered_map<pid_t, seen_process> seen_;
  process unknown_; ///< What was found last, where nothing is known of it.
  process_details nothing_;
  bool remembers_;
  bool notes_details_;
  std::optional<bool> has_pidfs_; ///< Whether this kernel has; it is asked once.
  ended_processes ended_;
};

void process_table::impl::start_batch()
{
  if (remembers_)
  {
    for (auto& [pid, s] : seen_)
    {
      if (!s.is_over)
      {
        ended_.keep(std::move(s.record));
      }
    }
    ended_.end_batch();
  }
  seen_.clear();
}

/// The kernel tells of a fork when the child has its pid, and of an execution when the process has
/// its new name: who was seen since was seen as what it has become.
void process_table::impl::note(pid_t pid, clock::time_point started_at)
{
  forget_before(pid, started_at);
  if (!remembers_ || is_kept(pid))
  {
    return;
  }
  const proc_directory files(pid);
  if (!files)
  {
    return;
  }
  auto record = look_at(files, pid);
  if (notes_details_ && record.known.start_time)
  {
    record.more = read_details(files);
  }
  ended_.keep(std::move(record));
}

/// Also where it has ended again: what it was before it executed is not it. Only for the events of
/// this batch it is, which happened before it was looked at.
void process_table::impl::forget_before(pid_t pid, clock::time_point started_at)
{
  if (auto* const s = seen(pid); s != nullptr && s->record.seen_at <= started_at)
  {
    s->is_over = true;
  }
  ended_.forget(pid, started_at);
}

/// Whether it is known for events that are read after its end.
bool process_table::impl::is_kept(pid_t pid)
{
  const auto* const s = seen(pid);
  return (s != nullptr && !s->is_over) || ended_.has(pid);
}

void process_table::impl::forget_ended() noexcept
{
  for (auto& [pid, s] : seen_)
  {
    s.is_over = true;
  }
  ended_.clear();
}

seen_process* process_table::impl::seen(pid_t pid)
{
  const auto found = seen_.find(pid);
  return found == seen_.end() ? nullptr : &found->second;
}

const process& process_table::impl::remember(process_record r)
{
  if (seen_.size() >= max_processes_)
  {
    seen_.clear();
  }
  const auto pid = r.known.pid;
  return seen_.insert_or_assign(pid, seen_process{.record = std::move(r)})
      .first->second.record.known;
}

const process* process_table::impl::find(const event_view& e)
{
  if (e.pid() <= 0)
  {
    return nullptr;
  }
  const auto* const p = look(e);
  return p != nullptr ? p : &find_ended(e);
}

/// Null if the process is not there any more.
const process* process_table::impl::look(const event_view& e)
{
  if (e.pid() <= 0 || e.pidfd_error())
  {
    return nullptr; // it had ended when the event was read: whoever has its pid now is another
  }
  return e.pidfd() >= 0 ? look_by_pidfd(e) : find(e.pid());
}

/// The inode of a pidfd, which is the process's for ever since Linux 6.9; 0 before, for then all
/// have the same.
std::uint64_t process_table::impl::inode_of(const event_view& e)
{
  if (long kind = 0; !has_pidfs_ && sys::filesystem_of(e.pidfd(), kind) == 0)
  {
    has_pidfs_ = kind == pidfs;
  }
  mode_t mode = 0;
  ino_t inode = 0;
  return has_pidfs_.value_or(false) && sys::file_of(e.pidfd(), mode, inode) == 0 ? inode : 0;
}

const process* process_table::impl::look_by_pidfd(const event_view& e)
{
  const auto inode = inode_of(e);
  // Where the kernel tells no inode, who has the pid in a batch is one: see `remember_ended`.
  if (const auto* const s = seen(e.pid());
      s != nullptr && s->record.pidfd_inode == inode && (inode != 0 || remembers_))
  {
    return &s->record.known;
  }
  if (has_ended(e))
  {
    return nullptr;
  }
  const proc_directory files(e.pid());
  // Asked once more: while the process is there no other has its pid, so that these files are its.
  if (!files || has_ended(e))
  {
    return nullptr;
  }
  auto record = look_at(files, e.pid(), inode);
  return record.known.start_time ? &remember(std::move(record)) : nullptr;
}

const process& process_table::impl::find_ended(const event_view& e)
{
  const auto inode = e.pidfd() >= 0 ? inode_of(e) : 0;
  if (const auto* const r = remembers_ ? ended_.find(e.pid(), inode) : nullptr)
  {
    return r->known;
  }
  unknown_ = unknown_process(e.pid());
  return unknown_;
}

const process* process_table::impl::find(pid_t pid)
{
  if (const auto* const s = seen(pid))
  {
    return &s->record.known;
  }
  const proc_directory files(pid);
  auto record = files ? look_at(files, pid) : process_record{};
  return record.known.start_time ? &remember(std::move(record)) : nullptr;
}

const process_details& process_table::impl::details(const process& p)
{
  if (!p.start_time)
  {
    return nothing_;
  }
  auto* const s = seen(p.pid);
  if (s == nullptr || s->record.known.start_time != p.start_time)
  {
    const auto* const more = ended_.details(p);
    return more != nullptr ? *more : nothing_;
  }
  auto& more = s->record.more;
  if (!more && !s->is_over)
  {
    const proc_directory files(p.pid);
    const auto now = files ? read_process(files, p.pid) : process{};
    more = now.start_time == p.start_time ? read_details(files) : process_details{};
  }
  return more ? *more : nothing_;
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

const process* process_table::look(const event_view& e)
{
  return impl_->look(e);
}

void process_table::note(pid_t pid, std::chrono::steady_clock::time_point started_at)
{
  impl_->note(pid, started_at);
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
