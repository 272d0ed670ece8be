// libarchive: pax streams and their compression.
#pragma once
#include <archive.h>
#include <archive_entry.h>
