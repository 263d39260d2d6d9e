// The body of Error.
#include <pappus/wire/messages/error.hpp>

namespace pappus::wire::messages {

error error::read(reader& in) {
  error value;
  value.number = in.u32("number");
  value.text = in.text("text");
  return value;
}

void error::write(writer& out) const {
  out.u32(number);
  out.text(text, "text");
}

}  // namespace pappus::wire::messages
