#include "Library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const char *const names[] = {
    "TIFFGetVersion",
    "TIFFOpenOptionsAlloc",
    "TIFFOpenOptionsFree",
    "TIFFOpenOptionsSetMaxSingleMemAlloc",
    "TIFFOpenOptionsSetErrorHandlerExtR",
    "TIFFOpenOptionsSetWarningHandlerExtR",
    "TIFFClientOpenExt",
    "TIFFClose",
    "TIFFGetField",
    "TIFFGetFieldDefaulted",
    "TIFFSetField",
    "TIFFIsTiled",
    "TIFFStripSize",
    "TIFFTileSize",
    "TIFFComputeStrip",
    "TIFFComputeTile",
    "TIFFReadEncodedStrip",
    "TIFFReadEncodedTile",
};

_Static_assert(sizeof(TIFFLibrary) == sizeof names, "a name for each function");

static TIFFLibrary library;
static bool is_loaded;

static void load(void) {
    void *handle = dlopen("libtiff.so.6", RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) return;
    void *functions[sizeof names / sizeof *names];
    for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
        functions[index] = dlsym(handle, names[index]);
        if (functions[index] == NULL) return;
    }
    memcpy(&library, functions, sizeof library);
    is_loaded = true;
}

const TIFFLibrary *tiff_library(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_loaded ? &library : NULL;
}
