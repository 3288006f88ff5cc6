#include <fanio/basic_fanotify_handle.hpp>

namespace fanio {

template class basic_fanotify_handle<asio::any_io_executor>;

} // namespace fanio
