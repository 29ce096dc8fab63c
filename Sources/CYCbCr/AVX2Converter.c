#include "ColourRows.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

// 16 columns of colour and 32 pixels a step. Sums and pixels are written in whole steps.
enum { step = 16 };

/// Sums of a whole number of steps; those behind the last column are not used.
AVX2 static inline void sum_rows(ColourRows rows, ptrdiff_t first, ptrdiff_t columns, int16_t *sums) {
    const __m256i three = _mm256_set1_epi16(3);
    for (ptrdiff_t i = 0; i < columns; i += step) {
        __m256i near = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(rows.near + first + i)));
        __m256i far = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(rows.far + first + i)));
        _mm256_storeu_si256((__m256i *)(sums + i), _mm256_add_epi16(_mm256_mullo_epi16(near, three), far));
    }
}

/// Colour of the even and of the odd pixels, measured from its middle.
AVX2 static inline void upsample(const int16_t *sums, __m256i *even, __m256i *odd) {
    __m256i near = _mm256_loadu_si256((const __m256i *)sums);
    __m256i left = _mm256_loadu_si256((const __m256i *)(sums - 1));
    __m256i right = _mm256_loadu_si256((const __m256i *)(sums + 1));
    near = _mm256_add_epi16(near, _mm256_add_epi16(near, near));
    left = _mm256_add_epi16(_mm256_add_epi16(near, left), _mm256_set1_epi16(even_bias));
    right = _mm256_add_epi16(_mm256_add_epi16(near, right), _mm256_set1_epi16(odd_bias));
    *even = _mm256_srai_epi16(left, 4);
    *odd = _mm256_srai_epi16(right, 4);
}

typedef struct Colours {
    __m256i red;
    __m256i green;
    __m256i blue;
} Colours;

AVX2 static inline Colours convert(__m256i luma, __m256i blue, __m256i red) {
    const __m256i green_factors = _mm256_set1_epi32((int)((uint32_t)(uint16_t)-23401 << 16 | (uint16_t)-22554));
    const __m256i half = _mm256_set1_epi32(32768);
    __m256i twice_blue = _mm256_add_epi16(blue, blue);
    __m256i twice_red = _mm256_add_epi16(red, red);
    __m256i low = _mm256_madd_epi16(_mm256_unpacklo_epi16(blue, twice_red), green_factors);
    __m256i high = _mm256_madd_epi16(_mm256_unpackhi_epi16(blue, twice_red), green_factors);
    low = _mm256_srai_epi32(_mm256_add_epi32(low, half), 16);
    high = _mm256_srai_epi32(_mm256_add_epi32(high, half), 16);
    // 22971 and 29033 of 32768 are 0.701 and 0.886, and this multiplication rounds: for the 256 values of a byte that is the
    // same as libjpeg's tables, which the tests try one by one.
    return (Colours){
        .red = _mm256_add_epi16(luma, _mm256_mulhrs_epi16(twice_red, _mm256_set1_epi16(22971))),
        .green = _mm256_add_epi16(luma, _mm256_packs_epi32(low, high)),
        .blue = _mm256_add_epi16(luma, _mm256_mulhrs_epi16(twice_blue, _mm256_set1_epi16(29033))),
    };
}

/// Writes 32 pixels, even and odd ones in turn.
AVX2 static inline void store(Colours even, Colours odd, uint8_t *pixels) {
    __m256i red = _mm256_packus_epi16(even.red, odd.red);
    __m256i green = _mm256_packus_epi16(even.green, odd.green);
    __m256i blue = _mm256_packus_epi16(even.blue, odd.blue);
    const __m256i zero = _mm256_setzero_si256();
    __m256i even_red_green = _mm256_unpacklo_epi8(red, green);
    __m256i odd_red_green = _mm256_unpackhi_epi8(red, green);
    __m256i even_blue = _mm256_unpacklo_epi8(blue, zero);
    __m256i odd_blue = _mm256_unpackhi_epi8(blue, zero);
    __m256i even_low = _mm256_unpacklo_epi16(even_red_green, even_blue);
    __m256i even_high = _mm256_unpackhi_epi16(even_red_green, even_blue);
    __m256i odd_low = _mm256_unpacklo_epi16(odd_red_green, odd_blue);
    __m256i odd_high = _mm256_unpackhi_epi16(odd_red_green, odd_blue);
    __m256i first = _mm256_unpacklo_epi32(even_low, odd_low);
    __m256i second = _mm256_unpackhi_epi32(even_low, odd_low);
    __m256i third = _mm256_unpacklo_epi32(even_high, odd_high);
    __m256i fourth = _mm256_unpackhi_epi32(even_high, odd_high);
    // Each vector has four pixels of the first eight columns and four of the last.
    __m256i *output = (__m256i *)pixels;
    _mm256_storeu_si256(output, _mm256_permute2x128_si256(first, second, 0x20));
    _mm256_storeu_si256(output + 1, _mm256_permute2x128_si256(third, fourth, 0x20));
    _mm256_storeu_si256(output + 2, _mm256_permute2x128_si256(first, second, 0x31));
    _mm256_storeu_si256(output + 3, _mm256_permute2x128_si256(third, fourth, 0x31));
}

AVX2 static void cycbcr_convert_avx2(
    const CYCbCrPlanes *planes, ptrdiff_t row, ptrdiff_t first, ptrdiff_t columns, int16_t *sums, uint8_t *pixels
) {
    ColourRows blue_rows = colour_rows(planes, planes->blue, row);
    ColourRows red_rows = colour_rows(planes, planes->red, row);
    int16_t *blue = blue_sums(sums);
    int16_t *red = red_sums(sums, columns);
    sum_rows(blue_rows, first, columns, blue);
    sum_rows(red_rows, first, columns, red);
    add_neighbours(blue_rows, planes, first, columns, blue);
    add_neighbours(red_rows, planes, first, columns, red);

    const uint8_t *luma = planes->luma + 2 * (row * planes->colour_width + first);
    for (ptrdiff_t i = 0; i < columns; i += step) {
        __m256i even_blue, odd_blue, even_red, odd_red;
        upsample(blue + i, &even_blue, &odd_blue);
        upsample(red + i, &even_red, &odd_red);
        __m256i pairs = _mm256_loadu_si256((const __m256i *)(luma + 2 * i));
        Colours even = convert(_mm256_and_si256(pairs, _mm256_set1_epi16(255)), even_blue, even_red);
        Colours odd = convert(_mm256_srli_epi16(pairs, 8), odd_blue, odd_red);
        store(even, odd, pixels + 8 * i);
    }
}

CYCbCrConverter cycbcr_converter(void) {
    return __builtin_cpu_supports("avx2") ? cycbcr_convert_avx2 : cycbcr_convert_plain;
}

#endif
