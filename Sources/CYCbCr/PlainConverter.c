#include "ColourRows.h"

// Written so that compilers turn the loops into vectors of 16 bits: all that has 32 is one sum for green.

static inline int16_t high_half(int16_t factor, int16_t constant) { return (int16_t)((factor * constant) >> 16); }

static inline uint16_t clamped(int16_t value) {
    value = value < 0 ? 0 : value;
    return (uint16_t)(value > 255 ? 255 : value);
}

static inline void convert_pixel(int16_t luma, int16_t blue, int16_t red, uint16_t *red_green, uint16_t *blue_zero) {
    int16_t twice_blue = blue + blue;
    int16_t twice_red = red + red;
    // 1.402 = 1 + 26345/65536 and 1.772 = 2 - 14942/65536, each product rounded to the nearest.
    int16_t r = luma + red + ((int16_t)(high_half(twice_red, 26345) + 1) >> 1);
    int16_t b = luma + twice_blue + ((int16_t)(high_half(twice_blue, -14942) + 1) >> 1);
    // 0.34414 and 0.71414 of 65536; the second by halves, as it has more than 15 bits.
    int16_t g = luma + (int16_t)((blue * -22554 + twice_red * -23401 + 32768) >> 16);
    *red_green = (uint16_t)(clamped(r) | clamped(g) << 8);
    *blue_zero = clamped(b);
}

static inline void sum_rows(ColourRows rows, ptrdiff_t first, ptrdiff_t columns, int16_t *restrict sums) {
    const uint8_t *near = rows.near + first;
    const uint8_t *far = rows.far + first;
    for (ptrdiff_t i = 0; i < columns; i++) sums[i] = (int16_t)(3 * near[i] + far[i]);
}

void cycbcr_convert_plain(
    const CYCbCrPlanes *planes, ptrdiff_t row, ptrdiff_t first, ptrdiff_t columns, int16_t *sums, uint8_t *pixels
) {
    ColourRows blue_rows = colour_rows(planes, planes->blue, row);
    ColourRows red_rows = colour_rows(planes, planes->red, row);
    int16_t *restrict blue = blue_sums(sums);
    int16_t *restrict red = red_sums(sums, columns);
    sum_rows(blue_rows, first, columns, blue);
    sum_rows(red_rows, first, columns, red);
    add_neighbours(blue_rows, planes, first, columns, blue);
    add_neighbours(red_rows, planes, first, columns, red);

    const uint8_t *restrict luma = planes->luma + 2 * (row * planes->colour_width + first);
    uint16_t *restrict output = (uint16_t *)pixels;
    for (ptrdiff_t i = 0; i < columns; i++) {
        int16_t blue_part = 3 * blue[i];
        int16_t red_part = 3 * red[i];
        int16_t even_blue = (int16_t)(blue_part + blue[i - 1] + even_bias) >> 4;
        int16_t odd_blue = (int16_t)(blue_part + blue[i + 1] + odd_bias) >> 4;
        int16_t even_red = (int16_t)(red_part + red[i - 1] + even_bias) >> 4;
        int16_t odd_red = (int16_t)(red_part + red[i + 1] + odd_bias) >> 4;
        uint16_t parts[4];
        convert_pixel(luma[2 * i], even_blue, even_red, &parts[0], &parts[1]);
        convert_pixel(luma[2 * i + 1], odd_blue, odd_red, &parts[2], &parts[3]);
        output[4 * i] = parts[0];
        output[4 * i + 1] = parts[1];
        output[4 * i + 2] = parts[2];
        output[4 * i + 3] = parts[3];
    }
}

#if !defined(__x86_64__)
CYCbCrConverter cycbcr_converter(void) { return cycbcr_convert_plain; }
#endif
