// Rows of an image kept as planes of YCbCr 4:2:0, turned into RGB: the pixels that libjpeg gives with its default settings,
// bit for bit (facts from jdsample.c and jdcolor.c of libjpeg-turbo).
//
// C and not Swift: Swift has one instruction set for a whole program, and with the oldest one of x86-64 this takes twice as
// long (docs/decisions/0020-planes-of-ycbcr.md).
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Three planes, rows tightly packed. A row of luma has `2 * colour_width` bytes.
///
/// Up to `CYCBCR_LOOKAHEAD` bytes behind a plane may be read; what they hold does not matter.
typedef struct CYCbCrPlanes {
    const uint8_t *luma;
    const uint8_t *blue;
    const uint8_t *red;
    ptrdiff_t colour_width;
    ptrdiff_t colour_height;
} CYCbCrPlanes;

#define CYCBCR_LOOKAHEAD 32

/// Converts the pixels that belong to `columns` columns of colour, from column `first` on, in one row.
///
/// Writes 4 bytes a pixel, two pixels a column: red, green, blue, zero. `sums` and `pixels` have the capacities below; what
/// lies behind the pixels asked for is overwritten.
typedef void (*CYCbCrConverter)(
    const CYCbCrPlanes *planes, ptrdiff_t row, ptrdiff_t first, ptrdiff_t columns, int16_t *sums, uint8_t *pixels);

/// The elements of `sums` for so many columns.
static inline ptrdiff_t cycbcr_sum_count(ptrdiff_t columns) { return 2 * (columns + 48); }

/// The bytes of `pixels` for so many columns.
static inline ptrdiff_t cycbcr_pixel_byte_count(ptrdiff_t columns) { return 8 * (columns + 16); }

/// For any processor.
void cycbcr_convert_plain(
    const CYCbCrPlanes *planes, ptrdiff_t row, ptrdiff_t first, ptrdiff_t columns, int16_t *sums, uint8_t *pixels);

/// The fastest for this processor.
CYCbCrConverter cycbcr_converter(void);

#pragma clang assume_nonnull end
