// ISA-L: the checksum of cksum, at the speed that the processor allows.
#pragma once
#include <isa-l/crc.h>
