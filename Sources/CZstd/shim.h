// libzstd: compression with windows and threads that libarchive does not offer.
#pragma once
#include <zstd.h>
