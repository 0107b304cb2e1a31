// CUDA C++ for g++: what a kernel's source finds without any include. Read before the source by the emulated NVRTC,
// which afterwards replaces the words emulator_global, emulator_shared and emulator_launch_bounds; see
// compiler/rewrite.cpp. As with NVRTC there is no standard library.
#pragma once
#include "../shared/kernel_entry.h"
#include "types.h"
#include "threads.h"
#include "atomics.h"
#include "math.h"
#include "halves.h"
#include "matrix.h"
#include "ptx.h"
#include "entries.h"
