// libtiff's functions (facts from tiffio.h, version 4.5).
#pragma once

#include <stdarg.h>
#include <stdint.h>

typedef struct tiff TIFF;
typedef struct TIFFOpenOptions TIFFOpenOptions;
typedef int64_t (*TIFFTransfer)(void *, void *, int64_t);
typedef uint64_t (*TIFFSeek)(void *, uint64_t, int);
typedef int (*TIFFEnd)(void *);
typedef uint64_t (*TIFFSize)(void *);
typedef int (*TIFFMap)(void *, void **, uint64_t *);
typedef void (*TIFFUnmap)(void *, void *, uint64_t);
typedef int (*TIFFComplaint)(TIFF *, void *, const char *module, const char *format, va_list);

/// What is used of it, in the order in which it is looked up.
typedef struct TIFFLibrary {
    const char *(*version)(void);
    TIFFOpenOptions *(*options_alloc)(void);
    void (*options_free)(TIFFOpenOptions *);
    void (*options_memory)(TIFFOpenOptions *, int64_t);
    void (*options_errors)(TIFFOpenOptions *, TIFFComplaint, void *);
    void (*options_warnings)(TIFFOpenOptions *, TIFFComplaint, void *);
    TIFF *(*open)(
        const char *, const char *, void *, TIFFTransfer, TIFFTransfer, TIFFSeek, TIFFEnd, TIFFSize, TIFFMap, TIFFUnmap,
        TIFFOpenOptions *);
    void (*close)(TIFF *);
    int (*get)(TIFF *, uint32_t, ...);
    int (*get_defaulted)(TIFF *, uint32_t, ...);
    int (*set)(TIFF *, uint32_t, ...);
    int (*is_tiled)(TIFF *);
    int64_t (*strip_size)(TIFF *);
    int64_t (*tile_size)(TIFF *);
    uint32_t (*compute_strip)(TIFF *, uint32_t, uint16_t);
    uint32_t (*compute_tile)(TIFF *, uint32_t, uint32_t, uint32_t, uint16_t);
    int64_t (*read_strip)(TIFF *, uint32_t, void *, int64_t);
    int64_t (*read_tile)(TIFF *, uint32_t, void *, int64_t);
} TIFFLibrary;

/// Loaded once; null where it is not installed, or older than 4.5.
const TIFFLibrary *tiff_library(void);
