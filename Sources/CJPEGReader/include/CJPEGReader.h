// A JPEG's pixels by libjpeg, and a judgement of what was wrong with the file.
//
// C and not Swift: libjpeg reports a fatal error by a function that must not return, which takes `longjmp`. TurboJPEG's own
// interface would hide that, but it keeps only the first warning and bounds neither time nor memory
// (docs/decisions/0075-libjpeg-with-our-own-judge.md).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// What is written of each pixel.
typedef enum JPEGReaderOutput {
    /// 3 bytes: red, green, blue. Rows are tightly packed.
    JPEG_READER_RGB,
    /// 4 bytes: cyan, magenta, yellow, black, as stored.
    JPEG_READER_CMYK,
    /// Planes of YCbCr 4:2:0 one after the other, with an even number of columns and rows of luma; refused for any other JPEG.
    JPEG_READER_PLANES420,
} JPEGReaderOutput;

/// What is to be read, and what it may cost.
typedef struct JPEGReaderRequest {
    const uint8_t *bytes;
    size_t count;
    /// The size that `pixels` has room for; a picture of another is refused.
    uint32_t width;
    uint32_t height;
    JPEGReaderOutput output;
    /// Bytes that libjpeg may take, most of them for the coefficients of a file of several scans.
    size_t memory_limit;
    int32_t scan_limit;
    /// Nanoseconds of this thread's processor time.
    int64_t time_limit;
} JPEGReaderRequest;

typedef enum JPEGReaderEnd {
    /// Every pixel is what the encoder wrote.
    JPEG_READER_WHOLE,
    /// All rows were written, but some of them are invented.
    JPEG_READER_DAMAGED,
    /// There is no picture.
    JPEG_READER_FAILED,
    JPEG_READER_OUT_OF_TIME,
    JPEG_READER_TOO_MANY_SCANS,
    /// The system had no more memory.
    JPEG_READER_OUT_OF_MEMORY,
} JPEGReaderEnd;

#define JPEG_READER_MESSAGE_SIZE 200

/// How it went.
typedef struct JPEGReaderReport {
    JPEGReaderEnd end;
    /// Whether what is wrong is that the file ends too early.
    bool is_cut;
    /// libjpeg's number of the message.
    int32_t code;
    /// libjpeg's words for what is wrong; empty when nothing is.
    char message[JPEG_READER_MESSAGE_SIZE];
} JPEGReaderReport;

/// Reads a picture into `pixels`, which has room for its size and output.
JPEGReaderReport jpeg_reader_read(const JPEGReaderRequest *request, uint8_t *pixels);

#pragma clang assume_nonnull end
