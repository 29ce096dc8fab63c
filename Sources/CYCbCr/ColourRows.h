// What both converters share.
#pragma once

#include "CYCbCr.h"

/// A row's two rows of one colour: the one it lies in, which counts three times, and the next nearest.
typedef struct ColourRows {
    const uint8_t *near;
    const uint8_t *far;
} ColourRows;

/// At the top and the bottom, the next nearest row is the same again.
static inline ColourRows colour_rows(const CYCbCrPlanes *planes, const uint8_t *plane, ptrdiff_t row) {
    ptrdiff_t near = row / 2;
    ptrdiff_t far = row % 2 == 0 ? near - 1 : near + 1;
    if (far < 0 || far >= planes->colour_height) far = near;
    return (ColourRows){plane + near * planes->colour_width, plane + far * planes->colour_width};
}

/// Where the sums of blue and of red begin in `sums`; each has room for one in front, and for a whole vector behind its end.
static inline int16_t *blue_sums(int16_t *sums) { return sums + 1; }
static inline int16_t *red_sums(int16_t *sums, ptrdiff_t columns) { return sums + columns + 48 + 1; }

/// Puts the sums of the neighbours on either side around those of `columns` columns; beyond an edge they repeat.
static inline void add_neighbours(
    ColourRows rows, const CYCbCrPlanes *planes, ptrdiff_t first, ptrdiff_t columns, int16_t *sums
) {
    ptrdiff_t left = first > 0 ? first - 1 : first;
    ptrdiff_t right = first + columns < planes->colour_width ? first + columns : first + columns - 1;
    sums[-1] = (int16_t)(3 * rows.near[left] + rows.far[left]);
    sums[columns] = (int16_t)(3 * rows.near[right] + rows.far[right]);
}

/// Half a step of the last rounding, and 128 in the units of a sum of sums: chroma is measured from its middle.
enum { even_bias = 8 - 128 * 16, odd_bias = 7 - 128 * 16 };
