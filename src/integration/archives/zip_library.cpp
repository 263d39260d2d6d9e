#include "zip_library.hpp"

namespace pappus::integration {

archive_fault fault_from(zip_error_t* failed, archive_error otherwise) {
  archive_fault fault{otherwise, zip_error_strerror(failed)};
  switch (zip_error_code_zip(failed)) {
    case ZIP_ER_CRC: fault.why = archive_error::wrong_checksum; break;
    case ZIP_ER_CANCELLED: fault.why = archive_error::given_up; break;
    case ZIP_ER_NOPASSWD:
    case ZIP_ER_ENCRNOTSUPP: fault.why = archive_error::encrypted; break;
    case ZIP_ER_COMPNOTSUPP: fault.why = archive_error::unknown_method; break;
    default: break;
  }
  return fault;
}

}  // namespace pappus::integration
