// For dladdr.
#define _GNU_SOURCE

#include "COnnxRuntime.h"

#include <dlfcn.h>

const char *ort_library_file(const void *symbol) {
    Dl_info place;
    return dladdr(symbol, &place) ? place.dli_fname : NULL;
}
