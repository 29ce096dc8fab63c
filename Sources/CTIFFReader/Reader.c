#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CTIFFReader.h"
#include "Library.h"

enum {
    TAG_WIDTH = 256,
    TAG_HEIGHT = 257,
    TAG_BITS_PER_SAMPLE = 258,
    TAG_COMPRESSION = 259,
    TAG_PHOTOMETRIC = 262,
    TAG_ORIENTATION = 274,
    TAG_SAMPLES_PER_PIXEL = 277,
    TAG_ROWS_PER_STRIP = 278,
    TAG_PLANAR = 284,
    TAG_COLOUR_MAP = 320,
    TAG_TILE_WIDTH = 322,
    TAG_TILE_LENGTH = 323,
    TAG_EXTRA_SAMPLES = 338,
    TAG_SAMPLE_FORMAT = 339,
    TAG_JPEG_COLOUR_MODE = 65538,

    COMPRESSION_JPEG = 7,
    PHOTOMETRIC_YCBCR = 6,
    JPEG_COLOUR_MODE_RGB = 1,
    PLANAR_SEPARATE = 2,
};

struct TIFFReader {
    const TIFFLibrary *library;
    TIFF *file;
    const uint8_t *bytes;
    uint64_t count;
    uint64_t position;
    bool is_tiled;
    uint16_t bits_per_sample;
    /// What went wrong first in the call under way.
    char message[TIFF_READER_MESSAGE_SIZE];
};

static int64_t read_bytes(void *client, void *buffer, int64_t size) {
    TIFFReader *reader = client;
    uint64_t left = reader->position < reader->count ? reader->count - reader->position : 0;
    if (size <= 0 || left == 0) return 0;
    uint64_t count = (uint64_t)size < left ? (uint64_t)size : left;
    memcpy(buffer, reader->bytes + reader->position, count);
    reader->position += count;
    return (int64_t)count;
}

static int64_t write_nothing(void *client, void *buffer, int64_t size) {
    (void)client, (void)buffer, (void)size;
    return 0;
}

static uint64_t seek_to(void *client, uint64_t offset, int whence) {
    TIFFReader *reader = client;
    uint64_t base = whence == SEEK_CUR ? reader->position : whence == SEEK_END ? reader->count : 0;
    // libtiff passes steps backwards as numbers that wrap around.
    reader->position = base + offset;
    return reader->position;
}

static int close_nothing(void *client) {
    (void)client;
    return 0;
}

static uint64_t size_of(void *client) { return ((TIFFReader *)client)->count; }

static int map_all(void *client, void **base, uint64_t *size) {
    TIFFReader *reader = client;
    *base = (void *)(uintptr_t)reader->bytes;
    *size = reader->count;
    return 1;
}

static void unmap_nothing(void *client, void *base, uint64_t size) { (void)client, (void)base, (void)size; }

static int note_error(TIFF *file, void *client, const char *module, const char *format, va_list arguments) {
    (void)file, (void)module;
    TIFFReader *reader = client;
    if (reader->message[0] == 0) vsnprintf(reader->message, sizeof reader->message, format, arguments);
    return 1;
}

static int ignore(TIFF *file, void *client, const char *module, const char *format, va_list arguments) {
    (void)file, (void)client, (void)module, (void)format, (void)arguments;
    return 1;
}

static uint16_t number(const TIFFReader *reader, uint32_t tag) {
    uint16_t value = 0;
    return reader->library->get_defaulted(reader->file, tag, &value) == 1 ? value : 0;
}

static uint32_t long_number(const TIFFReader *reader, uint32_t tag) {
    uint32_t value = 0;
    return reader->library->get(reader->file, tag, &value) == 1 ? value : 0;
}

static void describe(TIFFReader *reader, TIFFReaderInfo *info) {
    const TIFFLibrary *library = reader->library;
    *info = (TIFFReaderInfo){
        .width = long_number(reader, TAG_WIDTH),
        .height = long_number(reader, TAG_HEIGHT),
        .photometric = number(reader, TAG_PHOTOMETRIC),
        .compression = number(reader, TAG_COMPRESSION),
        .bits_per_sample = number(reader, TAG_BITS_PER_SAMPLE),
        .samples_per_pixel = number(reader, TAG_SAMPLES_PER_PIXEL),
        .sample_format = number(reader, TAG_SAMPLE_FORMAT),
        .orientation = number(reader, TAG_ORIENTATION),
        .is_planar = number(reader, TAG_PLANAR) == PLANAR_SEPARATE,
    };
    uint16_t extra_count = 0, *extras = NULL;
    if (library->get(reader->file, TAG_EXTRA_SAMPLES, &extra_count, &extras) == 1 && extra_count > 0 && extras != NULL) {
        info->extra_sample = extras[0];
    }
    if (info->compression == COMPRESSION_JPEG && info->photometric == PHOTOMETRIC_YCBCR) {
        library->set(reader->file, TAG_JPEG_COLOUR_MODE, JPEG_COLOUR_MODE_RGB);
    }
    reader->bits_per_sample = info->bits_per_sample;
    reader->is_tiled = library->is_tiled(reader->file) != 0;
    int64_t size;
    if (reader->is_tiled) {
        info->block_width = long_number(reader, TAG_TILE_WIDTH);
        info->block_height = long_number(reader, TAG_TILE_LENGTH);
        size = library->tile_size(reader->file);
    } else {
        uint32_t rows = long_number(reader, TAG_ROWS_PER_STRIP);
        info->block_width = info->width;
        info->block_height = rows == 0 || rows > info->height ? info->height : rows;
        size = library->strip_size(reader->file);
    }
    info->block_byte_count = size > 0 ? (uint64_t)size : 0;
}

static TIFF *open_file(TIFFReader *reader, size_t memory_limit) {
    const TIFFLibrary *library = reader->library;
    TIFFOpenOptions *options = library->options_alloc();
    if (options == NULL) return NULL;
    library->options_memory(options, (int64_t)memory_limit);
    library->options_errors(options, note_error, reader);
    library->options_warnings(options, ignore, reader);
    TIFF *file = library->open(
        "image", "r", reader, read_bytes, write_nothing, seek_to, close_nothing, size_of, map_all, unmap_nothing, options);
    library->options_free(options);
    return file;
}

const char *tiff_reader_version(void) {
    const TIFFLibrary *library = tiff_library();
    return library == NULL ? NULL : library->version();
}

TIFFReader *tiff_reader_open(
    const uint8_t *bytes, size_t count, size_t memory_limit, TIFFReaderInfo *info, char *message) {
    message[0] = 0;
    const TIFFLibrary *library = tiff_library();
    TIFFReader *reader = library == NULL ? NULL : calloc(1, sizeof *reader);
    if (reader == NULL) return NULL;
    reader->library = library;
    reader->bytes = bytes;
    reader->count = count;
    reader->file = open_file(reader, memory_limit);
    if (reader->file == NULL) {
        memcpy(message, reader->message, sizeof reader->message);
        free(reader);
        return NULL;
    }
    describe(reader, info);
    return reader;
}

bool tiff_reader_read_block(
    TIFFReader *reader, uint32_t column, uint32_t row, uint16_t sample, uint8_t *block, size_t count, char *message) {
    const TIFFLibrary *library = reader->library;
    reader->message[0] = 0;
    int64_t size =
        reader->is_tiled
            ? library->read_tile(
                  reader->file, library->compute_tile(reader->file, column, row, 0, sample), block, (int64_t)count)
            : library->read_strip(
                  reader->file, library->compute_strip(reader->file, row, sample), block, (int64_t)count);
    memcpy(message, reader->message, sizeof reader->message);
    return size >= 0;
}

bool tiff_reader_palette(TIFFReader *reader, uint8_t *colours, size_t count) {
    uint16_t *red = NULL, *green = NULL, *blue = NULL;
    // The map has a colour for each number that the bits can make.
    size_t there = reader->bits_per_sample <= 8 ? (size_t)1 << reader->bits_per_sample : 0;
    if (count > there) count = there;
    if (reader->library->get(reader->file, TAG_COLOUR_MAP, &red, &green, &blue) != 1) return false;
    if (red == NULL || green == NULL || blue == NULL) return false;
    for (size_t index = 0; index < count; index++) {
        colours[index * 3] = (uint8_t)(red[index] >> 8);
        colours[index * 3 + 1] = (uint8_t)(green[index] >> 8);
        colours[index * 3 + 2] = (uint8_t)(blue[index] >> 8);
    }
    return true;
}

void tiff_reader_close(TIFFReader *reader) {
    reader->library->close(reader->file);
    free(reader);
}
