#include <fanio/detail/respond.hpp>

namespace fanio::detail {

void respond(group_state* group, const event_view& e, const response& r, error_code& ec) noexcept
{
  if (group == nullptr)
  {
    ec = asio::error::bad_descriptor;
    return;
  }
  answer_batch batch(*group);
  ec = batch.check(e);
  if (!ec)
  {
    batch.add(e, r);
    batch.send(ec);
  }
}

} // namespace fanio::detail
