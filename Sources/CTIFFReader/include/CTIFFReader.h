// The part of libtiff that this package uses, loaded where it is installed.
//
// C and not Swift: libtiff asks for tags by functions of variable arguments, which Swift cannot call.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// An open file; confined to one thread.
typedef struct TIFFReader TIFFReader;

/// What the first directory of a file tells.
typedef struct TIFFReaderInfo {
    uint32_t width;
    uint32_t height;
    uint16_t photometric;
    uint16_t compression;
    uint16_t bits_per_sample;
    uint16_t samples_per_pixel;
    uint16_t sample_format;
    /// What the first sample behind the colours is: 1 for alpha that the colours are multiplied by.
    uint16_t extra_sample;
    /// Where the picture's top is, 1 to 8 as in EXIF.
    uint16_t orientation;
    /// Whether each sample has blocks of its own.
    bool is_planar;
    /// A strip's or a tile's size in pixels, and decoded in bytes.
    uint32_t block_width;
    uint32_t block_height;
    uint64_t block_byte_count;
} TIFFReaderInfo;

#define TIFF_READER_MESSAGE_SIZE 200

/// libtiff's own name and version; null where it is not installed.
const char *_Nullable tiff_reader_version(void);

/// Opens a file in memory, which must stay in place; null, with a message, for one that libtiff cannot read.
TIFFReader *_Nullable tiff_reader_open(
    const uint8_t *bytes, size_t count, size_t memory_limit, TIFFReaderInfo *info, char *message);

/// Decodes the strip or tile that holds a pixel, of one sample where each has its own; false, with a message, when it cannot be.
bool tiff_reader_read_block(
    TIFFReader *reader, uint32_t column, uint32_t row, uint16_t sample, uint8_t *block, size_t count, char *message);

/// Copies `count` colours of the palette, at most 256: red, green and blue, of which the high bytes count; false where there is none.
bool tiff_reader_palette(TIFFReader *reader, uint8_t *colours, size_t count);

void tiff_reader_close(TIFFReader *reader);

#pragma clang assume_nonnull end
