#include "zip_library.hpp"

namespace pappus::integration {

archive_error fault_from(zip_error_t* failed, archive_errc otherwise) {
  archive_error fault{otherwise, zip_error_strerror(failed)};
  switch (zip_error_code_zip(failed)) {
    case ZIP_ER_CRC: fault.code = archive_errc::wrong_checksum; break;
    case ZIP_ER_CANCELLED: fault.code = archive_errc::abandoned; break;
    case ZIP_ER_NOPASSWD:
    case ZIP_ER_ENCRNOTSUPP: fault.code = archive_errc::encrypted; break;
    case ZIP_ER_COMPNOTSUPP: fault.code = archive_errc::unknown_method; break;
    default: break;
  }
  return fault;
}

}  // namespace pappus::integration
